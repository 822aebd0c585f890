//! The picture of a page, or of a part of it.

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sogoc_workers::reading::Box4;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::session::Signed;
use crate::error::{Error, Result};
use crate::page::{self, ImageOptions};

pub fn routes() -> Router<State> {
    Router::new().route("/trang/{id}/anh.jpg", get(image))
}

/// Which picture of a page.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PictureAsked {
    /// Longest side in pixels; 1600 when absent.
    #[param(minimum = 64, maximum = 6000)]
    max: Option<u32>,
    /// Only this part: `x,y,width,height` in pixels of the page as delivered.
    crop: Option<String>,
}

impl PictureAsked {
    /// The picture asked for, checked.
    ///
    /// # Errors
    /// `Invalid` when the part is not four numbers that describe a rectangle.
    pub fn options(&self) -> Result<ImageOptions> {
        let crop = self.crop.as_deref().map(rectangle).transpose()?;
        Ok(ImageOptions {
            max_side: self.max.unwrap_or(1600),
            crop,
        })
    }
}

fn rectangle(text: &str) -> Result<Box4> {
    let numbers: Vec<i32> = text
        .split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    match <Box4>::try_from(numbers) {
        Ok([x, y, w, h]) if x >= 0 && y >= 0 && w > 0 && h > 0 && text.split(',').count() == 4 => {
            Ok([x, y, w, h])
        }
        _ => Err(Error::fault("/crop", "faults.part_must_four_numbers")),
    }
}

/// A JPEG, for the browser of this one person only.
pub fn picture(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    (headers, bytes).into_response()
}

async fn image(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<PictureAsked>,
) -> Result<Response, PageFault> {
    let bytes = page::image(&signed.archive, &signed.caller, &id, asked.options()?).await?;
    Ok(picture(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_page_is_four_sound_numbers() {
        assert_eq!(rectangle("1,2,3,4").unwrap(), [1, 2, 3, 4]);
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,0,4",
            "-1,2,3,4",
            "a,2,3,4",
            "1,x,2,3,4",
        ] {
            assert!(rectangle(wrong).is_err(), "{wrong}");
        }
    }
}
