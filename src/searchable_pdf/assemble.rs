//! Making a searchable PDF from a verified master, and comparing it with that master page by page.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

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
    let master = scan::fetch_master(archive, &order.scan.id).await?;
    let Some((file, as_delivered)) = compose(archive, order, &master).await? else {
        let size = std::fs::metadata(&master)?.len();
        let form = Form::AsDelivered;
        return Ok(Made {
            file: master,
            size,
            form,
        });
    };
    for (at, page) in order.pages.iter().enumerate() {
        compare(archive, page, &master, &file, at + 1).await?;
    }
    let size = std::fs::metadata(&file)?.len();
    let form = Form::Searchable {
        pictures_as_delivered: as_delivered,
    };
    Ok(Made { file, size, form })
}

/// The file, and whether every picture's bytes are the delivered ones; `None` for a PDF that is to
/// stay as it came.
async fn compose(
    archive: &Archive,
    order: &Order,
    master: &Path,
) -> Result<Option<(TempPath, bool)>> {
    let (out, path) = tempfile::Builder::new()
        .prefix(&format!("{MASTER_PREFIX}document-"))
        .tempfile_in(&archive.spool)?
        .into_parts();
    let mut file = SearchablePdf::begin(BufWriter::new(out))?;
    let mut as_delivered = true;
    for page in &order.pages {
        let number = page::page_number(page.number);
        let (picture, bytes) = match archive.pool.picture(master, number).await {
            Ok(got) => got,
            Err(failure) if stays_as_it_came(order, &failure) => return Ok(None),
            Err(failure) => return Err(page::not_shown(failure)),
        };
        as_delivered &= picture.as_delivered;
        let reading = page::reading_or_again(archive, page).await?;
        file.add(&picture, bytes, &reading)?;
    }
    let about = About {
        title: order.scan.original_name.clone(),
        source_sha256: order.scan.sha256.clone(),
        made_at: stamp(archive.clock.now()),
        pages: order.pages.iter().map(|page| page.number).collect(),
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
    order.scan.media_type == "application/pdf" && failure.kind == FailureKind::Refused
}

/// The page as drawn from the file must show, pixel for pixel, what the master's page shows upright.
async fn compare(
    archive: &Archive,
    page: &PageView,
    master: &Path,
    file: &Path,
    at: usize,
) -> Result<()> {
    let turn = page::turn_back(page.rotation);
    let of_master = archive
        .pool
        .digest(master, page::page_number(page.number), turn);
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let of_file = archive.pool.digest(file, at, 0);
    let (of_master, of_file) = tokio::try_join!(of_master, of_file).map_err(page::not_shown)?;
    if of_master == of_file {
        return Ok(());
    }
    tracing::error!(page = page.id, "a searchable PDF differs from its master");
    Err(Error::refuse(
        Message::new("errors.differs_from_master").with("at", at),
    ))
}
