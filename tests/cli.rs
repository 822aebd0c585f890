//! The command line as scripts see it: the real executable, its output and its exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sogoc::archive::Archive;
use sogoc::config::Config;
use sogoc::copy_pdf::compose;
use sogoc::seal::SignRequest;
use tempfile::TempDir;

use crate::copy_pdf::sample;

const COMMANDS: [&str; 20] = [
    "serve",
    "work",
    "deliver",
    "read",
    "search",
    "copy",
    "book",
    "verify",
    "reindex",
    "scrub",
    "rebuild",
    "reconcile",
    "backup",
    "restore",
    "check",
    "jobs",
    "log",
    "repair",
    "user",
    "completions",
];

fn sogoc(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    command
        .env_remove("SOGOC_DATA")
        .env_remove("SOGOC_CONFIG")
        .stdin(Stdio::null());
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workers/tests/fixtures");
    folder.join(name).display().to_string()
}

#[test]
fn every_command_explains_itself() {
    for name in COMMANDS {
        let help = sogoc(&[name, "--help"]);
        assert_eq!(code(&help), 0, "{name}");
        assert!(said(&help).lines().count() > 8, "{name}: {}", said(&help));
    }
    let all = said(&sogoc(&["--help"]));
    for name in COMMANDS {
        assert!(all.contains(&format!("\n  {name} ")), "{name} is listed");
    }
}

#[test]
fn an_unknown_command_or_option_is_a_usage_error_on_stderr() {
    for arguments in [
        &["raed"][..],
        &["read"],
        &["search"],
        &["verify", "--colour", "x.pdf"],
    ] {
        let output = sogoc(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(said(&output).is_empty() && complaint(&output).contains("--help"));
    }
}

#[test]
fn completions_know_the_commands_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&sogoc(&["completions", shell]));
        assert!(
            script.contains("verify") && script.contains("reindex"),
            "{shell}"
        );
    }
    assert_eq!(code(&sogoc(&["completions", "tcsh"])), 2);
}

#[test]
fn reading_prints_one_object_a_page_in_order_and_touches_no_data_folder() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let (two, one) = (fixture("two-pages-lzw.tif"), fixture("source.png"));
    let folder = data.display().to_string();
    let output = sogoc(&["--data", &folder, "read", "--json", &two, &one]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let lines: Vec<String> = said(&output).lines().map(Into::into).collect();
    assert_eq!(lines.len(), 3);
    for (line, (file, page)) in lines.iter().zip([(&two, 1), (&two, 2), (&one, 1)]) {
        let head = format!(
            r#"{{"file":{},"page":{page},"outcome":"read","#,
            Value::from(file.as_str())
        );
        assert!(line.starts_with(&head), "{line}");
        let object: Value = serde_json::from_str(line).unwrap();
        assert!(object["class"].is_string() && object["words"].is_array());
        assert!(object["records"].is_array() && object["quality"].is_object());
        assert!((0.0..=1.0).contains(&object["class_confidence"].as_f64().unwrap()));
        assert!(object["milliseconds"].as_u64().is_some() && object["dpi"].as_u64().is_some());
    }
    assert!(!data.exists());
}

#[test]
fn a_file_that_cannot_be_read_is_an_object_of_its_own_and_the_rest_is_read() {
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let file = home.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file.display().to_string()
    };
    let cut = &std::fs::read(fixture("source.png")).unwrap()[..900];
    let files = [
        fixture("locked.pdf"),
        put("empty.jpg", b""),
        put("letter.docx", b"PK\x03\x04 not a scan"),
        put("cut.png", cut),
        home.path().join("absent.jpg").display().to_string(),
        fixture("g4.tif"),
    ];
    let mut arguments = vec!["read", "--json"];
    arguments.extend(files.iter().map(String::as_str));
    let output = sogoc(&arguments);
    assert_eq!(code(&output), 1);
    let text = said(&output);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<&str> = lines
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "encrypted",
            "empty",
            "unsupported",
            "unreadable",
            "unavailable",
            "read"
        ]
    );
    for line in &lines[..5] {
        assert!(line["class"].is_null() && line["failure"]["vi"].is_string());
    }
    let plain = sogoc(&["read", &files[0]]);
    assert_eq!(code(&plain), 1);
    assert!(said(&plain).contains("mật khẩu") && said(&plain).contains("password"));
}

#[test]
fn a_class_that_does_not_exist_is_refused_with_the_ones_that_do() {
    let output = sogoc(&["read", "--class", "so_gok", &fixture("source.png")]);
    assert_eq!(code(&output), 65);
    assert!(complaint(&output).contains("so_goc") && complaint(&output).contains("van_bang"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_crash() {
    let file = fixture("two-pages-lzw.tif");
    let mut child = command()
        .args(["read", "--json", &file, &file, &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 1));
    assert!(
        !complaint(&output).contains("panicked"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_file_and_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("sogoc.toml");
    std::fs::write(&file, "data = \"d\"\n[web]\nlissten = \"x\"\n").unwrap();
    let output = sogoc(&["--config", file.to_str().unwrap(), "check"]);
    assert_eq!(code(&output), 65);
    assert!(complaint(&output).contains("line 3") && complaint(&output).contains("lissten"));
}

#[test]
fn a_fresh_folder_checks_out_and_finding_nothing_is_exit_code_1() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().display().to_string();
    let output = sogoc(&["--data", &data, "--json", "check"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let answer: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!(answer["ok"], true);
    let output = sogoc(&["--data", &data, "search", "nguyễn văn không có"]);
    assert_eq!(code(&output), 1);
    let output = sogoc(&["--data", &data, "search", "sinh:31/02/1975"]);
    assert_eq!(code(&output), 65, "{}", complaint(&output));
}

#[test]
fn a_copy_of_a_record_that_is_not_there_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().display().to_string();
    let password = home.path().join("password");
    std::fs::write(&password, "mat khau du dai 2026\n").unwrap();
    let add = [
        "--data",
        &data,
        "user",
        "add",
        "lanhdao",
        "--name",
        "Lãnh đạo",
        "--role",
        "approver",
    ];
    let added = command()
        .args(add)
        .stdin(std::fs::File::open(&password).unwrap())
        .output()
        .unwrap();
    assert_eq!(code(&added), 0, "{}", complaint(&added));
    let password = password.display().to_string();
    let by = ["--as", "lanhdao", "--password-file", &password];
    let command = ["--data", &data, "copy", "--out", &data, "no-such-record"];
    let output = sogoc(&[&command[..], &by].concat());
    assert!(
        code(&output) == 66 || code(&output) == 73,
        "{}",
        code(&output)
    );
    assert!(complaint(&output).contains("not approved") && said(&output).is_empty());
    let pdfs = std::fs::read_dir(home.path()).unwrap();
    let pdf = |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|end| end == "pdf");
    assert!(!pdfs.flatten().any(pdf));
}

/// A data folder with its own seal, and a file sealed by it just now.
async fn sealed() -> (TempDir, PathBuf, String) {
    let home = tempfile::tempdir().unwrap();
    let archive = Archive::open(Config::in_folder(home.path())).await.unwrap();
    let mut content = sample();
    content.sealed_at = archive.clock.now();
    let composed = compose(&content).unwrap();
    let request = SignRequest {
        signing_time: content.sealed_at,
        reason: "Cấp bản sao từ sổ gốc".into(),
        location: content.place.clone(),
        field_name: "DauCoQuan".into(),
        mark_box: composed.mark_box,
    };
    let file = home.path().join("copy.pdf");
    std::fs::write(&file, archive.seal.sign(&composed.pdf, &request).unwrap()).unwrap();
    let trust = archive.seal.trust_file();
    (home, file, trust)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_file_is_checked_offline_and_the_exit_code_tells_the_truth() {
    let (home, file, trust) = sealed().await;
    let place = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let data = home.path().display().to_string();
    let file_name = file.display().to_string();
    let bytes = std::fs::read(&file).unwrap();
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let changed = place("changed.pdf", &changed);
    let no_pdf = place("page.pdf", b"<html>");
    let trust = place("trust.pem", trust.as_bytes());
    let identity = sogoc(&["--data", &data, "seal", "identity"]);
    assert_eq!(code(&identity), 0);
    let identity = place("identity.pem", said(&identity).as_bytes());
    let junk = place("junk.pem", b"nothing of the kind");
    let nowhere = home.path().join("elsewhere").display().to_string();

    let own = sogoc(&["--data", &data, "verify", &file_name]);
    assert_eq!(code(&own), 0, "{}", said(&own));
    assert!(said(&own).contains("nguyên vẹn") && said(&own).contains("no legal value"));

    let check = |arguments: &[&str]| {
        let output = command()
            .args(["--data", &nowhere, "--json", "verify"])
            .args(arguments)
            .output();
        let output = output.unwrap();
        let word = |value: &Value, key: &str| value["verdict"][key].as_str().map(str::to_owned);
        let answer = serde_json::from_str::<Value>(&said(&output)).unwrap_or_default();
        (code(&output), word(&answer, "file"), word(&answer, "trust"))
    };
    let some = |word: &str| Some(word.to_owned());
    let expected = (0, some("unchanged"), some("test_authority"));
    assert_eq!(check(&[&file_name, "--identity", &identity]), expected);
    let with_trust = [&file_name, "--identity", &identity, "--trust", &trust];
    assert_eq!(check(&with_trust), expected);
    let whose_is_not_known = (3, some("unchanged"), some("test_authority"));
    assert_eq!(check(&[&file_name, "--trust", &trust]), whose_is_not_known);
    let expected = (1, some("unchanged"), some("unknown_authority"));
    assert_eq!(check(&[&file_name]), expected);
    let (code, file, _) = check(&[&changed, "--trust", &trust]);
    assert_eq!((code, file), (1, some("altered")));
    let (code, file, _) = check(&[&no_pdf, "--trust", &trust]);
    assert_eq!((code, file), (2, some("not_pdf")));
    assert_eq!(check(&["absent.pdf", "--trust", &trust]).0, 2);
    assert_eq!(check(&[&file_name, "--trust", &junk]).0, 65);
    assert_eq!(check(&[&file_name, "--identity", &junk]).0, 65);
    assert!(!Path::new(&nowhere).exists());
}

#[test]
fn nothing_it_writes_can_be_read_by_others_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let program = env!("CARGO_BIN_EXE_sogoc");
    let backup = folder.path().join("backup");
    let target = backup.display().to_string();
    for arguments in [
        &["check"][..],
        &["user", "list"],
        &["backup", "--unencrypted", &target],
    ] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "umask 000; exec \"$0\" \"$@\"", program, "--data"]);
        let output = shell.arg(&data).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    let mut open = vec![data, backup];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
        seen += 1;
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    assert!(seen > 10);
}
