//! One look at one object, and what of it is worth telling.

use super::Finding;
use crate::archive::Archive;
use crate::catalogue::text_enum;
use crate::vault::{FileCheck, FileState, ObjectId, Report, VaultError};

text_enum! {
    /// What was seen of one object.
    #[allow(missing_docs)] // the words say it
    pub(super) enum Outcome {
        Whole,
        Damaged,
        Unreadable,
    }
}

pub(super) struct ObjectCheck {
    pub location: String,
    pub object_id: Option<String>,
    pub outcome: Outcome,
    pub files: u64,
    pub bytes: u64,
    pub findings: Vec<Finding>,
}

impl ObjectCheck {
    /// Re-reads an object; one that does not match is read once more before it is called damaged.
    pub(super) async fn at(archive: &Archive, id: &ObjectId) -> Self {
        let first = Self::once(archive, id).await;
        match first.outcome {
            Outcome::Damaged => Self::once(archive, id).await,
            _ => first,
        }
    }

    async fn once(archive: &Archive, id: &ObjectId) -> Self {
        match archive.vault.verify(id).await {
            Ok(report) => Self::of_report(id, &report),
            Err(error) => {
                let (outcome, word) = match &error {
                    VaultError::NotFound { .. } => (Outcome::Damaged, "missing_object"),
                    VaultError::Unavailable { .. } => (Outcome::Unreadable, "could_not_read"),
                    _ => (Outcome::Damaged, "corrupt"),
                };
                let finding = Finding {
                    object_id: Some(id.to_string()),
                    location: id.location(),
                    path: String::new(),
                    outcome: word.into(),
                    detail: error.to_string(),
                };
                Self::of_finding(finding, outcome)
            }
        }
    }

    /// A place the walk could not make sense of: an object whose inventory is damaged, or a file
    /// that belongs to none.
    pub(super) fn at_damaged_place(what: &str, detail: String) -> Self {
        let finding = Finding {
            object_id: None,
            location: what.strip_prefix("object at ").unwrap_or(what).to_owned(),
            path: String::new(),
            outcome: "corrupt".into(),
            detail,
        };
        Self::of_finding(finding, Outcome::Damaged)
    }

    fn of_finding(finding: Finding, outcome: Outcome) -> Self {
        Self {
            location: finding.location.clone(),
            object_id: finding.object_id.clone(),
            outcome,
            files: 0,
            bytes: 0,
            findings: vec![finding],
        }
    }

    fn of_report(id: &ObjectId, report: &Report) -> Self {
        let location = id.location();
        let finding = |file: &FileCheck| Finding {
            object_id: Some(id.to_string()),
            location: location.clone(),
            path: file.path.clone(),
            outcome: file.state.code().into(),
            detail: detail_of(file),
        };
        Self {
            object_id: Some(id.to_string()),
            outcome: outcome_of(report),
            files: report.files.len() as u64,
            bytes: report.files.iter().map(|file| file.bytes).sum(),
            findings: report.damaged().map(finding).collect(),
            location,
        }
    }
}

/// One damaged file makes the object damaged; one unread file alone does not.
fn outcome_of(report: &Report) -> Outcome {
    let unread = |file: &FileCheck| matches!(file.state, FileState::CouldNotRead { .. });
    if report.is_sound() {
        Outcome::Whole
    } else if report.damaged().all(unread) {
        Outcome::Unreadable
    } else {
        Outcome::Damaged
    }
}

fn detail_of(file: &FileCheck) -> String {
    let expected = file
        .expected
        .map_or_else(String::new, |digest| format!("expected SHA-256 {digest}"));
    match &file.state {
        FileState::Mismatch { found } => format!("{expected}, found {found}"),
        FileState::CouldNotRead { why } => why.clone(),
        _ => expected,
    }
}
