//! The request as a command line of curl, for bash and zsh, in a script or typed at a prompt.
//!
//! At a prompt more happens than in a script: `!` brings back history, a tab completes, and an old bash does
//! not know on the second line of a quoted text that it is in quotes. So no text relies on any of that.

use super::plan::{Content, Plan};
use super::quoting::{base64_lines, is_plain};
use super::secrets::{Piece, Text};
use std::fmt::Write as _;

/// Longest body in the command itself: Linux takes 128 KiB for one argument.
const LONGEST_ARGUMENT: usize = 100 * 1024;

/// Methods that say how long their body is even when there is none; some servers answer 411 otherwise.
const WITH_A_LENGTH: [&str; 3] = ["POST", "PUT", "PATCH"];

/// Writes it.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let is_alone = matches!(plan.content, Content::Nothing);
    let mut first = match plan.method {
        // As `--request HEAD` it would wait for a body that never comes.
        "HEAD" if is_alone => "curl --head".to_owned(),
        "GET" if is_alone => "curl --include".to_owned(),
        method => format!("curl --include --request {}", bare(method)),
    };
    if plan
        .url
        .plains()
        .any(|text| text.contains(['[', ']', '{', '}']))
    {
        first.push_str(" --globoff");
    }
    if plan.has_dots() {
        first.push_str(" --path-as-is");
    }
    let mut lines = vec![format!("{first} {}", word(&plan.url))];
    for (name, value) in &plan.headers {
        let mut field = Text::plain(name);
        // With a colon and nothing behind it curl would leave the field out.
        field.push(if value.pieces().is_empty() { ";" } else { ": " });
        field.append(value.clone());
        lines.push(format!("--header {}", word(&field)));
    }
    let (piped, body) = body(plan);
    let has_bytes = matches!(plan.content, Content::Text(_) | Content::Bytes(_));
    if has_bytes && !plan.names("content-type") {
        // Otherwise curl says that it is a form.
        lines.push("--header 'Content-Type:'".to_owned());
    }
    lines.extend(body);
    format!("{piped}{}\n", lines.join(" \\\n  "))
}

/// What is piped into curl, and the option for the body.
fn body(plan: &Plan<'_>) -> (String, Option<String>) {
    match &plan.content {
        Content::Nothing if WITH_A_LENGTH.contains(&plan.method) => (
            String::new(),
            Some("--header 'Content-Length: 0'".to_owned()),
        ),
        Content::Nothing => (String::new(), None),
        Content::Text(text) => {
            let has_nul = text.plains().any(|plain| plain.contains('\0'));
            let length: usize = text.plains().map(str::len).sum();
            if has_nul || length > LONGEST_ARGUMENT {
                return (printed(text), Some("--data-binary @-".to_owned()));
            }
            (String::new(), Some(format!("--data-raw {}", word(text))))
        }
        Content::Bytes(bytes) => {
            let lines = base64_lines(bytes).join("\n");
            let piped = format!("base64 --decode <<< '{lines}' |\n");
            (piped, Some("--data-binary @-".to_owned()))
        }
        Content::File {
            path,
            part,
            media_type,
        } => {
            let path = if *path == "-" { "./-" } else { path };
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            let field = format!("{part}=@\"{path}\";type={media_type}");
            (String::new(), Some(format!("--form {}", quoted(&field))))
        }
    }
}

/// A body that no argument can hold, printed by the shell itself: `%b` knows a zero byte, as `\0000`.
fn printed(text: &Text) -> String {
    let mut format = String::new();
    let mut words = Vec::new();
    for piece in text.pieces() {
        match piece {
            Piece::Plain(text) if text.contains('\0') => {
                format.push_str("%b");
                let text = text.replace('\\', "\\\\").replace('\0', "\\0000");
                words.push(quoted(&text));
            }
            Piece::Plain(text) => {
                format.push_str("%s");
                words.push(quoted(text));
            }
            Piece::Variable(name) => {
                format.push_str("%s");
                words.push(format!("\"${name}\""));
            }
        }
    }
    format!("printf '{format}' {} |\n", words.join(" "))
}

/// A text as one word of the shell.
fn word(text: &Text) -> String {
    let pieces = text.pieces();
    let has_variable = pieces.len() != text.plains().count();
    if has_variable && text.plains().all(stands_in_double_quotes) {
        return format!("\"{}\"", in_double_quotes(pieces));
    }
    if pieces.is_empty() {
        return quoted("");
    }
    let words = pieces.iter().map(|piece| match piece {
        Piece::Plain(text) => quoted(text),
        Piece::Variable(name) => format!("\"${name}\""),
    });
    words.collect()
}

/// Whether a text stands in double quotes as it is.
fn stands_in_double_quotes(text: &str) -> bool {
    is_plain(text) && !text.contains(['"', '\\', '$', '`', '!', '\n'])
}

/// Parts between double quotes; braces around a variable where what follows could be taken for a part of it.
fn in_double_quotes(pieces: &[Piece]) -> String {
    let mut made = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Plain(text) => made.push_str(text),
            Piece::Variable(name) if at + 1 == pieces.len() => {
                let _ = write!(made, "${name}");
            }
            Piece::Variable(name) => {
                let _ = write!(made, "${{{name}}}");
            }
        }
    }
    made
}

/// A word that means nothing to the shell as it is; any other in quotes.
fn bare(text: &str) -> String {
    let is_bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_bare {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text in quotes, exactly; only a zero byte no argument can have.
fn quoted(text: &str) -> String {
    let text = text.replace('\0', "");
    if !is_plain(&text) {
        return by_codes(&text);
    }
    let has_lines = text.contains('\n');
    let mut made = "'".to_owned();
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            '\'' => made.push_str("'\\''"),
            '!' if has_lines => made.push_str("'\\!'"),
            '^' if before == '\n' => made.push_str("'\\^'"),
            letter => made.push(letter),
        }
        before = letter;
    }
    made.push('\'');
    made
}

/// A text in `$'…'`, line by line, with codes for what cannot be seen, as bytes: every shell knows those.
fn by_codes(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let mut made = String::new();
        for letter in line.chars() {
            match letter {
                '\n' => made.push_str("\\n"),
                '\r' => made.push_str("\\r"),
                '\t' => made.push_str("\\t"),
                '\\' => made.push_str("\\\\"),
                '\'' => made.push_str("\\'"),
                '!' => made.push_str("\\041"),
                letter if is_plain(letter.encode_utf8(&mut [0; 4])) => made.push(letter),
                letter => {
                    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(made, "\\{byte:03o}");
                    }
                }
            }
        }
        format!("$'{made}'")
    });
    // A backslash before the end of a line: the word goes on.
    lines.collect::<Vec<_>>().join("\\\n")
}

#[cfg(test)]
mod tests {
    use super::super::{Language, Payload, Subject, snippet};
    use super::quoted;

    fn code(method: &str, url: &str, headers: &[(String, String)], body: Payload<'_>) -> String {
        let subject = Subject {
            method,
            url,
            headers,
            body,
            with_token: false,
        };
        snippet(Language::Curl, &subject)
    }

    #[test]
    fn quotes_hold_in_every_shell_and_at_a_prompt() {
        for (text, word) in [
            ("", "''"),
            ("it's $HOME `id` \\n !x", "'it'\\''s $HOME `id` \\n !x'"),
            // An old bash takes the second line for one outside quotes.
            ("a\n!b\n^c^d ^", "'a\n'\\!'b\n'\\^'c^d ^'"),
            // A tab completes, a carriage return ends the line.
            ("a\tb\r\n!'\\", "$'a\\tb\\r\\n'\\\n$'\\041\\'\\\\'"),
            ("\u{1}1\u{2028}æ", "$'\\0011\\342\\200\\250æ'"),
            ("a\0b", "'ab'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }

    #[test]
    fn each_kind_of_body_goes_its_own_way() {
        let typed = [("Content-Type".to_owned(), "a/b".to_owned())];
        let file = Payload::File {
            path: "-",
            part: "file",
            media_type: "",
        };
        let url = "https://a.example/";
        for (method, body, wanted) in [
            (
                "HEAD",
                Payload::Nothing,
                "curl --head 'https://a.example/' \\\n  --header 'Content-Type: a/b'\n",
            ),
            (
                "POST",
                Payload::Text(""),
                "curl --include --request POST 'https://a.example/' \\\n  \
                 --header 'Content-Type: a/b' \\\n  --header 'Content-Length: 0'\n",
            ),
            (
                "X-Y",
                Payload::Text("\\a\0b'"),
                "printf '%b' '\\\\a\\0000b'\\''' |\n\
                 curl --include --request 'X-Y' 'https://a.example/' \\\n  \
                 --header 'Content-Type: a/b' \\\n  --data-binary @-\n",
            ),
            (
                "PUT",
                Payload::Bytes(b"\xff\x00"),
                "base64 --decode <<< '/wA=' |\n\
                 curl --include --request PUT 'https://a.example/' \\\n  \
                 --header 'Content-Type: a/b' \\\n  --data-binary @-\n",
            ),
            (
                "POST",
                file,
                "curl --include --request POST 'https://a.example/' \\\n  \
                 --form 'file=@\"./-\";type=application/octet-stream'\n",
            ),
        ] {
            assert_eq!(code(method, url, &typed, body), wanted);
        }
        let untyped = code("POST", url, &[], Payload::Text("a"));
        assert!(untyped.contains("--header 'Content-Type:'"), "{untyped}");
    }

    #[test]
    fn an_address_is_left_as_it_stands() {
        let url = "https://a.example/a/../[b]?access_token=secret&c='d'";
        assert_eq!(
            code("GET", url, &[], Payload::Nothing),
            "curl --include --globoff --path-as-is \
             \"https://a.example/a/../[b]?access_token=${ACCESS_TOKEN}&c='d'\"\n"
        );
    }
}
