//! File names in the order in which people count.

/// A name as people order it: `trang 9` before `trang 10`.
pub(crate) fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0u64)];
    let mut in_number = false;
    for letter in name.chars() {
        let digit = letter.to_digit(10).filter(|_| letter.is_ascii_digit());
        if digit.is_none() && in_number {
            parts.push((String::new(), 0));
        }
        in_number = digit.is_some();
        if let Some((text, number)) = parts.last_mut() {
            match digit {
                // Saturating: a name may consist of digits only.
                Some(digit) => *number = number.saturating_mul(10).saturating_add(u64::from(digit)),
                None => text.extend(letter.to_lowercase()),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_people_count() {
        let mut names = ["p10.jpg", "P9.jpg", "p9a.jpg", "a.jpg"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["a.jpg", "P9.jpg", "p9a.jpg", "p10.jpg"]);
        assert_eq!(natural("99999999999999999999999")[0].1, u64::MAX);
    }
}
