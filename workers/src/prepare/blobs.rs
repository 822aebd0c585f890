//! Connected ink: what hangs together on the page, as boxes.

use image::GrayImage;

/// Darker than this is ink on an evenly lit page.
pub(crate) const INK: u8 = 150;

/// One piece of connected ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blob {
    /// Left edge.
    pub left: u32,
    /// Top edge.
    pub top: u32,
    /// First column right of it.
    pub right: u32,
    /// First row below it.
    pub bottom: u32,
    /// Pixels of ink.
    pub area: u32,
}

impl Blob {
    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.right - self.left
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.bottom - self.top
    }
}

struct Run {
    from: u32,
    to: u32,
    label: usize,
}

/// All pieces of connected ink (eight neighbours) no larger than half an inch on the longer side.
pub(crate) fn blobs(picture: &GrayImage, dpi: u32) -> Vec<Blob> {
    let mut pieces = Pieces::default();
    pieces.follow(picture, |_, _| {});
    let largest = dpi / 2;
    let fits = |blob: &Blob| blob.width() <= largest && blob.height() <= largest;
    pieces.whole().into_iter().flatten().filter(fits).collect()
}

/// For each pixel the piece of connected ink it belongs to, and the pieces.
pub(super) fn components(picture: &GrayImage) -> (Vec<Option<usize>>, Vec<Blob>) {
    let width = picture.width() as usize;
    let mut labels: Vec<Option<usize>> = vec![None; picture.as_raw().len()];
    let mut pieces = Pieces::default();
    pieces.follow(picture, |y, run| {
        let row = y as usize * width;
        labels[row + run.from as usize..row + run.to as usize].fill(Some(run.label));
    });
    for label in labels.iter_mut().flatten() {
        *label = find(&mut pieces.parent, *label);
    }
    let nothing = Blob {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
        area: 0,
    };
    let whole = pieces
        .whole()
        .into_iter()
        .map(|piece| piece.unwrap_or(nothing))
        .collect();
    (labels, whole)
}

/// Pieces under construction: what each label was found to be, and which label it turned out to
/// belong to.
#[derive(Default)]
struct Pieces {
    parent: Vec<usize>,
    found: Vec<Blob>,
}

impl Pieces {
    /// Follows the ink row by row, telling `each` every run with a label of its piece.
    fn follow(&mut self, picture: &GrayImage, mut each: impl FnMut(u32, &Run)) {
        let width = (picture.width() as usize).max(1);
        let mut above: Vec<Run> = Vec::new();
        for (y, row) in picture.as_raw().chunks_exact(width).enumerate() {
            let mut current = runs(row);
            let mut first = 0;
            for run in &mut current {
                while first < above.len() && above[first].to < run.from {
                    first += 1;
                }
                let touching = above[first..]
                    .iter()
                    .take_while(|other| other.from <= run.to);
                for other in touching {
                    let root = find(&mut self.parent, other.label);
                    let mine = match run.label {
                        usize::MAX => root,
                        label => find(&mut self.parent, label),
                    };
                    self.parent[mine.max(root)] = mine.min(root);
                    run.label = mine.min(root);
                }
                self.extend(run, y as u32);
                each(y as u32, run);
            }
            above = current;
        }
    }

    fn extend(&mut self, run: &mut Run, top: u32) {
        let (left, right) = (run.from, run.to);
        let piece = Blob {
            left,
            top,
            right,
            bottom: top + 1,
            area: right - left,
        };
        if run.label == usize::MAX {
            run.label = self.parent.len();
            self.parent.push(run.label);
            self.found.push(piece);
        } else {
            self.found[run.label] = joined(self.found[run.label], piece);
        }
    }

    /// Each piece at the label all its parts lead to.
    fn whole(mut self) -> Vec<Option<Blob>> {
        let mut whole: Vec<Option<Blob>> = vec![None; self.found.len()];
        for (label, piece) in std::mem::take(&mut self.found).into_iter().enumerate() {
            let root = find(&mut self.parent, label);
            whole[root] = Some(whole[root].map_or(piece, |blob| joined(blob, piece)));
        }
        whole
    }
}

fn runs(row: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(from) = next_ink(row, at) {
        let length = row[from..].iter().position(|value| *value >= INK);
        at = length.map_or(row.len(), |length| from + length);
        runs.push(Run {
            from: from as u32,
            to: at as u32,
            label: usize::MAX,
        });
    }
    runs
}

/// The first ink from there on. Most of a page is paper, passed sixteen pixels at a time.
fn next_ink(row: &[u8], from: usize) -> Option<usize> {
    let has_ink = |part: &&[u8]| part.iter().fold(u8::MAX, |dark, value| dark.min(*value)) < INK;
    let passed = row[from..].chunks(16).position(|part| has_ink(&part))? * 16;
    let part = row[from + passed..].iter();
    part.clone()
        .position(|value| *value < INK)
        .map(|x| from + passed + x)
}

fn find(parent: &mut [usize], mut label: usize) -> usize {
    while parent[label] != label {
        parent[label] = parent[parent[label]];
        label = parent[label];
    }
    label
}

fn joined(a: Blob, b: Blob) -> Blob {
    Blob {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
        area: a.area + b.area,
    }
}
