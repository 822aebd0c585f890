//! Chromium, driven by playwright-core from npm, installed under `target/test-tools`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::child::tools_folder;
use super::pip::run;

/// A driver that runs on Debian 12's Node.js (18); it drives later Chromiums too.
const DRIVER: &str = "playwright-core@1.60.0";

/// Path of Debian's Chromium; panics where it is not installed.
pub fn chromium() -> PathBuf {
    let browser = PathBuf::from("/usr/bin/chromium");
    assert!(browser.exists(), "Needed: apt-get install chromium");
    browser
}

/// The folder whose `node_modules` holds the driver.
fn driver() -> PathBuf {
    let folder = tools_folder().join("browser");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(tools_folder().join("browser.lock")).unwrap();
    lock.lock().unwrap();
    let stamp = folder.join("driver");
    if !std::fs::read_to_string(&stamp).is_ok_and(|present| present == DRIVER) {
        run(Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(DRIVER));
        std::fs::write(stamp, DRIVER).unwrap();
    }
    folder
}

/// A file of a package of npm as published, without what that package depends on.
pub fn package_file(package: &str, version: &str, file: &str) -> PathBuf {
    let folder = tools_folder().join(format!("{package}-{version}"));
    let lock = File::create(tools_folder().join(format!("{package}.lock"))).unwrap();
    lock.lock().unwrap();
    let wanted = folder.join("package").join(file);
    if !wanted.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        run(Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(&folder)
            .arg(format!("{package}@{version}")));
        let packed = folder.join(format!("{package}-{version}.tgz"));
        run(Command::new("tar")
            .arg("xzf")
            .arg(packed)
            .arg("-C")
            .arg(&folder));
    }
    wanted
}

/// Runs a walk of `tests/browser/`; what it needs to know goes in as environment variables.
pub fn walk(script: &str, settings: &[(&str, &str)]) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser")
        .join(script);
    // A module finds its packages from where it lies, so it is laid beside them.
    let laid = driver().join(script);
    std::fs::copy(source, &laid).unwrap();
    let mut command = Command::new("node");
    command.arg(&laid).env("CHROMIUM", chromium());
    for (key, value) in settings {
        command.env(key, value);
    }
    run(&mut command)
}
