//! What a request says, brings along, costs and how long it may take.

mod clock;
mod matching;
mod messages;
mod papers;
mod preservation;
mod searching;
mod several;

use sogoc::copy_request::{Applicant, AskGiven, Sought};

/// A request for the diploma of somebody who does not exist.
pub fn asking() -> AskGiven {
    AskGiven {
        applicant: Applicant {
            name: "Lê Văn Mẫu".into(),
            contact: "0900 000 000".into(),
            standing: "self".into(),
        },
        wanted: Sought {
            ho_ten: "Lê Văn Mẫu".into(),
            ..Sought::default()
        },
        consent: Some("2026-01".into()),
        idempotency_key: None,
    }
}
