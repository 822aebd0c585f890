//! The office's seal: its state, the PIN of its token, and the exchange with a key on the approver's own machine.

use axum::Json;
use axum::extract::{Path, State as Extracted};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::certified_copy::{self, CopyRow, SealState, Signatures, Submitted, Waiting};
use crate::error::Error;
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::public_requests::pdf;
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(seal))
        .routes(routes!(identity))
        .routes(routes!(open_session, end_session))
        .routes(routes!(waiting))
        .routes(routes!(submit))
        .routes(routes!(give_up))
        .routes(routes!(paper))
}

/// Whose seal it is, where its key lives, whether it can sign now.
#[utoipa::path(get, path = "/api/v1/seal", tag = "seal",
    responses((status = 200, body = SealState), Problems<401, 403>))]
async fn seal(api: Api) -> Answer<SealState> {
    Ok(Json(
        certified_copy::seal_state(&api.archive, &api.caller).await?,
    ))
}

/// Who this office is to whoever checks its copies offline: the certificates it seals or has sealed with, and the
/// authorities behind them. Compare their SHA-256 with what the office says on paper before trusting them.
#[utoipa::path(get, path = "/api/v1/seal/identity", tag = "public", security(()),
    responses((status = 200, content_type = "application/x-pem-file", body = String)))]
async fn identity(Extracted(archive): Extracted<State>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "application/x-pem-file")];
    (kind, archive.seal.identity_file())
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PinGiven {
    /// PIN of the token; tried once, kept in the memory of this process only.
    #[schema(value_type = String, format = Password)]
    pin: Zeroizing<String>,
}

/// Open the token for a signing session. Copies that wait for it are sealed at once.
#[utoipa::path(post, path = "/api/v1/seal/session", tag = "seal", request_body = PinGiven,
    responses((status = 204), Problems<401, 403, 409, 422, 503>))]
async fn open_session(api: Api, Given(given): Given<PinGiven>) -> Done {
    certified_copy::open_session(&api.archive, &api.caller, given.pin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End the signing session: the token is closed, its PIN forgotten.
#[utoipa::path(delete, path = "/api/v1/seal/session", tag = "seal",
    responses((status = 204), Problems<401, 403, 409>))]
async fn end_session(api: Api) -> Done {
    certified_copy::end_session(&api.archive, &api.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Copies that wait for a signature made on the approver's own machine, with what is to be signed.
#[utoipa::path(get, path = "/api/v1/seal/waiting", tag = "seal",
    responses((status = 200, body = [Waiting]), Problems<401, 403>))]
async fn waiting(api: Api) -> Answer<Vec<Waiting>> {
    Ok(Json(
        certified_copy::waiting(&api.archive, &api.caller).await?,
    ))
}

/// The paper that waits for the caller's signature, its gap empty. The SHA-256 of what `/ByteRange` names is the message
/// digest in `to_sign`.
#[utoipa::path(get, path = "/api/v1/seal/waiting/{id}/paper", tag = "seal", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problems<401, 403, 404>))]
async fn paper(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let (name, bytes) = certified_copy::paper_to_sign(&api.archive, &api.caller, &id).await?;
    Ok(pdf(&name, bytes))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SignaturesGiven {
    /// The signer's certificate, then its issuers (PEM); may be left out.
    #[serde(default)]
    certificates: String,
    /// From 1 to 500.
    signatures: Vec<SignatureGiven>,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SignatureGiven {
    /// Id of the copy it was made for.
    copy_id: String,
    /// The signature over its signed attributes, base64; ECDSA as DER or as two plain numbers.
    signature: String,
}

/// Submit signatures of many copies: each that fits finishes its copy, one that does not harms only itself.
#[utoipa::path(post, path = "/api/v1/seal/signatures", tag = "seal", request_body = SignaturesGiven,
    responses((status = 200, body = [Submitted]), Problems<401, 403, 409, 422, 503>))]
async fn submit(api: Api, Given(given): Given<SignaturesGiven>) -> Answer<Vec<Submitted>> {
    let mut signatures = Signatures::default();
    signatures.take_certificates(&given.certificates)?;
    for (number, one) in given.signatures.into_iter().enumerate() {
        let signature = STANDARD.decode(one.signature.trim()).map_err(|_| {
            Error::fault(
                format!("/signatures/{number}/signature"),
                "faults.signature_written_in_base64",
            )
        })?;
        signatures.signatures.push((one.copy_id, signature));
    }
    let handed = certified_copy::submit(&api.archive, &api.caller, &signatures).await?;
    Ok(Json(handed))
}

/// Give up a copy that waits unsigned: its line becomes void, the request behind it can be released again.
#[utoipa::path(post, path = "/api/v1/seal/waiting/{id}/give-up", tag = "seal",
    params(("id" = String, Path)),
    responses((status = 200, body = CopyRow), Problems<401, 403, 409>))]
async fn give_up(api: Api, Path(id): Path<String>) -> Answer<CopyRow> {
    Ok(Json(
        certified_copy::give_up(&api.archive, &api.caller, &id).await?,
    ))
}
