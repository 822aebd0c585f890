//! What a request says, brings along, costs and how long it may take.

mod clock;
mod fields;
mod inbox;
mod matching;
mod messages;
mod papers;
mod preservation;
mod searching;
mod several;

use std::io::Write;

use sogoc::access::Network;
use sogoc::archive::Archive;
use sogoc::copy_request::{self, Applicant, AskGiven, Evidence, Sought};
use sogoc::error::Result;

/// A paper from somebody's address, as the public door takes it.
pub async fn add_paper(
    archive: &Archive,
    code: &str,
    name: &str,
    bytes: &[u8],
) -> Result<Evidence> {
    let network = Network::of([203, 0, 113, 9].into());
    let admitted = copy_request::admit_paper(archive, &network, code).await?;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    copy_request::add_evidence(archive, &admitted, name, file.path()).await
}

/// A request for the diploma of somebody who does not exist.
pub fn asking() -> AskGiven {
    AskGiven {
        applicant: Applicant {
            name: "Lê Văn Mẫu".into(),
            contact: "0900 000 000".into(),
            standing: "self".into(),
            ..Applicant::default()
        },
        wanted: Sought {
            ho_ten: "Lê Văn Mẫu".into(),
            ..Sought::default()
        },
        consent: Some("2026-01".into()),
        idempotency_key: None,
    }
}
