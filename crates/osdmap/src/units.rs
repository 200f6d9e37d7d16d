//! Sizes in words.

use std::fmt;

/// Units and their bytes. Decimal and binary ones are different things, so `T` alone is none.
const UNITS: [(&str, u64); 14] = [
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("EB", 1_000_000_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
    ("EiB", 1 << 60),
];

/// A text that is no size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeError {
    found: String,
    hint: &'static str,
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.escape_debug();
        write!(f, "found \"{found}\", expected a size such as 8 TiB or 7.68 TB{}", self.hint)
    }
}

impl std::error::Error for SizeError {}

/// Reads a size with its unit, such as `8 TiB` or `7.68TB`, as bytes, rounded down. Units of
/// 1,000 are B, kB, MB, GB, TB, PB and EB, units of 1,024 KiB, MiB, GiB, TiB, PiB and EiB.
///
/// # Errors
/// [`SizeError`]: it is no number with a unit, or it is 2^63 bytes or more.
pub fn parse_bytes(text: &str) -> Result<u64, SizeError> {
    let error = |hint| SizeError { found: text.chars().take(40).collect(), hint };
    let trimmed = text.trim();
    let number_end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.');
    let Some((number, unit)) = number_end.and_then(|end| trimmed.split_at_checked(end)) else {
        return Err(error(": with its unit"));
    };
    let unit = unit.trim_start();
    let Some((_, unit_bytes)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let is_half = ["k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        let hint = if is_half.contains(&unit) {
            ": end the unit with B for powers of 1,000 or iB for powers of 1,024"
        } else {
            ""
        };
        return Err(error(hint));
    };
    scaled(number, *unit_bytes).ok_or_else(|| error(", below 8 EiB"))
}

/// A decimal number times a factor, rounded down.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    // With so many digits at most, nothing below leaves 128 bits.
    if whole.is_empty() || digits.len() > 19 || digits.contains('.') {
        return None;
    }
    let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let bytes = digits.parse::<u128>().ok()? * u128::from(factor) / scale;
    u64::try_from(bytes).ok().filter(|bytes| *bytes < 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_and_binary_units_differ() {
        assert_eq!(parse_bytes("8 TiB"), Ok(8 << 40));
        assert_eq!(parse_bytes("7.68TB"), Ok(7_680_000_000_000));
        assert_eq!(parse_bytes(" 512 B "), Ok(512));
        assert_eq!(parse_bytes("0.5 KiB"), Ok(512));
        assert_eq!(parse_bytes("7.99 EiB").map(|bytes| bytes >> 56), Ok(127));
    }

    #[test]
    fn what_is_no_size_is_refused_with_a_hint() {
        for text in ["", "8", "TiB", "-1 TiB", "1.2.3 TB", "8 T", "8 tib", "1e3 B", "8 EiB", ". B"]
        {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
        let error = parse_bytes("8 T").unwrap_err().to_string();
        assert!(
            error.ends_with("end the unit with B for powers of 1,000 or iB for powers of 1,024")
        );
    }
}
