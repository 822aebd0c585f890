//! A form with a small file, sent by a person signed in, proven to come from one of our own pages.

use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};

use super::State;
use super::fault::PageFault;
use super::session::{Signed, forged, same, signed_parts};
use crate::error::Error;

/// A form with one file, taken apart as it comes in.
pub struct FileForm {
    /// Who sent it, in the session they sent it from.
    pub signed: Signed,
    /// The part `file`, as text.
    pub text: String,
}

impl FromRequest<State> for FileForm {
    type Rejection = Response;

    async fn from_request(request: Request, archive: &State) -> Result<Self, Response> {
        let (signed, parts) = signed_parts(request, archive).await?;
        let (token, text) = read(parts)
            .await
            .map_err(|error| PageFault(error).into_response())?;
        if !same(&token, &signed.frame.form_token) {
            return Err(PageFault(forged()).into_response());
        }
        Ok(Self { signed, text })
    }
}

async fn read(mut parts: Multipart) -> Result<(String, String), Error> {
    let unreadable = |_| Error::fault("/file", "faults.file_did_not_arrive_must");
    let (mut token, mut file) = (String::new(), String::new());
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        match part.name() {
            Some("form_token") => token = part.text().await.map_err(unreadable)?,
            Some("file") => file = part.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    Ok((token, file))
}
