//! The sheet of a record as the browser sends it, and what of it is shown again.

use std::collections::{BTreeMap, BTreeSet};

/// The sheet as sent: `o.KEY` is what the page showed, `f.KEY` what the person left in the box, `v.KEY` says that they went
/// to a doubtful one; of a value struck out on paper, which comes with `s.KEY`, `stands` says that it is right as it is; of
/// one that was not read, which comes with `u.KEY`, `nothing` says that nothing is there, or that it is illegible.
#[derive(Debug, Default)]
pub struct Sent {
    /// `approve`, `correct` or `reject`.
    pub act: String,
    /// Version that the page showed.
    pub version: i64,
    /// What the person wrote beside it.
    pub note: String,
    /// Values by key, of fields that the person changed or confirmed.
    pub changes: BTreeMap<String, String>,
    /// Values by key, as the page showed them.
    pub before: BTreeMap<String, String>,
    /// Keys of the doubtful fields that the person went to.
    pub visited: BTreeSet<String>,
    /// Keys of the fields whose value was said, one by one, to be right as it stands: `c.KEY`.
    pub confirmed: BTreeSet<String>,
    /// Why it is right that another record has the same diploma number.
    pub same_serial: String,
    /// Whether the values struck out were said to stand.
    pub stands: bool,
    /// Whether what was not read was said to be nothing, or illegible.
    pub nothing: bool,
}

impl Sent {
    /// What the pairs of a form say.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        let all: BTreeMap<String, String> = pairs.into_iter().collect();
        let text = |key: &str| all.get(key).cloned().unwrap_or_default();
        let parts = |head: &'static str| {
            let parts = all.iter();
            parts.filter_map(move |(key, value)| Some((key.strip_prefix(head)?, value.as_str())))
        };
        let changed = |key: &str, value: &str| {
            let confirmed = |tick: &str, mark: &str| {
                all.contains_key(tick) && all.contains_key(&format!("{mark}.{key}"))
            };
            confirmed("stands", "s")
                || confirmed("nothing", "u")
                || all.contains_key(&format!("c.{key}"))
                || all.get(&format!("o.{key}")).map(String::as_str) != Some(value)
        };
        let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Self {
            act: text("act"),
            version: text("version").parse().unwrap_or_default(),
            note: text("note").trim().to_owned(),
            same_serial: text("same_serial").trim().to_owned(),
            changes: parts("f.")
                .map(|(key, value)| (key, value.trim()))
                .filter(|(key, value)| changed(key, value))
                .map(own)
                .collect(),
            before: parts("o.").map(own).collect(),
            visited: parts("v.").map(|(key, _)| key.to_owned()).collect(),
            confirmed: parts("c.").map(|(key, _)| key.to_owned()).collect(),
            stands: all.contains_key("stands"),
            nothing: all.contains_key("nothing"),
        }
    }

    /// Fields that the person went to or typed into.
    pub fn seen(&self) -> BTreeSet<String> {
        let typed = self.changes.keys();
        typed.chain(&self.visited).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_changed_is_sent_on() {
        let pairs = [
            ("act", "approve"),
            ("version", "3"),
            ("o.ho_ten", "Tran Van Mau"),
            ("f.ho_ten", "Trần Văn Mẫu "),
            ("o.truong", "THPT Mẫu"),
            ("f.truong", "THPT Mẫu"),
        ];
        let owned = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let sent = Sent::of(owned.to_vec());
        assert_eq!(sent.version, 3);
        assert_eq!(sent.changes.len(), 1);
        assert_eq!(sent.changes["ho_ten"], "Trần Văn Mẫu");
    }

    #[test]
    fn a_value_struck_out_that_stands_is_sent_as_it_is() {
        let sent = |more: &[(&str, &str)]| {
            let shown = [
                ("o.ho_ten", "Lê Thử"),
                ("f.ho_ten", "Lê Thử"),
                ("s.ho_ten", "1"),
            ];
            let all = shown
                .iter()
                .chain([&("f.so_hieu", "A 1"), &("o.so_hieu", "A 1")]);
            let pairs = all
                .chain(more)
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            Sent::of(pairs.collect()).changes
        };
        assert!(sent(&[]).is_empty());
        let confirmed = sent(&[("stands", "1")]);
        assert_eq!(confirmed.len(), 1);
        assert_eq!(confirmed["ho_ten"], "Lê Thử");
    }
}
