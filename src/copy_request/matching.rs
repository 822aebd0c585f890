//! Which records may be the one asked for.

use super::get;
use crate::access::Caller;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::search::{self, FoundHit, Wanted};

/// Records that may be the one asked for, nearest first: by everything given, then by less.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn candidates(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<FoundHit>> {
    let sought = get(archive, caller, id).await?.wanted;
    let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let year = sought.nam.trim().parse().ok();
    let by_name = Wanted {
        ho_ten: given(&sought.ho_ten),
        limit: Some(20),
        ..Wanted::default()
    };
    let by_birth = Wanted {
        ngay_sinh: given(&sought.ngay_sinh),
        ..by_name.clone()
    };
    let by_number = Wanted {
        so: given(&sought.so_hieu),
        limit: Some(20),
        ..Wanted::default()
    };
    let by_all = Wanted {
        truong: given(&sought.truong),
        nam: year,
        ..by_birth.clone()
    };
    let mut found: Vec<FoundHit> = Vec::new();
    for wanted in [by_all, by_birth, by_number, by_name] {
        // A vague or unreadable detail must not hide what the other details find.
        let answer = match search::find(archive, caller, &wanted).await {
            Ok(answer) => answer,
            Err(Error::Invalid(_)) => continue,
            Err(error) => return Err(error),
        };
        for hit in answer.hits {
            if !found.iter().any(|known| known.record_id == hit.record_id) {
                found.push(hit);
            }
        }
    }
    found.truncate(20);
    Ok(found)
}
