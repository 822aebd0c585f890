//! The command line releases by a person, proven by their password, and by no one alone.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sogoc::access::{self, Caller, Credentials, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::review;
use tempfile::TempDir;

use crate::support::holdings::{config, page, propose, receive};
use crate::support::server::PASSWORD;

struct Office {
    data: TempDir,
    record: String,
}

impl Office {
    /// Lan alone corrected and approved the record; Mai did nothing yet.
    async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let archive = Archive::open(config(data.path(), None)).await.unwrap();
        let machine = Caller::machine();
        let fresh = NewBatch {
            name: "Hộp 1".into(),
            ..NewBatch::default()
        };
        let batch = batch::open(&archive, &machine, &fresh).await.unwrap();
        let scan = receive(&archive, &batch.id, "trang.png", &page(10)).await;
        let record = propose(&archive, &scan, 1, "Lê Thị Mẫu").await;
        for login in ["lan", "mai"] {
            let roles = [Role::Reviewer, Role::Approver];
            let made = access::make_person(&archive, &machine, login, login, PASSWORD, &roles);
            made.await.unwrap();
        }
        let given = Credentials {
            login: "lan",
            password: PASSWORD,
            code: "",
            peer: "test",
            program: "",
        };
        let lan = access::prove(&archive, &given).await.unwrap();
        let change = [("ho_ten".to_owned(), "Tên Của Lan".to_owned())].into();
        let seen = review::correct(&archive, &lan, &record, 1, &change, "").await;
        review::approve(&archive, &lan, &record, seen.unwrap().version)
            .await
            .unwrap();
        Self { data, record }
    }

    fn copy(&self, more: &[&str]) -> Output {
        let data = self.data.path().display().to_string();
        let out = self.data.path().join("out").display().to_string();
        Command::new(env!("CARGO_BIN_EXE_sogoc"))
            .env_remove("SOGOC_CONFIG")
            .args([
                "--data",
                &data,
                "--json",
                "copy",
                &self.record,
                "--out",
                &out,
            ])
            .args(more)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn password(&self, name: &str, text: &str) -> String {
        let file = self.data.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_asks_who_releases_and_makes_no_copy_without() {
    let office = Office::open().await;
    let good = office.password("good", &format!("{PASSWORD}\n"));
    let bad = office.password("bad", "không phải mật khẩu\n");

    let nobody = office.copy(&[]);
    assert_eq!(nobody.status.code(), Some(73), "{}", complaint(&nobody));
    assert!(
        complaint(&nobody).contains("--as"),
        "{}",
        complaint(&nobody)
    );
    let alone = office.copy(&["--as", "lan", "--password-file", &good]);
    assert_eq!(alone.status.code(), Some(73), "{}", complaint(&alone));
    assert!(
        complaint(&alone).contains("một mình bạn"),
        "{}",
        complaint(&alone)
    );
    let wrong = office.copy(&["--as", "mai", "--password-file", &bad]);
    assert_eq!(wrong.status.code(), Some(77), "{}", complaint(&wrong));
    let pdf = |file: &std::fs::DirEntry| file.path().extension().is_some_and(|end| end == "pdf");
    let files = std::fs::read_dir(office.data.path().join("out"));
    assert!(
        files
            .into_iter()
            .flatten()
            .flatten()
            .all(|file| !pdf(&file))
    );

    let released = office.copy(&["--as", "mai", "--password-file", &good]);
    assert_eq!(released.status.code(), Some(0), "{}", complaint(&released));
    let said: Value = serde_json::from_slice(&released.stdout).unwrap();
    let archive = Archive::open(config(office.data.path(), None))
        .await
        .unwrap();
    let people = access::list_people(&archive, &Caller::machine())
        .await
        .unwrap();
    let mai = people.iter().find(|one| one.login == "mai").unwrap();
    assert_eq!(said["copy"]["issued_by"], mai.id.as_str());
    assert!(Path::new(said["file"].as_str().unwrap()).exists());
}
