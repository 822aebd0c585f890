//! Making a searchable PDF from a verified master, and comparing it with that master page by page.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use sogoc_workers::geometry::Turn;
use sogoc_workers::outcome::{Failure, FailureKind};
use tempfile::TempPath;

use super::document::SearchablePdf;
use super::metadata::About;
use super::{Form, Made, Order};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page::{self, PageView};
use crate::scan::{self, MASTER_PREFIX};

/// Makes the document. A delivered PDF that is signed, or that holds drawn pages with text of their
/// own, is given as it came.
///
/// # Errors
/// `Refused` where a page cannot be shown or the file differs from its master; `Corrupt` master;
/// `Unavailable`.
pub(super) async fn make(archive: &Archive, order: &Order) -> Result<Made> {
    let mut masters = Masters::default();
    let Some((file, as_delivered)) = compose(archive, order, &mut masters).await? else {
        let first = order.pages.first();
        let scan_id = first.map_or(order.id.as_str(), |page| page.scan_id.as_str());
        // A PDF that is drawn or signed goes out byte for byte, so there is nothing to compare.
        let master = masters.take(archive, scan_id).await?;
        let size = std::fs::metadata(&master)?.len();
        let form = Form::AsDelivered;
        return Ok(Made {
            file: master,
            size,
            form,
        });
    };
    // Every page, since one that differs would be evidence of another paper.
    for (at, page) in order.pages.iter().enumerate() {
        let master = masters.of(archive, &page.scan_id).await?;
        compare(archive, page, master, &file, at + 1).await?;
    }
    let size = std::fs::metadata(&file)?.len();
    let form = Form::Searchable {
        pictures_as_delivered: as_delivered,
    };
    Ok(Made { file, size, form })
}

/// Masters kept at hand; a document of many scans fetches them again rather than fill the disk.
const AT_HAND: usize = 8;

/// Masters at hand, each verified as it is fetched.
#[derive(Default)]
struct Masters(BTreeMap<String, TempPath>);

impl Masters {
    async fn of(&mut self, archive: &Archive, scan_id: &str) -> Result<&Path> {
        if !self.0.contains_key(scan_id) {
            // All of them at once: pages come in order, so an earlier master is seldom needed
            // again.
            if self.0.len() >= AT_HAND {
                self.0.clear();
            }
            let master = scan::fetch_master(archive, scan_id).await?;
            self.0.insert(scan_id.to_owned(), master);
        }
        let held = self.0.get(scan_id);
        held.map(|master| &**master)
            .ok_or(Error::NotFound { what: "scan" })
    }

    async fn take(&mut self, archive: &Archive, scan_id: &str) -> Result<TempPath> {
        match self.0.remove(scan_id) {
            Some(master) => Ok(master),
            None => scan::fetch_master(archive, scan_id).await,
        }
    }
}

/// The file, and whether every picture's bytes are the delivered ones; `None` for a PDF that is to
/// stay as it came.
async fn compose(
    archive: &Archive,
    order: &Order,
    masters: &mut Masters,
) -> Result<Option<(TempPath, bool)>> {
    let (out, path) = tempfile::Builder::new()
        .prefix(&format!("{MASTER_PREFIX}document-"))
        .tempfile_in(&archive.spool)?
        .into_parts();
    let mut file = SearchablePdf::begin(BufWriter::new(out))?;
    let mut as_delivered = true;
    for page in &order.pages {
        let number = page::page_number(page.number);
        let master = masters.of(archive, &page.scan_id).await?;
        let (picture, bytes) = match archive.pool.picture(master, number).await {
            Ok(got) => got,
            Err(failure) if stays_as_it_came(order, &failure) => return Ok(None),
            Err(failure) => return Err(page::not_shown(failure)),
        };
        as_delivered &= picture.as_delivered;
        // Read again where the cache has lost it: a file silent about some of its words would
        // mislead.
        let reading = page::reading_or_again(archive, page).await?;
        file.add(&picture, bytes, &reading)?;
    }
    let about = About {
        title: order.title.clone(),
        source_sha256: order.source_sha256.clone(),
        made_at: stamp(archive.clock.now()),
        pages: match order.numbered {
            true => order.pages.iter().map(|page| page.number).collect(),
            // Pages of several scans have no common numbers, so they are counted.
            false => (1..).take(order.pages.len()).collect(),
        },
        left_out: order.left_out.in_words(),
    };
    let out: File = file
        .finish(&about)?
        .into_inner()
        .map_err(|error| error.into_error())?;
    drop(out);
    Ok(Some((path, as_delivered)))
}

fn stays_as_it_came(order: &Order, failure: &Failure) -> bool {
    order.delivered_pdf && failure.kind == FailureKind::Refused
}

/// The page as drawn from the file must show, pixel for pixel, what the master's page shows upright.
async fn compare(
    archive: &Archive,
    page: &PageView,
    master: &Path,
    file: &Path,
    at: usize,
) -> Result<()> {
    let turn = page.rotation.back();
    let of_master = archive
        .pool
        .digest(master, page::page_number(page.number), turn);
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let of_file = archive.pool.digest(file, at, Turn::None);
    let (of_master, of_file) = tokio::try_join!(of_master, of_file).map_err(page::not_shown)?;
    if of_master == of_file {
        return Ok(());
    }
    tracing::error!(page = page.id, "a searchable PDF differs from its master");
    Err(Error::refuse(
        Message::new("errors.differs_from_master").with("at", at),
    ))
}
