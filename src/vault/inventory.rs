//! The OCFL inventory (1.1): which digests an object holds, where, and under which names in which
//! version. Serialising is deterministic, so an older inventory can be derived from a newer one.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::{Result, VaultError};
use super::paths::{self, ObjectId};

const TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";
const ALGORITHM: &str = "sha256";

/// Who made a version, when and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// The name of the person or the service that acts.
    pub user_name: String,
    /// A URI for them: `mailto:…`, or an identifier in this archive.
    pub user_address: String,
    /// Why the version was made.
    pub message: String,
    /// When, to the millisecond.
    pub at: Timestamp,
}

/// The inventory of one object, as stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    id: ObjectId,
    #[serde(rename = "type")]
    type_uri: String,
    digest_algorithm: String,
    head: String,
    manifest: BTreeMap<Digest, Vec<String>>,
    versions: BTreeMap<String, VersionBlock>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionBlock {
    created: String,
    message: String,
    state: BTreeMap<Digest, Vec<String>>,
    user: User,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    address: String,
    name: String,
}

/// Logical paths of one version and the digests of their bytes.
pub type State = BTreeMap<String, Digest>;

impl Inventory {
    /// An inventory without versions, to be given its first.
    pub(super) fn new(id: ObjectId) -> Self {
        Self {
            id,
            type_uri: TYPE.into(),
            digest_algorithm: ALGORITHM.into(),
            head: String::new(),
            manifest: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    /// Reads stored bytes and checks that they hang together.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = |detail: String| VaultError::corrupt("an inventory", detail);
        let inventory: Self =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        inventory.check().map_err(|detail| damaged(detail.into()))?;
        Ok(inventory)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.type_uri != TYPE || self.digest_algorithm != ALGORITHM {
            return Err("of another type or digest algorithm");
        }
        let head = paths::version_of(&self.head).ok_or("no head version")?;
        let complete = head as usize == self.versions.len()
            && (1..=head).all(|number| self.versions.contains_key(&format!("v{number}")));
        if !complete {
            return Err("versions are not v1 to head");
        }
        let mut digests = self.versions.values().flat_map(|block| block.state.keys());
        if !digests.all(|digest| self.manifest.contains_key(digest)) {
            return Err("a state names a digest that the manifest lacks");
        }
        // A path with `..` in a foreign inventory would read files of the machine, not of the vault.
        let mut paths = self.manifest.values().flatten();
        if !paths.all(|path| is_content_path(path, head)) {
            return Err("a content path is outside its object");
        }
        Ok(())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec_pretty(self).expect("maps with text keys always serialise");
        bytes.push(b'\n');
        bytes
    }

    /// The object's identifier, as the inventory says it.
    pub fn id(&self) -> &ObjectId {
        &self.id
    }

    /// Number of the newest version, from 1.
    pub fn head(&self) -> u32 {
        paths::version_of(&self.head).unwrap_or(0)
    }

    /// Logical paths and digests of `version`; `None` when there is no such version.
    pub fn state(&self, version: u32) -> Option<State> {
        let block = self.versions.get(&format!("v{version}"))?;
        let named = |(digest, paths): (&Digest, &Vec<String>)| {
            let digest = *digest;
            paths
                .iter()
                .map(move |path| (path.clone(), digest))
                .collect::<Vec<_>>()
        };
        Some(block.state.iter().flat_map(named).collect())
    }

    /// Who made `version`, when and why; `None` when there is no such version.
    pub fn provenance(&self, version: u32) -> Option<Provenance> {
        let block = self.versions.get(&format!("v{version}"))?;
        Some(Provenance {
            user_name: block.user.name.clone(),
            user_address: block.user.address.clone(),
            message: block.message.clone(),
            at: block.created.parse().ok()?,
        })
    }

    /// Every content path, relative to the object root, with the digest of its bytes.
    pub fn content(&self) -> impl Iterator<Item = (&str, Digest)> {
        self.manifest
            .iter()
            .flat_map(|(digest, paths)| paths.iter().map(|path| (path.as_str(), *digest)))
    }

    /// Where the bytes of `digest` lie, relative to the object root.
    pub(super) fn content_path(&self, digest: Digest) -> Option<&str> {
        self.manifest.get(&digest)?.first().map(String::as_str)
    }

    /// Adds the next version. `stored` names the content path of each digest that is new.
    pub(super) fn push(
        &mut self,
        state: &State,
        stored: BTreeMap<Digest, String>,
        who: &Provenance,
    ) {
        let number = self.versions.len() + 1;
        self.manifest.extend(
            stored
                .into_iter()
                .map(|(digest, path)| (digest, vec![path])),
        );
        let mut by_digest: BTreeMap<Digest, Vec<String>> = BTreeMap::new();
        for (path, digest) in state {
            by_digest.entry(*digest).or_default().push(path.clone());
        }
        let block = VersionBlock {
            // Milliseconds, always: derived again from a newer inventory, the bytes must be the same.
            created: format!("{:.3}", who.at),
            message: who.message.clone(),
            state: by_digest,
            user: User {
                address: who.user_address.clone(),
                name: who.user_name.clone(),
            },
        };
        self.head = format!("v{number}");
        self.versions.insert(self.head.clone(), block);
    }

    /// The inventory as it was when `version` was the newest.
    pub(super) fn as_of(&self, version: u32) -> Self {
        let known = |name: &str| paths::version_of(name).is_some_and(|number| number <= version);
        let mut older = self.clone();
        older.head = format!("v{version}");
        older.versions.retain(|name, _| known(name));
        older
            .manifest
            .values_mut()
            .for_each(|paths| paths.retain(|path| known(path)));
        older.manifest.retain(|_, paths| !paths.is_empty());
        older
    }

    /// Whether `version` holds the same files for the same reason by the same hand. The moment is
    /// left out: a repeated call comes later.
    pub(super) fn says_the_same(&self, version: u32, state: &State, who: &Provenance) -> bool {
        let same_hand = |made: Provenance| {
            made.user_name == who.user_name
                && made.user_address == who.user_address
                && made.message == who.message
        };
        self.state(version).as_ref() == Some(state)
            && self.provenance(version).is_some_and(same_hand)
    }
}

/// Content paths become store keys, so a damaged inventory must not point outside its object.
fn is_content_path(path: &str, head: u32) -> bool {
    let in_known_version =
        paths::version_of(path).is_some_and(|number| (1..=head).contains(&number));
    let in_content = path.split('/').nth(1) == Some("content") && path.split('/').count() > 2;
    in_known_version && in_content && paths::check_logical_path(path).is_ok()
}

/// The sidecar that goes with the bytes of an inventory (OCFL 1.1 §3.7).
pub(super) fn sidecar_of(inventory: &[u8]) -> Bytes {
    format!("{} {}\n", Digest::of(inventory), paths::INVENTORY).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who() -> Provenance {
        Provenance {
            user_name: "Trần Thị Thử".into(),
            user_address: "mailto:thu@example.vn".into(),
            message: "deposit".into(),
            at: "2026-11-22T04:35:00.123456Z".parse().unwrap(),
        }
    }

    fn two_versions() -> Inventory {
        let mut inventory = Inventory::new(ObjectId::new("urn:x:1").unwrap());
        let (first, second) = (Digest::of(b"1"), Digest::of(b"2"));
        let mut state = State::from([("a.jpg".to_owned(), first)]);
        inventory.push(
            &state,
            BTreeMap::from([(first, "v1/content/a.jpg".into())]),
            &who(),
        );
        state.insert("b.xml".into(), second);
        inventory.push(
            &state,
            BTreeMap::from([(second, "v2/content/b.xml".into())]),
            &who(),
        );
        inventory
    }

    #[test]
    fn an_inventory_survives_storing_and_can_be_wound_back() {
        let inventory = two_versions();
        assert_eq!(
            Inventory::from_bytes(&inventory.to_bytes()).unwrap(),
            inventory
        );
        let older = inventory.as_of(1);
        assert_eq!(older.head(), 1);
        assert_eq!(older.content().count(), 1);
        assert_eq!(Inventory::from_bytes(&older.to_bytes()).unwrap(), older);
    }

    #[test]
    fn moments_are_kept_to_the_millisecond() {
        let text = String::from_utf8(two_versions().to_bytes()).unwrap();
        assert!(
            text.contains(r#""created": "2026-11-22T04:35:00.123Z""#),
            "{text}"
        );
    }

    #[test]
    fn an_inventory_that_points_outside_its_object_is_damaged() {
        let text = String::from_utf8(two_versions().to_bytes()).unwrap();
        for evil in [
            "../x",
            "v1/../../x",
            "v3/content/x",
            "v1/other/x",
            "/etc/passwd",
        ] {
            let changed = text.replace("v1/content/a.jpg", evil);
            assert!(Inventory::from_bytes(changed.as_bytes()).is_err(), "{evil}");
        }
    }
}
