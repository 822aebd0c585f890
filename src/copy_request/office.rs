//! What a citizen has to know of the office: where it is, when it is open, what a copy costs there today.

use super::payment::fee;
use crate::archive::Archive;
use crate::error::Result;

/// The office that issues copies, as it tells the public.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Office {
    /// Name of the agency.
    pub agency: String,
    /// Where a copy is fetched at the counter; empty where the office has not said so, as the next three.
    pub address: String,
    /// When the counter is open, in words.
    pub hours: String,
    /// Telephone number.
    pub telephone: String,
    /// E-mail address.
    pub email: String,
    /// Code of the administrative procedure.
    pub procedure: String,
    /// What one copy costs today, in đồng; 0 where the law charges nothing.
    pub fee: i64,
    /// The instrument that sets the fee; empty where none does.
    pub fee_source: String,
}

/// The office, with the fee of today.
///
/// # Errors
/// `Unavailable` catalogue.
pub async fn office(archive: &Archive) -> Result<Office> {
    let own = &archive.config.office;
    let now = archive.clock.now();
    let (fee, fee_source) = fee(archive, &own.procedure, 1, now).await?;
    Ok(Office {
        agency: own.agency.clone(),
        address: own.address.clone(),
        hours: own.hours.clone(),
        telephone: own.telephone.clone(),
        email: own.email.clone(),
        procedure: own.procedure.clone(),
        fee,
        fee_source,
    })
}
