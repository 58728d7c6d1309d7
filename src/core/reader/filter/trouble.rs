//! What can be wrong with a filter or its input, in words that name what is at fault and where.
//!
//! The compiler's errors are pieces of the program itself, so each tells its place by where it lies.

use super::quote::{end_of, quoted, shortened};
use super::{LEFT_OUT, known};
use crate::core::nearest::near_miss;
use jaq_core::compile::{self, Undefined};
use jaq_core::load::{self, lex, parse};
use jaq_json::Val;
use std::fmt::{self, Display};
use std::io;
use thiserror::Error;

/// Why a filter gave no result, or no further one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterTrouble {
    /// There is no program.
    #[error("the filter is empty: `.` is everything")]
    Empty,
    /// It is longer, or nests deeper, than anybody types.
    #[error("the filter is too long, or has too much in one another: shorten it")]
    TooLong,
    /// Something is opened and never closed.
    #[error("`{words}` is not finished: a `{missing}` is missing ({place})")]
    Unclosed {
        /// The program up to what is open.
        words: String,
        /// What closes it.
        missing: char,
        /// Where it is missing.
        place: Place,
    },
    /// The program ends too early.
    #[error("`{words}` is not finished: expected {expected} ({place})")]
    Unfinished {
        /// The end of the program.
        words: String,
        /// What can come next.
        expected: String,
        /// Where it ends.
        place: Place,
    },
    /// Something stands where it cannot.
    #[error("`{words}` does not belong there: expected {expected} ({place})")]
    Unexpected {
        /// What stands there.
        words: String,
        /// What can stand there.
        expected: String,
        /// Where it stands.
        place: Place,
    },
    /// A name that nothing has.
    #[error("there is no {kind} `{name}` ({place}){}", meant(nearest.as_ref()))]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Where it stands.
        place: Place,
        /// What may have been meant.
        nearest: Option<&'static str>,
    },
    /// A function with more or fewer arguments than it takes.
    #[error("`{name}` takes {takes}, not {given} ({place})")]
    Arguments {
        /// The function's name.
        name: String,
        /// How many it takes, in words.
        takes: String,
        /// How many it was given.
        given: usize,
        /// Where it stands.
        place: Place,
    },
    /// Something of jq that would show more than the answer.
    #[error(
        "`{name}` does not work here ({place}): a filter sees nothing but one value of the answer at a time"
    )]
    LeftOut {
        /// What it is.
        name: String,
        /// Where it stands.
        place: Place,
    },
    /// The input is not JSON.
    #[error("the answer is no JSON: {said} ({place})")]
    Input {
        /// What is wrong.
        said: String,
        /// Where in the input.
        place: Place,
    },
    /// The program stopped at an error.
    #[error("{said}{}", after_values(*after))]
    Failed {
        /// What it said.
        said: String,
        /// How many values it had given until then.
        after: u64,
    },
    /// The results cannot be written.
    #[error("the results find no reader ({0})")]
    Output(io::ErrorKind),
}

/// A place in a text, counted in characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column in it.
    pub column: usize,
}

impl Place {
    /// Where so many bytes of a text are before it.
    pub(super) fn after(text: &[u8], bytes: usize) -> Self {
        let before = &text[..bytes.min(text.len())];
        let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Self {
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + String::from_utf8_lossy(&before[begin..]).chars().count(),
        }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 1 {
            write!(formatter, "line {}, ", self.line)?;
        }
        write!(formatter, "column {}", self.column)
    }
}

impl FilterTrouble {
    /// The program stopped with these words after so many values.
    pub(super) fn failed(said: &dyn Display, after: u64) -> Self {
        Self::Failed {
            said: shortened(said),
            after,
        }
    }
}

/// The trouble that an error of jq is. What the program said as a string is told without its quotes.
pub(super) fn of_running(error: jaq_json::Error, after: u64) -> FilterTrouble {
    let said = shortened(&error);
    // Only such a string begins with a quote; otherwise a value would be made of a text of any length.
    if said.starts_with('"')
        && let Val::TStr(text) = error.into_val()
    {
        return FilterTrouble::failed(&String::from_utf8_lossy(&text), after);
    }
    FilterTrouble::Failed { said, after }
}

impl From<io::Error> for FilterTrouble {
    fn from(error: io::Error) -> Self {
        Self::Output(error.kind())
    }
}

/// What is wrong with a program that cannot be read.
pub(super) fn of_loading(program: &str, errors: load::Errors<&str, ()>) -> FilterTrouble {
    let first = errors.into_iter().next().map(|(_, error)| error);
    let found = match first {
        Some(load::Error::Lex(errors)) => errors
            .into_iter()
            .next()
            .map(|(expected, rest)| of_word(program, &expected, rest)),
        Some(load::Error::Parse(errors)) => errors
            .into_iter()
            .next()
            .map(|(expected, found)| of_sentence(program, &expected, found)),
        Some(load::Error::Io(errors)) => {
            errors
                .into_iter()
                .next()
                .map(|(path, _)| FilterTrouble::LeftOut {
                    name: format!("import \"{}\"", quoted(path)),
                    place: place(program, path),
                })
        }
        None => None,
    };
    found.unwrap_or_else(|| nameless(program))
}

/// What is wrong with a program that names what is not there.
pub(super) fn of_compiling(program: &str, errors: compile::Errors<&str, ()>) -> FilterTrouble {
    let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
    first.map_or_else(
        || nameless(program),
        |(name, undefined)| of_name(program, name, &undefined),
    )
}

/// The lexer's: it found no word or sign.
fn of_word(program: &str, expected: &lex::Expect<&str>, rest: &str) -> FilterTrouble {
    let place = place(program, rest);
    let closers = [')', ']', '}'];
    let next = rest.chars().next();
    let unexpected = |words: String, expected: &str| FilterTrouble::Unexpected {
        words,
        expected: expected.to_owned(),
        place,
    };
    let expected = match expected {
        lex::Expect::Delim(open) if next.is_none_or(|next| closers.contains(&next)) => {
            let until = offset(program, open) + open.len();
            return FilterTrouble::Unclosed {
                words: end_of(program.get(..until).unwrap_or(program)),
                missing: match *open {
                    "(" => ')',
                    "[" => ']',
                    "{" => '}',
                    _ => '"',
                },
                place,
            };
        }
        lex::Expect::Token | lex::Expect::Delim(_) => match next {
            Some(closer) if closers.contains(&closer) => {
                return unexpected(closer.to_string(), "what it closes before it");
            }
            _ => "a word, a number, a string or an operator of jq",
        },
        lex::Expect::Digit => "a digit",
        lex::Expect::Ident => "a name",
        lex::Expect::Escape => {
            "one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, `u`, `(` after `\\`"
        }
        lex::Expect::Unicode => "four hexadecimal digits of a character after `\\u`",
        _ => "something else",
    };
    match next {
        Some(next) => unexpected(next.to_string(), expected),
        None => FilterTrouble::Unfinished {
            words: end_of(program),
            expected: expected.to_owned(),
            place,
        },
    }
}

/// The parser's: a word stands where it cannot.
fn of_sentence(program: &str, expected: &parse::Expect<&str>, found: &str) -> FilterTrouble {
    let expected = match expected {
        parse::Expect::Just(word) => format!("`{word}`"),
        parse::Expect::Nothing if !found.is_empty() => {
            "the end, or an operator such as `|` before it".to_owned()
        }
        parse::Expect::Var => "a variable such as `$x`".to_owned(),
        parse::Expect::Pattern => "a variable such as `$x`, `[$x]` or `{a: $x}`".to_owned(),
        parse::Expect::ElseOrEnd => "`elif`, `else` or `end`".to_owned(),
        parse::Expect::CommaOrRBrack => "`,` or `]`".to_owned(),
        parse::Expect::CommaOrRBrace => "`,` or `}`".to_owned(),
        parse::Expect::SemicolonOrRParen => "`;` or `)`".to_owned(),
        parse::Expect::Term => "a value such as `.name`".to_owned(),
        parse::Expect::Key => "a name, a string or `[`".to_owned(),
        parse::Expect::Ident => "a name".to_owned(),
        parse::Expect::Arg => "the name of an argument".to_owned(),
        parse::Expect::Str => "a string in quotes".to_owned(),
        other => other.as_str().to_owned(),
    };
    let place = place(program, found);
    if found.is_empty() {
        return FilterTrouble::Unfinished {
            words: end_of(program),
            expected,
            place,
        };
    }
    FilterTrouble::Unexpected {
        words: quoted(found),
        expected,
        place,
    }
}

/// The compiler's: nothing has that name.
fn of_name(program: &str, name: &str, undefined: &Undefined) -> FilterTrouble {
    let place = place(program, name);
    if LEFT_OUT.contains(&name) {
        return FilterTrouble::LeftOut {
            name: name.to_owned(),
            place,
        };
    }
    let Undefined::Filter(given) = undefined else {
        return FilterTrouble::Unknown {
            kind: undefined.as_str(),
            name: quoted(name),
            place,
            nearest: None,
        };
    };
    let mut counts: Vec<usize> = known()
        .filter(|(known, _)| *known == name)
        .map(|(_, count)| count)
        .collect();
    if counts.is_empty() {
        return FilterTrouble::Unknown {
            kind: "function",
            name: quoted(name),
            place,
            nearest: near_miss(name, known().map(|(name, _)| name), 1 + name.len() / 6),
        };
    }
    counts.sort_unstable();
    counts.dedup();
    FilterTrouble::Arguments {
        name: name.to_owned(),
        takes: takes(&counts),
        given: *given,
        place,
    }
}

/// How many arguments a function takes, in words.
fn takes(counts: &[usize]) -> String {
    let words: Vec<String> = counts.iter().map(ToString::to_string).collect();
    match counts {
        [0] => "no argument".to_owned(),
        [1] | [0, 1] => format!("{} argument", words.join(" or ")),
        _ => format!("{} arguments with `;` between them", words.join(" or ")),
    }
}

/// What is said where the compiler says nothing.
fn nameless(program: &str) -> FilterTrouble {
    FilterTrouble::Unfinished {
        words: end_of(program),
        expected: "a filter of jq".to_owned(),
        place: Place::after(program.as_bytes(), program.len()),
    }
}

/// How many bytes of a program stand before a piece of it; all of them when it is none of its pieces.
fn offset(program: &str, piece: &str) -> usize {
    let begin = program.as_ptr().addr();
    let at = piece.as_ptr().addr().checked_sub(begin);
    at.filter(|at| *at <= program.len())
        .unwrap_or(program.len())
}

fn place(program: &str, piece: &str) -> Place {
    Place::after(program.as_bytes(), offset(program, piece))
}

fn meant(nearest: Option<&&str>) -> String {
    nearest.map_or_else(String::new, |word| format!(": did you mean `{word}`?"))
}

fn after_values(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => " (after 1 value)".to_owned(),
        _ => format!(" (after {count} values)"),
    }
}
