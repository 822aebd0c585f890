//! When an answer is due: working days of Vietnam, counted from the working day of receipt.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use super::Procedure;
use crate::catalogue::Catalogue;
use crate::clock::{instant_in_vietnam, vietnam};
use crate::error::{Error, Result};

/// Offices close; an answer due on a day is due by then.
const CLOSING: Time = Time::constant(17, 0, 0, 0);
/// More holidays in a row than any year has; a table that goes beyond is wrong.
const LONGEST_BREAK: usize = 60;

/// The days off in the table.
///
/// # Errors
/// `Internal` for a row that is not a date.
pub async fn holidays(catalogue: &Catalogue) -> Result<BTreeSet<Date>> {
    let days: Vec<String> = sqlx::query_scalar("SELECT day FROM holidays")
        .fetch_all(catalogue.pool())
        .await?;
    let date = |day: &String| {
        day.parse()
            .map_err(|_| Error::Internal(format!("holiday {day} is not a date")))
    };
    days.iter().map(date).collect()
}

/// The moment an answer is due. What arrives on a day off, or after the procedure's cut-off
/// (15:00 for copies from the register, TT 21/2019/TT-BGDĐT and after), counts as received on the
/// next working day; the working days of the procedure are counted from there.
///
/// # Errors
/// `Internal` when the cut-off is not an hour or the holidays leave no working day.
pub fn due_at(
    received: Timestamp,
    procedure: &Procedure,
    holidays: &BTreeSet<Date>,
) -> Result<Timestamp> {
    let local = vietnam(received);
    let late = match procedure.cut_off.as_str() {
        "" => false,
        hour => {
            let hour: Time = hour.parse().map_err(|_| {
                Error::Internal(format!("cut-off of {} is not an hour", procedure.code))
            })?;
            local.time() > hour
        }
    };
    let day = if works(local.date(), holidays) && !late {
        local.date()
    } else {
        next_working_day(local.date(), holidays)?
    };
    closing_after(day, procedure.working_days, holidays)
}

/// The close of business a number of working days after the day of a moment.
///
/// # Errors
/// `Internal` when the holidays leave no working day.
pub fn later(from: Timestamp, working_days: i64, holidays: &BTreeSet<Date>) -> Result<Timestamp> {
    closing_after(vietnam(from).date(), working_days, holidays)
}

fn closing_after(from: Date, working_days: i64, holidays: &BTreeSet<Date>) -> Result<Timestamp> {
    let mut day = from;
    for _ in 0..working_days {
        day = next_working_day(day, holidays)?;
    }
    instant_in_vietnam(day.to_datetime(CLOSING)).map_err(|error| Error::Internal(error.to_string()))
}

fn works(day: Date, holidays: &BTreeSet<Date>) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && !holidays.contains(&day)
}

fn next_working_day(after: Date, holidays: &BTreeSet<Date>) -> Result<Date> {
    after
        .series(jiff::Span::new().days(1))
        .skip(1)
        .take(LONGEST_BREAK)
        .find(|day| works(*day, holidays))
        .ok_or_else(|| Error::Internal(format!("no working day follows {after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn procedure(working_days: i64, cut_off: &str) -> Procedure {
        Procedure {
            code: "3.000465".into(),
            name: String::new(),
            working_days,
            cut_off: cut_off.into(),
            extension_days: 1,
            wait_days: 10,
            source: String::new(),
        }
    }

    fn due(received: &str, procedure: &Procedure) -> String {
        let holidays = ["2026-04-27", "2026-04-30", "2026-05-01"];
        let holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
        let due = due_at(received.parse().unwrap(), procedure, &holidays).unwrap();
        vietnam(due).to_string()
    }

    #[test]
    fn a_copy_asked_for_before_three_is_due_the_same_day() {
        let copy = procedure(0, "15:00");
        assert_eq!(
            due("2026-11-20T14:59:59+07:00", &copy),
            "2026-11-20T17:00:00"
        );
        assert_eq!(
            due("2026-11-20T15:00:00+07:00", &copy),
            "2026-11-20T17:00:00"
        );
    }

    #[test]
    fn a_copy_asked_for_after_three_on_friday_is_due_on_monday() {
        let copy = procedure(0, "15:00");
        assert_eq!(
            due("2026-11-20T15:00:01+07:00", &copy),
            "2026-11-23T17:00:00"
        );
    }

    #[test]
    fn the_hour_is_that_of_vietnam_whatever_the_zone_of_the_server() {
        let copy = procedure(0, "15:00");
        // 08:30 UTC is 15:30 in Vietnam.
        assert_eq!(due("2026-11-19T08:30:00Z", &copy), "2026-11-20T17:00:00");
        // 18:00 UTC on Saturday is already Sunday in Vietnam.
        assert_eq!(due("2026-11-21T18:00:00Z", &copy), "2026-11-23T17:00:00");
    }

    #[test]
    fn weekends_and_holidays_are_not_counted() {
        let correction = procedure(2, "");
        // Wednesday; Thursday and Friday are holidays, then a weekend.
        assert_eq!(
            due("2026-04-29T16:00:00+07:00", &correction),
            "2026-05-05T17:00:00"
        );
        let copy = procedure(0, "15:00");
        assert_eq!(
            due("2026-04-29T16:00:00+07:00", &copy),
            "2026-05-04T17:00:00"
        );
    }

    #[test]
    fn an_extension_counts_working_days_from_the_day_it_was_due() {
        let holidays = ["2026-04-30", "2026-05-01"];
        let holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
        let due = "2026-04-29T17:00:00+07:00".parse().unwrap();
        let extended = later(due, 1, &holidays).unwrap();
        assert_eq!(vietnam(extended).to_string(), "2026-05-04T17:00:00");
        assert_eq!(later(due, 0, &holidays).unwrap(), due);
    }

    #[test]
    fn a_table_that_leaves_no_working_day_is_an_error_and_not_an_endless_loop() {
        let start: Date = "2026-01-01".parse().unwrap();
        let all = start.series(jiff::Span::new().days(1)).take(400).collect();
        let received = "2026-01-02T01:00:00Z".parse().unwrap();
        assert!(due_at(received, &procedure(0, ""), &all).is_err());
    }
}
