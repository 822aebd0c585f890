//! Pictures of a page, turned upright, for eyes on a screen and for what the program makes of them.

use serde_json::json;
use sogoc_workers::geometry::Turn;
use sogoc_workers::pool::RenderJob;
use sogoc_workers::reading::Box4;
use sogoc_workers::render::Rendition;

use super::{PageView, get, not_shown, page_number};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::Result;
use crate::scan;
use crate::viewing::{self, Paper};

/// What a picture of a page should show.
#[derive(Debug, Clone, Copy)]
pub struct ImageOptions {
    /// Longest side in pixels.
    pub max_side: u32,
    /// Only this part, in pixels of the page as delivered.
    pub crop: Option<Box4>,
}

/// Which part of a page is shown, how it is turned and what it looks like.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// In pixels of the page as delivered; `None` for all of it.
    pub crop: Option<Box4>,
    /// Clockwise degrees beyond upright: 0, 90, 180 or 270.
    pub turn: Turn,
    /// Size, colours and form.
    pub rendition: Rendition,
}

/// Whether a picture is worth its room beside the vault. What a viewer asks for in a fixed grid is; what anybody can ask
/// for in millions of ways is not.
#[derive(Debug, Clone)]
pub enum Kept {
    /// Made anew each time.
    No,
    /// Under this name, of ASCII letters, digits, `-`, `_` and `.`, among the pictures of its page.
    As(String),
}

/// An upright JPEG of a page or part of it, for eyes on a screen.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused` when the page cannot be shown.
pub async fn image(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    options: ImageOptions,
) -> Result<Vec<u8>> {
    let page = opened(archive, caller, page_id).await?;
    jpeg(archive, &page, options).await
}

/// As [`image()`], of any size, turn, colours and form: the page with what its `part` says of it, and the bytes.
///
/// # Errors
/// As [`image()`], and those of `part`.
pub async fn picture_of(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    part: impl FnOnce(&PageView) -> Result<(Part, Kept)>,
) -> Result<Vec<u8>> {
    let page = opened(archive, caller, page_id).await?;
    let (part, kept) = part(&page)?;
    picture(archive, &page, part, kept).await
}

/// As [`image()`], for what the program itself makes of it.
pub(crate) async fn image_for_copy(
    archive: &Archive,
    page_id: &str,
    options: ImageOptions,
) -> Result<Vec<u8>> {
    let page = get(archive, &Caller::machine(), page_id).await?;
    jpeg(archive, &page, options).await
}

async fn opened(archive: &Archive, caller: &Caller, page_id: &str) -> Result<PageView> {
    require(caller, Act::SeeImages)?;
    let page = get(archive, caller, page_id).await?;
    let paper = Paper::Page(page_id);
    viewing::note_paper(archive, caller, Action::ImageOpened, paper, json!({})).await?;
    Ok(page)
}

async fn jpeg(archive: &Archive, page: &PageView, options: ImageOptions) -> Result<Vec<u8>> {
    let shown = options
        .crop
        .map_or_else(|| "full".into(), |[x, y, w, h]| format!("{x}-{y}-{w}-{h}"));
    let name = format!("{}-{shown}.jpg", options.max_side);
    let part = Part {
        crop: options.crop,
        turn: Turn::None,
        rendition: Rendition::jpeg(options.max_side.clamp(64, 6000)),
    };
    picture(archive, page, part, Kept::As(name)).await
}

async fn picture(archive: &Archive, page: &PageView, part: Part, kept: Kept) -> Result<Vec<u8>> {
    let key = match kept {
        Kept::No => None,
        // The rotation is part of the key: a picture made before the page was read may lie on its side.
        Kept::As(name) => Some(format!("images/{}/{}-{name}", page.id, page.rotation)),
    };
    if let Some(key) = &key {
        // A cache that does not answer only costs time, so its faults are not told.
        if let Some(bytes) = archive.vault.get_cache(key).await.ok().flatten() {
            return Ok(bytes.to_vec());
        }
    }
    let file = scan::fetch_master(archive, &page.scan_id).await?;
    let bytes = archive
        .pool
        .render(RenderJob {
            path: file.to_path_buf(),
            page: page_number(page.number),
            // The rotation that was found when reading: a page on its side is no use to whoever
            // compares it with the fields.
            turn: page.rotation.back().then(part.turn),
            crop: part.crop,
            rendition: part.rendition,
        })
        .await
        .map_err(not_shown)?;
    if let Some(key) = key {
        // The cache may be lost at any time; a failure to fill it costs only the next viewer's time.
        if let Err(error) = archive.vault.put_cache(&key, bytes.clone().into()).await {
            tracing::warn!(%error, "a rendition could not be cached");
        }
    }
    Ok(bytes)
}
