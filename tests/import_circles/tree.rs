//! The modules of a crate by their place, and who uses whom among siblings.

use std::collections::BTreeMap;
use std::path::Path;

use super::Uses;
use super::paths::{Named, declared, named};

/// How many re-exports are followed from a name to where it is defined.
const FOLLOWED: usize = 8;

/// A place in the crate: `["certified_copy", "book"]`; the root is empty.
type Place = Vec<String>;

struct Module {
    children: Vec<String>,
    names: Vec<Named>,
}

/// The modules of one crate and what they import.
pub struct Tree {
    /// Folder of its sources from the root, such as `workers/src`.
    folder: String,
    modules: BTreeMap<Place, Module>,
}

impl Tree {
    /// Every crate of the project.
    pub fn of_the_project() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = [
            "src",
            "workers/src",
            "index/src",
            "bench/src",
            "vietnamese/src",
        ];
        let there = folders
            .into_iter()
            .filter(|folder| root.join(folder).exists());
        there
            .map(|folder| {
                Self::load(folder, &|file| {
                    std::fs::read_to_string(root.join(file)).ok()
                })
            })
            .collect()
    }

    /// A crate in `src` with these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let text = |file: &str| {
            let found = files.iter().find(|(name, _)| *name == file);
            found.map(|(_, text)| (*text).to_owned())
        };
        Self::load("src", &text)
    }

    fn load(folder: &str, text: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut tree = Self {
            folder: folder.to_owned(),
            modules: BTreeMap::new(),
        };
        let root = ["lib.rs", "main.rs"]
            .iter()
            .find_map(|name| text(&format!("{folder}/{name}")));
        tree.add(Place::new(), &root.unwrap_or_default(), text);
        tree
    }

    fn add(&mut self, place: Place, source: &str, text: &dyn Fn(&str) -> Option<String>) {
        let children = declared(source);
        for child in &children {
            let mut below = place.clone();
            below.push(child.clone());
            let file = format!("{}/{}", self.folder, below.join("/"));
            let source = text(&format!("{file}.rs")).or_else(|| text(&format!("{file}/mod.rs")));
            self.add(
                below,
                &source.unwrap_or_else(|| panic!("no file of {file}")),
                text,
            );
        }
        self.modules.insert(
            place,
            Module {
                children,
                names: named(source),
            },
        );
    }

    /// For each folder its modules, and whom of them each uses.
    pub fn uses_by_folder(&self) -> BTreeMap<String, Uses> {
        let mut folders: BTreeMap<String, Uses> = BTreeMap::new();
        for (place, module) in &self.modules {
            for child in &module.children {
                folders
                    .entry(self.folder_name(place))
                    .or_default()
                    .entry(child.clone())
                    .or_default();
            }
            for used in module
                .names
                .iter()
                .flat_map(|named| self.meant(place, &named.path))
            {
                let shared = place.iter().zip(&used).take_while(|(a, b)| a == b).count();
                if let (Some(user), Some(used)) = (place.get(shared), used.get(shared)) {
                    let folder = folders
                        .entry(self.folder_name(&place[..shared]))
                        .or_default();
                    folder.entry(user.clone()).or_default().insert(used.clone());
                }
            }
        }
        folders
    }

    fn folder_name(&self, place: &[String]) -> String {
        let mut name = self.folder.clone();
        place.iter().for_each(|part| name.extend(["/", part]));
        name
    }

    /// The modules a path leads through: the one it names, and those its re-exports come from.
    fn meant(&self, from: &Place, path: &[String]) -> Vec<Place> {
        let (mut reached, mut next) = (Vec::new(), self.absolute(from, path));
        for _ in 0..FOLLOWED {
            let Some(absolute) = next.take() else { break };
            let (place, rest) = self.deepest(&absolute);
            next = rest
                .first()
                .and_then(|name| self.re_exported(&place, name))
                .map(|mut path| {
                    path.extend_from_slice(&rest[1..]);
                    path
                });
            reached.push(place);
        }
        reached
    }

    /// The path from the root of the crate; `None` when it leads out of it.
    fn absolute(&self, from: &Place, path: &[String]) -> Option<Vec<String>> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        let (mut place, rest) = match path.first()?.as_str() {
            "crate" => (Place::new(), &path[1..]),
            "self" => (from.clone(), &path[1..]),
            "super" => (
                from[..from.len().saturating_sub(ups)].to_vec(),
                &path[ups..],
            ),
            name if self.modules[from]
                .children
                .iter()
                .any(|child| child == name) =>
            {
                (from.clone(), path)
            }
            _ => return None,
        };
        place.extend_from_slice(rest);
        Some(place)
    }

    /// The module as deep as the path leads, and what is left of the path.
    fn deepest<'a>(&self, path: &'a [String]) -> (Place, &'a [String]) {
        let mut depth = path.len();
        while !self.modules.contains_key(&path[..depth]) {
            depth -= 1;
        }
        (path[..depth].to_vec(), &path[depth..])
    }

    /// Where a name comes from that a module itself takes from elsewhere.
    fn re_exported(&self, place: &Place, name: &str) -> Option<Vec<String>> {
        let names = self.modules[place].names.iter();
        let alias = |named: &&Named| named.alias.as_deref() == Some(name);
        names
            .filter(alias)
            .find_map(|named| self.absolute(place, &named.path))
    }
}
