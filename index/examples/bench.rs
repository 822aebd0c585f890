//! What the index costs and how fast it answers, on made-up people:
//! `cargo run --release -p sogoc-index --example bench -- 5000000 [FOLDER]`.
//!
//! The right person is first when the first hit has the name (accents aside) and the birth year asked
//! for: among namesakes born the same year the question itself does not say who is meant.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sogoc_index::{Change, Document, Hit, Index, Level, Number, PartialDate, Query, Rebuild, fold};

const FAMILY: &[&str] = &[
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm",
    "Phạm", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh",
    "Trương", "Cao",
];
const MIDDLE: &[&str] = &[
    "Văn",
    "Văn",
    "Văn",
    "Thị",
    "Thị",
    "Thị",
    "Minh",
    "Ngọc",
    "Thanh",
    "Hữu",
    "Đức",
    "Quốc",
    "Kim",
    "Xuân",
    "Thị Ngọc",
    "Thị Thu",
    "Thị Kim",
    "Thị Thanh",
    "Hoàng",
    "Công",
    "Anh",
    "Bá",
    "Như",
    "Gia",
    "Tấn",
];
const GIVEN: &[&str] = &[
    "An",
    "Ân",
    "Anh",
    "Ánh",
    "Bảo",
    "Bình",
    "Bích",
    "Bé",
    "Châu",
    "Chi",
    "Chiến",
    "Cường",
    "Cúc",
    "Dung",
    "Dũng",
    "Duy",
    "Duyên",
    "Đào",
    "Đạt",
    "Định",
    "Đông",
    "Đức",
    "Giang",
    "Hà",
    "Hạ",
    "Hải",
    "Hạnh",
    "Hằng",
    "Hậu",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hòa",
    "Hoài",
    "Hoàng",
    "Hồng",
    "Huệ",
    "Hùng",
    "Huy",
    "Huyền",
    "Hưng",
    "Hương",
    "Hường",
    "Khánh",
    "Khoa",
    "Kiều",
    "Lan",
    "Lâm",
    "Liên",
    "Linh",
    "Loan",
    "Long",
    "Lộc",
    "Lợi",
    "Luân",
    "Ly",
    "Mai",
    "Mẫn",
    "Minh",
    "My",
    "Mỹ",
    "Nam",
    "Nga",
    "Ngân",
    "Nghĩa",
    "Ngọc",
    "Nguyên",
    "Nhân",
    "Nhi",
    "Nhung",
    "Oanh",
    "Phong",
    "Phú",
    "Phúc",
    "Phương",
    "Phượng",
    "Quân",
    "Quang",
    "Quỳnh",
    "Sơn",
    "Sương",
    "Tài",
    "Tâm",
    "Tân",
    "Thảo",
    "Thành",
    "Thắng",
    "Thiện",
    "Thọ",
    "Thu",
    "Thủy",
    "Thúy",
    "Thư",
    "Thương",
    "Tiến",
    "Toàn",
    "Trang",
    "Trâm",
    "Trinh",
    "Trí",
    "Trung",
    "Tú",
    "Tuấn",
    "Tùng",
    "Tuyết",
    "Uyên",
    "Vân",
    "Việt",
    "Vinh",
    "Vy",
    "Xuân",
    "Yến",
];
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
const QUESTIONS: u64 = 2_000;
const CHUNK: u64 = 10_000;

/// The same numbers for the same seed, on every machine.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

fn entry(n: u64) -> Document {
    let mut dice = Dice::new(n + 1);
    dice.below(2);
    let name = format!(
        "{} {} {}",
        dice.pick(FAMILY),
        dice.pick(MIDDLE),
        dice.pick(GIVEN)
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
fn misspelled(word: &str, dice: &mut Dice) -> String {
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

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let entries: u64 = arguments.next().as_deref().unwrap_or("100000").parse()?;
    let scratch = tempfile::tempdir()?;
    let dir = arguments
        .next()
        .map_or(scratch.path().to_path_buf(), PathBuf::from);
    build(&dir, entries)?;
    let index = Index::open(&dir)?;
    println!(
        "on disk              {:.1} MiB",
        index.size_on_disk()? as f64 / f64::from(1 << 20)
    );
    let to_the_year = |birth: PartialDate| PartialDate::year(birth.year);
    ask(
        "name + birth year",
        &index,
        entries,
        to_the_year,
        |words, _| words.to_string(),
    )?;
    let typos = |words: &str, dice: &mut Dice| {
        words
            .split(' ')
            .map(|word| misspelled(word, dice))
            .collect::<Vec<_>>()
            .join(" ")
    };
    ask(
        "one typo in each word + birth year",
        &index,
        entries,
        to_the_year,
        typos,
    )?;
    ask(
        "one typo in each word + birth date",
        &index,
        entries,
        |birth| birth,
        typos,
    )?;
    let one_typo = |words: &str, dice: &mut Dice| {
        let mut words: Vec<String> = words.split(' ').map(str::to_string).collect();
        let at = dice.below(words.len());
        words[at] = misspelled(&words[at], dice);
        words.join(" ")
    };
    ask(
        "one typo in the name + birth date",
        &index,
        entries,
        |birth| birth,
        one_typo,
    )?;
    follow(&index, entries)
}

fn build(dir: &std::path::Path, entries: u64) -> Result<(), Box<dyn Error>> {
    let cpu = cpu_seconds()?;
    let mut rebuild = Rebuild::start(dir)?;
    let mut spent = Duration::ZERO;
    for first in (0..entries).step_by(CHUNK as usize) {
        let chunk: Vec<Document> = (first..entries.min(first + CHUNK)).map(entry).collect();
        let begun = Instant::now();
        rebuild.add(&chunk)?;
        spent += begun.elapsed();
    }
    let begun = Instant::now();
    rebuild.finish(1)?;
    spent += begun.elapsed();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM unknown");
    println!(
        "built                {:.0} entries/s ({entries} entries, {:.0} a second of CPU, making them up included)",
        entries as f64 / spent.as_secs_f64(),
        entries as f64 / (cpu_seconds()? - cpu)
    );
    println!(
        "memory               {}",
        peak.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    Ok(())
}

fn ask(
    what: &str,
    index: &Index,
    entries: u64,
    known: impl Fn(PartialDate) -> PartialDate,
    mut spell: impl FnMut(&str, &mut Dice) -> String,
) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::new(7);
    let mut times = Vec::new();
    let cpu = cpu_seconds()?;
    let (mut right, mut on_the_page) = (0, 0);
    for _ in 0..QUESTIONS {
        let person = entry(dice.below(entries as usize) as u64);
        let name = fold(person.name.as_deref().unwrap_or_default(), Level::Ascii);
        let birth = person.dates[0].1;
        let question = Query {
            name: Some(spell(&name, &mut dice)),
            birth: Some(known(birth)),
            allowed: vec!["open".to_string()],
            ..Query::default()
        };
        let begun = Instant::now();
        let hits = index.search(&question)?;
        times.push(begun.elapsed());
        let rank = hits
            .hits
            .iter()
            .position(|hit| is_right(hit, &name, birth.year));
        right += usize::from(rank == Some(0));
        on_the_page += usize::from(rank.is_some());
    }
    let cpu = (cpu_seconds()? - cpu) * 1000.0 / QUESTIONS as f64;
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    let share = |count: usize| count as f64 * 100.0 / QUESTIONS as f64;
    println!(
        "{what:<34} p50 {:.2} ms, p99 {:.2} ms, CPU {cpu:.2} ms each, right person first {:.2} %, among 20 {:.2} %",
        at(0.5),
        at(0.99),
        share(right),
        share(on_the_page)
    );
    Ok(())
}

/// Processor time this process has used, in seconds: on a busy machine the fairer clock.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no process name")?.1;
    let ticks: Vec<f64> = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn is_right(hit: &Hit, name: &str, year: i32) -> bool {
    let found = fold(
        hit.stored["ho_ten"].as_str().unwrap_or_default(),
        Level::Ascii,
    );
    found == name && hit.stored["nam_sinh"] == year
}

fn follow(index: &Index, entries: u64) -> Result<(), Box<dyn Error>> {
    let steps = 50;
    let mut times = Vec::new();
    for step in 0..steps {
        let begun = Instant::now();
        index.apply(2 + step, &[Change::Put(Box::new(entry(entries + step)))])?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!(
        "one published record p50 {:.1} ms to searchable",
        times[times.len() / 2].as_secs_f64() * 1000.0
    );
    Ok(())
}
