//! What holds after every act: two people behind each new copy and each public value, and copies that say what was seen.

use std::collections::BTreeSet;

use sogoc::access::{Caller, CallerKind, Role};
use sogoc::certified_copy;

use super::{NAMES, World, values};
use crate::copy_pdf::text_of;
use crate::support::archive::{caller, seen};
use crate::two_persons::now;

impl World {
    /// At the instant a line of the book is opened, two humans are behind it, and it is bound to what they saw.
    pub async fn every_new_copy_has_two_people(&mut self, releaser: &Caller) {
        for line in self.lines().await {
            if !self.checked.insert(line.id.clone()) {
                continue;
            }
            assert_eq!(releaser.kind, CallerKind::Person);
            assert_eq!(line.issued_by, releaser.id);
            let place = self
                .records
                .iter()
                .position(|id| *id == line.record_id)
                .unwrap();
            let record = now(&self.holdings.archive, &line.record_id).await;
            assert_eq!(
                (record.state.as_str(), record.version),
                ("approved", line.record_version)
            );
            let hands = self.ledger.hands.get(&(place, values(&record.fields)));
            let hands = hands.cloned().unwrap_or_default();
            let others: Vec<&String> = hands.iter().filter(|id| **id != releaser.id).collect();
            assert!(!others.is_empty(), "{releaser:?} alone, {hands:?}");
            if others == [&self.deliverer] {
                assert!(
                    hands.contains(&releaser.id),
                    "a scan vouched for by its deliverer alone"
                );
            }
            let digest = seen(&self.holdings.archive, &line.record_id)
                .await
                .record_digest;
            assert_eq!(line.record_digest.as_ref(), Some(&digest));
            if let Some(request) = &line.request_id {
                let (clerk, saw) = &self.ledger.confirmed[request];
                assert!(*clerk != releaser.id && *saw == digest);
            }
        }
    }

    /// Values that are public came there the first time by whoever approved them; after that never by one of
    /// those who changed them.
    pub async fn what_is_public_was_changed_by_two(&mut self, approver: &Caller) {
        for (place, id) in self.records.iter().enumerate() {
            let record = now(&self.holdings.archive, id).await;
            if record.state != "approved" {
                continue;
            }
            let values = values(&record.fields);
            match self.ledger.public.get(&place) {
                Some((public, _)) if *public == values => {}
                known => {
                    if let Some((_, changed_by)) = known {
                        assert!(
                            !changed_by.contains(&approver.id),
                            "{approver:?} alone changed {id}"
                        );
                    }
                    self.ledger.public.insert(place, (values, BTreeSet::new()));
                }
            }
        }
    }

    /// What was sealed says what the line is bound to.
    pub async fn the_last_copy_says_what_was_seen(&self) {
        let approver = caller(Role::Approver);
        let mut lines = self.lines().await;
        lines.retain(|line| self.records.contains(&line.record_id) && line.state == "issued");
        let Some(line) = lines.first() else {
            return;
        };
        let bytes = certified_copy::bytes(&self.holdings.archive, &approver, &line.id).await;
        let text = text_of(&bytes.unwrap());
        let all = NAMES.iter().chain(&["Trần Văn Một", "Trần Văn Hai"]);
        let said = all
            .filter(|name| text.contains(&format!("Họ và tên: {name} ")))
            .count();
        assert_eq!(said, 1, "{text}");
    }
}
