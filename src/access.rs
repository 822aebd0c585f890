//! People, roles, sessions, tokens, and the single question "may this caller do this".

mod people;
mod secrets;
mod sessions;
mod throttle;
mod tokens;

pub use people::{Person, change_person, first_run, list_people, make_person, set_password};
pub use secrets::{digest_of, fresh_code, fresh_secret};
pub use sessions::{Session, bearer, session, sign_in, sign_out};
pub use throttle::{admit, count_failure, meter};
pub use tokens::{NewToken, TokenRow, list_tokens, make_token, revoke_token};

use crate::archive::Archive;
use crate::catalogue::{Tx, text_enum};
use crate::error::{Error, Result};

impl Archive {
    /// A write transaction in the name of `caller`, under the archive's clock.
    ///
    /// # Errors
    /// `Unavailable` when the catalogue does not answer in time.
    pub async fn begin(&self, caller: &Caller) -> Result<Tx> {
        self.catalogue.begin_as(&caller.id).await
    }

    /// As [`Archive::begin`], in the name of the program itself.
    ///
    /// # Errors
    /// As [`Archive::begin`].
    pub async fn begin_as_machine(&self) -> Result<Tx> {
        self.begin(&Caller::machine()).await
    }
}

text_enum! {
    /// What a person is trusted with.
    pub enum Role {
        /// Văn thư – lưu trữ: delivers scans.
        Archivist,
        /// Chuyên viên: corrects records, confirms requests.
        Reviewer,
        /// Lãnh đạo: approves records, releases copies.
        Approver,
        /// Reads the log and everything behind it, changes nothing.
        Auditor,
        /// Makes people and tokens; sees no records by that alone.
        Administrator,
        /// A portal's token: asks for copies and follows them.
        Portal,
        /// Another system's token: fetches results with their holder's consent.
        Reuser,
    }
}

impl Role {
    /// Vietnamese name.
    pub fn vi(self) -> &'static str {
        match self {
            Self::Archivist => "Văn thư – lưu trữ",
            Self::Reviewer => "Chuyên viên",
            Self::Approver => "Lãnh đạo",
            Self::Auditor => "Kiểm tra viên",
            Self::Administrator => "Quản trị",
            Self::Portal => "Cổng dịch vụ",
            Self::Reuser => "Khai thác lại kết quả",
        }
    }
}

/// Roles as stored in a row, separated by commas; unknown words of a later version are ignored.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct RoleList(String);

impl From<RoleList> for Vec<Role> {
    fn from(list: RoleList) -> Self {
        list.0
            .split(',')
            .filter_map(|word| word.parse().ok())
            .collect()
    }
}

/// What can be done; the columns of the one table of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the word of each is its meaning
pub enum Act {
    DescribeHoldings,
    DeliverScans,
    ResolveFlags,
    SeeBatches,
    SeeRecords,
    SeeImages,
    CorrectRecords,
    ApproveRecords,
    ApproveCorrections,
    AskCopies,
    SeeRequests,
    ConfirmCopies,
    ReleaseCopies,
    OpenSeal,
    SeeSearches,
    EndSearches,
    ReuseResults,
    SeeLog,
    SeeQueue,
    Administer,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 20] = [
        Self::DescribeHoldings,
        Self::DeliverScans,
        Self::ResolveFlags,
        Self::SeeBatches,
        Self::SeeRecords,
        Self::SeeImages,
        Self::CorrectRecords,
        Self::ApproveRecords,
        Self::ApproveCorrections,
        Self::AskCopies,
        Self::SeeRequests,
        Self::ConfirmCopies,
        Self::ReleaseCopies,
        Self::OpenSeal,
        Self::SeeSearches,
        Self::EndSearches,
        Self::ReuseResults,
        Self::SeeLog,
        Self::SeeQueue,
        Self::Administer,
    ];
}

/// Who acts: a person, a token, the public, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Person or token id, `public`, or `machine`.
    pub id: String,
    /// For greeting; never logged.
    pub name: String,
    /// What they are trusted with.
    pub roles: Vec<Role>,
}

impl Caller {
    /// Anyone on the public pages.
    pub fn public() -> Self {
        Self {
            id: "public".into(),
            name: String::new(),
            roles: Vec::new(),
        }
    }

    /// The program itself, for jobs and the command line of whoever owns the data folder.
    pub fn machine() -> Self {
        Self {
            id: "machine".into(),
            name: "sogoc".into(),
            roles: Role::ALL.to_vec(),
        }
    }

    /// True when the caller has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The one function that decides.
pub fn may(caller: &Caller, act: Act) -> bool {
    use Role::{Administrator, Approver, Archivist, Auditor, Portal, Reviewer};
    let roles: &[Role] = match act {
        Act::DescribeHoldings | Act::DeliverScans => &[Archivist],
        Act::ResolveFlags => &[Archivist, Reviewer, Approver],
        Act::SeeBatches => &[Archivist, Reviewer, Approver, Auditor],
        Act::SeeRecords | Act::SeeImages => &[Archivist, Reviewer, Approver, Auditor],
        Act::CorrectRecords => &[Reviewer, Approver],
        Act::ApproveRecords => &[Reviewer, Approver],
        Act::ApproveCorrections => &[Approver],
        Act::AskCopies => &[Portal, Reviewer],
        Act::SeeRequests => &[Reviewer, Approver, Auditor],
        Act::ConfirmCopies => &[Reviewer],
        Act::ReleaseCopies => &[Approver],
        Act::OpenSeal => &[Approver, Administrator],
        Act::SeeSearches => &[Archivist, Reviewer, Auditor],
        Act::EndSearches => &[Archivist],
        Act::ReuseResults => &[Role::Reuser],
        Act::SeeLog => &[Auditor, Administrator],
        Act::SeeQueue => &[Archivist, Auditor, Administrator],
        Act::Administer => &[Administrator],
    };
    roles.iter().any(|role| caller.is(*role))
}

/// [`may`], as an outcome.
///
/// # Errors
/// `Forbidden`; `NotSignedIn` when nobody is signed in.
pub fn require(caller: &Caller, act: Act) -> Result<()> {
    if may(caller, act) {
        Ok(())
    } else if caller.roles.is_empty() {
        Err(Error::NotSignedIn)
    } else {
        Err(Error::Forbidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(role: Role) -> Caller {
        Caller {
            id: "x".into(),
            name: String::new(),
            roles: vec![role],
        }
    }

    #[test]
    fn the_public_may_do_nothing_by_role() {
        assert!(Act::ALL.iter().all(|act| !may(&Caller::public(), *act)));
    }

    #[test]
    fn an_administrator_sees_no_records_and_an_auditor_changes_nothing() {
        let administrator = holder(Role::Administrator);
        assert!(!may(&administrator, Act::SeeRecords));
        let changing = [
            Act::DeliverScans,
            Act::ResolveFlags,
            Act::CorrectRecords,
            Act::ApproveRecords,
            Act::ApproveCorrections,
            Act::ConfirmCopies,
            Act::ReleaseCopies,
            Act::OpenSeal,
            Act::Administer,
        ];
        assert!(
            changing
                .iter()
                .all(|act| !may(&holder(Role::Auditor), *act))
        );
    }

    #[test]
    fn no_single_role_both_confirms_and_releases_a_copy() {
        for role in Role::ALL.iter().copied() {
            let caller = holder(role);
            assert!(!(may(&caller, Act::ConfirmCopies) && may(&caller, Act::ReleaseCopies)));
        }
    }
}
