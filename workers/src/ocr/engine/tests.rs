use super::*;

#[test]
fn words_run_together_are_parted_and_eth_is_never_vietnamese() {
    let word = |text: &str| Word {
        text: text.into(),
        confidence: 0.9,
        bounds: [0, 0, 100, 9],
    };
    let texts = |text: &str| -> Vec<String> {
        parted(word(text))
            .into_iter()
            .map(|word| word.text)
            .collect()
    };
    assert_eq!(texts("QuảngNgãi"), ["Quảng", "Ngãi"]);
    assert_eq!(texts("THPT"), ["THPT"]);
    assert_eq!(texts("QNg05733"), ["QNg05733"]);
    assert_eq!(vietnamese("1422/QĐÐ"), "1422/QĐ");
}

#[test]
fn a_word_line_is_read_and_other_levels_are_not() {
    let word = word_of_line("5\t1\t1\t1\t1\t2\t10\t20\t30\t40\t96.5\tSơn").unwrap();
    assert_eq!(word.bounds, [10, 20, 30, 40]);
    assert_eq!(word.text, "Sơn");
    assert!((word.confidence - 0.965).abs() < 1e-9);
    assert_eq!(word_of_line("4\t1\t1\t1\t1\t0\t10\t20\t30\t40\t-1\t"), None);
    assert_eq!(
        word_of_line("5\t1\t1\t1\t1\t2\t10\t20\t30\t40\t96.5\t "),
        None
    );
}
