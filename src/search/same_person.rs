//! Records of one person: those published with the same name and birth date.

use super::{Of, Wanted, execute};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::record;

/// Most records looked through.
const MOST: usize = 200;

/// Ids of the record and of all that bear its name and birth date; the record alone where it says neither.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub async fn records_of_person(archive: &Archive, record_id: &str) -> Result<Vec<String>> {
    let own = record::load(archive, record_id).await?;
    let value = |key: &str| own.fields.get(key).map(|field| field.value.clone());
    let mut found = vec![own.id.clone()];
    let (Some(name), Some(birth)) = (value("ho_ten"), value("ngay_sinh")) else {
        return Ok(found);
    };
    let wanted = Wanted {
        ho_ten: Some(name.clone()),
        ngay_sinh: Some(birth.clone()),
        limit: Some(MOST),
        of: Of::Records,
        ..Wanted::default()
    };
    let hits = match execute(archive, &wanted).await {
        Ok(answer) => answer.hits,
        Err(Error::Invalid(_)) => return Ok(found), // a birth date that could not be read
        Err(error) => return Err(error),
    };
    for hit in hits {
        let says = |key: &str, value: &str| hit.fields.get(key).is_some_and(|own| own == value);
        let is_same = says("ho_ten", &name) && says("ngay_sinh", &birth);
        if is_same && !found.contains(&hit.record_id) {
            found.push(hit.record_id);
        }
    }
    Ok(found)
}
