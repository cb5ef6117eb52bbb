//! Times as people write and read them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::config::raw;
use crate::error::{Error, Result};

/// The time that `text` names, in milliseconds since 1970 (UTC): `10m` ago, the last `9:30`, the
/// beginning of `2026-11-21`, `2026-11-21 9:30` here, or a full `2026-11-21T09:30:00Z`.
///
/// # Errors
/// [`Error::Usage`] for anything else.
pub fn parse(text: &str, now: &Zoned) -> Result<u64> {
    let found = ago(text, now).or_else(|| clock(text, now)).or_else(|| day(text, now.time_zone()));
    found.map(milliseconds).ok_or_else(|| Error::Usage {
        message: format!("`{}` is no time", text.escape_debug()),
        hint: Some("write it as `10m`, `9:30`, `2026-11-21` or `2026-11-21T09:30`".to_owned()),
    })
}

fn ago(text: &str, now: &Zoned) -> Option<Timestamp> {
    let length = raw::duration(text)?;
    // Longer ago than time goes back: from the beginning.
    Some(now.timestamp().checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// A time of day that was last.
fn clock(text: &str, now: &Zoned) -> Option<Timestamp> {
    let time = time(text)?;
    let today = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
    if today.timestamp() <= now.timestamp() {
        return Some(today.timestamp());
    }
    let yesterday = now.date().yesterday().ok()?.to_datetime(time);
    Some(yesterday.to_zoned(now.time_zone().clone()).ok()?.timestamp())
}

fn day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(full) = text.parse::<Timestamp>() {
        return Some(full);
    }
    let (date, rest) = text.split_once(['T', ' ']).unwrap_or((text, "0:00"));
    let date: Date = date.parse().ok()?;
    let local: DateTime = date.to_datetime(time(rest)?);
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

/// `9:30` or `09:30:15`.
fn time(text: &str) -> Option<Time> {
    let (hour, _) = text.split_once(':').filter(|(hour, _)| hour.len() <= 2)?;
    let padded = if hour.len() == 1 { format!("0{text}") } else { text.to_owned() };
    padded.parse().ok()
}

/// A time of the journal as a person reads it, here.
pub fn show(at: u64, zone: &TimeZone) -> String {
    let time = i64::try_from(at).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    let time = time.unwrap_or(Timestamp::MAX).to_zoned(zone.clone());
    time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        "2026-11-21T10:00:00Z".parse::<Timestamp>().unwrap().to_zoned(zone)
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, meant) in [
            ("10m", "2026-11-21 11:50:00.000"),
            ("1h30m", "2026-11-21 10:30:00.000"),
            ("9:30", "2026-11-21 09:30:00.000"),
            ("09:30:15", "2026-11-21 09:30:15.000"),
            ("23:00", "2026-11-20 23:00:00.000"),
            ("2026-11-01", "2026-11-01 00:00:00.000"),
            ("2026-11-01 7:05", "2026-11-01 07:05:00.000"),
            ("2026-11-01T07:05:01.5", "2026-11-01 07:05:01.500"),
            ("2026-11-01T07:05:00Z", "2026-11-01 09:05:00.000"),
            ("99999999h", "1970-01-01 02:00:00.000"),
        ] {
            let read = parse(text, &now()).map(|at| show(at, now().time_zone()));
            assert_eq!(read.unwrap(), meant, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "soon", "10", "25:00", "2026-13-01", "-5m", "9:3", "T9:30", "\u{1b}[1m"] {
            let error = parse(text, &now()).unwrap_err();
            assert_eq!(error.code(), 2, "{text}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }
}
