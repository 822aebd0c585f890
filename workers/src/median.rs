//! The middle one of many values.

use std::cmp::Ordering;

/// The middle one of the values in order, the upper of two; of none there is none.
pub(crate) fn median<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    median_by(values, T::cmp)
}

/// The same of lengths that are no whole numbers.
pub(crate) fn median_f64(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    median_by(values, f64::total_cmp)
}

fn median_by<T: Copy>(
    values: impl IntoIterator<Item = T>,
    order: impl FnMut(&T, &T) -> Ordering,
) -> Option<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, order).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_of_two_middle_ones_and_none_of_none() {
        assert_eq!(median([3, 1, 2]), Some(2));
        assert_eq!(median([4, 1, 3, 2]), Some(3));
        assert_eq!(median_f64([0.5, -1.0, 7.0]), Some(0.5));
        assert_eq!(median(Vec::<u8>::new()), None);
    }
}
