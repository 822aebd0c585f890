//! For tests only: a small fixed-seed source of mutations, so that a failure repeats.

/// Knuth's linear congruential generator; enough to spread mutations, useless for secrets.
pub(crate) struct Lcg(u64);

impl Lcg {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    /// One to eight edits: bytes changed, bits flipped, spans cut, doubled or overwritten with extremes.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            if bytes.is_empty() {
                return;
            }
            let at = self.below(bytes.len());
            let span = 1 + self.below(16.min(bytes.len() - at));
            match self.below(6) {
                0 => bytes[at] = self.below(256) as u8,
                1 => bytes[at] ^= 1 << self.below(8),
                2 => drop(bytes.drain(at..at + span)),
                3 => {
                    let copy = bytes[at..at + span].to_vec();
                    bytes.splice(at..at, copy);
                }
                4 => bytes[at..at + span].fill(0xFF),
                _ => bytes.truncate(at.max(bytes.len() / 2)),
            }
        }
    }
}
