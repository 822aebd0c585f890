//! What a copy is made of: the row of the register before the diploma that was handed out.

use sogoc_workers::class::DiplomaPaper;
use sqlx::AnyConnection;

use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::Message;

#[derive(sqlx::FromRow)]
struct Own {
    class: String,
    serial_key: Option<String>,
    person_key: Option<String>,
}

/// Refuses the diploma of a person where the approved row of the register has the same number and person: the copy is made of
/// that. Where number or person differ nothing says that it is the same diploma, and a clerk decides.
///
/// # Errors
/// `Refused` with code `register_row_first`, which names the row.
pub(crate) async fn refuse_beside_register(
    archive: &Archive,
    connection: &mut AnyConnection,
    record_id: &str,
) -> Result<()> {
    let own: Option<Own> = sqlx::query_as(
        "SELECT r.class, k.serial_key, k.person_key FROM records r
         JOIN record_keys k ON k.record_id = r.id WHERE r.id = $1",
    )
    .bind(record_id.to_owned())
    .fetch_optional(&mut *connection)
    .await?;
    let paper = |class: &str| archive.classes.get(class).and_then(|class| class.diploma);
    let own = own.filter(|own| paper(&own.class) == Some(DiplomaPaper::Diploma));
    let Some((Some(serial), Some(person))) = own.map(|own| (own.serial_key, own.person_key)) else {
        return Ok(());
    };
    let same: Vec<(String, String)> = sqlx::query_as(
        "SELECT r.id, r.class FROM record_keys k JOIN records r ON r.id = k.record_id
         WHERE k.serial_key = $1 AND k.person_key = $2 AND r.id <> $3 AND r.state = 'approved' ORDER BY r.id",
    )
    .bind(serial)
    .bind(person)
    .bind(record_id.to_owned())
    .fetch_all(&mut *connection)
    .await?;
    let mut rows = same.into_iter();
    match rows.find(|(_, class)| paper(class) == Some(DiplomaPaper::Register)) {
        Some((row, _)) => {
            let message = Message::new("errors.register_row_first").with("record", row);
            Err(Error::refuse(message))
        }
        None => Ok(()),
    }
}
