//! A folder of hostile files beside good ones, delivered from the command line.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sogoc::batch::Receipt;

use super::house::{DIPLOMA, digest};

#[test]
fn one_bad_file_never_stops_the_folder_and_the_exit_code_says_so() {
    let data = tempfile::tempdir().unwrap();
    let hostile = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile");
    let folder = data.path().join("scans");
    std::fs::create_dir(&folder).unwrap();
    for entry in std::fs::read_dir(&hostile).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    std::fs::write(folder.join("zz good.jpg"), DIPLOMA).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .args(["--json", "deliver", "--batch", "Hộp/1", "--data"])
        .args([&data.path().join("data"), &folder])
        .output()
        .unwrap();
    assert_eq!(
        run.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    let receipt = std::fs::read(said["receipt"].as_str().unwrap()).unwrap();
    let receipt = Receipt::parse(&receipt).unwrap();
    assert!(data.path().join("Hộp_1.receipt.json").exists());
    let files: BTreeMap<&str, _> = receipt
        .receipt
        .files
        .iter()
        .map(|f| (f.name.as_str(), f))
        .collect();
    assert_eq!(files["zz good.jpg"].outcome, "received");
    assert_eq!(files["zz good.jpg"].sha256, digest(DIPLOMA));
    let manifest = std::fs::read(hostile.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for entry in manifest["files"].as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let file = files[name];
        if let Some(reason) = &file.reason {
            let allowed = entry["outcomes"].as_array().unwrap();
            assert!(
                allowed.iter().any(|word| word == reason),
                "{name}: {reason}"
            );
        }
        let whole = std::fs::read(hostile.join(name)).unwrap();
        assert_eq!(file.sha256, digest(&whole), "{name}");
        assert!(file.object_id.is_some(), "{name} is kept, whatever it is");
    }
    assert!(receipt.receipt.totals.quarantined > 10);
}
