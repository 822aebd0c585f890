//! States of rows and the lawful moves between them.

/// The states of one kind of row: which may follow which, in one table.
pub trait State: Copy + PartialEq + Into<&'static str> + strum::VariantArray + 'static {
    /// The table whose column `state` holds it.
    const TABLE: &'static str;

    /// The states that may follow this one; none where a row stays as it is.
    fn next(self) -> &'static [Self];

    /// The states from which this one may be reached.
    fn before(self) -> Vec<Self> {
        let leads_here = |from: &Self| from.next().contains(&self);
        Self::VARIANTS.iter().copied().filter(leads_here).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::text_enum;
    use super::*;

    text_enum! {
        #[allow(missing_docs)]
        enum Step {
            Asked,
            #[strum(serialize = "pulled_back")]
            Withdrawn,
            Done,
        }
    }

    impl State for Step {
        const TABLE: &'static str = "steps";

        fn next(self) -> &'static [Self] {
            match self {
                Self::Asked => &[Self::Withdrawn, Self::Done],
                Self::Withdrawn => &[Self::Asked],
                Self::Done => &[],
            }
        }
    }

    #[test]
    fn a_state_is_reached_only_from_those_that_lead_to_it() {
        assert_eq!(Step::Done.before(), ["asked"]);
        assert_eq!(Step::Asked.before(), ["pulled_back"]);
    }

    #[test]
    fn every_word_is_read_back_as_what_it_was_written_for() {
        for step in Step::ALL {
            assert_eq!(step.as_str().parse(), Ok(*step));
            let json = serde_json::to_string(step).unwrap();
            assert_eq!(serde_json::from_str::<Step>(&json).unwrap(), *step);
        }
        assert!(serde_json::from_str::<Step>("\"withdrawn\"").is_err());
    }
}
