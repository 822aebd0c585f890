//! The counters of the register of copies and of the appendix, set behind what came back.

use super::Rebuilt;
use crate::catalogue::{Tx, raise_counter};
use crate::error::Result;

/// Lets each year's book and appendix go on behind their last numbers, and names the numbers of which
/// the vault has no line.
pub(super) async fn set_counters(tx: &mut Tx, rebuilt: &mut Rebuilt) -> Result<()> {
    let lines: Vec<(i64, i64)> =
        sqlx::query_as("SELECT year, number FROM copies ORDER BY year, number")
            .fetch_all(&mut **tx)
            .await?;
    let mut last = (0, 0);
    for (year, number) in lines {
        let before = if last.0 == year { last.1 } else { 0 };
        let missing = (before + 1..number).map(|number| format!("{number}/{year}"));
        rebuilt.numbers_without_copy.extend(missing);
        last = (year, number);
        raise_counter(tx, &format!("copies-{year}"), number).await?;
    }
    let entries: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT year, MAX(number) FROM corrections WHERE state = 'approved' GROUP BY year",
    )
    .fetch_all(&mut **tx)
    .await?;
    for (year, number) in entries {
        raise_counter(tx, &format!("appendix-{year}"), number).await?;
    }
    Ok(())
}
