//! Numbers as C and C++ read and print them.

/// Digits that a C++ stream prints of a floating-point number.
pub(crate) const STREAM_DIGITS: usize = 6;

/// A number as `%.{precision}g` prints it, which is how a C++ stream prints a floating-point
/// number. Streams on x86 print the result of 0/0 as `-nan`; the sign bit decides here too.
pub(crate) fn general(value: f64, precision: usize) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let precision = precision.max(1);
    let scientific = format!("{value:.*e}", precision - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match usize::try_from(exponent) {
        Ok(exponent) if exponent < precision => {
            trimmed(&format!("{value:.*}", precision - 1 - exponent)).to_owned()
        }
        Err(_) if exponent >= -4 => {
            let decimals = precision - 1 + exponent.unsigned_abs() as usize;
            trimmed(&format!("{value:.decimals$}")).to_owned()
        }
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
        }
    }
}

/// Without the zeros that end a fraction.
fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// The number that a text starts with, as `atof` reads it; 0 where it starts with none.
pub(crate) fn leading_float(text: &str) -> f64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let starts_with = |word: &str| {
        unsigned.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if starts_with("inf") {
        return sign * f64::INFINITY;
    }
    if starts_with("nan") {
        return f64::NAN.copysign(sign);
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    let mut end = whole;
    if unsigned[end..].starts_with('.') {
        let fraction = digits(&unsigned[end + 1..]);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if end > 0 && unsigned[end..].starts_with(['e', 'E']) {
        let power = &unsigned[end + 1..];
        let signed = power.len() - power.strip_prefix(['+', '-']).unwrap_or(power).len();
        let count = digits(&power[signed..]);
        if count > 0 {
            end += 1 + signed + count;
        }
    }
    sign * unsigned[..end].parse::<f64>().unwrap_or(0.0)
}

/// The integer that a text starts with, as `atoi` reads it; 0 where it starts with none.
pub(crate) fn leading_integer(text: &str) -> i32 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit);
    let magnitude = digits.fold(0i64, |value, digit| {
        value.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
    });
    // glibc's atoi cuts what strtol read to 32 bits.
    (if text.starts_with('-') { -magnitude } else { magnitude }) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_prints_as_a_stream_does() {
        let cases: [(f64, usize, &str); 12] = [
            (0.0, 6, "0"),
            (-0.0, 6, "-0"),
            (409.6f32.into(), 6, "409.6"),
            (292.571_44f32.into(), 6, "292.571"),
            (0.0999908447265625, 17, "0.0999908447265625"),
            (3.0, 17, "3"),
            (1e6, 6, "1e+06"),
            (999_999.5, 6, "1e+06"),
            (123_456.0, 6, "123456"),
            (0.0001, 6, "0.0001"),
            (0.000_012_5, 6, "1.25e-05"),
            (f64::INFINITY, 6, "inf"),
        ];
        for (value, precision, expected) in cases {
            assert_eq!(general(value, precision), expected, "{value}");
        }
        assert_eq!(general(-f64::NAN, 6), "-nan");
    }

    #[test]
    fn a_text_starts_with_a_number_or_counts_as_0() {
        let cases =
            [("1.5kg", 1.5), (" -2", -2.0), ("x", 0.0), (".5", 0.5), ("1e2e", 100.0), ("3.e", 3.0)];
        for (text, expected) in cases {
            assert_eq!(leading_float(text), expected, "{text}");
        }
        assert_eq!(leading_float("infinity"), f64::INFINITY);
        for (text, expected) in [("12x", 12), ("-3", -3), ("", 0), ("x1", 0)] {
            assert_eq!(leading_integer(text), expected, "{text}");
        }
    }
}
