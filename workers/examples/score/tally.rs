//! What is counted, and adding it up.

use std::collections::BTreeMap;

use sogoc_workers::fold;
use sogoc_workers::reading::FieldReading;

use crate::truth::Entry;

/// A part of a whole.
#[derive(Default, Clone, Copy)]
pub struct Tally {
    pub part: usize,
    pub all: usize,
}

impl Tally {
    pub fn count(&mut self, is: bool) {
        self.part += usize::from(is);
        self.all += 1;
    }

    pub fn add(&mut self, other: Self) {
        self.part += other.part;
        self.all += other.all;
    }

    pub fn percent(self) -> f64 {
        100.0 * self.part as f64 / self.all.max(1) as f64
    }

    pub fn fraction(self) -> String {
        format!("{}/{}", self.part, self.all)
    }

    /// The percentage, or a dash where there was nothing to count.
    pub fn shown(self) -> String {
        match self.all {
            0 => "–".to_owned(),
            _ => format!("{:.1}", self.percent()),
        }
    }
}

/// One value of the truth beside what was read.
pub struct Valued {
    /// Page, and row where there are rows.
    pub place: String,
    pub key: String,
    pub truth: String,
    pub read: Option<FieldReading>,
    pub by_hand: bool,
}

impl Valued {
    fn raw(&self) -> &str {
        self.read.as_ref().map_or("", |field| &field.raw)
    }

    /// Equal to the letter, white space folded.
    pub fn same(&self) -> bool {
        solid(self.raw()) == solid(&self.truth)
    }

    /// Equal but for accents, case and punctuation.
    pub fn same_letters(&self) -> bool {
        fold::letters(self.raw()) == fold::letters(&self.truth)
    }

    /// Within two letters.
    pub fn near(&self) -> bool {
        fold::distance(&solid(self.raw()), &solid(&self.truth)) <= 2
    }

    pub fn accepted(&self) -> bool {
        self.read.as_ref().is_some_and(|field| field.accepted)
    }

    pub fn described(&self) -> String {
        let read = self.read.as_ref().map_or("–".to_owned(), |field| {
            let accepted = if field.accepted { " ACCEPTED" } else { "" };
            format!("{:?} {:.2}{accepted}", field.raw, field.confidence)
        });
        let hand = if self.by_hand { " (by hand)" } else { "" };
        format!(
            "{} {}{hand}: {:?} read {read}",
            self.place, self.key, self.truth
        )
    }
}

fn solid(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What one page, or a group of pages, reached.
#[derive(Default)]
pub struct Score {
    pub pages: usize,
    pub upright: usize,
    /// Wrong letters of all.
    pub errors: Tally,
    pub printed: Tally,
    pub by_hand: Tally,
    pub signers: Tally,
    pub rows: Tally,
    pub extra: usize,
    pub cells: Tally,
    pub cells_by_hand: Tally,
    /// Right values of those accepted.
    pub accepted: Tally,
    /// Accepted values of all.
    pub share: Tally,
    pub milliseconds: u64,
    pub values: Vec<Valued>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.upright += other.upright;
        self.extra += other.extra;
        self.milliseconds += other.milliseconds;
        let tallies = [
            (&mut self.errors, other.errors),
            (&mut self.printed, other.printed),
            (&mut self.by_hand, other.by_hand),
            (&mut self.signers, other.signers),
            (&mut self.rows, other.rows),
            (&mut self.cells, other.cells),
            (&mut self.cells_by_hand, other.cells_by_hand),
            (&mut self.accepted, other.accepted),
            (&mut self.share, other.share),
        ];
        tallies.into_iter().for_each(|(sum, part)| sum.add(part));
    }
}

/// All that was measured.
#[derive(Default)]
pub struct Measured {
    /// By kind, by kind and level, and all.
    pub groups: BTreeMap<String, Score>,
    /// By kind and key, apart what is written by hand.
    pub values: BTreeMap<(String, String, bool), Vec<Valued>>,
    /// By twentieth of confidence: right values of all.
    pub sure: [Tally; 20],
}

impl Measured {
    pub fn add(&mut self, entry: &Entry, score: Score) {
        let kind = &entry.kind;
        for group in [
            "all".into(),
            kind.clone(),
            format!("{kind} {}", entry.level),
        ] {
            self.groups.entry(group).or_default().add(&score);
        }
        for value in score.values {
            if let Some(field) = &value.read {
                let step = ((field.confidence * 20.0) as usize).min(19);
                self.sure[step].count(value.same());
            }
            let key = (kind.clone(), value.key.clone(), value.by_hand);
            self.values.entry(key).or_default().push(value);
        }
    }
}
