//! Numbers with units, as Ceph reads them.

/// Bytes such as `10`, `4K`, `4Ki`, `1GB`; units are powers of 1024 (`strict_iec_cast`).
pub(super) fn iec_bytes(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let shift = match unit.strip_suffix('B').unwrap_or(unit) {
        "" => 0,
        "K" | "Ki" => 10,
        "M" | "Mi" => 20,
        "G" | "Gi" => 30,
        "T" | "Ti" => 40,
        "P" | "Pi" => 50,
        "E" | "Ei" => 60,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// A count such as `10`, `4K`, `1M`; units are powers of 1000 (`strict_si_cast`).
pub(super) fn si_count(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let factor = match unit {
        "" => 1,
        "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "P" => 1_000_000_000_000_000,
        "E" => 1_000_000_000_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers() {
        assert_eq!(iec_bytes("4K"), Some(4096));
        assert_eq!(iec_bytes("1GiB"), Some(1 << 30));
        assert_eq!(si_count("4K"), Some(4000));
        for text in ["", "K", "-1", "1.5G", "1X", "99999999999E"] {
            assert_eq!(iec_bytes(text), None, "{text}");
            assert_eq!(si_count(text), None, "{text}");
        }
    }
}
