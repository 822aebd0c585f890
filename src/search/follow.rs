//! How an index follows the archive: the sequence of publications of records, and that of changes of pages and holdings,
//! in steps of bounded size. What a holding's description says is inherited by all its pages and records, which are then put
//! again.

use std::collections::BTreeMap;

use sogoc_index::{Change, Document, IndexError, Rebuild};

use super::documents::{self, PublishedRecord};
use super::places::Places;
use super::rows::{self, OtherChange};
use crate::archive::Archive;
use crate::correction::{self, Correction};
use crate::error::{Error, Result};
use crate::import;
use crate::record::RecordState;

/// Publications and other changes, each, in one commit of the index.
const STEP: i64 = 2000;
/// Pages that are read at once, with the records on them.
const PIECE: i64 = 400;
/// Rows of lists that are read at once.
const LIST_PIECE: i64 = 4000;
/// Documents after which a rebuild makes what it has last, so that one that is cut off goes on there.
const CHECKPOINT: usize = 50_000;

/// How far an index is: the last publication and the last other change that it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reached {
    publication: i64,
    change: i64,
}

impl Reached {
    /// As the index keeps it: one number that grows when either does.
    fn packed(self) -> u64 {
        let half = |number: i64| u64::from(u32::try_from(number).unwrap_or(u32::MAX));
        half(self.change) << 32 | half(self.publication)
    }

    fn of(packed: u64) -> Self {
        Self {
            publication: publication_of(packed),
            change: i64::try_from(packed >> 32).unwrap_or(i64::MAX),
        }
    }

    /// The newest of both that the catalogue has.
    async fn newest(archive: &Archive) -> Result<Self> {
        let pool = archive.catalogue.pool();
        let publication: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM publications")
            .fetch_one(pool)
            .await?;
        let change: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM index_changes")
            .fetch_one(pool)
            .await?;
        Ok(Self {
            publication: publication.unwrap_or(0),
            change: change.unwrap_or(0),
        })
    }

    fn together(self) -> i64 {
        self.publication + self.change
    }
}

/// The publication number in the position of an index.
pub(super) fn publication_of(packed: u64) -> i64 {
    i64::from(packed as u32)
}

/// The next step of both sequences.
struct Step {
    reached: Reached,
    /// Records that were published, in order.
    records: Vec<PublishedRecord>,
    /// Pages, documents, files and volumes that changed, oldest change first.
    others: Vec<OtherChange>,
    /// Approved entries of the appendix, by record.
    appendix: BTreeMap<String, Vec<Correction>>,
}

impl Step {
    async fn after(archive: &Archive, from: Reached) -> Result<Option<Self>> {
        let records = rows::published_after(archive, from.publication, STEP).await?;
        let others = rows::others_after(archive, from.change, STEP).await?;
        if records.is_empty() && others.is_empty() {
            return Ok(None);
        }
        let published = u64::try_from(from.publication).unwrap_or_default();
        Ok(Some(Self {
            reached: Reached {
                publication: records.last().map_or(from.publication, |row| row.position),
                change: others.last().map_or(from.change, |row| row.position),
            },
            appendix: correction::approved_after(archive, published, STEP).await?,
            records,
            others,
        }))
    }

    /// Only the newest publication of a record adds it; an older one removes it, because what it published must not be
    /// found any more.
    fn of_records(&mut self, archive: &Archive, places: &Places) -> Vec<Change> {
        let records = std::mem::take(&mut self.records);
        let changes = records.into_iter().map(|row| {
            // Superseded within the same stretch: its own newer publication comes in a later row and puts it back.
            let entries = self.appendix.get(&row.record_id);
            change_of(archive, places, row, entries.map(Vec::as_slice))
        });
        changes.collect()
    }
}

fn change_of(
    archive: &Archive,
    places: &Places,
    row: PublishedRecord,
    appendix: Option<&[Correction]>,
) -> Change {
    if row.newest > row.position || row.state != RecordState::Approved {
        return Change::Remove(row.record_id);
    }
    let appendix = appendix.unwrap_or_default();
    Change::Put(Box::new(documents::of_record(
        archive, places, row, appendix,
    )))
}

/// Pages in pieces of bounded size: those that changed themselves together, those below each holding in turn.
struct Pieces<'a> {
    changes: &'a [OtherChange],
    own: Vec<String>,
    /// The holding that is read, and the last page of it.
    at: (usize, String),
}

impl<'a> Pieces<'a> {
    fn of(changes: &'a [OtherChange]) -> Self {
        let own = changes.iter().filter(|change| change.kind == "page");
        Self {
            own: own.map(|change| change.subject_id.clone()).collect(),
            changes,
            at: (0, String::new()),
        }
    }

    /// The ids of the next piece; nothing after the last.
    async fn next(&mut self, archive: &Archive) -> Result<Option<Vec<String>>> {
        let most = usize::try_from(PIECE).unwrap_or(usize::MAX);
        if !self.own.is_empty() {
            let rest = self.own.split_off(self.own.len().min(most));
            return Ok(Some(std::mem::replace(&mut self.own, rest)));
        }
        while let Some(change) = self.changes.get(self.at.0) {
            if !matches!(change.kind.as_str(), "page" | "import") {
                let ids = rows::pages_below(archive, change, &self.at.1, PIECE).await?;
                if let Some(last) = ids.last() {
                    self.at.1.clone_from(last);
                    return Ok(Some(ids));
                }
            }
            self.at = (self.at.0 + 1, String::new());
        }
        Ok(None)
    }
}

/// These pages, and the records on them.
async fn of_pages(
    archive: &Archive,
    places: &Places,
    ids: &[String],
    with_records: bool,
) -> Result<Vec<Change>> {
    let classes = rows::classes_on(archive, ids).await?;
    let pages = rows::pages_by_id(archive, ids).await?;
    let pages = pages.into_iter().map(|page| {
        let rows = classes.get(&page.id).map(Vec::as_slice).unwrap_or_default();
        match page.document(archive, rows) {
            Some(document) => Change::Put(Box::new(document)),
            None => Change::Remove(page.id),
        }
    });
    let mut changes: Vec<Change> = pages.collect();
    if with_records {
        let appendix = rows::appendix_on(archive, ids).await?;
        let records = rows::records_on(archive, ids).await?;
        changes.extend(records.into_iter().map(|row| {
            let entries = appendix.get(&row.record_id);
            change_of(archive, places, row, entries.map(Vec::as_slice))
        }));
    }
    Ok(changes)
}

/// Rows of the lists that changed, in pieces of bounded size: put while they are in, removed once they are out.
struct ListPieces<'a> {
    imports: Vec<&'a str>,
    /// Number of the last row of the first of these that was taken.
    after: i64,
}

impl<'a> ListPieces<'a> {
    fn of(changes: &'a [OtherChange]) -> Self {
        let imports = changes.iter().filter(|change| change.kind == "import");
        Self {
            imports: imports.map(|change| change.subject_id.as_str()).collect(),
            after: 0,
        }
    }

    async fn next(&mut self, archive: &Archive, places: &Places) -> Result<Option<Vec<Change>>> {
        while let Some(import) = self.imports.first() {
            let (rows, gone) =
                import::indexed_rows(archive, import, self.after, LIST_PIECE).await?;
            self.after = match rows.last() {
                Some(row) => row.number,
                None => self.after + LIST_PIECE,
            };
            if !rows.is_empty() || !gone.is_empty() {
                let put = rows
                    .into_iter()
                    .map(|row| documents::of_list_row(archive, places, row));
                let put = put.map(|document| Change::Put(Box::new(document)));
                return Ok(Some(
                    put.chain(gone.into_iter().map(Change::Remove)).collect(),
                ));
            }
            self.imports.remove(0);
            self.after = 0;
        }
        Ok(None)
    }
}

/// Brings the index up to the newest of everything and returns the publication it has reached.
///
/// # Errors
/// `Unavailable`; the position never passes what was committed.
pub async fn follow(archive: &Archive) -> Result<u64> {
    let mut places = None;
    loop {
        let reached = archive.index.position()?;
        let Some(mut step) = Step::after(archive, Reached::of(reached)).await? else {
            return Ok(u64::try_from(publication_of(reached)).unwrap_or_default());
        };
        if places.is_none() {
            places = Some(Places::load(archive).await?);
        }
        let Some(places) = &places else { continue };
        match apply(archive, places, &mut step).await {
            // A rebuilt index replaced the old one: the next round continues from its position.
            Ok(()) | Err(Applying::Replaced) => {}
            Err(Applying::Failed(error)) => return Err(error),
        }
    }
}

enum Applying {
    Replaced,
    Failed(Error),
}

impl From<Error> for Applying {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

async fn apply(
    archive: &Archive,
    places: &Places,
    step: &mut Step,
) -> std::result::Result<(), Applying> {
    let reached = step.reached.packed();
    let others = std::mem::take(&mut step.others);
    let mut pieces = Pieces::of(&others);
    while let Some(ids) = pieces.next(archive).await? {
        let changes = of_pages(archive, places, &ids, true).await?;
        write(archive, move |index| index.stage(reached, &changes)).await?;
    }
    let mut lists = ListPieces::of(&others);
    while let Some(changes) = lists.next(archive, places).await? {
        write(archive, move |index| index.stage(reached, &changes)).await?;
    }
    let changes = step.of_records(archive, places);
    write(archive, move |index| index.apply(reached, &changes)).await
}

async fn write(
    archive: &Archive,
    act: impl FnOnce(&sogoc_index::Index) -> std::result::Result<(), IndexError> + Send + 'static,
) -> std::result::Result<(), Applying> {
    let index = archive.index.clone();
    let written = tokio::task::spawn_blocking(move || act(&index))
        .await
        .map_err(|error| Error::Internal(format!("index: {error}")))?;
    match written {
        Ok(()) => Ok(()),
        Err(IndexError::Replaced { .. }) => Err(Applying::Replaced),
        Err(error) => Err(Error::from(error).into()),
    }
}

/// Number of publications and other changes the index of this process is behind the catalogue.
///
/// # Errors
/// As any statement.
pub async fn lag(archive: &Archive) -> Result<i64> {
    let reached = Reached::of(archive.index.position()?).together();
    Ok((Reached::newest(archive).await?.together() - reached).max(0))
}

/// Builds a new index beside the live one from the catalogue and swaps it in; one that was cut off goes on where it was.
/// `progress` is called with how much is done of how much.
///
/// # Errors
/// As [`follow`]; the live index stays as it was.
pub async fn reindex(archive: &Archive, mut progress: impl FnMut(i64, i64)) -> Result<u64> {
    let begun = Reached::newest(archive).await?;
    let places = Places::load(archive).await?;
    let mut rebuild = Rebuild::start(archive.config.data.join("index"))?;
    let mut position = Reached::of(rebuild.position());
    let (resumed, mut since) = (position != Reached::default(), 0);
    while let Some(mut step) = Step::after(archive, position).await? {
        // What is read again for each document needs no second look; what changed since it was begun does.
        let Reached {
            publication,
            change,
        } = step.reached;
        let late = publication > begun.publication || change > begun.change || resumed;
        let mut others = std::mem::take(&mut step.others);
        others.retain(|change| late || matches!(change.kind.as_str(), "page" | "import"));
        let mut pieces = Pieces::of(&others);
        while let Some(ids) = pieces.next(archive).await? {
            let changes = of_pages(archive, &places, &ids, late).await?;
            since += changes.len();
            put(&mut rebuild, changes, late)?;
        }
        let mut lists = ListPieces::of(&others);
        while let Some(changes) = lists.next(archive, &places).await? {
            since += changes.len();
            put(&mut rebuild, changes, late)?;
        }
        let changes = step.of_records(archive, &places);
        since += changes.len();
        put(&mut rebuild, changes, late)?;
        position = step.reached;
        let all = begun.together();
        progress(position.together().min(all), all);
        if since >= CHECKPOINT {
            rebuild.checkpoint(position.packed())?;
            since = 0;
        }
    }
    // The live index answers until the new one takes its place; then what was published meanwhile is followed.
    rebuild.finish(position.packed())?;
    follow(archive).await
}

fn put(rebuild: &mut Rebuild, changes: Vec<Change>, late: bool) -> Result<()> {
    if late {
        return Ok(rebuild.apply(&changes)?);
    }
    // A new index holds nothing that could be removed.
    let put = |change| match change {
        Change::Put(document) => Some(*document),
        Change::Remove(_) => None,
    };
    let documents: Vec<Document> = changes.into_iter().filter_map(put).collect();
    Ok(rebuild.add(&documents)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_positions_are_one_number_that_grows_with_either() {
        let at = |publication, change| Reached {
            publication,
            change,
        };
        for reached in [at(0, 0), at(7, 0), at(0, 9), at(4_000_000_000, 3)] {
            assert_eq!(Reached::of(reached.packed()), reached);
        }
        assert!(at(8, 9).packed() > at(7, 9).packed());
        assert!(at(7, 10).packed() > at(7, 9).packed());
        assert!(at(8, 10).packed() > at(7, 9).packed());
    }
}
