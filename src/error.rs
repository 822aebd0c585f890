//! What became of the caller's wish, and the tables that translate it: to HTTP, to a job's
//! decision, to an exit code. Messages are Vietnamese first, English second, and hold no personal data.

/// A fault in one place of what the caller gave.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// JSON pointer to the place, such as `/declared_count`.
    pub pointer: String,
    /// Vietnamese sentence.
    pub vi: String,
    /// English sentence.
    pub en: String,
}

/// The outcomes of every verb.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("{what} not found")]
    NotFound {
        /// Kind of thing, such as `batch`.
        what: &'static str,
    },
    /// Something by that name or key is there already.
    #[error("{what} already exists")]
    AlreadyExists {
        /// Kind of thing.
        what: &'static str,
    },
    /// The caller has not said who they are, or said it wrongly.
    #[error("sign-in needed")]
    NotSignedIn,
    /// The caller may not do this.
    #[error("not permitted")]
    Forbidden,
    /// Too many attempts; try again later.
    #[error("too many attempts")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// What was given is not acceptable.
    #[error("invalid input: {}", .0.first().map_or("", |f| f.en.as_str()))]
    Invalid(Vec<Fault>),
    /// The state of things does not allow it now.
    #[error("{en}")]
    Refused {
        /// Stable word.
        code: &'static str,
        /// Vietnamese sentence.
        vi: String,
        /// English sentence.
        en: String,
    },
    /// Kept bytes are not what they were.
    #[error("damaged: {what}")]
    Corrupt {
        /// What is damaged.
        what: String,
    },
    /// A part is out of reach; the same wish may succeed later.
    #[error("{part} is unavailable")]
    Unavailable {
        /// The part.
        part: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The wish stands, but something outside must be put right first; it is then met without being said again.
    #[error("{en}")]
    Blocked {
        /// Stable word.
        code: &'static str,
        /// Vietnamese sentence.
        vi: String,
        /// English sentence.
        en: String,
    },
    /// A fault of the program.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// Result of a verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One fault at one place.
    pub fn invalid(pointer: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault {
            pointer: pointer.into(),
            vi: vi.into(),
            en: en.into(),
        }])
    }

    /// A refusal with its stable word.
    pub fn refused(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused {
            code,
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// A part that cannot be reached.
    pub fn unavailable(
        part: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            part,
            source: source.into(),
        }
    }

    /// Stable word for problem documents, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::AlreadyExists { .. } => "already_exists",
            Self::NotSignedIn => "not_signed_in",
            Self::Forbidden => "forbidden",
            Self::TooMany { .. } => "too_many_attempts",
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } | Self::Blocked { code, .. } => code,
            Self::Corrupt { .. } => "corrupt",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            Self::AlreadyExists { .. } | Self::Refused { .. } => 409,
            Self::NotSignedIn => 401,
            Self::Forbidden => 403,
            Self::TooMany { .. } => 429,
            Self::Invalid(_) => 422,
            Self::Unavailable { .. } | Self::Blocked { .. } => 503,
            Self::Corrupt { .. } | Self::Internal(_) => 500,
        }
    }

    /// True when a job that met this should be tried again later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. } | Self::TooMany { .. } | Self::Blocked { .. }
        )
    }

    /// Exit code of the command line, after sysexits(3).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Invalid(_) => 65,
            Self::NotFound { .. } => 66,
            Self::NotSignedIn | Self::Forbidden => 77,
            Self::AlreadyExists { .. } | Self::Refused { .. } => 73,
            Self::Corrupt { .. } => 2,
            Self::Unavailable { .. } | Self::TooMany { .. } | Self::Blocked { .. } => 75,
            Self::Internal(_) => 70,
        }
    }

    /// The sentence for a reader of Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            Self::NotFound { .. } => "Không tìm thấy, hoặc bạn không được xem.".into(),
            Self::AlreadyExists { .. } => "Đã có rồi; không tạo thêm.".into(),
            Self::NotSignedIn => "Cần đăng nhập, hoặc tên và mật khẩu không đúng.".into(),
            Self::Forbidden => "Bạn không có quyền làm việc này.".into(),
            Self::TooMany { retry_after } => {
                format!("Thử quá nhiều lần. Hãy đợi {retry_after} giây.")
            }
            Self::Invalid(faults) => faults
                .iter()
                .map(|f| f.vi.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            Self::Refused { vi, .. } | Self::Blocked { vi, .. } => vi.clone(),
            Self::Corrupt { .. } => {
                "Dữ liệu lưu giữ không còn nguyên vẹn; đã dừng lại và không trả ra.".into()
            }
            Self::Unavailable { part, .. } => format!(
                "{} tạm thời không dùng được. Chưa có gì bị mất; hãy thử lại.",
                part_vi(part)
            ),
            Self::Internal(_) => "Lỗi của chương trình. Chưa có gì được ghi nhận.".into(),
        }
    }

    /// The sentence for a reader of English.
    pub fn en(&self) -> String {
        match self {
            Self::Unavailable { part, .. } => {
                format!("Out of reach just now: {part}. Nothing is lost; try again.")
            }
            Self::Internal(_) => "A fault of the program. Nothing was recorded.".into(),
            Self::Invalid(faults) => faults
                .iter()
                .map(|f| f.en.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            other => other.to_string(),
        }
    }
}

/// The part in words of the office; steps inside a part are not worth a name of their own.
fn part_vi(part: &str) -> &'static str {
    match part {
        "catalogue" => "Danh mục (cơ sở dữ liệu)",
        "vault" => "Kho lưu tệp",
        "disk" => "Đĩa",
        "index" => "Bộ tìm kiếm",
        "reading" => "Bộ đọc trang",
        "seal" => "Bộ ký số",
        "verification" => "Bộ kiểm tra chữ ký",
        "server" => "Máy chủ",
        _ => "Một bộ phận của hệ thống",
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound { what: "row" },
            sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_) => Self::Internal(error.to_string()),
            sqlx::Error::Database(ref db) if db.is_unique_violation() => {
                Self::AlreadyExists { what: "row" }
            }
            sqlx::Error::Database(ref db)
                if db.is_foreign_key_violation() || db.is_check_violation() =>
            {
                Self::Internal("a rule of the catalogue was broken".into())
            }
            other => Self::unavailable("catalogue", other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("kept JSON does not parse: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable("disk", error)
    }
}
