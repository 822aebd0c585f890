//! Python tools, installed into virtual environments under `target/test-tools`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::child::tools_folder;

/// The `bin` folder of a virtual environment that holds `requirements` (`name==version`). Made on
/// first use, also when several test processes ask at the same time.
pub fn venv(name: &str, requirements: &[&str]) -> PathBuf {
    let folder = tools_folder().join(name);
    let lock = File::create(tools_folder().join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let stamp = folder.join("requirements");
    let wanted = requirements.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|present| present == wanted) {
        return folder.join("bin");
    }
    let _ = std::fs::remove_dir_all(&folder);
    make_venv(&folder);
    let mut install = Command::new(folder.join("bin/pip"));
    run(install
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(requirements));
    std::fs::write(stamp, wanted).unwrap();
    folder.join("bin")
}

fn make_venv(folder: &Path) {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder));
}

/// Runs a command to its good end and returns what it printed.
pub fn run(command: &mut Command) -> String {
    let shown = format!("{command:?}");
    let output = command.output().unwrap_or_else(|error| {
        panic!("{shown}: {error}\nNeeded: apt-get install python3 python3-venv")
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{shown}: {}\n{said}\n{complaint}",
        output.status
    );
    said
}
