//! No circles among siblings: of the modules of one folder, none uses another that uses it back, directly or through
//! others. A file and its folder count as one module. `direction.rs` keeps the order of the top-level modules.

mod paths;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use tree::Tree;

/// Circles that are still there. The list may only shrink: one that has gone must be taken out of it.
const KNOWN: &[&str] = &[];

/// Modules of one folder and whom each uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_modules_of_one_folder_use_each_other_in_a_circle() {
    let found: Vec<String> = Tree::of_the_project().iter().flat_map(circles).collect();
    let new: Vec<&String> = found.iter().filter(|circle| !is_known(circle)).collect();
    assert!(
        new.is_empty(),
        "modules that use each other in a circle:\n{new:#?}"
    );
    let is_gone = |known: &&&str| !found.iter().any(|circle| is_within(circle, known));
    let gone: Vec<&&str> = KNOWN.iter().filter(is_gone).collect();
    assert!(
        gone.is_empty(),
        "gone, so take them off the list:\n{gone:#?}"
    );
}

fn is_known(circle: &str) -> bool {
    KNOWN.iter().any(|known| is_within(circle, known))
}

/// Is a circle, `folder: a b c`, the whole or a part of another?
fn is_within(circle: &str, known: &str) -> bool {
    let (folder, modules) = circle.split_once(": ").unwrap();
    let (known_folder, known_modules) = known.split_once(": ").unwrap();
    let has = |name: &str| known_modules.split(' ').any(|known| known == name);
    folder == known_folder && modules.split(' ').all(has)
}

/// Every circle of a source tree as `folder: a b c`.
fn circles(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, uses) in tree.uses_by_folder() {
        for circle in rings(&uses) {
            found.push(format!("{folder}: {}", circle.join(" ")));
        }
    }
    found
}

/// The strongly connected parts of more than one module, by reachability: folders are small.
fn rings(uses: &Uses) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        uses.keys().map(|name| (name, reach(name, uses))).collect();
    let both = |a: &String, b: &String| reached[a].contains(b) && reached[b].contains(a);
    let mut rings: Vec<Vec<String>> = Vec::new();
    for name in uses.keys() {
        if rings.iter().any(|ring| ring.contains(name)) {
            continue;
        }
        let ring: Vec<String> = uses
            .keys()
            .filter(|other| *other == name || both(name, other))
            .cloned()
            .collect();
        if ring.len() > 1 {
            rings.push(ring);
        }
    }
    rings
}

/// What a module uses, directly or through others.
fn reach<'a>(name: &String, uses: &'a Uses) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = uses[name].iter().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(uses.get(module).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    for (a, b, modules) in [
        ("use crate::room::b::B;", "use super::a::A;", "a b"),
        (
            "use super::{c::C, b};",
            "fn f() { super::a::g::<u8>(); }",
            "a b c",
        ),
        (
            "type X = Vec<crate::room::b::B>;",
            "pub use crate::{room::{a::{A, G}, c}, other};",
            "a b c",
        ),
        (
            "use super::B; // re-exported",
            "use crate::room::AlsoA;",
            "a b",
        ),
        ("use super::c;", "use super::a;", "a b c"),
    ] {
        let tree = Tree::of(&[
            ("src/lib.rs", "mod room;\nmod other;"),
            ("src/other.rs", ""),
            (
                "src/room.rs",
                "mod a;\nmod b;\npub mod c;\npub use b::B;\npub use self::a::{G, A as AlsoA};",
            ),
            ("src/room/a.rs", a),
            ("src/room/b.rs", b),
            ("src/room/c.rs", "fn f() { super::b::inside::h() }"),
        ]);
        assert_eq!(circles(&tree), [format!("src/room: {modules}")], "{a} {b}");
    }
}

#[test]
fn a_file_and_its_folder_are_one_module() {
    let tree = Tree::of(&[
        ("src/lib.rs", "mod a;\nmod b;"),
        ("src/a.rs", "mod deep;\nuse deep::D;"),
        ("src/a/deep.rs", "use super::A;\nuse crate::b::B;"),
        ("src/b.rs", "use crate::a::A;"),
    ]);
    assert_eq!(circles(&tree), ["src: a b"]);
}

#[test]
fn what_is_no_circle_is_none() {
    let tree = Tree::of(&[
        ("src/lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod testing;"),
        ("src/a.rs", "use crate::b::B;\nuse std::a::b;\nmod under;"),
        ("src/a/under.rs", "use super::A;\nuse crate::b;"),
        (
            "src/b.rs",
            "// use crate::a;\nconst X: &str = \"use crate::a;\";\nuse other_crate::a;\n#[cfg(test)]\nmod tests {\n use crate::a;\n}",
        ),
        ("src/testing.rs", "use crate::{a, b};"),
    ]);
    assert_eq!(circles(&tree), Vec::<String>::new());
}
