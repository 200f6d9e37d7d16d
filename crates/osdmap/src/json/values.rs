//! Values that Ceph prints in ways of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::model::{IntervalSet, PgId, RELEASES, Time, Uuid, release_number};

/// Reads a text and converts it; the error names the value.
fn convert<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        D::Error::custom(format!("found {shown:?}, expected {expected}"))
    })
}

pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|digit| *digit != '-')
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

/// A time as Ceph prints it: seconds alone when it is in the first ten years after 1970, else
/// date and time, since Octopus with the offset from UTC. Without one it is taken as UTC.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let Some((date, clock)) = text.split_once(['T', ' ']) else {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        return Some(Time { seconds: whole(seconds)?, nanoseconds: nanoseconds(fraction)? });
    };
    let mut date = date.splitn(3, '-').map(whole::<i64>);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone = clock.find(['+', '-', 'Z']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.splitn(3, ':').map(whole::<i64>);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let days = days_since_1970(year, month, day)?;
    let within = hour < 24 && minute < 60 && second < 61;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone_seconds(zone)?;
    let seconds = u32::try_from(seconds).ok().filter(|_| within)?;
    Some(Time { seconds, nanoseconds: nanoseconds(fraction)? })
}

fn whole<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() {
        return Some(0);
    }
    let digits = fraction.len();
    let unit = 10u32.checked_pow(9u32.checked_sub(u32::try_from(digits).ok()?)?)?;
    whole::<u32>(fraction)?.checked_mul(unit)
}

fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.split_at_checked(1) {
        None | Some(("Z", "")) => return Some(0),
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        Some(_) => return None,
    };
    let digits = digits.replace(':', "");
    let number: i64 = whole(&digits).filter(|_| digits.len() == 4)?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months = usize::try_from(month - 1).ok()?;
    let length = *lengths.get(months)?;
    if !(1970..=2200).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let in_year: i64 = lengths.iter().take(months).sum();
    Some((year - 1970) * 365 + leap_days + in_year + day - 1)
}

/// A number that some releases print as a text.
pub(super) fn number_or_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + FromStr<Err: Display>,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Number(T),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text
            .parse()
            .map_err(|_| D::Error::custom(format!("found {text:?}, expected a whole number"))),
    }
}

/// A decimal number, which old releases print as a text; null is none.
pub(super) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Scalar(#[serde(deserialize_with = "number_or_text")] f64);
    Ok(Option::<Scalar>::deserialize(deserializer)?.map(|scalar| scalar.0))
}

/// A weight of 0 to 65535 in 16.16.
pub(crate) fn weight(weight: f64) -> Option<u32> {
    let fixed = (weight * f64::from(crate::model::FULL_WEIGHT)).round();
    (0.0..=f64::from(u32::MAX)).contains(&fixed).then_some(fixed as u32)
}

/// A weight that may be left out.
pub(super) fn optional_weight<'de, D>(deserializer: D) -> Result<Option<u32>, D::Error>
where
    D: Deserializer<'de>,
{
    let Some(found) = scalar(deserializer)? else { return Ok(None) };
    let problem = || D::Error::custom(format!("found {found}, expected a weight from 0 to 65535"));
    weight(found).map(Some).ok_or_else(problem)
}

/// A value that decides nothing: what has another shape than expected becomes the default.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Fits(T),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Fits(value) => value,
        Either::Other(_) => T::default(),
    })
}

/// The values of a list that have the expected shape.
pub(super) fn lenient_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Fits(T),
        Other(serde::de::IgnoredAny),
    }
    let list: Vec<Either<T>> = lenient(deserializer)?;
    let fitting = list.into_iter().filter_map(|one| match one {
        Either::Fits(value) => Some(value),
        Either::Other(_) => None,
    });
    Ok(fitting.collect())
}

/// A time that is told: the default stands for none.
pub(super) fn told(time: Time) -> Option<Time> {
    Some(time).filter(|time| *time != Time::default())
}

/// A time as Ceph prints it; what is none becomes the default.
pub(super) fn lenient_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    let text: Option<String> = lenient(deserializer)?;
    Ok(text.as_deref().and_then(parse_time).unwrap_or_default())
}

/// A UUID; what is none becomes the default.
pub(super) fn lenient_uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text: Option<String> = lenient(deserializer)?;
    Ok(text.as_deref().and_then(parse_uuid).unwrap_or_default())
}

/// Texts by name; numbers become texts.
pub(super) fn texts<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let values: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(values.into_iter().map(|(key, value)| (key, text(value))).collect())
}

pub(super) fn pg_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PgId, D::Error> {
    convert(deserializer, "a PG id such as 3.1f", |text| text.parse().ok())
}

/// The number of a release; 0 for none.
pub(crate) fn release<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    convert(deserializer, "the name of a release, such as pacific", |text| {
        if text.is_empty() || text == "unknown" {
            return Some(0);
        }
        release_number(text).or_else(|| later_release(text))
    })
}

/// The number of a release after those that are known: releases have names in alphabetical order.
fn later_release(name: &str) -> Option<u8> {
    let number = name.bytes().next()?.checked_sub(b'a')?.checked_add(1)?;
    (usize::from(number) > RELEASES.len() && number <= 26).then_some(number)
}

/// Snapshot ids as Ceph prints sets of them: `[1~2,a~1]`, start and length in hexadecimal.
pub(super) fn parse_snap_runs(text: &str) -> Option<IntervalSet> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let hexadecimal = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let run = |run: &str| {
        let (start, length) = run.split_once('~')?;
        Some((hexadecimal(start)?, hexadecimal(length)?))
    };
    inner.split(',').filter(|part| !part.is_empty()).map(run).collect()
}

/// Shards as Ceph prints sets of them: `{1,2}`.
pub(super) fn parse_shards(text: &str) -> Option<BTreeSet<u8>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let shard = |shard: &str| shard.parse().ok().filter(|shard| *shard < u128::BITS as u8);
    inner.split(',').filter(|part| !part.is_empty()).map(shard).collect()
}

/// The position of a text in a list of names.
pub(super) fn name_index<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &[&str],
) -> Result<u8, D::Error> {
    convert(deserializer, &format!("one of {}", names.join(", ")), |text| {
        names.iter().position(|name| *name == text).map(|index| index as u8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_release_are_read() {
        let expected = Time { seconds: 1_795_166_960, nanoseconds: 657_117_000 };
        for text in [
            "2026-11-20T09:29:20.657117+0000",
            "2026-11-20 09:29:20.657117",
            "2026-11-20T11:29:20.657117+0200",
            "2026-11-20T09:29:20.657117Z",
        ] {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
        assert_eq!(parse_time("0.000000"), Some(Time::default()));
        assert_eq!(
            parse_time("2000-03-01T00:00:00.5+0000"),
            Some(Time { seconds: 951_868_800, nanoseconds: 500_000_000 })
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "x", "2026-13-01T00:00:00", "2026-02-29T00:00:00", "2026-1-1T1:1", "-1.0"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn sets_are_read_as_they_are_printed() {
        assert_eq!(parse_shards("{}"), Some(BTreeSet::new()));
        assert_eq!(parse_shards("{1,2,127}"), Some([1, 2, 127].into()));
        assert_eq!(parse_shards("{128}"), None);
        assert_eq!(parse_snap_runs("[]"), Some(vec![]));
        assert_eq!(parse_snap_runs("[1~2,1a~1]"), Some(vec![(1, 2), (26, 1)]));
        assert_eq!(parse_snap_runs("1~2"), None);
    }

    #[test]
    fn releases_to_come_have_the_numbers_of_their_letters() {
        assert_eq!(later_release("umbrella"), Some(21));
        assert_eq!(later_release("marsupial"), None);
        assert_eq!(later_release("{"), None);
        assert_eq!(later_release("Z"), None);
    }

    #[test]
    fn a_uuid_has_16_bytes() {
        let uuid = parse_uuid("d4945382-be49-4bd8-856a-33d1512acc24");
        assert_eq!(uuid.map(|uuid| (uuid[0], uuid[15])), Some((0xd4, 0x24)));
        assert_eq!(parse_uuid("d4945382"), None);
        assert_eq!(parse_uuid("d4945382-be49-4bd8-856a-33d1512acc2x"), None);
    }
}
