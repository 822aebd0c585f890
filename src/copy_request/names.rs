//! The names of a request, folded: by them a clerk finds it however it was written.

use super::{Applicant, Sought};
use crate::archive::Archive;
use crate::catalogue::{self, JsonText};
use crate::error::Result;

/// The name on the diploma and the applicant's, in plain letters.
pub(super) fn folded(wanted: &Sought, applicant: &Applicant) -> String {
    let plain = catalogue::folded;
    format!("{} | {}", plain(&wanted.ho_ten), plain(&applicant.name))
}

#[derive(sqlx::FromRow)]
struct Unfolded {
    id: String,
    #[sqlx(try_from = "JsonText")]
    applicant: Applicant,
    #[sqlx(try_from = "JsonText")]
    wanted: Sought,
}

/// Folds the names of requests that came before names were kept so.
pub(super) async fn fold_missing(archive: &Archive) -> Result<()> {
    let query = "SELECT id, applicant, wanted FROM copy_requests WHERE names = ''";
    let rows: Vec<Unfolded> = sqlx::query_as(query)
        .fetch_all(archive.catalogue.pool())
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = archive.begin_as_machine().await?;
    for row in rows {
        let names = folded(&row.wanted, &row.applicant);
        tx.set("copy_requests", &row.id, "names", names).await?;
    }
    tx.commit().await
}
