//! The demonstration runs to its end as whoever clones the project would see it, on the program built already.

use std::process::{Command, Stdio};

/// Seconds after which a demonstration that hangs is ended; it needs about twenty on an idle machine.
const PATIENCE: &str = "300";

#[test]
fn the_demonstration_ends_with_a_copy_that_verifies_offline() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("demo");
    let ran = Command::new("timeout") // ends the whole group, so that no server stays behind
        .args(["--kill-after=20", PATIENCE, "scripts/demo.sh"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("SOGOC_DATA")
        .env_remove("SOGOC_CONFIG")
        .env("ONCE", "1")
        .env("PORT", "0") // any that is free
        .env("SOGOC", env!("CARGO_BIN_EXE_sogoc"))
        .env("DATA", &data)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}\n{said}\n{complained}", ran.status);
    for step in [
        "approved by lanhdao",
        "Searching without accents",
        "sealed and fetched with the code",
        "PAdES B-B",
        "== Done",
    ] {
        assert!(said.contains(step), "not said: {step}\n{said}");
    }
    let copy = std::fs::read(data.join("ban-sao.pdf")).unwrap();
    assert!(copy.starts_with(b"%PDF"));
}
