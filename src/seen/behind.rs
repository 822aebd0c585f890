//! Who stands behind what a version of a record says, read from its versions.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;

use crate::access::{Behind, is_human};
use crate::catalogue::{Flag, JsonText};
use crate::error::Result;
use crate::record::Fields;

/// Printed and present values by key: what a person has compared with the image.
type Values = BTreeMap<String, (String, String)>;

/// The humans behind one version: who corrected the record to exactly these values, or approved them. A
/// version made by the appendix vouches for its own decision only.
///
/// # Errors
/// As any statement.
pub(crate) async fn behind(
    connection: &mut AnyConnection,
    record_id: &str,
    version: i64,
) -> Result<Behind> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        // A token is no person, and a version made by the appendix vouches for its own decision
        // only.
        "SELECT v.author, v.fields,
            CASE WHEN v.state IN ('corrected', 'approved')
                AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.id = v.author)
                AND NOT EXISTS (SELECT 1 FROM corrections c
                    WHERE c.record_id = v.record_id AND c.record_version = v.version)
            THEN 1 ELSE 0 END AS vouches, 0 AS added
         FROM record_versions v WHERE v.record_id = $1 AND v.version <= $2 ORDER BY v.version DESC",
    )
    .bind(record_id)
    .bind(version)
    .fetch_all(&mut *connection)
    .await?;
    let mut behind = Behind {
        deliverer: deliverer(connection, record_id).await?,
        vouchers: BTreeSet::new(),
    };
    let mut content: Option<Values> = None;
    for row in rows {
        let values = values_of(row.fields);
        let content = content.get_or_insert_with(|| values.clone());
        // The same values again further back count too: they were compared with the same image.
        if *content == values && is_human(&row.author) && row.vouches {
            behind.vouchers.insert(row.author);
        }
    }
    Ok(behind)
}

/// A version, and whether its author vouches for what it says: for [`changed_since_approval`], approved it.
#[derive(sqlx::FromRow)]
struct VersionRow {
    author: String,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
    #[sqlx(try_from = "Flag")]
    vouches: bool,
    /// A person added the record with it.
    #[sqlx(try_from = "Flag")]
    added: bool,
}

fn values_of(fields: Fields) -> Values {
    let values = fields.into_iter();
    values
        .map(|(key, field)| (key, (field.raw, field.value)))
        .collect()
}

async fn deliverer(connection: &mut AnyConnection, record_id: &str) -> Result<Option<String>> {
    let who: Option<String> = sqlx::query_scalar(
        // A station's token delivers for nobody.
        "SELECT s.received_by FROM records r JOIN scans s ON s.id = r.scan_id
         WHERE r.id = $1 AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.id = s.received_by)",
    )
    .bind(record_id)
    .fetch_optional(connection)
    .await?;
    Ok(who.filter(|who| is_human(who)))
}

/// Everyone who changed a record since what it says in public was approved, or since a person added it; none when it was
/// read and never approved, so that its first approval may be one reviewer's. Approvals of the same values again forget nobody.
///
/// # Errors
/// As any statement.
pub(crate) async fn changed_since_approval(
    connection: &mut AnyConnection,
    record_id: &str,
) -> Result<Option<BTreeSet<String>>> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "SELECT author, fields, CASE WHEN state = 'approved' THEN 1 ELSE 0 END AS vouches,
            CASE WHEN version = 1 AND author <> 'machine' THEN 1 ELSE 0 END AS added
         FROM record_versions
         WHERE record_id = $1 AND state IN ('corrected', 'approved') ORDER BY version",
    )
    .bind(record_id)
    .fetch_all(connection)
    .await?;
    let (mut public, mut changed_by): (Option<Values>, _) = (None, BTreeSet::new());
    for row in rows {
        // What reading proposed is compared with the paper by whoever approves it; of what a person added there is no
        // reading, so that it counts as if it had been public.
        if row.added {
            public = Some(Values::new());
        }
        if !row.vouches {
            changed_by.insert(row.author);
            continue;
        }
        let values = values_of(row.fields);
        // Approved again with the same values changes nothing in public, so who changed before still
        // counts.
        if public.as_ref() != Some(&values) {
            changed_by.clear();
            public = Some(values);
        }
    }
    Ok(public.map(|_| changed_by))
}
