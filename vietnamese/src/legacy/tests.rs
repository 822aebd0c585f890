use super::*;

#[test]
fn every_letter_is_written_and_read_back() {
    let small = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";
    for letter in small.chars() {
        for encoding in Encoding::ALL {
            let written = encoding.encode(&letter.to_string());
            assert_eq!(
                encoding.decode(&written),
                letter.to_string(),
                "{encoding:?} {written}"
            );
        }
    }
    for letter in small.to_uppercase().chars() {
        for encoding in Encoding::ALL {
            let written = encoding.encode(&letter.to_string());
            // Where the encoding has no toned capitals, the font says that they are.
            let read = encoding.decode_cell(&written, !encoding.has_capitals());
            assert_eq!(read, letter.to_string(), "{encoding:?} {written}");
        }
    }
}

#[test]
fn a_list_is_read_whatever_it_is_written_in() {
    let list = [
        "Nguyễn Thị Hồng Hạnh",
        "Trần Văn Đoàn",
        "Lê Thuý Nga",
        "Đặng Quốc Tuấn",
        "Phạm Thị Mỹ Duyên",
        "Huỳnh Ngọc Sương",
        "Võ Thị Bích Thuỷ",
        "Quảng Ngãi",
    ];
    for encoding in Encoding::ALL {
        let written: Vec<String> = list.iter().map(|name| encoding.encode(name)).collect();
        let found = weigh(written.iter().map(String::as_str));
        let best = found[0].encoding;
        let read: Vec<String> = written
            .iter()
            .map(|name| best.decode_cell(name, false))
            .collect();
        let small = |names: &[String]| names.join(" ").to_lowercase();
        let truth: Vec<String> = list.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            small(&read),
            small(&truth),
            "{encoding:?} taken for {best:?}: {found:?}"
        );
    }
}

#[test]
fn what_windows_showed_of_a_byte_is_that_byte() {
    // On a Vietnamese Windows the bytes E3 and F5 of TCVN3 are shown as ă and ơ.
    assert_eq!(Encoding::Tcvn3.decode_cell("Ngăc", false), "Ngóc");
    assert_eq!(Encoding::Viscii.decode_cell("Tu¤n", false), "Tuấn");
    assert_eq!(Encoding::Vps.decode_cell("Ng†c", false), "Ngọc");
}

#[test]
fn capitals_come_from_the_font_or_from_the_other_letters() {
    assert_eq!(of_font(".VnTimeH"), Some((Encoding::Tcvn3, true)));
    assert_eq!(of_font(".VnTime"), Some((Encoding::Tcvn3, false)));
    assert_eq!(of_font("VNI-Times"), Some((Encoding::Vni, false)));
    assert_eq!(of_font("Times New Roman"), None);
    assert_eq!(
        Encoding::Tcvn3.decode_cell("NguyÔn ThÞ Nga", true),
        "NGUYỄN THỊ NGA"
    );
    assert_eq!(
        Encoding::Tcvn3.decode_cell("NGUYÔN THÞ NGA", false),
        "NGUYỄN THỊ NGA"
    );
    assert_eq!(Encoding::Tcvn3.decode_cell("§Æng", false), "Đặng");
}

#[test]
fn plain_text_is_not_taken_for_viqr() {
    for plain in ["A+ B(1) x^2", "Toan (1) Ly (2)", "an, b. c? d."] {
        let found = weigh([plain].into_iter());
        assert_eq!(found[0].encoding, Encoding::Unicode, "{plain}");
    }
    let found = weigh(["Nguye^~n Va(n An", "Tra^`n Thi. Ha`"].into_iter());
    assert_eq!(found[0].encoding, Encoding::Viqr);
    assert_eq!(
        Encoding::Viqr.decode_cell("DDa(.ng Ddo^ng", false),
        "Đặng Đông"
    );
    assert_eq!(Encoding::Viqr.decode_cell("a\\+ b", false), "a+ b");
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
