//! What must hold however a story went.

use std::collections::BTreeSet;

use futures::StreamExt;
use sha2::{Digest, Sha256};
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow};
use sogoc::clock::{Clock, StillClock};
use sogoc::issue_book::{self, BookLine};
use sogoc::vault::{ObjectId, Vault};
use sogoc::{copy_request, fixity};
use tempfile::TempDir;

use super::world::{World, day};
use crate::copy_pdf::text_of;
use crate::support::archive::{caller, log_is_whole};
use crate::support::holdings::config;

pub async fn are_kept(world: &World) {
    let lines = world.book().await;
    no_gap_in_the_book(world, &lines).await;
    no_copy_says_what_the_register_did_not(world, &lines).await;
    every_sealed_byte_is_accounted_for(world, &lines).await;
    every_request_ended_as_it_was_told(world, &lines).await;
    the_vault_alone_tells_it_again(world).await;
}

async fn no_gap_in_the_book(world: &World, lines: &[CopyRow]) {
    for year in [2026, 2027] {
        let of_year = lines.iter().filter(|line| line.year == year);
        let numbers: Vec<i64> = of_year.map(|line| line.number).collect();
        let expected: Vec<i64> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "{year}");
    }
    assert!(lines.iter().all(|line| line.state == "issued"), "{lines:?}");
    log_is_whole(&world.archive).await;
}

async fn no_copy_says_what_the_register_did_not(world: &World, lines: &[CopyRow]) {
    let head = caller(Role::Approver);
    let now = world.archive.clock.now();
    for line in lines {
        let issued: jiff::Timestamp = line.issued_at.parse().unwrap();
        let then = world
            .name_at(&line.record_id, &line.issued_at, &day(issued))
            .await;
        let bytes = certified_copy::bytes(&world.archive, &head, &line.id)
            .await
            .unwrap();
        let text = text_of(&bytes);
        assert!(
            text.contains(&format!("Họ và tên: {then} ")),
            "{then}: {text}"
        );
        let told = certified_copy::verify_code(&world.archive, &line.code)
            .await
            .unwrap();
        let today = world
            .name_at(&line.record_id, &now.to_string(), &day(now))
            .await;
        let expected = match (&line.withdrawn_at, today == then) {
            (Some(_), _) => "withdrawn",
            (None, true) => "valid",
            (None, false) => "superseded",
        };
        assert_eq!(told.state, expected, "copy {}", line.number);
    }
}

async fn every_sealed_byte_is_accounted_for(world: &World, lines: &[CopyRow]) {
    let mut kept = BTreeSet::new();
    let mut walk = world.archive.vault.walk();
    while let Some(step) = walk.next().await {
        let id = step.unwrap().id.map(|id| id.as_str().to_owned());
        kept.extend(id.filter(|id| id.starts_with("urn:sogoc:copy:")));
    }
    let booked: BTreeSet<String> = lines
        .iter()
        .map(|line| certified_copy::object_id(&line.id))
        .collect();
    assert_eq!(kept, booked);
    for line in lines {
        let id = ObjectId::new(certified_copy::object_id(&line.id)).unwrap();
        assert!(world.archive.vault.verify(&id).await.unwrap().is_sound());
        let inventory = world.archive.vault.inventory(&id).await.unwrap();
        let read = async |file: &str| {
            let file = world.archive.vault.read(&id, file, None).await.unwrap();
            file.into_bytes().await.unwrap()
        };
        let sealed = hex::encode(Sha256::digest(read(certified_copy::COPY_FILE).await));
        assert_eq!(line.sha256.as_deref(), Some(sealed.as_str()));
        let pdfs: BTreeSet<_> = (1..=inventory.head())
            .map(|version| inventory.state(version).unwrap()[certified_copy::COPY_FILE])
            .collect();
        assert_eq!(pdfs.len(), 1, "one line, one file, for ever");
        let entry = read(certified_copy::ENTRY_FILE).await;
        let entry: CopyRow = serde_json::from_slice(&entry).unwrap();
        assert_eq!(
            (entry.number, entry.withdrawal),
            (line.number, line.withdrawal.clone())
        );
    }
}

/// What was acknowledged holds, and what was not happened wholly or not at all.
async fn every_request_ended_as_it_was_told(world: &World, lines: &[CopyRow]) {
    let ended = ended(&world.archive).await;
    for request in &world.requests {
        let status = copy_request::status(&world.archive, &request.asked.code)
            .await
            .unwrap();
        let own = |line: &&CopyRow| line.request_id.as_deref() == Some(request.asked.id.as_str());
        let taken = lines.iter().filter(own).count();
        let owed = usize::try_from(request.copies).unwrap();
        let (expected, any): (usize, &[&str]) = match request {
            _ if request.released => (owed, &["issued"]),
            _ if request.refused.is_some() => (0, &["refused"]),
            _ if request.withdrawn => (0, &["withdrawn"]),
            _ if taken > 0 => (owed, &["issued"]), // released, and died before it could say so
            _ => (0, &["received", "confirmed", "refused", "withdrawn"]),
        };
        assert_eq!((taken, status.copies.len()), (expected, expected));
        assert!(any.contains(&status.state.as_str()), "{}", status.state);
        if let Some(reason) = &request.refused {
            let note = format!("Từ chối: {reason}");
            let told = ended.iter().filter(|line| line.note == note);
            assert_eq!(told.count(), 1, "a refusal stands in the book, once");
        }
    }
}

/// The lines of the book without a number.
async fn ended(archive: &Archive) -> Vec<BookLine> {
    whole_book(archive)
        .await
        .into_iter()
        .filter(|line| line.number.is_none())
        .collect()
}

async fn whole_book(archive: &Archive) -> Vec<BookLine> {
    let head = caller(Role::Approver);
    let mut lines = Vec::new();
    for year in [2026, 2027] {
        let book = issue_book::of_year(archive, &head, year).await.unwrap();
        lines.extend(book.lines);
    }
    lines
}

/// Another catalogue, made from nothing but the vault, has the same requests, lines and refusals.
async fn the_vault_alone_tells_it_again(world: &World) {
    let data = TempDir::new().unwrap();
    let clock = StillClock::at(world.archive.clock.now());
    (0..100_000).for_each(|_| drop(clock.new_id())); // past every id the first archive gave
    let mut again = Archive::open_with(config(data.path(), None), std::sync::Arc::new(clock))
        .await
        .unwrap();
    again.vault = Vault::over(world.store.clone()).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!(rebuilt.numbers_without_copy, [""; 0]);
    let differences = fixity::compare(
        &fixity::holdings(&world.archive.catalogue).await.unwrap(),
        &fixity::holdings(&again.catalogue).await.unwrap(),
    );
    assert!(differences.none(), "{differences:?}");
    assert_eq!(whole_book(&again).await, whole_book(&world.archive).await);
}
