use super::*;
use crate::class::FieldKind;

fn evidence(engine: f64) -> Evidence {
    Evidence {
        kind: FieldKind::Name,
        engine,
        weakest: engine,
        letters: 14,
        check: Check::Agrees,
        repaired: false,
        second: SecondReading::None,
        series: Series::Unknown,
        column: Some(0.93),
        figures: 1.0,
        listed: 1.0,
        written: false,
        unknown_syllables: 0,
        located: Located::Nowhere,
        alike: GlyphMatch::Unknown,
        clear: 0.0,
        spelled_twice: false,
        print_model_agrees: None,
        has_gap: false,
        held: false,
        trust: None,
        unexplained: false,
    }
}

#[test]
fn one_weak_word_is_seen() {
    let word = |confidence| Word {
        text: "Sơn".into(),
        confidence,
        bounds: [0; 4],
    };
    assert_eq!(of_words(&[word(0.5), word(1.0)]), (0.75, 0.5));
    assert_eq!(of_words(&[]), (0.0, 0.0));
}

#[test]
fn what_speaks_against_a_value_keeps_it_from_being_accepted() {
    let sure = Evidence {
        second: SecondReading::SameByOtherModel,
        ..evidence(0.97)
    };
    assert!(sure.accepted(), "{}", sure.probability());
    let against = [
        Evidence {
            check: Check::Contradicts,
            ..sure
        },
        Evidence {
            second: SecondReading::Different,
            ..sure
        },
        Evidence {
            series: Series::Breaks,
            ..sure
        },
        Evidence {
            written: true,
            ..sure
        },
        Evidence {
            column: None,
            repaired: true,
            ..sure
        },
        Evidence {
            spelled_twice: true,
            ..sure
        },
    ];
    assert!(against.iter().all(|evidence| !evidence.accepted()));
}

#[test]
fn a_value_of_a_column_that_may_be_another_is_never_accepted() {
    let sure = Evidence {
        second: SecondReading::SameByOtherModel,
        trust: Some(ColumnTrust::CONFIRMED),
        ..evidence(0.97)
    };
    assert!(sure.accepted(), "{}", sure.probability());
    let of = |kind, header, fits, margin| Evidence {
        kind,
        trust: Some(ColumnTrust {
            header,
            fits,
            margin,
            table: 1.0,
        }),
        ..sure
    };
    let misplaced = [
        of(FieldKind::Number, 0.0, 1.0, 2.0),
        of(FieldKind::Place, 0.7, 1.0, 2.0),
        of(FieldKind::Name, 0.0, 1.0, 0.5),
        of(FieldKind::Name, 1.0, 0.5, 2.0),
        of(FieldKind::Name, 1.0, 1.0, 0.1),
    ];
    assert!(misplaced.iter().all(Evidence::is_doubted));
    assert!(!of(FieldKind::Name, 0.0, 1.0, 1.5).is_doubted());
    let rest = Evidence {
        unexplained: true,
        ..sure
    };
    assert!(!rest.accepted());
}

#[test]
fn better_evidence_is_a_higher_probability() {
    let plain = evidence(0.9).probability();
    assert!(evidence(0.96).probability() > plain);
    let twice = Evidence {
        second: SecondReading::SameByOtherModel,
        ..evidence(0.9)
    };
    assert!(twice.probability() > plain);
    let empty = Evidence {
        letters: 0,
        engine: f64::NAN,
        ..evidence(0.0)
    };
    assert!(!empty.accepted());
}

#[test]
fn weights_are_refused_that_name_other_features() {
    let text = include_str!("weights.toml");
    assert!(Weights::parse(text).is_ok());
    let renamed = Weights::parse(&text.replacen("glyph_margin", "glyph_size", 1));
    assert_eq!(renamed.err().as_deref(), Some("no weight of glyph_margin"));
    let more = Weights::parse(&format!("{text}\nsmell = 0.1\n"));
    assert_eq!(more.err().as_deref(), Some("there is no feature smell"));
}
