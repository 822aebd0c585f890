//! Which of several readings of one place stands. Every choice between readings is made here: a line read by two
//! models, a value read twice, a cell read alone, a name seen under a stamp, a value found in two ways.

/// What speaks for a reading. Compared in this order: the first that differs decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub(crate) struct Claim {
    /// How many readings say the same.
    pub votes: usize,
    /// How well it passes what its field asks for; higher is better.
    pub check: u8,
    /// Whether it begins with a word of its field's list.
    pub listed: bool,
    /// How many words or figures it has, as far as more are better.
    pub length: usize,
    /// How sure it is, in a unit that all readings of the place share.
    pub sureness: f64,
}

/// The index of the reading that stands; `None` of no readings. An earlier one stands unless a later one claims
/// more: by more than `margin` where they differ in nothing but sureness.
pub(crate) fn arbitrate(claims: &[Claim], margin: f64) -> Option<usize> {
    let beats = |later: &Claim, earlier: &Claim| {
        let sureness = earlier.sureness;
        let level = Claim { sureness, ..*later };
        match level == *earlier {
            true => later.sureness > sureness + margin,
            false => level > *earlier,
        }
    };
    let stands = |best: usize, at: usize| match beats(&claims[at], &claims[best]) {
        true => at,
        false => best,
    };
    (0..claims.len()).reduce(stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_its_check_stands_over_what_is_surer() {
        let claim = |check, sureness| Claim {
            check,
            sureness,
            ..Claim::default()
        };
        assert_eq!(arbitrate(&[claim(1, 0.9), claim(2, 0.3)], 0.1), Some(1));
        assert_eq!(arbitrate(&[claim(2, 0.3), claim(1, 0.9)], 0.1), Some(0));
    }

    #[test]
    fn among_equals_the_earlier_stands_unless_the_later_is_surer_by_the_margin() {
        let sure = |sureness| Claim {
            sureness,
            ..Claim::default()
        };
        assert_eq!(arbitrate(&[sure(0.5), sure(0.55)], 0.1), Some(0));
        assert_eq!(arbitrate(&[sure(0.5), sure(0.65)], 0.1), Some(1));
        assert_eq!(arbitrate(&[sure(0.5), sure(0.5)], 0.0), Some(0));
        assert_eq!(arbitrate(&[], 0.0), None);
    }
}
