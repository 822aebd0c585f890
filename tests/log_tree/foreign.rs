//! Go's own implementation agrees with every checkpoint and proof, and with no altered one.

use data_encoding::BASE64;
use serde_json::{Value, json};
use sogoc::audit;

use super::story::Story;
use crate::support::tlog::judge;

/// Whatever the judge needs, from the files in the vault and the proofs of the program.
async fn question(story: &Story, earlier: Option<(i64, String)>) -> Value {
    let state = story.check().await.state;
    let read = |name: &str| std::fs::read(story.file(name)).unwrap();
    let key = std::fs::read_dir(story.file("keys"))
        .unwrap()
        .next()
        .unwrap();
    let verifier = std::fs::read_to_string(key.unwrap().path()).unwrap();
    let mut entries = Vec::new();
    for bundle in 0..=state.size / 256 {
        let width = (state.size - bundle * 256).min(256);
        let name = match width {
            0 => continue,
            256 => format!("tile/entries/{bundle:03}"),
            width => format!("tile/entries/{bundle:03}.p/{width}"),
        };
        entries.extend(unpacked(&read(&name)));
    }
    let mut inclusion = Vec::new();
    for entry in audit::after(&story.archive.catalogue, 0, 1000)
        .await
        .unwrap()
    {
        let proof = audit::proof_of(&story.archive, &entry.id).await.unwrap();
        let proof = proof.unwrap();
        let lines: Vec<&str> = proof.proof.lines().skip(2).collect();
        let hashes: Vec<&str> = lines
            .into_iter()
            .take_while(|line| !line.is_empty())
            .collect();
        inclusion.push(json!({ "index": proof.position - 1, "hashes": hashes }));
    }
    let earlier = match earlier {
        None => Value::Null,
        Some((size, root)) => {
            let hashes = audit::consistency(&story.archive, size.unsigned_abs());
            let hashes = hashes.await.unwrap();
            let hashes: Vec<&str> = hashes.lines().collect();
            json!({ "size": size, "root": root, "hashes": hashes })
        }
    };
    json!({
        "verifier": verifier.trim(),
        "checkpoint": String::from_utf8(read("checkpoint")).unwrap(),
        "entries": entries, "inclusion": inclusion, "earlier": earlier,
    })
}

fn unpacked(mut bundle: &[u8]) -> Vec<String> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        entries.push(BASE64.encode(entry));
        bundle = rest;
    }
    entries
}

#[tokio::test(flavor = "multi_thread")]
async fn go_agrees_with_checkpoints_and_proofs_of_every_entry() {
    let story = Story::begun(|_| {}).await;
    let mut earlier = None;
    // Sizes around the edges of a tile, where trees go wrong.
    for acts in [1, 2, 5, 100, 140, 1, 10, 256] {
        story.acts(acts).await;
        let asked = question(&story, earlier).await;
        let state = story.check().await.state;
        assert_eq!(judge(&asked), Ok(format!("{} {}", state.size, state.root)));
        earlier = Some((state.size, state.root));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn go_agrees_with_nothing_altered() {
    let story = Story::begun(|_| {}).await;
    story.acts(20).await;
    let before = story.check().await.state;
    story.acts(20).await;
    let good = question(&story, Some((before.size, before.root))).await;
    assert!(judge(&good).is_ok());
    let alter = |change: &dyn Fn(&mut Value)| {
        let mut altered = good.clone();
        change(&mut altered);
        judge(&altered).unwrap_err()
    };
    alter(&|q| q["entries"].as_array_mut().unwrap().swap(3, 4));
    alter(&|q| _ = q["entries"].as_array_mut().unwrap().pop());
    alter(&|q| q["inclusion"][7]["index"] = json!(8));
    alter(&|q| q["earlier"]["size"] = json!(before.size + 1));
    alter(&|q| {
        let note = q["checkpoint"].as_str().unwrap();
        q["checkpoint"] = json!(note.replacen('\n', "x\n", 1));
    });
}
