//! The same diploma on other paper: the scan of the diploma beside its row in the register, and the row
//! beside the scan.

use std::collections::BTreeMap;

use super::compare::{plain, same_number};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::record;
use crate::search::{self, Of, SearchHit, Wanted};

/// Most shown of one record.
const MOST: usize = 4;

/// A record of another class that speaks of the same diploma.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Counterpart {
    /// Id of the record on the other paper.
    pub record_id: String,
    /// Id of its class, which tells register and diploma apart.
    pub class: String,
    /// The holder's name as that paper has it.
    pub ho_ten: String,
    /// False when it bears another name under the same number: one of the two is wrong.
    pub same_name: bool,
    /// Page it stands on.
    pub page_id: String,
    /// Its row on that page: `[x, y, width, height]`; none when the page is one record.
    #[schema(value_type = Option<Vec<i32>>)]
    pub bounds: Option<sogoc_workers::reading::Box4>,
}

/// Approved records of other classes with the diploma number of this one, or with its register number
/// and the same name.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Unavailable`.
pub async fn counterparts(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
) -> Result<Vec<Counterpart>> {
    require(caller, Act::SeeRequests)?;
    let own = record::load(archive, record_id).await?;
    let value = |key: &str| own.fields.get(key).map_or("", |field| field.value.as_str());
    let mut found: Vec<Counterpart> = Vec::new();
    for number in [value("so_hieu"), value("so_vao_so")] {
        for hit in hits(archive, number).await? {
            let known = found.iter().any(|one| one.record_id == hit.record_id);
            // Another class only: two rows of one register are two people, however alike they are.
            if known || hit.record_id == own.id || hit.class == own.class || found.len() == MOST {
                continue;
            }
            let same_name = plain(said(&hit.fields, "ho_ten")) == plain(value("ho_ten"));
            let same_diploma = same_number(said(&hit.fields, "so_hieu"), value("so_hieu"));
            let same_entry = same_number(said(&hit.fields, "so_vao_so"), value("so_vao_so"));
            // Register numbers repeat from book to book, so there the name has to agree as well.
            if same_diploma || (same_entry && same_name) {
                let record = record::load(archive, &hit.record_id).await?;
                found.push(Counterpart {
                    ho_ten: said(&hit.fields, "ho_ten").to_owned(),
                    record_id: hit.record_id,
                    class: hit.class,
                    same_name,
                    page_id: record.page_id,
                    bounds: record.bounds,
                });
            }
        }
    }
    Ok(found)
}

fn said<'a>(fields: &'a BTreeMap<String, String>, key: &str) -> &'a str {
    fields.get(key).map_or("", String::as_str)
}

async fn hits(archive: &Archive, number: &str) -> Result<Vec<SearchHit>> {
    // A dash stands for "none" in many registers and would find all of them.
    if number.is_empty() || number == "-" {
        return Ok(Vec::new());
    }
    let wanted = Wanted {
        so: Some(number.to_owned()),
        of: Of::Records,
        ..Wanted::default()
    };
    match search::execute(archive, &wanted).await {
        Ok(found) => Ok(found.hits),
        Err(Error::Invalid(_)) => Ok(Vec::new()), // no number that could be searched for
        Err(error) => Err(error),
    }
}
