//! Entry bundles: up to 256 entries, each after its length in two bytes, big-endian.

/// Longest entry, in bytes.
pub const LARGEST_ENTRY: usize = u16::MAX as usize;

/// Appends an entry to a bundle; false when it is too long.
pub(super) fn append(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else {
        return false;
    };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The entries of a bundle; `None` when its bytes do not add up.
pub(super) fn entries(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length)?;
        found.push(entry);
        bundle = rest;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_went_in() {
        let mut bundle = Vec::new();
        let long = vec![7; LARGEST_ENTRY];
        for entry in [&b"one"[..], b"", &long] {
            assert!(append(&mut bundle, entry));
        }
        assert!(!append(&mut bundle, &vec![7; LARGEST_ENTRY + 1]));
        assert_eq!(entries(&bundle).unwrap(), [&b"one"[..], b"", &long]);
        assert_eq!(entries(&bundle[..bundle.len() - 1]), None);
        assert_eq!(entries(&[0]), None);
    }
}
