//! A record as it begins: its row and version 1, of a reading or of a person.

use serde_json::json;
use sogoc_workers::reading::Box4;

use super::{Fields, RecordRow, RecordState, Version, insert, save_version};
use crate::catalogue::Tx;
use crate::error::Result;

/// A record that is new on its page.
pub(crate) struct FirstVersion<'a> {
    pub scan_id: &'a str,
    pub page_id: &'a str,
    /// Place on the page, from 1, which no other record of it has.
    pub ordinal: i64,
    /// Id of its class.
    pub class: &'a str,
    pub state: RecordState,
    /// Fields a person still has to look at.
    pub doubtful: i64,
    /// On the page as delivered.
    pub bounds: Option<Box4>,
    /// Person or token id, or `machine`.
    pub author: &'a str,
    pub note: &'a str,
}

/// Stores a record with its first version; gives its id.
///
/// # Errors
/// As any statement.
pub(crate) async fn begin(tx: &mut Tx, new: &FirstVersion<'_>, fields: &Fields) -> Result<String> {
    let (id, now) = (tx.new_id(), tx.now());
    let bounds = new.bounds.map(|bounds| json!(bounds).to_string());
    let row = RecordRow {
        id: &id,
        scan_id: new.scan_id,
        page_id: new.page_id,
        ordinal: new.ordinal,
        class: new.class,
        state: new.state,
        version: 1,
        doubtful: new.doubtful,
        bounds: bounds.as_deref(),
        preserved_version: None,
        updated_at: &now,
    };
    insert(tx, &row).await?;
    let version = Version {
        number: 1,
        state: new.state,
        author: new.author,
        note: new.note,
        at: &now,
    };
    save_version(tx, &id, &version, fields).await?;
    Ok(id)
}
