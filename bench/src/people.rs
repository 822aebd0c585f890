//! Made-up people, the same for the same number on every machine.

use std::sync::LazyLock;

use sogoc_index::{Document, Number, PartialDate};

/// Names, the frequent ones several times.
type Words = LazyLock<Vec<&'static str>>;

static FAMILY: Words = LazyLock::new(|| {
    "Nguyễn, Nguyễn, Nguyễn, Nguyễn, Nguyễn, Nguyễn, Trần, Trần, Lê, Lê, Phạm, Phạm, Huỳnh, Phan, Vũ, Võ, \
     Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, Đinh, Trương, Cao"
    .split(", ").collect()
});
static MIDDLE: Words = LazyLock::new(|| {
    "Văn, Văn, Văn, Thị, Thị, Thị, Minh, Ngọc, Thanh, Hữu, Đức, Quốc, Kim, Xuân, Thị Ngọc, Thị Thu, Thị Kim, \
     Thị Thanh, Hoàng, Công, Anh, Bá, Như, Gia, Tấn"
    .split(", ").collect()
});
static GIVEN: Words = LazyLock::new(|| {
    "An, Ân, Anh, Ánh, Bảo, Bình, Bích, Bé, Châu, Chi, Chiến, Cường, Cúc, Dung, Dũng, Duy, Duyên, Đào, Đạt, \
     Định, Đông, Đức, Giang, Hà, Hạ, Hải, Hạnh, Hằng, Hậu, Hiền, Hiếu, Hoa, Hòa, Hoài, Hoàng, Hồng, Huệ, Hùng, \
     Huy, Huyền, Hưng, Hương, Hường, Khánh, Khoa, Kiều, Lan, Lâm, Liên, Linh, Loan, Long, Lộc, Lợi, Luân, Ly, \
     Mai, Mẫn, Minh, My, Mỹ, Nam, Nga, Ngân, Nghĩa, Ngọc, Nguyên, Nhân, Nhi, Nhung, Oanh, Phong, Phú, Phúc, \
     Phương, Phượng, Quân, Quang, Quỳnh, Sơn, Sương, Tài, Tâm, Tân, Thảo, Thành, Thắng, Thiện, Thọ, Thu, Thủy, \
     Thúy, Thư, Thương, Tiến, Toàn, Trang, Trâm, Trinh, Trí, Trung, Tú, Tuấn, Tùng, Tuyết, Uyên, Vân, Việt, \
     Vinh, Vy, Xuân, Yến"
    .split(", ").collect()
});
const PLACES: &[&str] = &[
    "Ba Tơ",
    "Mộ Đức",
    "Đức Phổ",
    "Sơn Hà",
    "Trà Bồng",
    "Bình Sơn",
    "Lý Sơn",
    "Minh Long",
];
const GRADES: &[&str] = &["Trung bình", "Khá", "Giỏi", "Xuất sắc"];

/// The same numbers for the same seed, on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// An invented person; the same `n` always gives the same one.
pub fn document(n: u64) -> Document {
    let mut dice = Dice::new(n + 1);
    dice.below(2); // the first throw of like seeds is alike
    let name = format!(
        "{} {} {}",
        dice.pick(&FAMILY),
        dice.pick(&MIDDLE),
        dice.pick(&GIVEN)
    );
    let year = 1950 + dice.below(56) as i32;
    let birth = PartialDate::day(year, 1 + dice.below(12) as u8, 1 + dice.below(28) as u8);
    let (school, place, grade) = (dice.pick(PLACES), dice.pick(PLACES), dice.pick(GRADES));
    let serial = format!("B{:07}", n);
    let text = format!(
        "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG {name} sinh ngày {:?} tại {place} trường THPT {school} xếp loại {grade} số hiệu {serial}",
        birth.day
    );
    Document {
        id: format!("018f0000-0000-7000-8000-{n:012}"),
        class: "diploma".into(),
        access: "open".into(),
        fonds: "F1".into(),
        volume: Some(format!("Q{}", n / 3000)),
        numbers: vec![Number {
            key: "so_hieu".into(),
            text: serial,
        }],
        dates: vec![("ngay_sinh".into(), birth)],
        place: Some(place.into()),
        school: Some(format!("THPT {school}")),
        year: Some(i64::from(year) + 18),
        facets: [("grade".to_string(), grade.to_string())].into(),
        text,
        stored: serde_json::json!({ "ho_ten": name, "nam_sinh": year }),
        name: Some(name),
        ..Document::default()
    }
}

/// One letter of the word wrong, missing, added, or swapped with the next.
pub fn misspelled(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = dice.below(letters.len());
    let letter = char::from(b'a' + dice.below(26) as u8);
    match dice.below(4) {
        0 => letters[at] = letter,
        1 if letters.len() > 2 => drop(letters.remove(at)),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters.insert(at, letter),
    }
    letters.into_iter().collect()
}
