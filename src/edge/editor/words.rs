//! The words of a command line as a shell would split them, without a shell.
//!
//! Quotes and backslashes mean what they mean in POSIX; nothing is expanded. On Windows a backslash parts
//! folders, and is left alone.

use std::str::Chars;

/// The words of a line. Fails when a quote is not closed.
pub(super) fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(String::new);
        match letter {
            '\'' | '"' => quoted(letter, &mut letters, word)?,
            '\\' if !cfg!(windows) => word.extend(letters.next()),
            other => word.push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Takes what stands between quotes, up to the closing one.
fn quoted(quote: char, letters: &mut Chars<'_>, word: &mut String) -> Result<(), &'static str> {
    loop {
        let letter = letters.next().ok_or("a quote in it is not closed")?;
        match letter {
            _ if letter == quote => return Ok(()),
            '\\' if quote == '"' && !cfg!(windows) => match letters.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => word.push('\\'),
            },
            other => word.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        for (line, expected) in [
            ("vi", &["vi"][..]),
            ("  code   --wait\t", &["code", "--wait"]),
            ("'/opt/my editor/bin' -n", &["/opt/my editor/bin", "-n"]),
            ("\"/opt/my editor\" ''", &["/opt/my editor", ""]),
            (
                "emacs --eval '(a \"b\")'x",
                &["emacs", "--eval", "(a \"b\")x"],
            ),
            ("e $HOME ~ *", &["e", "$HOME", "~", "*"]),
            ("", &[]),
            (" \n", &[]),
            ("é \"ø å\"", &["é", "ø å"]),
        ] {
            assert_eq!(
                words(line),
                Ok(expected.iter().map(ToString::to_string).collect()),
                "{line}"
            );
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn a_backslash_takes_the_meaning_away() {
        for (line, expected) in [
            (r"/opt/my\ editor -x", &["/opt/my editor", "-x"][..]),
            (r#""a\"b\\c\d""#, &[r#"a"b\c\d"#]),
            (r"'a\b'", &[r"a\b"]),
            (r"a\", &["a"]),
        ] {
            assert_eq!(
                words(line),
                Ok(expected.iter().map(ToString::to_string).collect()),
                "{line}"
            );
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_said() {
        for line in ["vi '", "\"code --wait", "a 'b\" c", "\"\\\""] {
            assert!(words(line).is_err() || cfg!(windows), "{line}");
        }
    }
}
