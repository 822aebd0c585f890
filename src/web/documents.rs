//! Documents to take away: the searchable PDF of a scan, and the words of a page as ALTO.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_util::io::ReaderStream;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::session::Signed;
use crate::searchable_pdf::{self, Document, Form, Range};

/// Says what kind of document an answer is.
const FORM: &str = "sogoc-document";

pub fn routes() -> Router<State> {
    Router::new().route("/ban-quet/{id}/tai-lieu.pdf", get(document))
}

/// The part of a scan to be made into a document.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RangeAsked {
    /// First page, from 1.
    #[param(minimum = 1)]
    from: Option<i64>,
    /// Last page, counted in the file and included.
    #[param(minimum = 1)]
    to: Option<i64>,
}

impl From<RangeAsked> for Range {
    fn from(asked: RangeAsked) -> Self {
        Self {
            from: asked.from,
            to: asked.to,
        }
    }
}

async fn document(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<RangeAsked>,
) -> Result<Response, PageFault> {
    let document =
        searchable_pdf::of_scan(&signed.archive, &signed.caller, &id, asked.into()).await?;
    Ok(given(document))
}

/// The document as a download, sent as it is read from disk.
pub fn given(document: Document) -> Response {
    let mut form = match document.form {
        Form::Searchable {
            pictures_as_delivered: true,
        } => "searchable-pdf; pictures=as-delivered",
        Form::Searchable { .. } => "searchable-pdf; pictures=lossless",
        Form::AsDelivered => "as-delivered",
    }
    .to_owned();
    if document.left_out.count() > 0 {
        form += &format!("; left-out=\"{}\"", document.left_out.spans());
    }
    let name = utf8_percent_encode(&document.name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"tai-lieu.pdf\"; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_LENGTH, document.size.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::HeaderName::from_static(FORM), form),
    ];
    let file = tokio::fs::File::from_std(document.file);
    (headers, Body::from_stream(ReaderStream::new(file))).into_response()
}
