//! The blocks of a GIF file (GIF89a): how many pictures it holds, and whether it is whole.

use crate::outcome::{Failure, Outcome};

/// How many pictures the file holds.
///
/// # Errors
/// `unreadable` where the file is cut off or its blocks do not follow each other.
pub(super) fn pictures(bytes: &[u8]) -> Outcome<u32> {
    let mut pictures = 0;
    // Thirteen bytes are signature and screen descriptor; a global colour table follows where its
    // flag says so.
    let mut at = 13 + colour_table(bytes, 10)?;
    loop {
        match byte(bytes, at)? {
            b',' => {
                pictures += 1;
                // Ten bytes describe the picture; its own colour table follows, then one byte.
                at += 10 + colour_table(bytes, at + 9)? + 1; // and the size of its codes
                at = after_parts(bytes, at)?;
            }
            // Extensions (comments, timing) are passed over in the same way as pictures.
            b'!' => at = after_parts(bytes, at + 2)?,
            b';' => return Ok(pictures),
            _ => return Err(Failure::unreadable(format!("GIF damaged at byte {at}"))),
        }
    }
}

/// Bytes of the colour table announced by the flags at `at`.
fn colour_table(bytes: &[u8], at: usize) -> Outcome<usize> {
    let flags = byte(bytes, at)?;
    // Three bytes for each of 2, 4, up to 256 colours: the flags hold the exponent less one.
    let size = 3 << ((flags & 7) + 1);
    Ok(if flags & 0x80 == 0 { 0 } else { size })
}

/// Past parts that each begin with their length, to behind the empty one.
fn after_parts(bytes: &[u8], mut at: usize) -> Outcome<usize> {
    loop {
        let length = usize::from(byte(bytes, at)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}

fn byte(bytes: &[u8], at: usize) -> Outcome<u8> {
    let byte = bytes.get(at).copied();
    byte.ok_or_else(|| Failure::unreadable("GIF cut off: no closing block"))
}
