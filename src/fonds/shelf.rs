//! Where the paper stands: kho, giá, hộp, hồ sơ, tờ.

use crate::catalogue::json_column;
use crate::holding::Checks;
use crate::messages::{Lang, text};

/// Longest part of an address, in characters.
const LONGEST_PART: usize = 60;

/// A shelf address; a part that is not known is empty.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Shelf {
    /// Kho: the storage room.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub room: String,
    /// Giá: the rack in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rack: String,
    /// Hộp số: the box on the rack.
    #[serde(default, rename = "box", skip_serializing_if = "String::is_empty")]
    pub box_number: String,
    /// Hồ sơ số, as on the paper.
    #[serde(default, rename = "file", skip_serializing_if = "String::is_empty")]
    pub file_number: String,
    /// Tờ số: the sheet in the file.
    #[serde(default, rename = "sheet", skip_serializing_if = "String::is_empty")]
    pub sheet: String,
}

json_column!(Shelf);

impl Shelf {
    pub(super) fn check(&self, checks: &mut Checks) {
        for (pointer, part) in [
            ("/shelf/room", &self.room),
            ("/shelf/rack", &self.rack),
            ("/shelf/box", &self.box_number),
            ("/shelf/file", &self.file_number),
            ("/shelf/sheet", &self.sheet),
        ] {
            let given = (!part.is_empty()).then_some(part.as_str());
            checks.line(pointer, given, LONGEST_PART);
        }
    }

    /// In one line, as it is said: `Kho 1, giá 2, hộp 12, hồ sơ 5`.
    pub fn line(&self) -> String {
        let named = [
            ("printed.shelf.room", &self.room),
            ("printed.shelf.rack", &self.rack),
            ("printed.shelf.box", &self.box_number),
            ("printed.shelf.file", &self.file_number),
            ("printed.shelf.sheet", &self.sheet),
        ];
        let known = named.iter().filter(|(_, part)| !part.is_empty());
        let parts: Vec<String> = known
            .map(|(name, part)| format!("{} {part}", text(Lang::Vi, name)))
            .collect();
        parts.join(", ")
    }
}
