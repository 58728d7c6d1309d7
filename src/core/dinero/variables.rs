//! `{{name}}` in what the user typed: a value that is put in when the request is made.
//!
//! From the environment only what is meant for this comes in (see [`ENVIRONMENT`]): a request that was written
//! by somebody else must not be able to carry any variable of this machine to an API.

use crate::core::nearest::nearest;
use crate::core::profile::is_variable_name;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Names of environment variables begin so.
pub const ENVIRONMENT: &str = "DINERO_";

/// The names that are always there, and what they stand for.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("uuid", "a new UUID each time"),
    ("today", "the day of now, YYYY-MM-DD"),
    ("now", "this moment, UTC"),
];

/// Longest value, in bytes: variables that hold each other several times grow beyond all measure.
const LONGEST: usize = 64 * 1024;

/// Deepest nesting of variables.
const DEEPEST: usize = 16;

/// Every variable there is. The first of a name wins: answers, then the profile, then the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// Taken from answers, the latest last.
    pub remembered: Vec<(String, String)>,
    /// From the profile.
    pub profile: Vec<(String, String)>,
    /// From the environment.
    pub environment: Vec<(String, String)>,
}

/// Where a variable comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is always there.
    BuiltIn,
    /// An answer.
    Answer,
    /// The profile.
    Profile,
    /// The environment.
    Environment,
}

impl Source {
    /// In a list.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BuiltIn => "always there",
            Self::Answer => "from an answer",
            Self::Profile => "from the profile",
            Self::Environment => "from the environment",
        }
    }
}

impl Variables {
    /// Remembers a value under a name, in place of what it held.
    pub fn remember(&mut self, name: &str, value: &str) {
        self.remembered.retain(|(known, _)| known != name);
        self.remembered.push((name.to_owned(), value.to_owned()));
    }

    /// The value of a name, and where it comes from; nothing for those that are always there.
    pub fn get(&self, name: &str) -> Option<(&str, Source)> {
        let of = |list: &'_ [(String, String)]| list.iter().position(|(known, _)| known == name);
        let find = |list, source| of(list).map(|at| (list[at].1.as_str(), source));
        find(&self.remembered, Source::Answer)
            .or_else(|| find(&self.profile, Source::Profile))
            .or_else(|| find(&self.environment, Source::Environment))
    }

    /// Every name with its value, those of answers first; one that is hidden by another is left out.
    pub fn all(&self) -> Vec<(&str, String, Source)> {
        let mut all: Vec<(&str, String, Source)> = Vec::new();
        let lists = [
            (&self.remembered, Source::Answer),
            (&self.profile, Source::Profile),
            (&self.environment, Source::Environment),
        ];
        for (list, source) in lists {
            for (name, value) in list.iter().rev() {
                if !all.iter().any(|(known, ..)| known == name) {
                    all.push((name, value.clone(), source));
                }
            }
        }
        let built_in = BUILT_IN.map(|(name, meaning)| (name, meaning.to_owned(), Source::BuiltIn));
        all.extend(built_in);
        all
    }
}

/// Why a text could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// Nothing has that name; perhaps this one was meant.
    Unknown(String, Option<String>),
    /// These hold each other.
    Circle(Vec<String>),
    /// Its value is too long.
    TooLong(String),
}

impl Unresolved {
    /// What is wrong, and what to do.
    pub fn words(&self) -> String {
        match self {
            Self::Unknown(name, Some(near)) => {
                format!("{{{{{name}}}}} has no value; did you mean {{{{{near}}}}}?")
            }
            Self::Unknown(name, None) => format!(
                "{{{{{name}}}}} has no value: take one from an answer, or put it into the profile's [variables]"
            ),
            Self::Circle(names) => format!("variables hold each other: {}", names.join(" → ")),
            Self::TooLong(name) => {
                format!("{{{{{name}}}}} is over {} KB long", LONGEST / 1024)
            }
        }
    }
}

/// What stands for the names that are always there.
#[derive(Debug, Clone)]
pub enum BuiltIns<'a> {
    /// They stay as they are written: nothing is sent.
    Preview,
    /// They are filled in.
    Sent {
        /// Now.
        now: Timestamp,
        /// In which zone today is.
        zone: &'a TimeZone,
        /// 16 random bytes for each UUID; the last ones are taken again when there are too few.
        random: Vec<[u8; 16]>,
    },
}

impl BuiltIns<'_> {
    /// The value of a name that is always there.
    fn take(&mut self, name: &str) -> Option<String> {
        let (_, _) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(match self {
            Self::Preview => format!("{{{{{name}}}}}"),
            Self::Sent { now, zone, random } => match name {
                "uuid" => {
                    let bytes = if random.len() > 1 {
                        random.pop()
                    } else {
                        random.last().copied()
                    };
                    uuid(bytes.unwrap_or_default())
                }
                "today" => zone.to_datetime(*now).date().to_string(),
                _ => now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            },
        })
    }
}

/// A UUID of version 4 (RFC 9562 5.4).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// How many UUIDs a text asks for, at most.
pub fn uuids(text: &str) -> usize {
    names(text)
        .iter()
        .filter(|name| name.as_str() == "uuid")
        .count()
}

/// The names in a text, in order.
pub fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next(rest) {
        names.push(name.to_owned());
        rest = after;
    }
    names
}

/// The variables in a text as they are written there, braces included.
pub fn written(text: &str) -> Vec<&str> {
    let mut written = Vec::new();
    let mut rest = text;
    while let Some((before, _, after)) = next(rest) {
        written.push(&rest[before.len()..rest.len() - after.len()]);
        rest = after;
    }
    written
}

/// The first variable of a text: what stands before it, its name, what stands behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("{{") {
        let start = from + found;
        let inside = &text[start + 2..];
        let end = inside.find("}}")?;
        let name = inside[..end].trim();
        if is_variable_name(name) {
            return Some((&text[..start], name, &inside[end + 2..]));
        }
        from = start + 1;
    }
    None
}

/// A text with its variables filled in, each value as `written` writes it.
pub fn fill(
    text: &str,
    variables: &Variables,
    built_ins: &mut BuiltIns<'_>,
    written: &dyn Fn(&str) -> String,
) -> Result<String, Unresolved> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next(rest) {
        filled.push_str(before);
        let value = value(name, variables, built_ins, &mut Vec::new())?;
        filled.push_str(&written(&value));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The value of a name, with the variables in it filled in too.
fn value(
    name: &str,
    variables: &Variables,
    built_ins: &mut BuiltIns<'_>,
    above: &mut Vec<String>,
) -> Result<String, Unresolved> {
    let Some((text, source)) = variables.get(name) else {
        return built_ins.take(name).ok_or_else(|| unknown(name, variables));
    };
    above.push(name.to_owned());
    if above[..above.len() - 1].iter().any(|other| other == name) || above.len() > DEEPEST {
        return Err(Unresolved::Circle(above.clone()));
    }
    let mut filled = String::new();
    let mut rest = text;
    // What an API answered is taken as it is: it must not be able to name a variable.
    while let Some((before, inner, after)) = next(rest).filter(|_| source != Source::Answer) {
        filled.push_str(before);
        filled.push_str(&value(inner, variables, built_ins, above)?);
        if filled.len() > LONGEST {
            return Err(Unresolved::TooLong(name.to_owned()));
        }
        rest = after;
    }
    filled.push_str(rest);
    above.pop();
    Ok(filled)
}

/// A name that nothing has.
fn unknown(name: &str, variables: &Variables) -> Unresolved {
    let all = variables.all();
    let near = nearest(name, all.iter().map(|(known, ..)| *known));
    Unresolved::Unknown(name.to_owned(), near.map(str::to_owned))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables {
            profile: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Variables::default()
        }
    }

    fn filled(text: &str, variables: &Variables) -> Result<String, Unresolved> {
        fill(text, variables, &mut BuiltIns::Preview, &str::to_owned)
    }

    #[test]
    fn a_name_is_filled_in_and_what_is_none_stays() {
        let known = variables(&[("a", "1"), ("b", "<{{a}}>")]);
        for (text, expected) in [
            ("{{a}} {{ b }}", "1 <1>"),
            ("{\"x\":{\"y\":1}}", "{\"x\":{\"y\":1}}"),
            ("{{{{a}}}}", "{{1}}"),
            ("{{a", "{{a"),
            ("{{}} {{a b}}", "{{}} {{a b}}"),
            ("{{uuid}}", "{{uuid}}"),
        ] {
            assert_eq!(filled(text, &known).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_named_with_the_nearest() {
        let known = variables(&[("contact", "1")]);
        let trouble = filled("{{contcat}}", &known).unwrap_err();
        assert_eq!(
            trouble.words(),
            "{{contcat}} has no value; did you mean {{contact}}?"
        );
        assert!(matches!(
            filled("{{zzzzzzz}}", &known),
            Err(Unresolved::Unknown(_, None))
        ));
    }

    #[test]
    fn variables_that_hold_each_other_end() {
        let circle = variables(&[("a", "{{b}}"), ("b", "{{a}}")]);
        let words = filled("{{a}}", &circle).unwrap_err().words();
        assert_eq!(words, "variables hold each other: a → b → a");
        let names: Vec<String> = (0..15).map(|number| format!("v{number}")).collect();
        let mut growing = Variables::default();
        for pair in names.windows(2) {
            let text = format!("{{{{{}}}}}", pair[1]).repeat(20);
            growing.profile.push((pair[0].clone(), text));
        }
        growing.profile.push((names[14].clone(), "x".repeat(100)));
        assert!(matches!(
            filled("{{v0}}", &growing),
            Err(Unresolved::TooLong(_))
        ));
    }

    #[test]
    fn an_answer_goes_first_and_names_no_variable() {
        let mut known = variables(&[("a", "profile"), ("secret", "x")]);
        known.remember("a", "{{secret}}");
        assert_eq!(filled("{{a}}", &known).as_deref(), Ok("{{secret}}"));
    }

    #[test]
    fn those_that_are_always_there() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let mut built_ins = BuiltIns::Sent {
            now: "2026-11-26T23:30:00Z".parse().unwrap(),
            zone: &zone,
            random: vec![[0xff; 16], [0; 16]],
        };
        let text = fill(
            "{{today}} {{now}} {{uuid}} {{uuid}}",
            &Variables::default(),
            &mut built_ins,
            &str::to_owned,
        );
        assert_eq!(
            text.as_deref(),
            Ok(
                "2026-11-27 2026-11-26T23:30:00Z 00000000-0000-4000-8000-000000000000 \
                ffffffff-ffff-4fff-bfff-ffffffffffff"
            )
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,40}", value in "[{}ab]{0,20}") {
            let known = variables(&[("a", &value), ("b", "{{a}}{{a}}")]);
            let _ = filled(&text, &known);
            let _ = filled("{{a}}{{b}}", &known);
        }
    }
}
