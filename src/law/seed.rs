//! Brings the rows of `migrations/seed/*.toml` into the dated tables. Repeating it changes nothing.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::catalogue::{Catalogue, Tx};
use crate::error::{Error, Result};

const PROCEDURES: &str = include_str!("../../migrations/seed/procedures.toml");
const FEES: &str = include_str!("../../migrations/seed/fees.toml");
const RETENTION_RULES: &str = include_str!("../../migrations/seed/retention_rules.toml");
const PLACES: &str = include_str!("../../migrations/seed/places.toml");
const AGENCIES: &str = include_str!("../../migrations/seed/agencies.toml");
const CORRECTION_GROUNDS: &str = include_str!("../../migrations/seed/correction_grounds.toml");
const CONSENTS: &str = include_str!("../../migrations/seed/consents.toml");
const HOLIDAYS: &str = include_str!("../../migrations/seed/holidays.toml");

/// Period of validity: from inclusive, to exclusive or open.
#[derive(Deserialize)]
struct Dated {
    valid_from: String,
    valid_to: Option<String>,
    source: String,
    verified: Option<String>,
}

#[derive(Deserialize)]
struct Procedures {
    procedure: Vec<ProcedureRow>,
}

#[derive(Deserialize)]
struct ProcedureRow {
    code: String,
    name: String,
    working_days: i64,
    #[serde(default)]
    cut_off: String,
    #[serde(default)]
    extension_days: i64,
    wait_days: i64,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct Fees {
    fee: Vec<FeeRow>,
}

#[derive(Deserialize)]
struct FeeRow {
    procedure_code: String,
    place: String,
    amount: i64,
    unit: String,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct RetentionRules {
    retention_rule: Vec<RetentionRow>,
}

#[derive(Deserialize)]
struct RetentionRow {
    code: String,
    record_type: String,
    term_code: String,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct Places {
    place: Vec<PlaceRow>,
}

#[derive(Deserialize)]
struct PlaceRow {
    code: String,
    name: String,
    kind: String,
    #[serde(default)]
    became: String,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct Agencies {
    agency: Vec<AgencyRow>,
}

#[derive(Deserialize)]
struct AgencyRow {
    code: String,
    name: String,
    #[serde(default)]
    became: String,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct CorrectionGrounds {
    correction_ground: Vec<CorrectionGroundRow>,
}

#[derive(Deserialize)]
struct CorrectionGroundRow {
    code: String,
    kind: String,
    name: String,
    name_en: String,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct Consents {
    consent: Vec<ConsentRow>,
}

#[derive(Deserialize)]
struct ConsentRow {
    version: String,
    vi: String,
    en: String,
    #[serde(flatten)]
    dated: Dated,
}

#[derive(Deserialize)]
struct Holidays {
    holiday: Vec<HolidayRow>,
}

#[derive(Deserialize)]
struct HolidayRow {
    day: String,
    name: String,
    source: String,
}

/// Loads every seed table in one transaction. Called whenever an archive is opened.
///
/// # Errors
/// `Internal` for a seed that does not parse; as any statement.
pub async fn load(catalogue: &Catalogue) -> Result<()> {
    let mut tx = catalogue.begin().await?;
    for row in parse::<Procedures>("procedures", PROCEDURES)?.procedure {
        put_procedure(&mut tx, &row).await?;
    }
    for row in parse::<Fees>("fees", FEES)?.fee {
        put_fee(&mut tx, &row).await?;
    }
    for row in parse::<RetentionRules>("retention_rules", RETENTION_RULES)?.retention_rule {
        put_retention_rule(&mut tx, &row).await?;
    }
    for row in parse::<Places>("places", PLACES)?.place {
        put_place(&mut tx, &row).await?;
    }
    for row in parse::<Agencies>("agencies", AGENCIES)?.agency {
        put_agency(&mut tx, &row).await?;
    }
    let grounds: CorrectionGrounds = parse("correction_grounds", CORRECTION_GROUNDS)?;
    for row in &grounds.correction_ground {
        put_correction_ground(&mut tx, row).await?;
    }
    for row in parse::<Consents>("consents", CONSENTS)?.consent {
        put_consent(&mut tx, &row).await?;
    }
    for row in parse::<Holidays>("holidays", HOLIDAYS)?.holiday {
        put_holiday(&mut tx, &row).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| Error::Internal(format!("seed {name}: {error}")))
}

async fn put_procedure(tx: &mut Tx, row: &ProcedureRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO procedures
            (code, valid_from, valid_to, name, working_days, cut_off, extension_days, wait_days,
            source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
            name = excluded.name, working_days = excluded.working_days,
            cut_off = excluded.cut_off, extension_days = excluded.extension_days,
            wait_days = excluded.wait_days, source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.code)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.name)
    .bind(row.working_days)
    .bind(&row.cut_off)
    .bind(row.extension_days)
    .bind(row.wait_days)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_fee(tx: &mut Tx, row: &FeeRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO fees
            (procedure_code, place, valid_from, valid_to, amount, unit, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (procedure_code, place, valid_from) DO UPDATE SET
            valid_to = excluded.valid_to, amount = excluded.amount, unit = excluded.unit,
            source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.procedure_code)
    .bind(&row.place)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(row.amount)
    .bind(&row.unit)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_retention_rule(tx: &mut Tx, row: &RetentionRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO retention_rules
            (code, valid_from, valid_to, record_type, term_code, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
            record_type = excluded.record_type, term_code = excluded.term_code,
            source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.code)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.record_type)
    .bind(&row.term_code)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_place(tx: &mut Tx, row: &PlaceRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO places (code, valid_from, valid_to, name, kind, became, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
            name = excluded.name, kind = excluded.kind, became = excluded.became,
            source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.code)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.name)
    .bind(&row.kind)
    .bind(&row.became)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_agency(tx: &mut Tx, row: &AgencyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO agencies (code, valid_from, valid_to, name, became, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
            name = excluded.name, became = excluded.became, source = excluded.source,
            verified = excluded.verified",
    )
    .bind(&row.code)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.name)
    .bind(&row.became)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_correction_ground(tx: &mut Tx, row: &CorrectionGroundRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO correction_grounds
            (code, valid_from, valid_to, kind, name, name_en, fields, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
            kind = excluded.kind, name = excluded.name, name_en = excluded.name_en,
            fields = excluded.fields, source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.code)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.kind)
    .bind(&row.name)
    .bind(&row.name_en)
    .bind(row.fields.join(","))
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_consent(tx: &mut Tx, row: &ConsentRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO consents (version, valid_from, valid_to, vi, en, source, verified)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (version) DO UPDATE SET valid_to = excluded.valid_to,
            source = excluded.source, verified = excluded.verified",
    )
    .bind(&row.version)
    .bind(&row.dated.valid_from)
    .bind(&row.dated.valid_to)
    .bind(&row.vi)
    .bind(&row.en)
    .bind(&row.dated.source)
    .bind(&row.dated.verified)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_holiday(tx: &mut Tx, row: &HolidayRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO holidays (day, name, source) VALUES ($1, $2, $3)
         ON CONFLICT (day) DO UPDATE SET name = excluded.name, source = excluded.source",
    )
    .bind(&row.day)
    .bind(&row.name)
    .bind(&row.source)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of one code must not overlap, or a day would have two answers.
    fn check_periods<'a>(rows: impl Iterator<Item = (&'a str, &'a Dated)>) {
        let mut by_code = std::collections::BTreeMap::<&str, Vec<&Dated>>::new();
        for (code, dated) in rows {
            dated.valid_from.parse::<jiff::civil::Date>().unwrap();
            by_code.entry(code).or_default().push(dated);
        }
        for (code, mut periods) in by_code {
            periods.sort_by(|a, b| a.valid_from.cmp(&b.valid_from));
            for pair in periods.windows(2) {
                let end = pair[0].valid_to.as_ref();
                assert!(
                    end.is_some_and(|end| *end <= pair[1].valid_from),
                    "{code}: two rows on {}",
                    pair[1].valid_from
                );
            }
        }
    }

    #[test]
    fn no_day_has_two_answers() {
        let places = parse::<Places>("places", PLACES).unwrap().place;
        check_periods(places.iter().map(|row| (row.code.as_str(), &row.dated)));
        let procedures = parse::<Procedures>("procedures", PROCEDURES).unwrap();
        check_periods(
            procedures
                .procedure
                .iter()
                .map(|row| (row.code.as_str(), &row.dated)),
        );
        let consents = parse::<Consents>("consents", CONSENTS).unwrap().consent;
        check_periods(consents.iter().map(|row| ("consent", &row.dated)));
        let agencies = parse::<Agencies>("agencies", AGENCIES).unwrap().agency;
        check_periods(agencies.iter().map(|row| (row.code.as_str(), &row.dated)));
    }

    #[test]
    fn every_place_leads_to_places_that_exist_and_thirty_four_stand_today() {
        let places = parse::<Places>("places", PLACES).unwrap().place;
        for place in &places {
            for code in place.became.split(',').filter(|code| !code.is_empty()) {
                let heir = places.iter().find(|heir| heir.code == code);
                assert!(heir.is_some(), "{} became unknown {code}", place.code);
            }
        }
        let standing = places.iter().filter(|place| place.dated.valid_to.is_none());
        assert_eq!(standing.count(), 34);
    }
}
