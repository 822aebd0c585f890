//! Where a request for copies stands. It is said here and not with the requests, because the last of its lines in the
//! issue book ends a request.

use crate::catalogue::{State, text_enum};

text_enum! {
    /// Where a request stands.
    pub enum RequestState {
        /// A clerk is to look for the record.
        Received,
        /// The applicant is to answer; its term stands still.
        Waiting,
        /// The archivist looks in what is not digitised.
        Searching,
        /// A clerk named the record; an approver is to release it.
        Confirmed,
        /// Its copies are being made.
        Released,
        /// Its copies are issued.
        Issued,
        /// No copy is given, for a reason.
        Refused,
        /// The applicant took it back.
        Withdrawn,
        /// The applicant did not answer in time.
        Expired,
    }
}

impl State for RequestState {
    const TABLE: &'static str = "copy_requests";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Received => &[
                Self::Waiting,
                Self::Searching,
                Self::Confirmed,
                Self::Refused,
                Self::Withdrawn,
            ],
            Self::Waiting => &[
                Self::Received,
                Self::Refused,
                Self::Withdrawn,
                Self::Expired,
            ],
            Self::Searching => &[
                Self::Received,
                Self::Confirmed,
                Self::Refused,
                Self::Withdrawn,
            ],
            // A record that has changed sends it back; another record may be named.
            Self::Confirmed => &[
                Self::Received,
                Self::Confirmed,
                Self::Released,
                Self::Refused,
                Self::Withdrawn,
            ],
            // What nobody signed in time is released again.
            // Back to confirmed and not to received: what was decided stays decided, only the
            // signature is missing.
            Self::Released => &[Self::Confirmed, Self::Issued, Self::Refused],
            Self::Issued | Self::Refused | Self::Withdrawn | Self::Expired => &[],
        }
    }
}
