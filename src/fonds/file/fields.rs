//! The fields of a file beside code, title, term and mode: TT 05/2025/TT-BNV, by the names of this project.

use super::super::{LONGEST_NOTE, ends_before};
use super::File;
use crate::catalogue::json_column;
use crate::error::Result;
use crate::holding::Checks;

/// Last code of the list of languages.
pub(crate) const LAST_LANGUAGE: &str = "11";

/// The other fields of a file. What is not known is absent; a file is closed only once all that the law asks for is.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct FileFields {
    /// `language`: Ngôn ngữ, codes 01..11.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// `startDate`: as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// `endDate`: the last day, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// `keyword`: Từ khóa, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// `totalDoc`: documents as counted on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_documents: Option<i64>,
    /// `numberOfPaper`: Số lượng tờ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheets: Option<i64>,
    /// `numberOfPage`: pages as counted on paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<i64>,
    /// `format`: Tình trạng vật lý, code 01..03.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_state: Option<String>,
    /// `inforSign`: Ký hiệu thông tin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_sign: Option<String>,
    /// `confidenceLevel`: Mức độ tin cậy, code 01..03; 02, digitised, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_level: Option<String>,
    /// `riskRecovery`: Chế độ dự phòng.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserve: bool,
    /// `riskRecoveryStatus`: code 01..02, where there is a reserve copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve_state: Option<String>,
    /// `description`: Mô tả, ghi chú.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

json_column!(FileFields);

impl FileFields {
    /// Checks what is given; what is absent is asked for when the file is closed.
    pub(super) fn check(&mut self, checks: &mut Checks) {
        for language in &self.languages {
            checks.code("/fields/languages", language, LAST_LANGUAGE);
        }
        if self.languages.len() > 11 {
            checks.fault("/fields/languages", "faults.not_a_count");
        }
        checks.partial_day("/fields/start_date", &mut self.start_date);
        checks.partial_day("/fields/end_date", &mut self.end_date);
        if let (Some(from), Some(to)) = (&self.start_date, &self.end_date)
            && ends_before(from, to)
        {
            checks.fault("/fields/end_date", "faults.ends_before_it_begins");
        }
        checks.line("/fields/keyword", self.keyword.as_deref(), 100);
        checks.count("/fields/total_documents", self.total_documents);
        checks.count("/fields/sheets", self.sheets);
        checks.count("/fields/pages", self.pages);
        for (pointer, code, last) in [
            ("/fields/physical_state", &self.physical_state, "03"),
            ("/fields/confidence_level", &self.confidence_level, "03"),
            ("/fields/reserve_state", &self.reserve_state, "02"),
        ] {
            if let Some(code) = code {
                checks.code(pointer, code, last);
            }
        }
        checks.line(
            "/fields/information_sign",
            self.information_sign.as_deref(),
            30,
        );
        let note = self.note.as_deref().unwrap_or_default();
        checks.note("/fields/note", note, LONGEST_NOTE.min(2000));
    }

    /// `confidenceLevel`, as the law counts it.
    pub fn confidence(&self) -> &str {
        self.confidence_level.as_deref().unwrap_or("02")
    }
}

/// What the law asks for before a file is closed.
pub(super) fn check_whole(file: &File) -> Result<()> {
    let (fields, mut checks) = (&file.fields, Checks::default());
    let wanting = [
        ("/fields/languages", fields.languages.is_empty()),
        ("/fields/start_date", fields.start_date.is_none()),
        ("/fields/end_date", fields.end_date.is_none()),
        ("/fields/sheets", fields.sheets.is_none()),
        (
            "/shelf_code",
            fields.confidence() == "02" && file.shelf_code.is_none(),
        ),
        (
            "/fields/reserve_state",
            fields.reserve && fields.reserve_state.is_none(),
        ),
    ];
    for (pointer, _) in wanting.iter().filter(|(_, wanting)| *wanting) {
        checks.fault(pointer, field_missing(pointer));
    }
    checks.done()
}

fn field_missing(pointer: &str) -> crate::messages::Message {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let name = crate::messages::Message::new(format!("structure.field.{name}"));
    crate::messages::Message::new("faults.field_missing")
        .with("field", crate::messages::Value::from(name))
}
