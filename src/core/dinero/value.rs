//! What is wrong with a value for its kind, in words, before it is sent.
//!
//! Only what is certain is said: the API judges the rest. A value with a template (`{{name}}`) is not judged,
//! because nobody knows yet what will stand there.

use super::catalogue::{Kind, Parameter};
use super::filter;
use crate::core::nearest::nearest;
use crate::core::wire::json::walk::is_number;
use jiff::civil::{Date, Time};

/// Longest value that is repeated, in characters.
const LONGEST: usize = 40;

/// Whether a value has a template in it.
pub fn is_template(value: &str) -> bool {
    value.contains("{{")
}

/// What is wrong with a value of a query or of a field; `None` when nothing is.
pub fn trouble(parameter: &Parameter, value: &str) -> Option<String> {
    if is_template(value) {
        return None;
    }
    if value.is_empty() && parameter.required {
        return Some("required".to_owned());
    }
    let kind = &parameter.kind;
    match kind {
        Kind::Text | Kind::Fields | Kind::Object(_) | Kind::List(_) => None,
        Kind::Filter => filter::read(value, &[]).err(),
        _ if value.is_empty() => Some(format!("empty: {} belongs here", wanted(kind))),
        Kind::Integer => integer(parameter, value),
        Kind::Number => number(value),
        Kind::Boolean => {
            let known = ["true", "false"];
            let is = known.iter().any(|own| value.eq_ignore_ascii_case(own));
            (!is).then(|| format!("{} is neither `true` nor `false`", shown(value)))
        }
        Kind::Date => day(value, '-', "YYYY-MM-DD"),
        Kind::Day => day(value, '/', "yyyy/MM/dd"),
        Kind::Moment => moment(value),
        Kind::Guid => guid(value),
        Kind::Choice(known) => choice(value, known),
        Kind::Choices(known) => value.split(',').map(str::trim).find_map(|one| {
            if one.is_empty() {
                return Some("a comma, but nothing beside it".to_owned());
            }
            choice(one, known)
        }),
    }
}

/// What is wrong with a value of a path: it may not be empty, whatever its kind.
pub fn path_trouble(parameter: &Parameter, value: &str) -> Option<String> {
    if value.is_empty() {
        return Some("empty: the path would lead elsewhere".to_owned());
    }
    trouble(parameter, value)
}

/// What is worth knowing of a value of a path: it is sent as one segment, whatever stands in it.
pub fn path_note(value: &str) -> Option<String> {
    if is_template(value) {
        return None;
    }
    let found = if matches!(value, "." | "..") {
        Some(shown(value))
    } else if value.contains(char::is_whitespace) {
        Some("the space".to_owned())
    } else {
        let found = value.chars().find(|letter| "/?#%\\".contains(*letter));
        found.map(|letter| format!("`{letter}`"))
    };
    found.map(|what| format!("{what} is sent encoded: it stays one part of the path"))
}

/// What a kind wants, for what is said of an empty value.
fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Fields | Kind::Filter => "text",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Date | Kind::Day => "a date",
        Kind::Moment => "a time",
        Kind::Guid => "a UUID",
        Kind::Choice(_) | Kind::Choices(_) => "one of its values",
        Kind::Object(_) => "an object",
        Kind::List(_) => "a list",
    }
}

/// A whole number, of any length: the API is to say what is too long for it.
fn integer(parameter: &Parameter, value: &str) -> Option<String> {
    let (negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("{} is not a whole number", shown(value)));
    }
    if negative && matches!(parameter.name.as_str(), "page" | "pageSize") {
        return Some(format!("{} is less than 0", shown(value)));
    }
    let most = parameter.most.filter(|_| !negative)?;
    let is_more = digits
        .parse::<u128>()
        .map_or(true, |number| number > u128::from(most));
    is_more.then(|| format!("{} is more than {most}", shown(value)))
}

/// A number as JSON has it.
fn number(value: &str) -> Option<String> {
    if is_number(value) {
        return None;
    }
    let shown = shown(value);
    Some(if is_number(&value.replacen(',', ".", 1)) {
        format!("{shown} has a comma: a number takes a point")
    } else {
        format!("{shown} is not a number")
    })
}

/// Why a text is no day.
enum NoDay {
    /// It has another shape.
    Shape,
    /// It is not in the calendar.
    Calendar,
}

/// A day of the calendar, year first.
fn day(value: &str, separator: char, shape: &str) -> Option<String> {
    match calendar_day(value, separator) {
        Err(NoDay::Shape) => Some(format!("{} is not {shape}", shown(value))),
        Err(NoDay::Calendar) => Some(format!("{} is no day of the calendar", shown(value))),
        Ok(_) => None,
    }
}

/// The day that a text names.
fn calendar_day(value: &str, separator: char) -> Result<Date, NoDay> {
    let parts: Vec<&str> = value.split(separator).collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(NoDay::Shape);
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2))
    else {
        return Err(NoDay::Shape);
    };
    Date::new(year, narrow(month), narrow(day)).map_err(|_| NoDay::Calendar)
}

/// A number of two digits.
fn narrow(number: i16) -> i8 {
    i8::try_from(number).unwrap_or(i8::MAX)
}

/// A number of just so many digits.
fn digits(text: &str, count: usize) -> Option<i16> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// A moment in UTC, to the second.
fn moment(value: &str) -> Option<String> {
    let Some((day, time)) = moment_parts(value) else {
        let utc = if value.ends_with('Z') {
            ""
        } else {
            " (UTC, with its `Z`)"
        };
        return Some(format!("{} is not YYYY-MM-DDTHH:mm:ssZ{utc}", shown(value)));
    };
    let words = match (day, time) {
        (None, _) => "is no day of the calendar",
        (_, None) => "is no time of the day",
        _ => return None,
    };
    Some(format!("{} {words}", shown(value)))
}

/// Day and time of a text that has the shape of a moment, each where there is such a one.
fn moment_parts(value: &str) -> Option<(Option<Date>, Option<Time>)> {
    let (day, time) = value.strip_suffix('Z')?.split_once('T')?;
    let day = match calendar_day(day, '-') {
        Ok(day) => Some(day),
        Err(NoDay::Calendar) => None,
        Err(NoDay::Shape) => return None,
    };
    let parts: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else {
        return None;
    };
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    let time = Time::new(narrow(hour), narrow(minute), narrow(second), 0);
    Some((day, time.ok()))
}

/// A UUID with its hyphens.
fn guid(value: &str) -> Option<String> {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = value.split('-').collect();
    let fits = parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
    (!fits).then(|| {
        format!(
            "{} is not a UUID (8-4-4-4-12 hexadecimal digits)",
            shown(value)
        )
    })
}

/// One of the known values, in any case; where none is known, any.
fn choice(value: &str, known: &[String]) -> Option<String> {
    if known.is_empty() || known.iter().any(|own| own.eq_ignore_ascii_case(value)) {
        return None;
    }
    let shown = shown(value);
    Some(match nearest(value, known.iter().map(String::as_str)) {
        Some(meant) => format!("{shown} is none of its values: did you mean `{meant}`?"),
        None => format!("{shown} is none of {}", known.join(", ")),
    })
}

/// A value in backticks, cut where it is long.
pub(super) fn shown(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return format!("`{value}`");
    }
    let kept: String = value.chars().take(LONGEST).collect();
    format!("`{kept}…`")
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{Kind, Parameter};
    use super::{path_note, path_trouble, trouble};

    fn parameter(name: &str, kind: Kind) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind,
            required: false,
            default: None,
            most: Some(1000),
            meaning: String::new(),
        }
    }

    fn values() -> Vec<String> {
        ["Draft", "Booked", "OverPaid"].map(str::to_owned).to_vec()
    }

    #[test]
    fn what_is_right_is_let_through() {
        for (kind, values) in [
            (Kind::Text, vec!["", "any Ø text"]),
            (Kind::Integer, vec!["0", "1000", "-5", "0000001"]),
            (
                Kind::Number,
                vec!["1.10", "-0.5", "1e400", "99999999999999999999"],
            ),
            (Kind::Boolean, vec!["true", "False"]),
            (Kind::Date, vec!["2024-02-29"]),
            (Kind::Day, vec!["2025/12/31"]),
            (Kind::Moment, vec!["2025-01-31T23:59:59Z"]),
            (Kind::Guid, vec!["0b2F8c2e-5d0a-4b6c-9f0a-1234567890AB"]),
            (Kind::Choice(values()), vec!["booked"]),
            (Kind::Choice(Vec::new()), vec!["anything"]),
            (Kind::Choices(values()), vec!["Draft, overpaid"]),
            (Kind::Filter, vec!["", "Name eq 'a'"]),
            (Kind::Guid, vec!["{{guid}}"]),
            (Kind::Date, vec!["{{today}}-x"]),
        ] {
            for value in values {
                let found = trouble(&parameter("x", kind.clone()), value);
                assert_eq!(found, None, "{kind:?} {value}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_value() {
        for (kind, value, said) in [
            (Kind::Integer, "1.0", "`1.0` is not a whole number"),
            (Kind::Integer, "-", "`-` is not a whole number"),
            (Kind::Integer, "1001", "`1001` is more than 1000"),
            (Kind::Integer, "", "empty: a whole number"),
            (Kind::Number, "1,10", "a number takes a point"),
            (Kind::Number, "1.000,10", "is not a number"),
            (Kind::Number, "+1", "is not a number"),
            (Kind::Boolean, "yes", "neither `true` nor `false`"),
            (Kind::Date, "2025-02-29", "no day of the calendar"),
            (Kind::Date, "31-12-2025", "is not YYYY-MM-DD"),
            (Kind::Date, "2025-1-1", "is not YYYY-MM-DD"),
            (Kind::Day, "2025-12-31", "is not yyyy/MM/dd"),
            (Kind::Day, "2025/13/01", "no day of the calendar"),
            (Kind::Moment, "2025-01-31T23:59:59", "with its `Z`"),
            (Kind::Moment, "2025-01-31T24:00:00Z", "no time of the day"),
            (
                Kind::Moment,
                "2025-02-31T00:00:00Z",
                "no day of the calendar",
            ),
            (
                Kind::Moment,
                "2025-01-31T23:59:59.5Z",
                "is not YYYY-MM-DDTHH",
            ),
            (
                Kind::Guid,
                "0b2f8c2e5d0a4b6c9f0a1234567890ab",
                "is not a UUID",
            ),
            (Kind::Choice(values()), "Bookd", "did you mean `Booked`?"),
            (
                Kind::Choice(values()),
                "zzzzzzzz",
                "none of Draft, Booked, OverPaid",
            ),
            (
                Kind::Choices(values()),
                "Draft,,Booked",
                "nothing beside it",
            ),
            (Kind::Filter, "Name = 'a'", "`=` is not an operator"),
        ] {
            let found = trouble(&parameter("x", kind.clone()), value).unwrap_or_default();
            assert!(found.contains(said), "{kind:?} {value}: {found}");
        }
        let required = Parameter {
            required: true,
            ..parameter("x", Kind::Text)
        };
        assert_eq!(trouble(&required, "").as_deref(), Some("required"));
        for (name, said) in [("page", true), ("pageSize", true), ("Number", false)] {
            let found = trouble(&parameter(name, Kind::Integer), "-1");
            assert_eq!(found.is_some(), said, "{name}");
        }
        let long = trouble(&parameter("x", Kind::Guid), &"ø".repeat(500)).unwrap_or_default();
        assert!(long.chars().count() < 120, "{long}");
    }

    #[test]
    fn a_value_of_a_path_is_there_and_stays_one_segment() {
        let text = parameter("fileName", Kind::Text);
        assert!(path_trouble(&text, "").is_some_and(|said| said.contains("elsewhere")));
        assert_eq!(path_trouble(&text, "a/b"), None);
        let guid = parameter("guid", Kind::Guid);
        assert!(path_trouble(&guid, "a").is_some_and(|said| said.contains("UUID")));
        for (value, noted) in [
            ("..", true),
            ("a/b", true),
            ("a b", true),
            ("100%", true),
            ("a.pdf", false),
            ("{{a/b}}", false),
        ] {
            assert_eq!(path_note(value).is_some(), noted, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_makes_it_panic(value in "([0-9]{1,4}[-/:TZ ]?){0,8}|[,.'{}øA-Z-]{0,12}|.{0,20}") {
            for kind in [Kind::Integer, Kind::Number, Kind::Boolean, Kind::Date, Kind::Day, Kind::Moment,
                Kind::Guid, Kind::Choice(values()), Kind::Choices(values()), Kind::Filter] {
                trouble(&parameter("pageSize", kind.clone()), &value);
                path_trouble(&parameter("x", kind), &value);
            }
            path_note(&value);
        }
    }
}
