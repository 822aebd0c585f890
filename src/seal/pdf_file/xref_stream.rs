//! How the rows of a cross-reference stream are written down (ISO 32000-1, 7.5.8).

use super::PdfDamage;
use crate::seal::pdf_value::{Dictionary, Value};

/// Reverses the PNG predictors that cross-reference streams use (ISO 32000-1, 7.4.4.4).
pub(super) fn undo_prediction(
    data: Vec<u8>,
    dictionary: &Dictionary,
) -> Result<Vec<u8>, PdfDamage> {
    let Some(Value::Dictionary(parameters)) = dictionary.get("DecodeParms") else {
        return Ok(data);
    };
    if parameters.integer("Predictor").unwrap_or(1) < 10 {
        return Ok(data);
    }
    let columns = usize::try_from(parameters.integer("Columns").unwrap_or(1))
        .ok()
        .filter(|columns| (1..=64).contains(columns))
        .ok_or(PdfDamage::Broken)?;
    let mut above = vec![0; columns];
    let mut plain = Vec::with_capacity(data.len());
    for row in data.chunks_exact(columns + 1) {
        let (kind, row) = (row[0], &row[1..]);
        let mut left = 0u8;
        for (at, &byte) in row.iter().enumerate() {
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => above[at],
                _ => return Err(PdfDamage::Broken), // not used for one-byte columns
            };
            left = byte.wrapping_add(predicted);
            above[at] = left;
        }
        plain.extend_from_slice(&above);
    }
    Ok(plain)
}

/// The numbers of an array, up to the first element that is not a number.
pub(super) fn integers(value: Option<&Value>) -> Vec<usize> {
    let Some(Value::Array(values)) = value else {
        return Vec::new();
    };
    let number = |value: &Value| match value {
        Value::Integer(number) => usize::try_from(*number).ok(),
        _ => None,
    };
    values.iter().map_while(number).collect()
}

/// The fields of a cross-reference stream are numbers of one to eight bytes, the highest first.
pub(super) fn big_endian(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, &byte| (sum << 8) | usize::from(byte))
}
