//! Pages people work in all day: nothing typed is lost, what was done is said, and lists say how long they are.

mod desk;
mod forms;
mod grid;
mod grid_api;
mod grid_browser;
mod lists;
mod many;
mod missed;
mod rail;
pub mod register;

use std::sync::Arc;

use reqwest::Response;
use sogoc::archive::Archive;
use sogoc_workers::reading::FieldReading;

use crate::flags::open_batch;
use crate::support::holdings::{page, propose, receive};

/// What a page is told of the act before it: the word in the cookie of the answer.
fn told(answer: &Response) -> String {
    let cookies = answer.headers().get_all("set-cookie").iter();
    let told = cookies.filter_map(|one| one.to_str().unwrap().strip_prefix("bao="));
    told.map(|one| one.split('~').next().unwrap().to_owned())
        .next()
        .unwrap_or_default()
}

/// A record that waits at the desk, nothing of it in doubt but `doubtful`.
async fn record(archive: &Arc<Archive>, name: &str, doubtful: &[&str]) -> String {
    let batch = open_batch(archive, &format!("Lô {name}"), None).await;
    // Each of other bytes: the same sheet again would be a duplicate.
    let shade = name.bytes().fold(0, u8::wrapping_add);
    let scan = receive(archive, &batch, "bang.png", &page(shade)).await;
    let id = propose(archive, &scan, 1, name).await;
    let text: String =
        sqlx::query_scalar("SELECT fields FROM record_versions WHERE record_id = $1")
            .bind(&id)
            .fetch_one(archive.catalogue.pool())
            .await
            .unwrap();
    let mut fields: std::collections::BTreeMap<String, FieldReading> =
        serde_json::from_str(&text).unwrap();
    let class = archive.classes.get("van_bang").unwrap();
    for field in class.fields.iter().filter(|field| field.mandatory) {
        let sure = fields["so_hieu"].clone();
        fields.entry(field.key.clone()).or_insert(sure);
    }
    for key in doubtful {
        fields.get_mut(*key).unwrap().accepted = false;
    }
    sqlx::query("UPDATE record_versions SET fields = $1 WHERE record_id = $2")
        .bind(serde_json::to_string(&fields).unwrap())
        .bind(&id)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    id
}

/// The value of the input of this name on a page.
fn input(page: &str, name: &str) -> String {
    let tag = page
        .split("<input ")
        .find(|tag| tag.contains(&format!("name=\"{name}\"")));
    let tag = tag.unwrap_or_else(|| panic!("no input {name} on {page}"));
    let (_, rest) = tag.split_once("value=\"").unwrap();
    let value = rest.split('"').next().unwrap();
    value.replace("&#38;", "&").replace("&amp;", "&")
}
