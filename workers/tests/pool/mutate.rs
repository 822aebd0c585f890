//! Damage done to a sound file, from a seed: blind at bytes, and knowing enough of PNG, PDF, TIFF and
//! JPEG that the damage gets past check sums and into the decoders.

use std::ops::Range;

/// Numbers at which sizes, offsets and counts go wrong.
const EDGES: [u32; 14] = [
    0,
    1,
    2,
    7,
    8,
    127,
    128,
    255,
    256,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
];

/// What replaces a number written in a PDF.
const WRITTEN: [&[u8]; 9] = [
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483648",
    b"-2147483649",
    b"99999999999999999999",
    b".000001",
    b"1e30",
];

/// Longest result; growth beyond it tests only patience.
const MOST_BYTES: usize = 1 << 18;

/// Knuth's generator; enough to spread mutations, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// A number below `bound`; 0 where there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A damaged copy of `sound`; `other` lends bytes to be spliced in.
pub fn mutant(chance: &mut Chance, sound: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=chance.below(5) {
        if bytes.is_empty() {
            break;
        }
        let place = place(chance, &bytes);
        if bytes.starts_with(b"%PDF") && chance.below(2) == 0 {
            rewrite(chance, &mut bytes);
        } else {
            damage(chance, &mut bytes, place, other);
        }
    }
    bytes.truncate(MOST_BYTES);
    if bytes.starts_with(b"\x89PNG") && chance.below(4) > 0 {
        mend_png(&mut bytes);
    }
    bytes
}

/// Where to strike: half of the time near the head, where headers are.
fn place(chance: &mut Chance, bytes: &[u8]) -> usize {
    let reach = if chance.below(2) == 0 {
        bytes.len().min(96)
    } else {
        bytes.len()
    };
    chance.below(reach)
}

fn damage(chance: &mut Chance, bytes: &mut Vec<u8>, at: usize, other: &[u8]) {
    let span = at..(at + 1 + chance.below(16)).min(bytes.len());
    match chance.below(9) {
        0 => bytes[at] = chance.below(256) as u8,
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => drop(bytes.drain(span)),
        3 => {
            let value = chance.pick(&[0, 0xFF, 0x80]);
            bytes[span].fill(value);
        }
        4 | 5 => write_edge(chance, bytes, at),
        6 => repeat(chance, bytes, span),
        7 => splice(chance, bytes, at, other),
        _ => bytes.truncate(at.max(bytes.len() / 3)),
    }
}

/// An edge number of one, two or four bytes, in either order.
fn write_edge(chance: &mut Chance, bytes: &mut [u8], at: usize) {
    let edge = chance.pick(&EDGES);
    let encoded: Vec<u8> = match chance.below(5) {
        0 => vec![edge as u8],
        1 => (edge as u16).to_be_bytes().to_vec(),
        2 => (edge as u16).to_le_bytes().to_vec(),
        3 => edge.to_be_bytes().to_vec(),
        _ => edge.to_le_bytes().to_vec(),
    };
    for (place, byte) in bytes[at..].iter_mut().zip(encoded) {
        *place = byte;
    }
}

fn repeat(chance: &mut Chance, bytes: &mut Vec<u8>, span: Range<usize>) {
    let times = 1 + chance.below(40);
    let again = bytes[span.clone()].repeat(times);
    bytes.splice(span.end..span.end, again);
}

fn splice(chance: &mut Chance, bytes: &mut Vec<u8>, at: usize, other: &[u8]) {
    let start = chance.below(other.len());
    let end = (start + 1 + chance.below(64)).min(other.len());
    let until = (at + chance.below(64)).min(bytes.len());
    bytes.splice(at..until, other[start..end].iter().copied());
}

/// Replaces a number written out in a PDF, or puts one of its names in the place of another.
fn rewrite(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let numbers = runs(bytes, |byte| byte.is_ascii_digit());
    let names = runs(bytes, |byte| byte.is_ascii_alphabetic() || byte == b'/');
    if chance.below(3) > 0 && !numbers.is_empty() {
        let number = numbers[chance.below(numbers.len())].clone();
        let written = match chance.below(3) {
            // Another object of the same file: circles and things of the wrong kind.
            0 => chance.below(10).to_string().into_bytes(),
            _ => chance.pick(&WRITTEN).to_vec(),
        };
        bytes.splice(number, written);
    } else if names.len() > 1 {
        let from = bytes[names[chance.below(names.len())].clone()].to_vec();
        bytes.splice(names[chance.below(names.len())].clone(), from);
    }
}

/// The stretches of bytes of one kind.
fn runs(bytes: &[u8], kind: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| kind(**byte)) {
        match found.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// Writes each chunk's check sum anew, so that the damage is not seen before it is decoded.
fn mend_png(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(end) = at.checked_add(8).and_then(|body| body.checked_add(length)) else {
            return;
        };
        if end + 4 > bytes.len() {
            return;
        }
        let sum = crc32(&bytes[at + 4..end]);
        bytes[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

/// The check sum of PNG (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    })
}
