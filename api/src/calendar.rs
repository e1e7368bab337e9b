//! Working days: Monday to Friday, without the federation's mandatory days of rest.
//!
//! A deadline is the end of a day, and the whole day counts in every time zone of
//! Mexico: it ends at 08:00 UTC of the next.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};

use crate::codes::{HOLIDAY, Labels};

/// What Mexico City is behind UTC, all year: which day it is, is asked there.
const CITY: Duration = Duration::hours(6);
/// When the day's news are told.
const MORNING: Duration = Duration::hours(8);
/// What the last time zone of Mexico is behind UTC.
const LAST_ZONE: Duration = Duration::hours(8);

/// The day in Mexico City at a moment.
pub(crate) fn day_of(at: DateTime<Utc>) -> NaiveDate {
    (at - CITY).date_naive()
}

/// The beginning of a day in Mexico City.
pub(crate) fn beginning_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + CITY
}

/// The next time that it is eight in the morning in Mexico City.
pub(crate) fn next_morning(after: DateTime<Utc>) -> DateTime<Utc> {
    let morning = beginning_of(day_of(after)) + MORNING;
    if morning > after { morning } else { morning + Duration::days(1) }
}

/// The same, of a Monday.
pub(crate) fn next_monday_morning(after: DateTime<Utc>) -> DateTime<Utc> {
    let morning = next_morning(after);
    let days = (7 - day_of(morning).weekday().num_days_from_monday()) % 7;
    morning + Duration::days(days.into())
}

/// The end of a day in the last time zone of Mexico.
pub(crate) fn end_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + Duration::days(1) + LAST_ZONE
}

/// The last day that is over in all of Mexico.
pub(crate) fn last_day_over(at: DateTime<Utc>) -> NaiveDate {
    (at - LAST_ZONE - Duration::days(1)).date_naive()
}

/// Whether people work on this day.
fn is_working(labels: &Labels, day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    !weekend && !labels.has(HOLIDAY, &day.to_string())
}

/// The end of the `days`th working day after the day of `from`, which does not count itself.
/// `days` is 1 or more.
pub(crate) fn after_working_days(labels: &Labels, from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    let mut rest = days;
    let mut today = day_of(from);
    while rest > 0 {
        today += Duration::days(1);
        rest -= u32::from(is_working(labels, today));
    }
    end_of(today)
}

/// How many working days follow the day of `from` up to and with the day that ends at `until`,
/// a deadline; none when that is over.
pub(crate) fn working_days_until(
    labels: &Labels,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> u32 {
    let last = (until - LAST_ZONE - Duration::days(1)).date_naive();
    let mut days = 0;
    let mut today = day_of(from);
    while today < last {
        today += Duration::days(1);
        days += u32::from(is_working(labels, today));
    }
    days
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn labels() -> Labels {
        Labels::of_file().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let labels = labels();
        for (from, days, until) in [
            // Monday 2 March 2026; ten working days over the holiday of 16 March.
            ("2026-03-02T12:00:00Z", 10, "2026-03-18T08:00:00Z"),
            ("2026-03-02T12:00:00Z", 1, "2026-03-04T08:00:00Z"),
            // A Friday evening in Mexico is Saturday in UTC.
            ("2026-03-07T03:00:00Z", 1, "2026-03-10T08:00:00Z"),
            // Christmas and New Year.
            ("2026-12-24T18:00:00Z", 1, "2026-12-29T08:00:00Z"),
            ("2026-12-31T18:00:00Z", 1, "2027-01-05T08:00:00Z"),
            // The day on which the federal executive changes, every six years.
            ("2030-09-30T18:00:00Z", 1, "2030-10-03T08:00:00Z"),
            ("2029-09-28T18:00:00Z", 1, "2029-10-02T08:00:00Z"),
        ] {
            assert_eq!(after_working_days(&labels, at(from), days), at(until), "{from}");
            assert_eq!(working_days_until(&labels, at(from), at(until)), days, "{from}");
        }
        assert_eq!(
            working_days_until(&labels, at("2026-03-20T12:00:00Z"), at("2026-03-18T08:00:00Z")),
            0,
            "what is over has no days left"
        );
    }

    #[test]
    fn the_morning_is_that_of_mexico_city() {
        for (after, day, week) in [
            // A Monday, a second before eight in the city, at eight, and at noon.
            ("2026-03-02T13:59:59Z", "2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z"),
            ("2026-03-02T14:00:00Z", "2026-03-03T14:00:00Z", "2026-03-09T14:00:00Z"),
            ("2026-03-02T18:00:00Z", "2026-03-03T14:00:00Z", "2026-03-09T14:00:00Z"),
            // A Sunday evening in the city is Monday in UTC.
            ("2026-03-09T05:00:00Z", "2026-03-09T14:00:00Z", "2026-03-09T14:00:00Z"),
        ] {
            assert_eq!(next_morning(at(after)), at(day), "{after}");
            assert_eq!(next_monday_morning(at(after)), at(week), "{after}");
        }
    }

    #[test]
    fn the_list_holds_what_the_article_says() {
        let labels = labels();
        let (mut count, mut day) = (0, NaiveDate::from_ymd_opt(2024, 1, 1).unwrap());
        while day.year() < 2051 {
            let monday = |month, third| {
                let first = if third { 15 } else { 1 };
                day.month() == month
                    && day.weekday() == Weekday::Mon
                    && (first..first + 7).contains(&day.day())
            };
            let fixed = [(1, 1), (5, 1), (9, 16), (12, 25)].contains(&(day.month(), day.day()));
            let change = (day.month(), day.day()) == (10, 1) && (day.year() - 2024) % 6 == 0;
            let right = fixed || change || monday(2, false) || monday(3, true) || monday(11, true);
            assert_eq!(labels.has(HOLIDAY, &day.to_string()), right, "{day}");
            count += usize::from(right);
            day += Duration::days(1);
        }
        assert_eq!(count, 27 * 7 + 5);
    }
}
