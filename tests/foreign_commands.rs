//! Every foreign command that sources, tests and scripts run comes with a package that
//! `scripts/install-packages.sh` installs for that purpose, so that `make demo`, `make test` and `make bench` work on
//! a machine where nothing was installed by hand.

mod called;
mod shell;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use called::called;

/// What the README asks for before its two commands, and what they build.
const GIVEN: [&str; 4] = ["make", "cargo", "rustc", "sogoc"];

/// Of Debian's essential packages, which every machine has, and apt.
const ESSENTIAL: &str = "\
    apt-get basename base64 bash cat chmod chown cp cut date dirname dpkg dpkg-query du env \
    find grep head id ln ls mkdir mktemp mount mv nproc nsenter pivot_root realpath rm script sed seq setpriv sh \
    sha256sum sleep sort stat stty sync tail tar tee timeout touch tr true umount uname unshare wc xargs";

/// The Debian package that brings a command.
const COMES_WITH: [(&str, &str); 31] = [
    ("combine_tessdata", "tesseract-ocr"),
    ("createdb", "postgresql"),
    ("chromium", "chromium"),
    ("curl", "curl"),
    ("debootstrap", "debootstrap"),
    ("dpkg-buildpackage", "dpkg-dev"),
    ("git", "git"),
    ("go", "golang-go"),
    ("gs", "ghostscript"),
    ("lstmeval", "tesseract-ocr"),
    ("lstmtraining", "tesseract-ocr"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("ocrmypdf", "ocrmypdf"),
    ("openssl", "openssl"),
    ("pdffonts", "poppler-utils"),
    ("pdftohtml", "poppler-utils"),
    ("pdfimages", "poppler-utils"),
    ("pdfinfo", "poppler-utils"),
    ("pdfsig", "poppler-utils"),
    ("pdftoppm", "poppler-utils"),
    ("pdftotext", "poppler-utils"),
    ("pg_isready", "postgresql"),
    ("pkcs11-tool", "opensc"),
    ("psql", "postgresql"),
    ("python3", "python3"),
    ("qpdf", "qpdf"),
    ("softhsm2-util", "softhsm2"),
    ("tesseract", "tesseract-ocr"),
    ("tiffcp", "libtiff-tools"),
    ("tiffsplit", "libtiff-tools"),
];

/// The lists of `scripts/install-packages.sh` by purpose.
type Lists = BTreeMap<String, Vec<String>>;

#[test]
fn every_foreign_command_comes_with_a_listed_package() {
    let lists = lists(&read(&root().join("scripts/install-packages.sh")));
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for file in files() {
        let (name, text) = (file.strip_prefix(root()).unwrap(), read(&file));
        let name = name.display().to_string();
        wrong.extend(refused(&name, &text, &lists));
        all.extend(called(&name, &text).0);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (command, _) in COMES_WITH {
        assert!(
            all.iter().any(|called| called == command),
            "nothing calls {command} any more"
        );
    }
}

#[test]
fn a_command_that_no_list_brings_is_refused_wherever_it_is_called() {
    let lists = lists("demo=(curl\n  python3)\ntest=(qpdf)\ntest+=(npm)\nbench=(ocrmypdf)\n");
    assert_eq!(lists["test"], ["qpdf", "npm"]);
    for (file, text) in [
        ("tests/made_up.rs", "Command::new(\n    \"gs\")"),
        ("tests/made_up.rs", "let x = Command::new(\"frobnicate\");"),
        ("tests/made_up.rs", "ask(\"frobnicate\", &[], file)"),
        (
            "tests/made_up.rs",
            "let browser = Path::new(\"/usr/bin/frobnicate\");",
        ),
        ("tests/made_up.rs", "Command::new(name_from_elsewhere)"),
        (
            "tests/made_up.rs",
            "Command::new(\"sh\").args([\"-c\", \"cat x | frobnicate > y\"])",
        ),
        (
            "tests/made_up.py",
            "done = subprocess.run(\n    [\"frobnicate\", *rest])",
        ),
        (
            "scripts/made_up.sh",
            "if true; then\n  x=$(cat <<'END' | frobnicate)\nfi",
        ),
        ("scripts/made_up.sh", "A=1 B=\"$(frobnicate)\" cat"),
        (
            "scripts/made_up.sh",
            "case $x in\n  curl) ;;\n  *) frobnicate ;;\nesac",
        ),
        (
            "scripts/made_up.sh",
            "find . -print0 | xargs -0 -P $n frobnicate",
        ),
        ("scripts/made_up.sh", "find . -exec frobnicate {} +"),
        (
            "scripts/made_up.sh",
            "bash -eo pipefail -c 'cat; frobnicate'",
        ),
        ("scripts/made_up.sh", "trap 'frobnicate' EXIT"),
        ("scripts/bench.sh", "qpdf --check x"), // another purpose's
        ("scripts/demo.sh", "ocrmypdf x y"),
        ("Makefile", "demo:  ## frobnicated\n\t@frobnicate demo"),
        ("README.md", "<!-- begins -->\n```sh\nfrobnicate\n```"),
    ] {
        assert_eq!(refused(file, text, &lists).len(), 1, "{file}: {text}");
    }
    for (file, text) in [
        (
            "tests/made_up.rs",
            "Command::new(\"qpdf\"); // Command::new(\"frobnicate\")",
        ),
        (
            "tests/made_up.rs",
            "Command::new(env!(\"CARGO_BIN_EXE_sogoc\"))",
        ),
        (
            "scripts/made_up.sh",
            "frobnicate() { cat; }\nfrobnicate <frobnicate >frobnicate 2>&1",
        ),
        (
            "scripts/made_up.sh",
            "# frobnicate\necho frobnicate; x=(frobnicate) y=frobnicate qpdf",
        ),
        (
            "scripts/made_up.sh",
            "cat <<END\nfrobnicate\nEND\n\"$sogoc\" x; scripts/frobnicate.sh",
        ),
        (
            "scripts/made_up.sh",
            "for x in frobnicate; do cat; done; case x in frobnicate) cat ;; esac",
        ),
        ("scripts/demo.sh", "curl x"),
        ("scripts/bench.sh", "ocrmypdf x"),
    ] {
        assert_eq!(
            refused(file, text, &lists),
            Vec::<String>::new(),
            "{file}: {text}"
        );
    }
}

/// Complaints about one file.
fn refused(file: &str, text: &str, lists: &Lists) -> Vec<String> {
    let (names, mut wrong) = called(file, text);
    for command in names {
        if GIVEN.contains(&command.as_str()) || ESSENTIAL.split(' ').any(|known| known == command) {
            continue;
        }
        let Some((_, package)) = COMES_WITH.iter().find(|(known, _)| *known == command) else {
            wrong.push(format!(
                "{file} calls {command}: COMES_WITH must name its Debian package"
            ));
            continue;
        };
        let purposes = purposes(file);
        let mut listed = purposes
            .iter()
            .filter_map(|purpose| lists.get(*purpose))
            .flatten();
        if !listed.any(|listed| listed == package) {
            wrong.push(format!(
                "{file} calls {command}: install-packages.sh lists no {package} for {purposes:?}"
            ));
        }
    }
    wrong
}

/// For whom a file runs: the lists that are installed by then.
fn purposes(file: &str) -> &'static [&'static str] {
    match file {
        "scripts/install-packages.sh" => &[],
        _ if file.starts_with("src/") || file.starts_with("scripts/demo") => &["demo"],
        _ if file.starts_with("bench/") || file.starts_with("scripts/bench") => &["demo", "bench"],
        _ if file.starts_with("scripts/package") || file.starts_with("scripts/try-package") => {
            &["demo", "package"]
        }
        _ if file.starts_with("packaging/") => &[], // on a machine that has the package and nothing else
        _ => &["demo", "test"],
    }
}

/// `name=(…)` and `name+=(…)` of a script.
fn lists(script: &str) -> Lists {
    let mut lists = Lists::new();
    let code: Vec<&str> = script
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    for (at, _) in code.join("\n").match_indices("=(") {
        let code = code.join("\n");
        let name = code[..at]
            .trim_end_matches('+')
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap();
        let packages = code[at + 2..].split(')').next().unwrap().split_whitespace();
        lists
            .entry(name.to_owned())
            .or_default()
            .extend(packages.map(str::to_owned));
    }
    lists
}

/// Everything that runs on somebody's machine: sources, tests, scripts, and the shell of documents that tests run.
fn files() -> Vec<PathBuf> {
    let mut found = vec![
        root().join("Makefile"),
        root().join("README.md"),
        root().join("docs/detached-signing.md"),
    ];
    for folder in [
        "src",
        "tests",
        "workers",
        "index",
        "bench",
        "vietnamese",
        "scripts",
        "packaging",
    ] {
        collect(&root().join(folder), &mut found);
    }
    found.retain(|file| !file.starts_with(root().join("tests/foreign_commands"))); // whose texts are made up
    found.retain(|file| *file != root().join("tests/foreign_commands.rs"));
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .extension()
            .is_some_and(|end| ["rs", "sh", "py"].iter().any(|known| end == *known))
        {
            found.push(path);
        }
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
