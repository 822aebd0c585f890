//! One strip or tile to its bytes: compression, bit order and differences undone, no byte more than the page needs.

use std::io::Read;

use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};

use super::plan::{Chunk, Plan};
use super::samples::Compression;
use crate::outcome::{Failure, Outcome};

/// The bytes of every row the chunk must have, each row filled up to a byte.
///
/// # Errors
/// `unreadable` where they do not unpack or are fewer than announced.
pub(super) fn unpack(
    mut stored: Vec<u8>,
    plan: &Plan,
    chunk: Chunk,
    big_endian: bool,
) -> Outcome<Vec<u8>> {
    // Before anything else: every packing reads its bits from the top.
    if plan.low_bit_first {
        stored
            .iter_mut()
            .for_each(|byte| *byte = byte.reverse_bits());
    }
    let wanted = plan.row_bytes(chunk) * chunk.rows as usize;
    let mut bytes = match plan.compression {
        Compression::None => stored,
        // Each is asked for no more than the page needs: a small strip must not unpack to
        // gigabytes.
        Compression::PackBits => pack_bits(&stored, wanted),
        Compression::Lzw => lzw(&stored, wanted)?,
        Compression::Deflate => taken(flate2::read::ZlibDecoder::new(&stored[..]), wanted)?,
        Compression::Zstandard => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(&stored[..]);
            taken(decoder.map_err(Failure::unreadable)?, wanted)?
        }
        Compression::ModifiedHuffman | Compression::Group3 { .. } | Compression::Group4 => {
            fax(&stored, plan, chunk)?
        }
        Compression::Jpeg => Vec::new(), // decoded elsewhere
    };
    // Black rows in place of missing ones would be taken for a dark page.
    if bytes.len() < wanted {
        let detail = "TIFF with fewer pixels than it announces";
        return Err(Failure::unreadable(detail));
    }
    // A packer may give more than the page needs: rows that fill up the last strip.
    bytes.truncate(wanted);
    if plan.bits == 16 {
        // Sums are of whole samples, so the order of their bytes comes first.
        for pair in bytes.chunks_exact_mut(2) {
            let value = match big_endian {
                true => u16::from_be_bytes([pair[0], pair[1]]),
                false => u16::from_le_bytes([pair[0], pair[1]]),
            };
            pair.copy_from_slice(&value.to_be_bytes());
        }
    }
    if plan.differences {
        sum_up(&mut bytes, plan, plan.row_bytes(chunk));
    }
    Ok(bytes)
}

/// Adds to each sample the one before it in its row.
fn sum_up(bytes: &mut [u8], plan: &Plan, row_bytes: usize) {
    let samples = usize::from(plan.channels_in_chunk());
    for row in bytes.chunks_exact_mut(row_bytes.max(1)) {
        if plan.bits == 8 {
            for at in samples..row.len() {
                // Differences wrap around by definition (TIFF 6.0, section 14).
                row[at] = row[at].wrapping_add(row[at - samples]);
            }
        } else {
            let step = samples * 2;
            for at in (step..row.len()).step_by(2) {
                let before = u16::from_be_bytes([row[at - step], row[at - step + 1]]);
                let own = u16::from_be_bytes([row[at], row[at + 1]]).wrapping_add(before);
                row[at..at + 2].copy_from_slice(&own.to_be_bytes());
            }
        }
    }
}

/// What a decoder gives, up to the bytes wanted.
fn taken(decoder: impl Read, wanted: usize) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = decoder.take(wanted as u64).read_to_end(&mut bytes);
    read.map_err(Failure::unreadable)?;
    Ok(bytes)
}

/// TIFF 6.0, section 9.
fn pack_bits(stored: &[u8], wanted: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = stored;
    while let [head, after @ ..] = rest {
        if bytes.len() >= wanted {
            break;
        }
        rest = match *head as i8 {
            // A filler byte, by the standard to be passed over.
            -128 => after,
            count @ 0.. => {
                let (own, next) = after.split_at((count as usize + 1).min(after.len()));
                bytes.extend_from_slice(own);
                next
            }
            count => match after {
                [value, next @ ..] => {
                    bytes.resize(bytes.len() + (1 - isize::from(count)) as usize, *value);
                    next
                }
                [] => after,
            },
        };
    }
    bytes
}

/// TIFF 6.0, section 13: codes grow one entry earlier than in GIF.
fn lzw(stored: &[u8], wanted: usize) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut rest = stored;
    let mut part = vec![0; 1 << 16];
    while bytes.len() < wanted {
        let done = decoder.decode_bytes(rest, &mut part);
        // The loop ends as well where the decoder makes no progress, else a broken strip would
        // never end.
        bytes.extend_from_slice(&part[..done.consumed_out]);
        rest = &rest[done.consumed_in..];
        match done.status.map_err(Failure::unreadable)? {
            weezl::LzwStatus::Ok => {}
            weezl::LzwStatus::NoProgress | weezl::LzwStatus::Done => break,
        }
    }
    Ok(bytes)
}

/// Faxes: one bit a pixel, white as zero.
fn fax(stored: &[u8], plan: &Plan, chunk: Chunk) -> Outcome<Vec<u8>> {
    if plan.bits != 1 || plan.channels_in_chunk() != 1 {
        return Err(Failure::unreadable("a fax with more than one bit a pixel"));
    }
    let encoding = match plan.compression {
        Compression::Group4 => EncodingMode::Group4,
        Compression::Group3 {
            two_dimensional: true,
        } => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let settings = DecodeSettings {
        columns: chunk.width,
        rows: chunk.rows,
        end_of_block: true,
        end_of_line: matches!(plan.compression, Compression::Group3 { .. }),
        rows_are_byte_aligned: plan.compression == Compression::ModifiedHuffman,
        encoding,
        strict: false,
    };
    let mut rows = FaxRows {
        width: chunk.width as usize,
        row_bytes: plan.row_bytes(chunk),
        wanted: chunk.rows as usize,
        bytes: Vec::new(),
    };
    let decoded = hayro_ccitt::decode(stored, &mut rows, &mut DecoderContext::new(settings));
    // Some programs end their last row oddly: what matters is that every row came.
    match decoded {
        Err(error) if rows.bytes.len() < rows.row_bytes * rows.wanted => {
            Err(Failure::unreadable(error))
        }
        _ => Ok(rows.bytes),
    }
}

struct FaxRows {
    width: usize,
    row_bytes: usize,
    wanted: usize,
    bytes: Vec<u8>,
}

impl hayro_ccitt::Decoder for FaxRows {
    fn push_row(&mut self, changes: &[u32]) {
        if self.bytes.len() >= self.row_bytes * self.wanted {
            return;
        }
        let from = self.bytes.len();
        self.bytes.resize(from + self.row_bytes, 0);
        let row = &mut self.bytes[from..];
        for black in changes.chunks(2) {
            let end = black.get(1).map_or(self.width, |end| *end as usize);
            for x in black[0] as usize..end.min(self.width) {
                row[x / 8] |= 0x80 >> (x % 8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bits_unfold_and_never_beyond_what_is_wanted() {
        // The example of the specification, section 9.
        let packed = b"\xFE\xAA\x02\x80\x00\x2A\xFD\xAA\x03\x80\x00\x2A\x22\xF7\xAA";
        let plain = b"\xAA\xAA\xAA\x80\x00\x2A\xAA\xAA\xAA\xAA\x80\x00\x2A\x22\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA";
        assert_eq!(pack_bits(packed, plain.len()), plain);
        assert!(pack_bits(&[0x81, 7].repeat(1000), 10).len() <= 10 + 128);
        assert_eq!(pack_bits(&[0x05, 1, 2], 6), [1, 2], "cut off");
    }
}
