//! People, roles, sessions, tokens, and the single question "may this caller do this".

mod network;
mod own_sessions;
mod people;
mod review;
mod second_factor;
mod secrets;
mod sessions;
mod throttle;
mod tokens;
mod two_persons;
mod value_key;

pub use network::{Daily, Network, count_today};
pub use own_sessions::{
    OwnSession, end_other_sessions, end_session, is_own_form_token, own_sessions, prove_session,
};
pub use people::{
    Person, change_own_password, change_person, first_run, list_people, make_person, set_password,
};
pub use review::{Account, accounts, confirm_accounts, wake};
pub use second_factor::{
    Enrolment, RecoveryCodes, begin_second_factor, confirm_second_factor, reset_second_factor,
};
pub use secrets::{digest_of, new_code, new_secret};
pub use sessions::{Credentials, Session, bearer, prove, session, sign_in, sign_out};
pub use throttle::meter;
pub use tokens::{NewToken, TokenRow, list_tokens, make_token, revoke_token};
pub use two_persons::{Behind, is_human, may_approve, may_release, two_people};
pub use value_key::{accept_value_key, open_value_key, seal_stored, value_key_file};

use crate::archive::Archive;
use crate::catalogue::{Tx, text_enum};
use crate::error::{Error, Result};
use crate::messages::{self, Lang};

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
    /// Its name for people.
    pub fn name(self, lang: Lang) -> &'static str {
        messages::text(lang, &format!("people.role.{self}"))
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

/// Roles that nobody holds beside the administrator's: who grants power does not use it.
const SEPARATE_ROLES: [Role; 2] = [Role::Reviewer, Role::Approver];

/// What can be done; the columns of the one table of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
#[allow(missing_docs)] // the word of each is its meaning
pub enum Act {
    DescribeHoldings,
    DeliverScans,
    ResolveFlags,
    SeeBatches,
    SeeRecords,
    SeeImages,
    SeePersonalData,
    CorrectRecords,
    ApproveRecords,
    ApproveCorrections,
    AskCopies,
    SeeRequests,
    ConfirmCopies,
    ReleaseCopies,
    SignCopies,
    OpenSeal,
    SeeSearches,
    EndSearches,
    ReuseResults,
    SeeLog,
    SeeQuestions,
    SeeQueue,
    SteerQueue,
    Administer,
}

impl Act {
    /// Every act in the order of the source, for tests that hold for all of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether it is a person's own judgement, which no token and no program can take over.
    pub fn is_judgement(self) -> bool {
        matches!(
            self,
            Self::ResolveFlags
                | Self::CorrectRecords
                | Self::ApproveRecords
                | Self::ApproveCorrections
                | Self::ConfirmCopies
                | Self::ReleaseCopies
                | Self::EndSearches
        )
    }
}

/// What kind of caller somebody is; only a person is a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// Somebody signed in with a password.
    Person,
    /// A program that shows an API token.
    Token,
    /// The program itself: a job, a sweep, a command without `--as`.
    Machine,
    /// Anyone at all: who comes without session or token.
    Public,
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
    /// Person, token, program or anyone.
    pub kind: CallerKind,
    /// Whether they showed lately who they are; a session that was left open did not.
    pub fresh: bool,
}

impl Caller {
    /// Anyone on the public pages.
    pub fn public() -> Self {
        Self {
            id: "public".into(),
            name: String::new(),
            roles: Vec::new(),
            kind: CallerKind::Public,
            fresh: false,
        }
    }

    /// The program itself, for jobs and the command line of whoever owns the data folder.
    pub fn machine() -> Self {
        Self {
            id: "machine".into(),
            name: "sogoc".into(),
            roles: Role::ALL.to_vec(),
            kind: CallerKind::Machine,
            fresh: true,
        }
    }

    /// True when the caller has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The one function that decides: by role, and for an act of judgement only a person.
pub fn may(caller: &Caller, act: Act) -> bool {
    holds(caller, act) && (caller.kind == CallerKind::Person || !act.is_judgement())
}

fn holds(caller: &Caller, act: Act) -> bool {
    use Role::{Administrator, Approver, Archivist, Auditor, Portal, Reviewer};
    let roles: &[Role] = match act {
        Act::DescribeHoldings | Act::DeliverScans => &[Archivist],
        Act::ResolveFlags => &[Archivist, Reviewer, Approver],
        Act::SeeBatches => &[Archivist, Reviewer, Approver, Auditor],
        Act::SeeRecords => &[Archivist, Reviewer, Approver, Auditor],
        // A picture shows everything, so that values masked beside it would be masked to no effect.
        Act::SeeImages | Act::SeePersonalData => &[Archivist, Reviewer, Approver],
        Act::CorrectRecords => &[Reviewer, Approver],
        Act::ApproveRecords => &[Reviewer, Approver],
        Act::ApproveCorrections => &[Approver],
        Act::AskCopies => &[Portal, Reviewer],
        Act::SeeRequests => &[Reviewer, Approver, Auditor],
        Act::ConfirmCopies => &[Reviewer],
        Act::ReleaseCopies | Act::SignCopies => &[Approver],
        Act::OpenSeal => &[Approver, Administrator],
        Act::SeeSearches => &[Archivist, Reviewer, Auditor],
        Act::EndSearches => &[Archivist],
        Act::ReuseResults => &[Role::Reuser],
        Act::SeeLog => &[Auditor, Administrator],
        Act::SeeQuestions => &[Auditor],
        Act::SeeQueue => &[Archivist, Auditor, Administrator],
        Act::SteerQueue => &[Archivist, Administrator],
        Act::Administer => &[Administrator],
    };
    roles.iter().any(|role| caller.is(*role))
}

/// [`may`], as an outcome.
///
/// # Errors
/// `Forbidden`; `NotSignedIn` when nobody is signed in; `Refused` with code `needs_person` for a token or
/// program whose role allows what only a person may decide.
pub fn require(caller: &Caller, act: Act) -> Result<()> {
    require_any(caller, &[act])
}

/// As [`require`], where each of several rights is enough.
///
/// # Errors
/// As [`require`].
pub fn require_any(caller: &Caller, acts: &[Act]) -> Result<()> {
    if acts.iter().any(|act| may(caller, *act)) {
        Ok(())
    } else if acts.iter().any(|act| holds(caller, *act)) {
        Err(needs_person())
    } else if caller.roles.is_empty() && caller.kind != CallerKind::Person {
        Err(Error::NotSignedIn)
    } else {
        Err(Error::Forbidden)
    }
}

/// What gives or takes power, or leaves the house, is asked of who sits there now and not of a session left open.
///
/// # Errors
/// `Refused` with code `fresh_proof` when nobody showed a password or code within the last minutes.
pub fn require_fresh(caller: &Caller) -> Result<()> {
    match caller.fresh {
        true => Ok(()),
        false => Err(Error::refuse("errors.fresh_proof")),
    }
}

/// The refusal of judgement to whoever is no person.
pub(crate) fn needs_person() -> Error {
    Error::refuse("errors.needs_person")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(role: Role) -> Caller {
        Caller {
            id: "x".into(),
            name: String::new(),
            roles: vec![role],
            kind: CallerKind::Person,
            fresh: true,
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
            Act::SteerQueue,
            Act::Administer,
        ];
        assert!(
            changing
                .iter()
                .all(|act| !may(&holder(Role::Auditor), *act))
        );
    }

    #[test]
    fn no_token_and_no_program_judges() {
        let judgements = Act::ALL.iter().filter(|act| act.is_judgement());
        for act in judgements {
            let token = Caller {
                kind: CallerKind::Token,
                ..Caller::machine()
            };
            for caller in [token, Caller::machine()] {
                let outcome = require(&caller, *act).unwrap_err();
                assert_eq!(outcome.code(), "needs_person", "{act:?}");
            }
        }
    }

    #[test]
    fn no_single_role_both_confirms_and_releases_a_copy() {
        for role in Role::ALL.iter().copied() {
            let caller = holder(role);
            assert!(!(may(&caller, Act::ConfirmCopies) && may(&caller, Act::ReleaseCopies)));
        }
    }
}
