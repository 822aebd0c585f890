//! Text on its way in: the one edge at which what was read of a page enters the catalogue.

use serde_json::Value;
use sogoc_workers::reading::PageReading;

use crate::error::Result;

/// The reading without U+0000. A text layer may hold it, and it stands for no letter; PostgreSQL keeps no text with
/// it, so a page that has one would fail there for good and be read on SQLite.
pub(super) fn without_zero_bytes(reading: PageReading) -> Result<PageReading> {
    let written = serde_json::to_string(&reading)?;
    // JSON writes it escaped; a backslash before the same letters is found too, and does no harm.
    // PostgreSQL keeps no zero byte in a text, and most readings have none.
    if !written.contains("\\u0000") {
        return Ok(reading);
    }
    let mut value = serde_json::from_str(&written)?;
    strip(&mut value);
    Ok(serde_json::from_value(value)?)
}

fn strip(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(fields) => fields.values_mut().for_each(strip),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_byte_goes_and_every_other_letter_stays() {
        let mut value = serde_json::json!({ "text": "Nguyễn\0 Văn \\u0000 A", "words": ["\0"] });
        strip(&mut value);
        assert_eq!(value["text"], "Nguyễn Văn \\u0000 A");
        assert_eq!(value["words"][0], "");
    }
}
