//! Reuse by other systems of the province, and its figures.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Error;
use crate::reuse::{self, LookUp, Offer, ReuseReport};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::public_requests::pdf;
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(look_up))
        .routes(routes!(fetch))
        .routes(routes!(report))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Period {
    /// First day, `YYYY-MM-DD`; the first of January when absent.
    from: Option<String>,
    /// Last day, inclusive; today when absent.
    to: Option<String>,
}

/// Look for valid results of one holder, by name, whole birth date and one number, with the purpose
/// and the holder's consent. What is listed may be fetched for a day.
#[utoipa::path(post, path = "/api/v1/reuse", tag = "reuse", request_body = LookUp,
    responses((status = 201, body = Offer), Problems<401, 403, 422, 429>))]
async fn look_up(
    api: Api,
    Given(asked): Given<LookUp>,
) -> Result<(StatusCode, Json<Offer>), Problem> {
    let offer = reuse::look_up(&api.archive, &api.caller, &asked).await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// Fetch one result that was listed: the sealed file, which anyone can check.
#[utoipa::path(get, path = "/api/v1/reuse/{id}/results/{copy}", tag = "reuse",
    params(("id" = String, Path), ("copy" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<401, 403, 404>))]
async fn fetch(api: Api, Path((id, copy)): Path<(String, String)>) -> Result<Response, Problem> {
    let bytes = reuse::fetch(&api.archive, &api.caller, &id, &copy).await?;
    Ok(pdf("ban-sao.pdf", bytes))
}

/// How often results were reused in a period, and for which procedures.
#[utoipa::path(get, path = "/api/v1/reports/reuse", tag = "reuse", params(Period),
    responses((status = 200, body = ReuseReport), Problems<401, 403, 422>))]
async fn report(api: Api, Asked(period): Asked<Period>) -> Answer<ReuseReport> {
    let (first, today) = reuse::year_so_far(&api.archive);
    let from = day("/from", period.from.as_deref())?.unwrap_or(first);
    let to = day("/to", period.to.as_deref())?.unwrap_or(today);
    let report = reuse::report(&api.archive, &api.caller, from, to).await?;
    Ok(Json(report))
}

fn day(pointer: &str, text: Option<&str>) -> Result<Option<Date>, Error> {
    text.map(str::parse)
        .transpose()
        .map_err(|_| Error::fault(pointer, "faults.day_written_yyyy_mm_dd"))
}
