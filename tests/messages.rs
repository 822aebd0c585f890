//! Every text is found by a key of `locales/`, in both languages, and every key is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sogoc::access::Role;
use sogoc::audit::{Action, Broken, Standing};
use sogoc::copy_request::{NotTheOne, STANDINGS};
use sogoc::jobs::Kind;
use sogoc::messages::{Lang, find};
use sogoc_workers::class::Part;
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::quality;

/// Keys that [`sogoc::error::Error`] makes of its outcomes' codes.
const OUTCOMES: [&str; 6] = [
    "already_exists",
    "corrupt",
    "forbidden",
    "internal",
    "not_found",
    "not_signed_in",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under a folder whose name ends so.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path if path.to_string_lossy().ends_with(end) => found.push(path),
                _ => {}
            }
        }
    }
    found
}

/// Vietnamese and English by key.
fn texts() -> BTreeMap<String, (String, String)> {
    fn collect(key: &str, table: &toml::Table, texts: &mut BTreeMap<String, (String, String)>) {
        let text = |lang: &str| table.get(lang).and_then(|text| text.as_str());
        if let (Some(vi), Some(en)) = (text("vi"), text("en")) {
            assert_eq!(table.len(), 2, "{key} has more than two languages");
            texts.insert(key.to_owned(), (vi.to_owned(), en.to_owned()));
            return;
        }
        for (name, value) in table {
            let inner = value.as_table();
            let inner = inner.unwrap_or_else(|| panic!("{key} lacks a language"));
            collect(&format!("{key}.{name}"), inner, texts);
        }
    }
    let mut texts = BTreeMap::new();
    for file in files("locales", ".toml") {
        let table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let room = file.file_stem().unwrap().to_string_lossy().into_owned();
        collect(&room, &table, &mut texts);
    }
    texts
}

/// Names of settings that look like keys.
const SETTINGS: [&str; 9] = [
    "seal.closed_network",
    "seal.detached",
    "seal.key_file",
    "seal.key_password_file",
    "seal.renew_before_days",
    "seal.rsa_padding",
    "seal.time_authority",
    "seal.token",
    "seal.token.pin_file",
];

/// What stands between quotation marks.
fn quoted(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').flat_map(|piece| piece.split('\\'))
}

/// The keys and the groups of keys (`requests.payment.{…}`) that sources and templates name.
fn named(rooms: &BTreeSet<&str>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut keys, mut groups) = (BTreeSet::new(), BTreeSet::new());
    let is_key = |text: &str| {
        let mut parts = text.split('.');
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        parts.next().is_some_and(|room| rooms.contains(room))
            && text.contains('.')
            && !SETTINGS.contains(&text)
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(plain))
            && ![".html", ".json", ".rs"]
                .iter()
                .any(|end| text.ends_with(end))
    };
    for file in files("src", ".rs").into_iter().chain(files("web", ".html")) {
        let source = std::fs::read_to_string(file).unwrap();
        for group in source.split("word(\"").skip(1) {
            groups.extend(group.split('"').next().map(str::to_owned));
        }
        for list in source.split("sentences! {").skip(1) {
            let group = list.split_once(" in \"").map(|(_, group)| group);
            let group = group.and_then(|group| group.split('"').next());
            groups.extend(group.map(str::to_owned));
        }
        for text in quoted(&source) {
            match text.split_once(".{") {
                Some((group, _)) if is_key(group) || rooms.contains(group) => {
                    groups.insert(group.to_owned());
                }
                None if is_key(text) => _ = keys.insert(text.to_owned()),
                _ => {}
            }
        }
    }
    keys.retain(|key| !groups.contains(key));
    (keys, groups)
}

#[test]
fn every_key_that_is_named_has_a_text_and_every_text_is_used() {
    let texts = texts();
    let rooms: BTreeSet<&str> = texts
        .keys()
        .filter_map(|key| key.split('.').next())
        .collect();
    let (mut keys, mut groups) = named(&rooms);
    assert!(groups.remove("errors"), "the outcomes have texts");
    keys.extend(OUTCOMES.map(|code| format!("errors.{code}")));

    let missing: Vec<_> = keys
        .iter()
        .filter(|key| !texts.contains_key(*key))
        .collect();
    assert!(missing.is_empty(), "keys without a text: {missing:#?}");

    let in_group = |key: &str| {
        key.rsplit_once('.')
            .is_some_and(|(group, _)| groups.contains(group))
    };
    let unused = |key: &&String| !keys.contains(*key) && !in_group(key);
    let unused: Vec<_> = texts.keys().filter(unused).collect();
    assert!(unused.is_empty(), "texts nobody uses: {unused:#?}");
}

#[test]
fn both_languages_say_something_about_the_same_things() {
    let things = |text: &str| -> BTreeSet<String> {
        let name = |piece: &str| piece.split_once('}').map(|(name, _)| name.to_owned());
        text.split('{').skip(1).filter_map(name).collect()
    };
    for (key, (vi, en)) in texts() {
        for text in [&vi, &en] {
            assert!(!text.is_empty() && text.trim() == text, "{key}: «{text}»");
        }
        assert_eq!(things(&vi), things(&en), "{key}");
    }
}

#[test]
fn every_file_of_texts_is_compiled_in() {
    for (key, (vi, en)) in texts() {
        assert_eq!(find(Lang::Vi, &key), Some(vi.as_str()), "{key}");
        assert_eq!(find(Lang::En, &key), Some(en.as_str()), "{key}");
    }
}

#[test]
fn every_stored_word_has_a_name() {
    let flags = quality::FLAGS.map(|flag| flag.code);
    let groups: Vec<(&str, Vec<&str>)> = vec![
        (
            "people.role",
            Role::ALL.iter().map(|role| role.as_str()).collect(),
        ),
        (
            "custody.job",
            Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
        ),
        (
            "errors.failure",
            FailureKind::ALL.iter().map(|kind| kind.code()).collect(),
        ),
        (
            "requests.not_the_one",
            NotTheOne::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        ("public_requests.standing_of_applicant", STANDINGS.into()),
        (
            "volumes.part",
            Part::ALL.iter().map(|part| part.as_str()).collect(),
        ),
        (
            "log_tree.standing",
            Standing::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        (
            "log_tree.standing_means",
            Standing::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        ("log_tree.broken", Broken::KINDS.into()),
        (
            "log_tree.did",
            Action::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        ("flags.says", flags.into()),
        ("flags.remedy", flags.into()),
    ];
    for (group, words) in groups {
        for word in words {
            assert!(
                find(Lang::Vi, &format!("{group}.{word}")).is_some(),
                "{group}.{word}"
            );
        }
    }
}

#[test]
fn a_text_that_is_asked_for_without_values_has_room_for_none() {
    let texts = texts();
    for file in files("src", ".rs").iter().chain(&files("web", ".html")) {
        let source = std::fs::read_to_string(file).unwrap();
        for call in ["both(\"", ".t(\"", "vi(\""] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                let (vi, en) = texts.get(key).cloned().unwrap_or_default();
                let room = vi.contains('{') || en.contains('{');
                assert!(!room, "{}: {key} needs values", file.display());
            }
        }
    }
}

#[test]
fn templates_hold_keys_and_lines_a_person_can_read() {
    for file in files("web", ".html") {
        let name = Path::new(file.file_name().unwrap()).display().to_string();
        let template = std::fs::read_to_string(&file).unwrap();
        for call in [".pick(\"", ".w(\""] {
            assert!(
                !template.contains(call),
                "{name} holds a text in two languages"
            );
        }
        for line in template.lines() {
            assert!(line.chars().count() <= 160, "{name}: {line}");
        }
    }
}
