use super::*;

#[test]
fn every_letter_is_written_and_read_back() {
    let small = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";
    for letter in small.chars() {
        for encoding in [Encoding::Tcvn3, Encoding::Vni] {
            let written = encoding.encode(&letter.to_string());
            assert_eq!(
                encoding.decode(&written),
                letter.to_string(),
                "{encoding:?} {written}"
            );
        }
    }
    for letter in small.to_uppercase().chars() {
        let written = Encoding::Vni.encode(&letter.to_string());
        assert_eq!(
            Encoding::Vni.decode(&written),
            letter.to_string(),
            "{written}"
        );
    }
}

#[test]
fn a_question_typed_with_an_old_keyboard_is_understood() {
    let typed = |text| decoded_if_typed(text);
    assert_eq!(
        typed("NguyÔn V¨n An 1975").as_deref(),
        Some("Nguyễn Văn An 1975")
    );
    assert_eq!(typed("Nguyeãn Vaên An").as_deref(), Some("Nguyễn Văn An"));
    for modern in [
        "Nguyễn Văn An",
        "nguyen van an",
        "hoà bình",
        "Café",
        "“an”",
        "Trần thị é",
    ] {
        assert_eq!(typed(modern), None, "{modern}");
    }
}

fn decoded(text: &str) -> String {
    match Encoding::detect(text.split(' ')) {
        Some(encoding) => {
            let words: Vec<String> = text.split(' ').map(|word| encoding.decode(word)).collect();
            words.join(" ")
        }
        None => text.to_owned(),
    }
}

#[test]
fn tcvn3_is_read() {
    assert_eq!(
        decoded("Së Gi¸o dôc vµ §µo t¹o Qu¶ng Ng·i c«ng nhËn NguyÔn ThÞ Th\u{AD}¬ng"),
        "Sở Giáo dục và Đào tạo Quảng Ngãi công nhận Nguyễn Thị Thương"
    );
}

#[test]
fn vni_is_read_in_both_cases() {
    assert_eq!(
        decoded("Sôû Giaùo duïc vaø Ñaøo taïo coâng nhaän Nguyeãn Thò Thöông"),
        "Sở Giáo dục và Đào tạo công nhận Nguyễn Thị Thương"
    );
    assert_eq!(decoded("BAÈNG TOÁT NGHIEÄP"), "BẰNG TỐT NGHIỆP");
}

#[test]
fn other_text_stays_as_it_is() {
    for text in [
        "Sở Giáo dục và Đào tạo · 5°C ± 2",
        "Où êtes-vous, chère école française ? © 2009",
        "Graduation diploma ® No. 123",
    ] {
        assert_eq!(decoded(text), text);
    }
}
