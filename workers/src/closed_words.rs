//! What stands in columns of few different values, as it is printed in small letters.

/// Sexes.
pub(crate) const SEXES: &[&str] = &["nam", "nữ"];

/// Grades of a diploma.
pub(crate) const GRADES: &[&str] = &["giỏi", "khá", "tb", "yếu", "xuất sắc", "trung bình"];

/// Peoples that registers name most, in the spellings they use.
pub(crate) const PEOPLES: &[&str] = &[
    "kinh",
    "tày",
    "nùng",
    "thái",
    "mường",
    "dao",
    "mông",
    "h'mông",
    "hoa",
    "khmer",
    "khơ me",
    "chăm",
    "ê đê",
    "ba na",
    "gia rai",
    "sán dìu",
    "cơ ho",
];
