//! The fields of a document: `EAD_doc` of TT 05/2025/TT-BNV. Those that follow from its file and pages are not here.

use crate::catalogue::json_column;
use crate::holding::Checks;

/// What is said of a document. What is not known is absent.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct DocumentFields {
    /// `maintenance`: code 01..07; its file's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<String>,
    /// `typeName`: kind of paper, code 01 to 32 of the circular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// Class id under code 32: diploma, register page, exam list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// `codeNumber`: Số, up to 11 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_number: Option<String>,
    /// `codeNotation`: Ký hiệu, up to 30 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_notation: Option<String>,
    /// `issuedDate`: as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_date: Option<String>,
    /// `organName`: Tên cơ quan ban hành.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organ_name: Option<String>,
    /// `subject`: Trích yếu nội dung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `language`: codes 01 to 11 of the circular.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// `numberOfPage` as on paper, where it differs from what was scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages_on_paper: Option<i64>,
    /// `inforSign`: Ký hiệu thông tin, up to 30 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_sign: Option<String>,
    /// `keyword`: Từ khóa, up to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// `mode`: code 01..03; its file's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// `confidenceLevel`: code 01..03; 02, digitised, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_level: Option<String>,
    /// `autograph`: Bút tích, up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autograph: Option<String>,
    /// `format`: Tình trạng vật lý, code 01..03.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_state: Option<String>,
    /// `process`: Quy trình xử lý, where it was born electronic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<bool>,
    /// `riskRecovery`: Chế độ dự phòng.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserve: bool,
    /// `riskRecoveryStatus`: code 01 or 02 of the circular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve_state: Option<String>,
    /// `description`: Ghi chú, up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

json_column!(DocumentFields);

impl DocumentFields {
    pub(super) fn check(&mut self, checks: &mut Checks) {
        for (pointer, code, last) in [
            ("/fields/maintenance", &self.maintenance, "07"),
            ("/fields/type_name", &self.type_name, "32"),
            ("/fields/mode", &self.mode, "03"),
            ("/fields/confidence_level", &self.confidence_level, "03"),
            ("/fields/physical_state", &self.physical_state, "03"),
            ("/fields/reserve_state", &self.reserve_state, "02"),
        ] {
            if let Some(code) = code {
                checks.code(pointer, code, last);
            }
        }
        for language in &self.languages {
            checks.code("/fields/languages", language, "11");
        }
        // As many as the list of the circular has; more can only be repetitions.
        if self.languages.len() > 11 {
            checks.fault("/fields/languages", "faults.not_a_count");
        }
        for (pointer, text, longest) in [
            ("/fields/class", &self.class, 100),
            ("/fields/code_number", &self.code_number, 11),
            ("/fields/code_notation", &self.code_notation, 30),
            ("/fields/organ_name", &self.organ_name, 200),
            ("/fields/subject", &self.subject, 500),
            ("/fields/information_sign", &self.information_sign, 30),
            ("/fields/keyword", &self.keyword, 100),
        ] {
            checks.line(pointer, text.as_deref(), longest);
        }
        checks.partial_day("/fields/issued_date", &mut self.issued_date);
        checks.count("/fields/pages_on_paper", self.pages_on_paper);
        let notes = [
            ("/fields/autograph", &self.autograph, 2000),
            ("/fields/note", &self.note, 500),
        ];
        for (pointer, text, longest) in notes {
            checks.note(pointer, text.as_deref().unwrap_or_default(), longest);
        }
    }
}
