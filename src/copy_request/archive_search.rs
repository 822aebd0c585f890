//! The archivist's search for a request of which nothing is found, as it is stored and preserved with its request. What
//! the archivist does with it stands in `search_case`.

use crate::catalogue::{Insert, Move, State, Tx, text_enum};
use crate::error::Result;

text_enum! {
    /// Where a search stands.
    pub enum SearchState {
        /// The archivist is looking.
        Open,
        /// A record was named.
        Found,
        /// The volumes were looked through without result.
        NotFound,
        /// Its request ended before it did.
        Closed,
    }
}

impl State for SearchState {
    const TABLE: &'static str = "search_cases";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Found, Self::NotFound, Self::Closed],
            _ => &[],
        }
    }
}

/// A search as preserved.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
#[allow(missing_docs)] // the columns of `search_cases`, under their names
pub struct PreservedSearch {
    pub id: String,
    pub state: SearchState,
    pub note: String,
    pub opened_by: String,
    pub opened_at: String,
    pub finding: Option<String>,
    pub record_id: Option<String>,
    pub ended_by: Option<String>,
    pub ended_at: Option<String>,
}

/// Writes a search, new or brought back; a record that was lost is not named.
///
/// # Errors
/// As any statement.
pub(crate) async fn insert_search(
    tx: &mut Tx,
    request: &str,
    search: &PreservedSearch,
) -> Result<()> {
    Insert::into("search_cases")
        .set("id", &search.id)
        .set("request_id", request)
        .set("state", search.state)
        .set("note", &search.note)
        .set("opened_by", &search.opened_by)
        .set("opened_at", &search.opened_at)
        .set("finding", &search.finding)
        .set_known("record_id", "records", &search.record_id)
        .set("ended_by", &search.ended_by)
        .set("ended_at", &search.ended_at)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends the searches for a request that no longer needs them.
pub(super) async fn close_searches(tx: &mut Tx, request: &str) -> Result<()> {
    let closed = Move::to(SearchState::Closed)
        .while_at("request_id", request)
        .set("ended_at", tx.now());
    closed.run_all(tx).await?;
    Ok(())
}
