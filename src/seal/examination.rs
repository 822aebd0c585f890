//! What looking into one file may cost. Everything is counted by what is done and never by the clock, so that the same
//! file always gets the same answer; what was found out once is not found out again.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// SHA-256, by which equal parts are known again.
pub type Digest = [u8; 32];

/// What one file may use up, each with a ceiling of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cost {
    /// Bytes read as PDF syntax.
    Syntax,
    /// Values, names and numbers of PDF syntax.
    Values,
    /// Entries of cross-reference sections.
    Entries,
    /// Bytes that came out of compressed streams.
    Inflated,
    /// Bytes hashed, copied or compared.
    Bytes,
    /// References of the document security store.
    References,
    /// Bytes of certificates, lists, answers and signatures parsed.
    Der,
    /// Different certificates that were parsed.
    Certificates,
    /// Different answers and lists about revocation.
    Evidence,
    /// Signatures and time stamps of the file.
    Signatures,
    /// Signatures held against a key.
    KeyOperations,
}

/// Ceilings, in the order of [`Cost`]. A copy of an office with ten renewed time stamps needs less than a tenth of each;
/// all of them spent take a few seconds.
const CEILINGS: [u64; 11] = [
    64 << 20,
    500_000,
    1_000_000,
    128 << 20,
    512 << 20,
    10_000,
    32 << 20,
    512,
    512,
    64,
    1_200,
];

/// Why the looking ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too complex: {0:?}")]
pub struct Overrun(pub Cost);

/// What was parsed, by its type and digest; none where the bytes were no such thing.
type Parsed = HashMap<(TypeId, Digest), Option<Rc<dyn Any>>>;

/// One file being looked at: what is left to spend, and what is known already.
#[derive(Default)]
pub struct Examination {
    spent: [Cell<u64>; CEILINGS.len()],
    overrun: Cell<Option<Overrun>>,
    signed: RefCell<HashMap<(Digest, Digest), bool>>,
    seen: RefCell<HashSet<(Cost, Digest)>>,
    parsed: RefCell<Parsed>,
}

impl Examination {
    /// Counts `amount` more.
    ///
    /// # Errors
    /// The first ceiling that was passed, from then on always.
    pub fn spend(&self, cost: Cost, amount: usize) -> Result<(), Overrun> {
        let spent = &self.spent[cost as usize];
        spent.set(spent.get().saturating_add(amount as u64));
        // Kept for good: a part that ignored the error would otherwise go on spending, and the verdict would
        // depend on the order of the parts.
        if self.overrun.get().is_none() && spent.get() > CEILINGS[cost as usize] {
            self.overrun.set(Some(Overrun(cost)));
        }
        self.overrun.get().map_or(Ok(()), Err)
    }

    /// Counts the thing with this digest, once however often it is met.
    ///
    /// # Errors
    /// As [`Examination::spend`].
    pub fn meet(&self, cost: Cost, digest: Digest) -> Result<(), Overrun> {
        let new = self.seen.borrow_mut().insert((cost, digest));
        self.spend(cost, usize::from(new))
    }

    /// How much of `cost` is left.
    pub fn left(&self, cost: Cost) -> u64 {
        CEILINGS[cost as usize].saturating_sub(self.spent[cost as usize].get())
    }

    /// The ceiling that was passed. Whatever was found then says nothing of the file.
    pub fn overrun(&self) -> Option<Overrun> {
        self.overrun.get()
    }

    /// What `parse` makes of the `length` bytes with this digest, asked once; `None` when it makes nothing of them.
    pub fn parsed<T: 'static>(
        &self,
        digest: Digest,
        cost: Cost,
        length: usize,
        parse: impl FnOnce() -> Option<T>,
    ) -> Option<Rc<T>> {
        let key = (TypeId::of::<T>(), digest);
        if let Some(known) = self.parsed.borrow().get(&key) {
            return known.clone()?.downcast().ok();
        }
        self.meet(cost, digest).ok()?;
        self.spend(Cost::Der, length).ok()?;
        let parsed = parse().map(Rc::new);
        let kept = parsed.clone().map(|parsed| parsed as Rc<dyn Any>);
        // Also that it is no such thing: a file that refers ten thousand times to the same rubbish has it
        // parsed once.
        self.parsed.borrow_mut().insert(key, kept);
        parsed
    }

    /// Whether the key of `by` signed `what`, asked of `check` once, which gets one operation with a key.
    pub fn signed(&self, what: Digest, by: Digest, check: impl FnOnce() -> bool) -> bool {
        if let Some(known) = self.signed.borrow().get(&(what, by)) {
            return *known;
        }
        let fits = self.spend(Cost::KeyOperations, 1).is_ok() && check();
        self.signed.borrow_mut().insert((what, by), fits);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ceiling_passed_is_named_for_good() {
        let exam = Examination::default();
        assert!(exam.spend(Cost::Signatures, 64).is_ok());
        assert_eq!(exam.overrun(), None);
        let over = Err(Overrun(Cost::Signatures));
        assert_eq!(exam.spend(Cost::Signatures, 1), over);
        assert_eq!(exam.spend(Cost::Values, usize::MAX), over);
        assert_eq!(exam.overrun(), over.err());
    }

    #[test]
    fn what_was_found_out_is_not_asked_again() {
        let exam = Examination::default();
        let asked = Cell::new(0);
        let ask = || {
            asked.set(asked.get() + 1);
            true
        };
        assert!(exam.signed([1; 32], [2; 32], ask) && exam.signed([1; 32], [2; 32], ask));
        assert_eq!(asked.get(), 1);
    }
}
