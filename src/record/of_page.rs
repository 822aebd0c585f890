//! The records that stand on one page, in the order of the paper.

use super::{RecordView, SELECT};
use crate::archive::Archive;
use crate::error::Result;

/// Records of a page but for those rejected, by their place on it; at most `most`.
///
/// # Errors
/// As any statement.
pub(crate) async fn of_page(
    archive: &Archive,
    page_id: &str,
    most: i64,
) -> Result<Vec<RecordView>> {
    let query = format!(
        "{SELECT} WHERE r.page_id = $1 AND r.state <> 'rejected' ORDER BY r.ordinal LIMIT $2"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(page_id)
        .bind(most)
        .fetch_all(archive.catalogue.pool())
        .await?)
}
