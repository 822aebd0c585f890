//! The direction rule of the house, read from the sources. The header of `src/lib.rs` names the modules
//! in order; a holding uses the ground, the handle and those before it, never one after it.

use std::path::{Path, PathBuf};

/// What the handle carries of the holdings: the seal.
const OPENED_BY_THE_HANDLE: [&str; 1] = ["seal"];

/// The modules as the header of `src/lib.rs` parts them.
struct House {
    ground: Vec<String>,
    handle: Vec<String>,
    holdings: Vec<String>,
    entrances: Vec<String>,
}

impl House {
    fn read() -> Self {
        let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
        let header: Vec<&str> = lib
            .lines()
            .filter_map(|line| line.strip_prefix("//!"))
            .collect();
        let header = header.join(" ");
        let part = |from: &str, to: &str| {
            let start = header
                .find(from)
                .unwrap_or_else(|| panic!("no “{from}” in the header"));
            let rest = &header[start..];
            links(&rest[..rest.find(to).unwrap_or(rest.len())])
        };
        Self {
            ground: part("Ground", "The handle"),
            handle: part("The handle", "Holdings"),
            holdings: part("Holdings", "Entrances"),
            entrances: part("Entrances", "\u{0}"),
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        let below = self.ground.iter().chain(&self.handle);
        below.chain(&self.holdings).chain(&self.entrances)
    }

    /// May `user` name `used`?
    fn allows(&self, user: &str, used: &str) -> bool {
        let place = |list: &[String], name: &str| list.iter().position(|known| known == name);
        let before = |list: &[String]| place(list, used) < place(list, user);
        let (ground, handle) = (&self.ground, &self.handle);
        if user == used {
            true
        } else if place(ground, user).is_some() {
            place(ground, used).is_some()
        } else if place(handle, user).is_some() {
            place(ground, used).is_some() || OPENED_BY_THE_HANDLE.contains(&used)
        } else if place(ground, used).is_some() || place(handle, used).is_some() {
            true
        } else if place(&self.holdings, user).is_some() {
            place(&self.holdings, used).is_some() && before(&self.holdings)
        } else {
            place(&self.holdings, used).is_some() || before(&self.entrances)
        }
    }
}

/// Names between ``[` `` and `` `] `` in a piece of the header.
fn links(text: &str) -> Vec<String> {
    let ends = |piece: &str| piece.split("`]").next().map(str::to_owned);
    text.split("[`").skip(1).filter_map(ends).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// Top-level modules that production code of a file names through `crate::`.
fn used(text: &str) -> Vec<String> {
    let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = production
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => names.extend(heads(list)),
            None => names.push(word(after)),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The first word of each part of `a::b, c::{d, e}, f}`.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, true, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            letter if start && letter.is_alphabetic() => {
                found.push(word(&list[at..]));
                start = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// The top-level module a file of `src/` belongs to.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn every_module_has_its_place_in_the_header_and_every_place_its_module() {
    let house = House::read();
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    for name in &declared {
        assert!(
            house.all().any(|known| known == name),
            "{name} has no place in src/lib.rs"
        );
    }
    for name in house.all() {
        assert!(
            declared.contains(&name.as_str()),
            "{name} is named in src/lib.rs but is no module"
        );
    }
}

#[test]
fn no_module_uses_one_above_it() {
    let house = House::read();
    let mut broken = Vec::new();
    for file in sources(&root().join("src")) {
        let user = module_of(&file);
        if user == "lib" || user == "main" {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for name in used(&text) {
            let known = house.all().any(|module| *module == name);
            if known && !house.allows(&user, &name) {
                broken.push(format!("{}: {user} uses {name}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_leaf_packages_know_no_database_no_web_and_nothing_of_the_house() {
    for leaf in ["workers", "index", "vietnamese"] {
        let manifest = std::fs::read_to_string(root().join(leaf).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let needs = manifest["dependencies"].as_table().unwrap();
        for above in [
            "sogoc",
            "sqlx",
            "axum",
            "reqwest",
            "object_store",
            "sogoc-index",
            "sogoc-workers",
            "sogoc-bench",
        ] {
            assert!(!needs.contains_key(above), "{leaf} needs {above}");
        }
    }
}

#[test]
fn the_bench_measures_the_leaf_packages_and_no_package_of_the_product_needs_it() {
    let needs = |folder: &str| {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = tables.iter().filter_map(|name| manifest.get(*name));
        let names = tables.flat_map(|table| table.as_table().unwrap().keys().cloned());
        names.collect::<Vec<_>>()
    };
    for product in ["", "workers", "index"] {
        assert!(!needs(product).contains(&"sogoc-bench".to_owned()));
    }
    assert!(!needs("bench").contains(&"sogoc".to_owned()));
}

#[test]
fn the_rule_itself_tells_right_from_wrong() {
    let house = House::read();
    for (user, used) in [
        ("review", "record"),
        ("web", "review"),
        ("record", "catalogue"),
        ("cli", "web"),
    ] {
        assert!(house.allows(user, used), "{user} may use {used}");
    }
    for (user, used) in [
        ("record", "review"),
        ("vault", "record"),
        ("jobs", "archive"),
        ("review", "web"),
    ] {
        assert!(!house.allows(user, used), "{user} may not use {used}");
    }
    let text =
        "use crate::{audit::{self, Action}, jobs};\nlet x = crate::page::get();\n// crate::web";
    assert_eq!(used(text), ["audit", "jobs", "page"]);
}
