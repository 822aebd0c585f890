//! What of the archive's structure the vault holds: deposits and volumes name their fonds, file and volume, and a
//! restore finds each by its code or makes it again.

use super::file::{NewFile, insert_file};
use super::volume::{Volume, insert_volume};
use super::{Fonds, FondsState, insert_fonds};
use crate::catalogue::Tx;
use crate::error::Result;

/// The term and mode of a file whose own are not in the vault: kept for ever, restricted, until a
/// person says otherwise (codes of TT 05/2025/TT-BNV).
const SAFEST: (&str, &str) = ("01", "02");

/// Id of the fonds of that code, made again where it is not there.
pub(crate) async fn restore_fonds(
    tx: &mut Tx,
    code: &str,
    name: &str,
    created_at: &str,
) -> Result<String> {
    let fonds = Fonds {
        id: tx.new_id(),
        code: code.into(),
        name: name.into(),
        state: FondsState::Open,
        agency_code: None,
        history: String::new(),
    };
    insert_fonds(tx, &fonds, created_at).await?;
    let id = sqlx::query_scalar("SELECT id FROM fonds WHERE code = $1").bind(code);
    Ok(id.fetch_one(&mut **tx).await?)
}

/// Id of the file of that code, made again where it is not there.
pub(crate) async fn restore_file(
    tx: &mut Tx,
    fonds_id: &str,
    code: &str,
    title: &str,
    created_at: &str,
) -> Result<String> {
    let file = NewFile {
        code: code.into(),
        title: title.into(),
        maintenance: SAFEST.0.into(),
        mode: SAFEST.1.into(),
        ..NewFile::default()
    };
    let ids = (&*tx.new_id(), fonds_id, None);
    insert_file(tx, ids, &file, created_at).await?;
    id_of(tx, "files", fonds_id, code).await
}

/// Id of the volume of that code, made again where it is not there. Its `id` may be any.
pub(crate) async fn restore_volume(
    tx: &mut Tx,
    volume: &Volume,
    created_at: &str,
) -> Result<String> {
    insert_volume(tx, volume, created_at).await?;
    id_of(tx, "register_volumes", &volume.fonds_id, &volume.code).await
}

async fn id_of(tx: &mut Tx, table: &'static str, fonds_id: &str, code: &str) -> Result<String> {
    let statement = format!("SELECT id FROM {table} WHERE fonds_id = $1 AND code = $2");
    let id = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(fonds_id);
    Ok(id.bind(code).fetch_one(&mut **tx).await?)
}
