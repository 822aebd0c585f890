//! Damaged files through the pool: looked at, drawn, and now and then read.

use sogoc_workers::geometry::Turn;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sogoc_workers::Known;
use sogoc_workers::decode::DecodeLimits;
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::pool::{PageJob, Pool, PoolConfig, RenderJob};
use sogoc_workers::render::Rendition;

use super::mutate::{Chance, mutant};

/// One file in this many is read as well; recognition is the engine's, and slow.
const READ_ONE_IN: usize = 16;

/// Sheets larger than this are refused from the header: many small decodes find more than one large.
const MOST_PIXELS: u64 = 4_000_000;

pub struct Decoders {
    pool: Pool,
    sound: Vec<Vec<u8>>,
    folder: tempfile::TempDir,
    keep: PathBuf,
    number: u64,
    outcomes: BTreeMap<&'static str, u64>,
    pub findings: u64,
}

impl Decoders {
    pub fn new(sound: Vec<Vec<u8>>, keep: &Path) -> Self {
        let config = PoolConfig {
            children: 1,
            page_timeout: Duration::from_secs(20),
            pages_per_child: 2_000,
            limits: DecodeLimits {
                max_pixels: MOST_PIXELS,
                ..DecodeLimits::default()
            },
            ..PoolConfig::default()
        };
        Self {
            pool: Pool::new(config).unwrap(),
            sound,
            folder: tempfile::tempdir().unwrap(),
            keep: keep.to_owned(),
            number: 0,
            outcomes: BTreeMap::new(),
            findings: 0,
        }
    }

    /// One damaged file through every decoder.
    pub async fn round(&mut self, chance: &mut Chance) {
        self.number += 1;
        let which = chance.below(self.sound.len());
        let other = chance.below(self.sound.len());
        let bytes = mutant(chance, &self.sound[which], &self.sound[other]);
        let path = self.folder.path().join("mutant");
        std::fs::write(&path, &bytes).unwrap();
        let probed = self.pool.probe(&path).await.map(|_| ());
        self.judge("probe", &bytes, probed);
        let drawn = self.pool.render(show(&path, chance)).await.map(|_| ());
        self.judge("render", &bytes, drawn);
        let kept = self.pool.picture(&path, 1).await.map(|_| ());
        self.judge("picture", &bytes, kept);
        if chance.below(READ_ONE_IN) == 0 {
            let compared = self.pool.digest(&path, 1, Turn::Quarter).await.map(|_| ());
            self.judge("digest", &bytes, compared);
            let job = PageJob {
                path,
                page: 1,
                known: Known::default(),
            };
            let read = self.pool.read(job).await.map(|_| ());
            self.judge("read", &bytes, read);
        }
    }

    fn judge(&mut self, verb: &str, bytes: &[u8], ended: Result<(), Failure>) {
        let code = ended.as_ref().err().map_or("done", Failure::code);
        *self.outcomes.entry(code).or_default() += 1;
        let Err(failure) = ended else { return };
        match failure.kind {
            kind if kind.is_about_the_file() => return,
            // Named, and the work of the limits; kept to be looked at, because each costs time.
            FailureKind::OutOfMemory | FailureKind::TimedOut => {}
            _ => self.findings += 1,
        }
        let name = format!("{:07}-{verb}-{code}", self.number);
        println!("{name}: {failure}");
        std::fs::write(self.keep.join(name), bytes).unwrap();
    }

    pub fn report(&self) -> String {
        format!(
            "{} files, {:?}, {} children, {} findings",
            self.number,
            self.outcomes,
            self.pool.stats().started,
            self.findings
        )
    }
}

fn show(path: &Path, chance: &mut Chance) -> RenderJob {
    RenderJob {
        path: path.to_owned(),
        page: 1 + chance.below(2) as u32,
        turn: Turn::ALL[chance.below(4)],
        rendition: Rendition::jpeg(200),
        crop: (chance.below(8) == 0).then(|| [0; 4].map(|_| chance.below(200) as i32 - 50)),
    }
}
