//! Signatures that fit, but rest on algorithms or keys that prove nothing: made by openssl, told by a word of their own.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use sogoc::copy_pdf::compose;
use sogoc::seal::{FileCheck, Purpose, SignRequest, Trust, Verdict, prepare, verify};

use super::{Office, now, request};
use crate::copy_pdf::sample;

/// A stranger with keys of their own.
struct Stranger(tempfile::TempDir);

impl Stranger {
    fn new() -> Stranger {
        Stranger(tempfile::tempdir().unwrap())
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path());
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "openssl {arguments}: {said}");
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// A self-signed certificate with an RSA key of `bits` bits.
    fn certificate(&self, name: &str, bits: u32, digest: &str) {
        self.openssl(&format!(
            "req -x509 -newkey rsa:{bits} -nodes -{digest} -subj /CN={name} -days 3650 \
             -keyout {name}.key -out {name}.pem"
        ));
    }

    /// `pdf` signed with these options of `openssl cms`.
    fn signed(&self, pdf: &[u8], options: &str) -> Vec<u8> {
        let asked = SignRequest {
            signing_time: Timestamp::now(),
            ..request(&sample())
        };
        let prepared = prepare(pdf, &asked, "Người lạ", 9_000).unwrap();
        let (open, close, bytes) = gap(&prepared.clone().embed(&[]).unwrap());
        let content = [&bytes[..open], &bytes[close..]].concat();
        std::fs::write(self.at("content"), content).unwrap();
        self.openssl(&format!(
            "cms -sign -binary -nosmimecap -outform DER -in content -out signature {options}"
        ));
        prepared
            .embed(&std::fs::read(self.at("signature")).unwrap())
            .unwrap()
    }

    fn trust(&self, names: &[&str]) -> Trust {
        let pem = |name: &&str| std::fs::read_to_string(self.at(&format!("{name}.pem"))).unwrap();
        Trust::from_pem(&names.iter().map(pem).collect::<String>()).unwrap()
    }
}

/// Where the gap opens and closes.
fn gap(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let word = b"/Contents <";
    let open = bytes
        .windows(word.len())
        .rposition(|here| here == word)
        .unwrap()
        + word.len()
        - 1;
    let close = open + bytes[open..].iter().position(|&byte| byte == b'>').unwrap() + 1;
    (open, close, bytes.to_vec())
}

fn judged(file: &[u8], trust: &Trust) -> Verdict {
    let verdict = verify(file, trust, Timestamp::now());
    assert!(!verdict.holds(), "{verdict:?}");
    verdict
}

#[test]
fn a_weak_digest_or_key_has_its_own_word_and_a_change_is_a_change_all_the_same() {
    let stranger = Stranger::new();
    stranger.certificate("sound", 2048, "sha256");
    stranger.certificate("short", 1024, "sha256");
    let plain = compose(&sample()).unwrap().pdf;
    let trust = stranger.trust(&["sound", "short"]);
    for options in [
        "-md sha1 -signer sound.pem -inkey sound.key",
        "-md md5 -signer sound.pem -inkey sound.key",
        "-md sha224 -signer sound.pem -inkey sound.key",
        "-md sha256 -cades -signer short.pem -inkey short.key",
    ] {
        let signed = stranger.signed(&plain, options);
        let verdict = judged(&signed, &trust);
        assert_eq!(verdict.file, FileCheck::Weak, "{options}");
        assert_eq!(verdict.each[0].file, FileCheck::Weak, "{options}");
        assert!(verdict.signer.is_none(), "nobody is proven to have signed");
        let mut changed = signed.clone();
        changed[200] ^= 1;
        assert_eq!(
            judged(&changed, &trust).file,
            FileCheck::Altered,
            "{options}"
        );
    }
    let sound = stranger.signed(
        &plain,
        "-md sha256 -cades -signer sound.pem -inkey sound.key",
    );
    assert_eq!(
        verify(&sound, &trust, Timestamp::now()).file,
        FileCheck::Unchanged
    );
}

#[test]
fn a_certificate_signed_with_a_weak_digest_is_weak_unless_it_is_trusted_itself() {
    let stranger = Stranger::new();
    stranger.certificate("root", 2048, "sha1");
    stranger
        .openssl("req -new -newkey rsa:2048 -nodes -subj /CN=leaf -keyout leaf.key -out leaf.csr");
    for (digest, name) in [("sha1", "weak"), ("sha256", "sound")] {
        stranger.openssl(&format!(
            "x509 -req -in leaf.csr -{digest} -CA root.pem -CAkey root.key -CAcreateserial -days 900 -out {name}.pem"
        ));
    }
    let plain = compose(&sample()).unwrap().pdf;
    let signed = |name: &str| {
        stranger.signed(
            &plain,
            &format!("-md sha256 -cades -signer {name}.pem -inkey leaf.key -certfile root.pem"),
        )
    };
    let trusted = stranger.trust(&["root"]);
    assert_eq!(judged(&signed("weak"), &trusted).file, FileCheck::Weak);
    // A root is trusted byte by byte: what its signature over itself is worth does not matter.
    let sound = verify(&signed("sound"), &trusted, Timestamp::now());
    assert_eq!(sound.file, FileCheck::Unchanged);
    let unknown = judged(&signed("sound"), &Trust::none());
    assert_eq!(unknown.file, FileCheck::Weak);
}

#[test]
fn signatures_that_are_weak_by_their_very_kind_are_weak() {
    let office = Office::new();
    let sealed = office.sealed();
    for kind in ["/adbe.x509.rsa_sha1", "/adbe.pkcs7.sha1"] {
        let text = String::from_utf8_lossy(b"/ETSI.CAdES.detached");
        let kind = format!("{kind:<width$}", width = text.len());
        let at = sealed
            .windows(text.len())
            .rposition(|here| here == text.as_bytes())
            .unwrap();
        let mut changed = sealed.clone();
        changed[at..at + text.len()].copy_from_slice(kind.as_bytes());
        assert_eq!(judged(&changed, &office.trust()).file, FileCheck::Weak);
    }
}

#[test]
fn a_time_stamp_with_a_weak_digest_is_weak_and_what_it_covers_is_not_proven() {
    let stranger = Stranger::new();
    stranger.openssl("req -new -newkey rsa:2048 -nodes -subj /CN=tsa -keyout tsa.key -out tsa.csr");
    std::fs::write(
        stranger.at("ext"),
        "extendedKeyUsage=critical,timeStamping\n",
    )
    .unwrap();
    stranger.openssl(
        "x509 -req -in tsa.csr -sha256 -signkey tsa.key -extfile ext -days 900 -out tsa.pem",
    );
    std::fs::write(
        stranger.at("tsa.cnf"),
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n\
         signer_digest=sha1\ndefault_policy=1.2.3.4.1\ndigests=sha256\ness_cert_id_alg=sha256\n",
    )
    .unwrap();
    std::fs::write(stranger.at("serial"), "01\n").unwrap();
    let office = Office::new();
    let mut stamp = request(&sample());
    stamp.field_name = "DauThoiGian".to_owned();
    let prepared = prepare(&office.sealed(), &stamp, "", 9_000).unwrap();
    let file = as_time_stamp(&prepared.embed(&[]).unwrap());
    let (open, close, bytes) = gap(&file);
    std::fs::write(
        stranger.at("content"),
        [&bytes[..open], &bytes[close..]].concat(),
    )
    .unwrap();
    stranger.openssl("ts -query -data content -sha256 -cert -out query");
    stranger.openssl("ts -reply -config tsa.cnf -section t -queryfile query -token_out -out token");
    let token = std::fs::read(stranger.at("token")).unwrap();
    let mut stamped = file;
    let digits = hex(&token);
    stamped[open + 1..open + 1 + digits.len()].copy_from_slice(digits.as_bytes());
    let verdict = verify(&stamped, &office.trust(), now());
    let found = verdict
        .each
        .iter()
        .find(|one| one.purpose == Purpose::TimeStamp)
        .unwrap();
    assert_eq!(found.file, FileCheck::Weak, "{verdict:?}");
    assert_eq!(verdict.file, FileCheck::AddedTo, "nobody accounts for it");
}

fn as_time_stamp(bytes: &[u8]) -> Vec<u8> {
    let (own, other) = (b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       ");
    let at = bytes
        .windows(own.len())
        .rposition(|here| here == own)
        .unwrap();
    let mut changed = bytes.to_vec();
    changed[at..at + own.len()].copy_from_slice(other);
    changed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_command_says_weak_and_not_altered() {
    let stranger = Stranger::new();
    stranger.certificate("sound", 2048, "sha256");
    let plain = compose(&sample()).unwrap().pdf;
    let signed = stranger.signed(&plain, "-md sha1 -signer sound.pem -inkey sound.key");
    std::fs::write(stranger.at("file.pdf"), signed).unwrap();
    let said = run(&stranger.at("file.pdf"), &stranger.at("sound.pem"));
    assert_eq!(said.0, Some(1));
    assert!(
        said.1.lines().next().unwrap().contains("quá yếu"),
        "{}",
        said.1
    );
}

fn run(file: &Path, trust: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    command.arg("verify").arg(file).arg("--trust").arg(trust);
    let said = command.output().unwrap();
    (said.status.code(), String::from_utf8(said.stdout).unwrap())
}
