//! A certificate authority of openssl with everything a seal asks of the network: a time authority, an OCSP
//! responder and a revocation list, answered by a small server of the test's own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::child::TiedChild;
use super::pip;
use super::wait::wait_until;

/// Password of every key file made here.
pub const PASSWORD: &str = "một mật khẩu thử";

/// What kind of key a signer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Rsa2048,
    EcdsaP256,
}

/// What an issued certificate says, beside its subject.
pub struct Wanted<'a> {
    pub key: KeyKind,
    /// Lines of extensions, as openssl writes them.
    pub extensions: &'a str,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Extensions of a signer's certificate, in the syntax of openssl.
pub const SIGNING: &str = "keyUsage=critical,digitalSignature,nonRepudiation\n";

/// The authority. Its servers end with it.
pub struct Authority {
    folder: TempDir,
    url: String,
    _process: TiedChild,
}

impl Authority {
    /// Makes root, time authority and OCSP responder, and starts the server.
    pub fn start() -> Authority {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/authority.py");
        let log = folder.path().join("server.log");
        let arguments = [&script, folder.path()].map(|path: &Path| path.display().to_string());
        let process = TiedChild::start(Path::new("/usr/bin/python3"), &arguments, &log);
        let url = format!("http://127.0.0.1:{}", port(&log));
        let authority = Authority {
            folder,
            url,
            _process: process,
        };
        authority.make_root();
        let (from, until) = authority.ten_years();
        authority.renew_tsa(until);
        authority.issue(
            "ocsp",
            &Wanted {
                key: KeyKind::EcdsaP256,
                extensions: "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n",
                from,
                until,
            },
        );
        authority
    }

    /// Gives the time authority a new key, whose certificate ends then.
    pub fn renew_tsa(&self, until: Timestamp) {
        self.issue(
            "tsa",
            &Wanted {
                key: KeyKind::EcdsaP256,
                extensions: "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n",
                from: self.a_year().0,
                until,
            },
        );
    }

    /// Sets for how many days OCSP answers are valid.
    pub fn ocsp_days(&self, days: u32) {
        fs::write(self.at("ocsp-days"), days.to_string()).unwrap();
    }

    fn make_root(&self) {
        let base = self.folder.path().display();
        let ca = format!(
            "[ca]\ndefault_ca=x\n[x]\ndatabase={base}/index.txt\nserial={base}/serial\nnew_certs_dir={base}\n\
             certificate={base}/root.pem\nprivate_key={base}/root.key\ndefault_md=sha256\npolicy=any\n\
             unique_subject=no\nemail_in_dn=no\ndefault_crl_days=3650\n\
             crlnumber={base}/crlnumber\ncrl_extensions=crl\n[crl]\n\
             authorityKeyIdentifier=keyid\n[any]\ncommonName=supplied\n\
             countryName=optional\n"
        );
        let tsa = format!(
            "[tsa]\ndefault_tsa=t\n[t]\nserial={base}/tsa-serial\nsigner_cert={base}/tsa.pem\n\
             certs={base}/root.pem\nsigner_key={base}/tsa.key\nsigner_digest=sha256\n\
             default_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1\ntsa_name=yes\n\
             ess_cert_id_chain=no\ness_cert_id_alg=sha256\n"
        );
        for (name, text) in [
            ("ca.cnf", ca.as_str()),
            ("tsa.cnf", &tsa),
            ("index.txt", ""),
            ("index.txt.attr", "unique_subject = no\n"),
            ("serial", "1000\n"),
            ("crlnumber", "01\n"),
            ("tsa-serial", "01\n"),
        ] {
            fs::write(self.at(name), text).unwrap();
        }
        let mut root = self.openssl();
        root.args([
            "req", "-x509", "-nodes", "-newkey", "ec", "-utf8", "-days", "7300",
        ]);
        root.args([
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-subj",
            "/C=VN/CN=Gốc thử nghiệm",
        ]);
        root.args(["-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
        root.args(["-keyout", "root.key", "-out", "root.pem"]);
        pip::run(&mut root);
    }

    /// Issues a certificate; key and certificate stand as `name.key` and `name.pem`.
    pub fn issue(&self, name: &str, wanted: &Wanted<'_>) {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
        let mut request = self.openssl();
        request.args([
            "req",
            "-new",
            "-nodes",
            "-utf8",
            "-keyout",
            &key,
            "-out",
            "request.pem",
        ]);
        match wanted.key {
            KeyKind::Rsa2048 => request.args(["-newkey", "rsa:2048"]),
            KeyKind::EcdsaP256 => {
                request.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            }
        };
        request.args(["-subj", &format!("/C=VN/CN=Thử nghiệm {name}")]);
        pip::run(&mut request);
        self.certify("request.pem", &certificate, wanted);
    }

    /// Signs the request in `request`, made elsewhere.
    pub fn certify(&self, request: &str, certificate: &str, wanted: &Wanted<'_>) {
        let extensions = format!(
            "{}basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n\
             authorityKeyIdentifier=keyid\nauthorityInfoAccess=OCSP;URI:{url}/ocsp\n\
             crlDistributionPoints=URI:{url}/crl\n",
            wanted.extensions,
            url = self.url
        );
        fs::write(self.at("extensions.cnf"), extensions).unwrap();
        let date = |at: Timestamp| at.strftime("%y%m%d%H%M%SZ").to_string();
        let mut sign = self.openssl();
        sign.args(["ca", "-config", "ca.cnf", "-batch", "-notext", "-utf8"]);
        sign.args([
            "-in",
            request,
            "-out",
            certificate,
            "-extfile",
            "extensions.cnf",
        ]);
        sign.args([
            "-startdate",
            &date(wanted.from),
            "-enddate",
            &date(wanted.until),
        ]);
        pip::run(&mut sign);
    }

    /// A signer whose certificate holds for a year, as a PKCS#12 file.
    pub fn signer(&self, name: &str, key: KeyKind) -> PathBuf {
        let (from, until) = self.a_year();
        let extensions = SIGNING;
        self.issue(
            name,
            &Wanted {
                key,
                extensions,
                from,
                until,
            },
        );
        self.pack(name)
    }

    /// Key, certificate and root of `name` in one PKCS#12 file that only its owner can read.
    pub fn pack(&self, name: &str) -> PathBuf {
        let packed = self.at(&format!("{name}.p12"));
        let mut pack = self.openssl();
        pack.args(["pkcs12", "-export", "-certfile", "root.pem"]);
        pack.args([
            "-inkey",
            &format!("{name}.key"),
            "-in",
            &format!("{name}.pem"),
        ]);
        pack.args(["-passout", &format!("pass:{PASSWORD}")]);
        pip::run(pack.arg("-out").arg(&packed));
        fs::set_permissions(&packed, Permissions::from_mode(0o600)).unwrap();
        packed
    }

    /// Revokes the certificate of `name` as of `at`.
    pub fn revoke(&self, name: &str, at: Timestamp) {
        let serial = self
            .openssl()
            .args(["x509", "-noout", "-serial", "-in"])
            .arg(self.at(&format!("{name}.pem")))
            .output()
            .unwrap()
            .stdout;
        let serial = String::from_utf8(serial).unwrap();
        let serial = serial.trim().strip_prefix("serial=").unwrap();
        let when = at.strftime("%y%m%d%H%M%SZ").to_string();
        let index = fs::read_to_string(self.at("index.txt")).unwrap();
        let revoked: Vec<String> = index
            .lines()
            .map(|line| {
                let mut fields: Vec<&str> = line.split('\t').collect();
                if fields[3] == serial {
                    (fields[0], fields[2]) = ("R", &when);
                }
                fields.join("\t") + "\n"
            })
            .collect();
        fs::write(self.at("index.txt"), revoked.concat()).unwrap();
    }

    /// Makes `tsa`, `ocsp` or `crl` go wrong: `down`, `garbage`, `replay`; right again with an empty word.
    pub fn fault(&self, what: &str, how: &str) {
        let file = self.at(&format!("fault-{what}"));
        if how.is_empty() {
            fs::remove_file(file).unwrap();
        } else {
            fs::write(file, how).unwrap();
        }
    }

    /// Address of the time authority.
    pub fn tsa(&self) -> String {
        format!("{}/tsa", self.url)
    }

    /// Address of the list of revoked certificates.
    pub fn crl(&self) -> String {
        format!("{}/crl", self.url)
    }

    /// The root certificate (PEM).
    pub fn root(&self) -> PathBuf {
        self.at("root.pem")
    }

    /// A file of the authority.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From an hour ago for a year.
    pub fn a_year(&self) -> (Timestamp, Timestamp) {
        let from = Timestamp::now() - Duration::from_secs(3600);
        (from, from + Duration::from_secs(365 * 86_400))
    }

    fn ten_years(&self) -> (Timestamp, Timestamp) {
        let from = Timestamp::now() - Duration::from_secs(3600);
        (from, from + Duration::from_secs(3650 * 86_400))
    }

    fn openssl(&self) -> Command {
        let mut command = Command::new("openssl");
        command.current_dir(self.folder.path());
        command
    }
}

fn port(log: &Path) -> u16 {
    let said = || fs::read_to_string(log).unwrap_or_default();
    let mut port = None;
    let mut is_up = || {
        port = said().lines().next().and_then(|line| line.parse().ok());
        port.is_some()
    };
    wait_until(Duration::from_secs(30), &mut is_up, || {
        format!("not up: {}", said())
    });
    port.unwrap()
}
