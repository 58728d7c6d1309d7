//! Amounts as whole numbers: millionths of a krone while they are multiplied, øre when they are added up.
//!
//! No float is near them, so that `0.1` three times is `0.3` and what was typed comes back digit by digit.

/// Millionths in a whole.
const WHOLE: i128 = 1_000_000;

/// What an amount must stay below, in kroner.
const MOST: i128 = 1_000_000_000_000;

/// The millionths of a number as JSON writes it; `None` for what is no number, or a trillion and more.
pub(super) fn millionths(text: &str) -> Option<i128> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let all = all.trim_start_matches('0');
    if all.is_empty() {
        return Some(0);
    }
    let places = 6_i32
        .checked_add(exponent)?
        .checked_sub(i32::try_from(fraction.len()).ok()?)?;
    // Where the digits end, counted from the front: beyond 18 it is a trillion and more.
    let length = i32::try_from(all.len()).ok()?.checked_add(places)?;
    if length > 18 {
        return None;
    }
    let value = match (usize::try_from(length), usize::try_from(places)) {
        (_, Ok(zeros)) => all.parse::<i128>().ok()? * 10_i128.pow(u32::try_from(zeros).ok()?),
        // What lies beyond millionths is cut off.
        (Ok(kept), Err(_)) if kept > 0 => all.get(..kept)?.parse().ok()?,
        _ => 0,
    };
    let value = if negative { -value } else { value };
    (value.abs() < MOST * WHOLE).then_some(value)
}

/// The millionths of what may be no number: nothing.
pub(super) fn or_nothing(text: &str) -> i128 {
    millionths(text).unwrap_or_default()
}

/// Two factors multiplied, in millionths.
pub(super) fn times(one: i128, other: i128) -> i128 {
    one.saturating_mul(other) / WHOLE
}

/// So much in a hundred of an amount, in millionths.
pub(super) fn percent(amount: i128, percent: i128) -> i128 {
    times(amount, percent) / 100
}

/// Øre, rounded away from zero in the middle.
pub(super) fn ore(millionths: i128) -> i64 {
    let half = if millionths < 0 { -5_000 } else { 5_000 };
    i64::try_from(millionths.saturating_add(half) / 10_000).unwrap_or(i64::MAX)
}

/// The øre of a number as JSON writes it; nothing for what is none.
pub(super) fn ore_of(text: &str) -> i64 {
    ore(or_nothing(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_digit_by_digit() {
        for (text, expected) in [
            ("0", Some(0)),
            ("12.50", Some(12_500_000)),
            ("-0.1", Some(-100_000)),
            ("1.5e3", Some(1_500_000_000)),
            ("25E-1", Some(2_500_000)),
            ("0.0000019", Some(1)),
            ("1e-9", Some(0)),
            ("999999999999.99", Some(999_999_999_999_990_000)),
            ("1000000000000", None),
            ("1e400", None),
            ("1e99999999999", None),
            ("0e400", Some(0)),
            ("", None),
            ("tolv", None),
        ] {
            assert_eq!(millionths(text), expected, "{text}");
        }
    }

    #[test]
    fn ore_are_rounded() {
        for (text, expected) in [
            ("0.005", 1),
            ("-0.005", -1),
            ("0.0049", 0),
            ("33.333", 3333),
        ] {
            assert_eq!(ore_of(text), expected, "{text}");
        }
        assert_eq!(ore(percent(or_nothing("200"), or_nothing("12.5"))), 2500);
    }
}
