//! Places of birth down a column: one name in two spellings on a page is doubted.

use std::collections::{BTreeMap, BTreeSet};

use crate::values::gazetteer::parts;
use sogoc_vietnamese::fold;

/// For each value whether a part of it stands on the page in another spelling of the same letters.
pub(super) fn spelled_twice(values: &[Option<&str>]) -> Vec<bool> {
    let mut spellings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for part in values.iter().flatten().flat_map(|value| parts(value)) {
        spellings
            .entry(fold::letters(part))
            .or_default()
            .insert(part);
    }
    let doubtful = |part: &str| spellings[&fold::letters(part)].len() > 1;
    let any =
        |value: &Option<&str>| value.is_some_and(|value| parts(value).into_iter().any(doubtful));
    values.iter().map(any).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_name_are_doubted() {
        let values = [Some("Phố An, Huế"), Some("Phổ An, Huế"), Some("Huế"), None];
        assert_eq!(spelled_twice(&values), [true, true, false, false]);
    }
}
