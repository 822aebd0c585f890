//! Whose seal it is: any customer of a trusted authority can seal any file, and sign again what was sealed.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use sogoc::copy_pdf::compose;
use sogoc::seal::{FileCheck, Level, OfficeCheck, Purpose, Seal, Trust, verify};

use super::levels::{content, seal_now, trust, unasked, write};
use super::{Office, now, request};
use crate::copy_pdf::sample;
use crate::support::authority::{Authority, KeyKind};

/// Office and citizen with certificates of one authority, and the identity file of the office.
struct Customers {
    authority: Authority,
    office: Arc<Seal>,
    citizen: Arc<Seal>,
    identity: String,
}

impl Customers {
    fn new() -> Customers {
        let authority = Authority::start();
        authority.signer("office", KeyKind::EcdsaP256);
        authority.signer("citizen", KeyKind::EcdsaP256);
        let of = |name| unasked(&authority, name, Level::BB, Timestamp::now());
        let (office, citizen) = (of("office"), of("citizen"));
        let identity = office.identity_file();
        Customers {
            authority,
            office,
            citizen,
            identity,
        }
    }

    /// The office's own trust in its authority, and who it is.
    fn trust(&self) -> Trust {
        let office = Trust::from_identity(&self.identity)
            .unwrap()
            .office()
            .to_vec();
        trust(&self.authority).meaning(office)
    }

    /// Exit code of `sogoc verify`, and what it says of the office.
    fn at_the_command_line(&self, file: &[u8], identity: Option<&Path>) -> (Option<i32>, Value) {
        let pdf = write(&self.authority, "file.pdf", file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
        command.args(["--json", "verify"]).arg(pdf);
        command.arg("--trust").arg(self.authority.root());
        if let Some(identity) = identity {
            command.arg("--identity").arg(identity);
        }
        let said = command.output().unwrap();
        let answer: Value = serde_json::from_slice(&said.stdout).unwrap();
        (said.status.code(), answer["verdict"]["office"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizens_certificate_of_the_same_authority_is_not_the_office() {
    let customers = Customers::new();
    let identity = write(
        &customers.authority,
        "identity.pem",
        customers.identity.as_bytes(),
    );
    let own = seal_now(&customers.office).await.unwrap();
    let forged = seal_now(&customers.citizen).await.unwrap();
    for (file, whose, code) in [
        (&own, OfficeCheck::Office, 0),
        (&forged, OfficeCheck::SomebodyElse, 1),
    ] {
        let verdict = verify(file, &customers.trust(), Timestamp::now());
        assert!(verdict.holds(), "the signature itself is good: {verdict:?}");
        assert_eq!(verdict.office, whose);
        let said = customers.at_the_command_line(file, Some(&identity));
        assert_eq!(said, (Some(code), Value::from(whose.code())));
        let said = customers.at_the_command_line(file, None);
        assert_eq!(said, (Some(3), Value::from("not_known")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_file_that_somebody_else_signed_again_is_said_to_be_just_that() {
    let customers = Customers::new();
    let sealed = seal_now(&customers.office).await.unwrap();
    let mut again = request(&content());
    again.field_name = "NguoiKhac".to_owned();
    let twice = customers.citizen.sign(&sealed, &again).unwrap();
    let verdict = verify(&twice, &customers.trust(), Timestamp::now());
    assert_eq!(verdict.office, OfficeCheck::OthersToo);
    let [first, second] = &verdict.each[..] else {
        panic!("{verdict:?}")
    };
    assert_eq!(
        (first.file, second.file),
        (FileCheck::AddedTo, FileCheck::Unchanged)
    );
    assert_eq!(
        (first.covers, first.added),
        (sealed.len(), twice.len() - sealed.len())
    );
    assert_eq!((second.covers, second.added), (twice.len(), 0));
    assert_eq!(
        (first.purpose, second.field.as_str()),
        (Purpose::Seal, "NguoiKhac")
    );
    let signers = [first, second].map(|one| one.signer.as_ref().unwrap().name.clone());
    assert_eq!(signers, ["Thử nghiệm office", "Thử nghiệm citizen"]);
    let identity = write(
        &customers.authority,
        "identity.pem",
        customers.identity.as_bytes(),
    );
    let said = customers.at_the_command_line(&twice, Some(&identity));
    assert_eq!(said, (Some(1), Value::from("others_too")));
}

#[test]
fn an_office_that_seals_twice_is_still_alone() {
    let office = Office::new();
    let mut second = request(&sample());
    second.field_name = "DauCapTren".to_owned();
    let twice = office.seal.sign(&office.sealed(), &second).unwrap();
    let trust = Trust::from_identity(&office.seal.identity_file()).unwrap();
    let verdict = verify(&twice, &trust, now());
    assert!(verdict.holds(), "{verdict:?}");
    assert_eq!(
        (verdict.office, verdict.each.len()),
        (OfficeCheck::Office, 2)
    );
}

#[test]
fn an_older_seal_that_no_longer_fits_spoils_the_file() {
    let office = Office::new();
    let mut sealed = office.sealed();
    let at = sealed
        .windows(9)
        .rposition(|here| here == b"/Contents")
        .unwrap()
        + 400;
    sealed[at] = if sealed[at] == b'7' { b'8' } else { b'7' };
    let mut second = request(&sample());
    second.field_name = "DauCapTren".to_owned();
    let twice = office.seal.sign(&sealed, &second).unwrap();
    let trust = Trust::from_identity(&office.seal.identity_file()).unwrap();
    let verdict = verify(&twice, &trust, now());
    assert_eq!(
        verdict.file,
        FileCheck::SignedAgain,
        "the newest covers everything, but not what was sealed"
    );
    assert_eq!(verdict.each[0].file, FileCheck::Altered);
    assert!(!verdict.holds() && verdict.office == OfficeCheck::OthersToo);
}

#[test]
fn a_certificate_that_only_looks_the_same_is_not_the_office() {
    let (office, double) = (Office::new(), Office::new());
    let composed = compose(&sample()).unwrap();
    let forged = double
        .seal
        .sign(&composed.pdf, &request(&sample()))
        .unwrap();
    let anchors = double.seal.trust();
    let identity = Trust::from_identity(&office.seal.identity_file()).unwrap();
    let verdict = verify(&forged, &anchors.meaning(identity.office().to_vec()), now());
    assert!(
        verdict.holds(),
        "whoever trusts the double's authority finds nothing else"
    );
    assert_eq!(verdict.office, OfficeCheck::SomebodyElse);
}
