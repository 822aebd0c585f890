//! What a column of a table may hold beside a whole field: a part of one, or something that no field holds.

use serde::{Deserialize, Serialize};

use super::FieldKind;

/// Which part of a field a column of a table holds, where its value is written in several.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// Family and middle names of a person (họ và chữ đệm).
    Family,
    /// The given name, the last syllable as a rule (tên).
    Given,
    /// The day of a date.
    Day,
    /// The month of a date.
    Month,
    /// The year of a date.
    Year,
    /// A tick for men.
    Male,
    /// A tick for women.
    Female,
}

impl Part {
    /// Every part of any field.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The word behind the field's key in a column map: `ho_ten.family`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The parts a field of that kind may be written in, from left to right as a rule.
    pub fn of(kind: FieldKind) -> &'static [Self] {
        match kind {
            FieldKind::Name => &[Self::Family, Self::Given],
            FieldKind::Date => &[Self::Day, Self::Month, Self::Year],
            FieldKind::Sex => &[Self::Male, Self::Female],
            _ => &[],
        }
    }
}

/// A column that tables of a class often have and no field holds: known, so that it is not taken for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherColumn {
    /// ASCII snake case, unique within the class.
    pub key: String,
    /// What its values look like.
    #[serde(rename = "type")]
    pub kind: OtherKind,
    /// Words that stand over such a column, in any spelling.
    pub columns: Vec<String>,
}

/// What the values of a column that no field holds look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherKind {
    /// A province, district, commune or part of one.
    Place,
    /// A school or council.
    School,
    /// A class at school: 12A3.
    SchoolClass,
    /// A number that runs: số báo danh.
    Number,
    /// A mark, 0 to 10.
    Mark,
    /// A sum of marks.
    Total,
    /// A date of any precision.
    Date,
    /// A signature, or what the engine made of one.
    Signature,
    /// Any words, in some of the rows: why somebody has a preference.
    Text,
}
