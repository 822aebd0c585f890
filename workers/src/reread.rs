//! Second readings: what the first pass read doubtfully is read again, by another model, alone or through
//! another channel. Which reading stands is decided by [`crate::arbitration`].

mod page;
mod signature;
mod table;
mod values;

pub(crate) use page::{handwriting, page};
pub(crate) use signature::signature;
pub(crate) use table::{cells, headers};
pub(crate) use values::values;
