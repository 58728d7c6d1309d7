//! Times, durations, countdowns and sizes as every screen writes them.
//!
//! One place, so that a size is never `14 kB` here and `14.2 KB` there (screens.md, "Numbers").

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Seconds in a minute.
const MINUTE: i64 = 60;
/// Seconds in an hour.
const HOUR: i64 = 60 * MINUTE;
/// Seconds in a day.
const DAY: i64 = 24 * HOUR;
/// Below this many seconds a countdown shows its seconds.
const COUNTED: i64 = 5 * MINUTE;

/// A moment: `12:01:20` today, `Sun 16:20` on another day of this week or year, with the date in
/// another year.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    let now = now.to_zoned_datetime(zone.clone());
    let format = if at.date() == now.date() {
        "%H:%M:%S"
    } else if now.date().duration_since(at.date()).abs() < SignedDuration::from_hours(7 * 24) {
        "%a %H:%M"
    } else if at.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    at.strftime(format).to_string()
}

/// How long something took: `41 ms`, `2.3 s`, `58 min`, `5 h`, `3 d`.
pub fn duration(length: SignedDuration) -> String {
    let milliseconds = length.as_millis().max(0);
    let seconds = length.as_secs().max(0);
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..MINUTE => format!("{}.{} s", seconds, (milliseconds % 1000) / 100),
        _ => long(seconds),
    }
}

/// What is left: whole minutes from five minutes on, `04:41` below, `00:00` when it is over.
pub fn countdown(seconds: i64) -> String {
    if seconds < COUNTED {
        clock(SignedDuration::from_secs(seconds))
    } else {
        long(seconds)
    }
}

/// Minutes and seconds: `00:47`, `05:00`.
pub fn clock(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    format!("{:02}:{:02}", seconds / MINUTE, seconds % MINUTE)
}

/// A size in bytes: `412 B`, `14.2 KB`, `97.6 MB`; 1 KB is 1,000 bytes.
pub fn size(bytes: usize) -> String {
    const KILO: usize = 1_000;
    const MEGA: usize = 1_000_000;
    let tenths = |unit: usize| format!("{}.{}", bytes / unit, bytes % unit / (unit / 10));
    match bytes {
        0..KILO => format!("{bytes} B"),
        KILO..MEGA => format!("{} KB", tenths(KILO)),
        _ => format!("{} MB", tenths(MEGA)),
    }
}

/// From a minute on.
fn long(seconds: i64) -> String {
    if seconds < 2 * HOUR {
        format!("{} min", seconds / MINUTE)
    } else if seconds < 2 * DAY {
        format!("{} h", seconds / HOUR)
    } else {
        format!("{} d", seconds / DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: i64) -> String {
        duration(SignedDuration::from_millis(milliseconds))
    }

    #[test]
    fn durations_keep_what_matters() {
        assert_eq!(ms(41), "41 ms");
        assert_eq!(ms(999), "999 ms");
        assert_eq!(ms(2_380), "2.3 s");
        assert_eq!(ms(58 * 60_000 + 59_000), "58 min");
        assert_eq!(ms(5 * 3_600_000), "5 h");
        assert_eq!(ms(3 * 86_400_000), "3 d");
        assert_eq!(
            ms(-5),
            "0 ms",
            "a clock that was set back shows no nonsense"
        );
    }

    #[test]
    fn a_countdown_shows_seconds_below_five_minutes() {
        assert_eq!(countdown(3600), "60 min");
        assert_eq!(countdown(300), "5 min");
        assert_eq!(countdown(299), "04:59");
        assert_eq!(countdown(0), "00:00");
        assert_eq!(countdown(-7), "00:00");
    }

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(size(412), "412 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(14_299), "14.2 KB");
        assert_eq!(size(999_999), "999.9 KB");
        assert_eq!(size(97_600_000), "97.6 MB");
    }

    #[test]
    fn a_moment_says_its_day_when_it_is_another() {
        let utc = TimeZone::UTC;
        let at = |text: &str| text.parse::<Timestamp>().ok();
        let Some(now) = at("2026-11-23T12:04:12Z") else {
            panic!("a timestamp")
        };
        let shown = |text: &str| at(text).map(|at| moment(at, now, &utc)).unwrap_or_default();
        assert_eq!(shown("2026-11-23T00:00:01Z"), "00:00:01");
        assert_eq!(shown("2026-11-22T16:20:00Z"), "Sun 16:20");
        assert_eq!(shown("2026-10-02T16:20:00Z"), "2 Oct 16:20");
        assert_eq!(shown("2025-11-23T12:04:12Z"), "2025-11-23 12:04");
    }
}
