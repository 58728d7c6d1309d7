//! What a reader tells of any body: every byte as it came, nothing secret, no harm from what is broken.

mod folded;
mod tabled;

use bytes::Bytes;
use dineroscope::core::reader::ask::{Ask, Cursor, Show, Status, Told, View};
use dineroscope::core::reader::content::Content;
use dineroscope::core::reader::rows::{Kind, Row, Window};
use dineroscope::core::reader::{Reader, Sought};
use dineroscope::core::wire::Headers;
use dineroscope::core::wire::redact::Mask;
use proptest::prelude::*;
use std::sync::Arc;

/// A reader of a body that is all there, and what it told last.
pub(crate) struct Read {
    reader: Reader,
    pub(crate) status: Status,
    pub(crate) window: Arc<Window>,
    pub(crate) cursor: Option<Arc<Cursor>>,
    pub(crate) placed: Option<(View, u64)>,
    pub(crate) said: Vec<String>,
    show: Show,
}

impl Read {
    /// Of a body with that content type.
    pub(crate) fn of(body: impl Into<Bytes>, content_type: &str) -> Self {
        Self::ended(body, content_type, false)
    }

    /// Of one that ended before its end, or did not.
    pub(crate) fn ended(body: impl Into<Bytes>, content_type: &str, cut: bool) -> Self {
        let headers = Headers(vec![("Content-Type".to_owned(), content_type.to_owned())]);
        let mask = Mask::new([7; 32]);
        let mut reader = Reader::new(Arc::new(body.into()), headers, mask, false);
        reader.end(cut);
        let mut read = Self {
            reader,
            status: Status::default(),
            window: Arc::default(),
            cursor: None,
            placed: None,
            said: Vec::new(),
            show: Show {
                count: 60,
                width: 80,
                ..Show::default()
            },
        };
        read.show(View::Pretty, 0);
        read
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::of(body.as_bytes().to_vec(), "application/json")
    }

    /// Asks, and hears everything until there is nothing more to do.
    pub(crate) fn ask(&mut self, ask: Ask) {
        if let Ask::Show(show) = &ask {
            self.show = *show;
        }
        let mut told = self.reader.take(ask);
        while let Some(more) = self.reader.work() {
            told.extend(more);
        }
        for told in told {
            match told {
                Told::Status(status) => self.status = *status,
                Told::Rows { window, cursor, .. } => (self.window, self.cursor) = (window, cursor),
                Told::Placed(view, row) => self.placed = Some((view, row)),
                Told::Not(why) => self.said.push(why),
                Told::Copied(text) => self.said.push(text),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Shows rows from one on, with the cursor on it.
    pub(crate) fn show(&mut self, view: View, first: u64) {
        let show = Show {
            view,
            first,
            cursor: first,
            ..self.show
        };
        self.ask(Ask::Show(show));
    }

    /// The rows that are shown, as text that is set in.
    pub(crate) fn rows(&self) -> Vec<String> {
        let set_in = |row: &Row| format!("{}{}", " ".repeat(row.indent.into()), row.text());
        self.window.rows.iter().map(set_in).collect()
    }
}

#[test]
fn numbers_and_names_stand_as_they_came() {
    let body = r#"{"a":12345678901234567890123.10,"a":-0.0,"b":1E+400,"\u00e6":"\u00e6\/"}"#;
    let mut read = Read::json(body);
    assert_eq!(
        read.rows(),
        [
            "{",
            "  \"a\": 12345678901234567890123.10,",
            "  \"a\": -0.0,",
            "  \"b\": 1E+400,",
            "  \"\\u00e6\": \"\\u00e6\\/\"",
            "}"
        ]
    );
    read.show(View::Raw, 0);
    assert_eq!(read.rows().concat(), body);
}

#[test]
fn broken_json_is_shown_as_it_came_with_where_it_breaks() {
    let body = "{\n  \"a\": 1,\n  \"b\" 2\n}\n";
    let read = Read::json(body);
    let broken = read.status.broken.clone().unwrap();
    assert_eq!((broken.line, broken.column), (3, 7));
    assert!(broken.words.contains("`:` is missing"), "{}", broken.words);
    assert_eq!(read.rows(), ["{", "  \"a\": 1,", "  \"b\" 2", "}"]);
    assert_eq!(read.placed, Some((View::Pretty, 2)));
    assert_eq!(read.window.rows[2].number, Some(3));

    let large = format!("[{}oops]", "1,".repeat(3_000_000));
    let read = Read::json(&large);
    let broken = read.status.broken.unwrap();
    assert_eq!((broken.at, broken.line), (6_000_001, 1));
    let row = read.placed.unwrap().1;
    assert_eq!(row, 6_000_001 / 80);
}

#[test]
fn what_was_cut_off_is_laid_out_as_far_as_it_came() {
    let body = "[{\"a\": 1}, {\"b\": \"half of a str";
    let read = Read::ended(body.as_bytes().to_vec(), "application/json", true);
    assert_eq!(read.status.broken, None);
    assert_eq!(read.rows().last().unwrap(), "    \"b\": \"half of a str");
    let whole = Read::json(body);
    assert!(whole.status.broken.unwrap().words.contains("not closed"));
}

#[test]
fn depth_costs_nothing() {
    let depth = 100_000;
    let body = format!("{}null{}", "[".repeat(depth), "]".repeat(depth));
    let mut read = Read::json(&body);
    assert_eq!(read.status.lines, depth as u64 * 2 + 1);
    assert_eq!(read.status.broken, None);
    read.show(View::Pretty, depth as u64);
    assert_eq!(read.rows()[0].trim(), "null");
    assert_eq!(read.cursor.as_ref().unwrap().path, None);
    read.ask(Ask::Fold(10));
    assert_eq!(read.window.total, 11 + 10);
}

#[test]
fn a_line_of_megabytes_is_wrapped_and_found_in() {
    let body = format!(
        "{{\"text\":\"{}needle{}\"}}",
        "x".repeat(20_000_000),
        "y".repeat(2_000_000)
    );
    let mut read = Read::json(&body);
    assert_eq!(read.window.total, 3);
    assert!(read.window.rows[1].cut && read.window.rows[1].text().len() < 2000);
    read.show(View::Raw, 0);
    assert_eq!(read.window.total, (body.len() as u64).div_ceil(80));
    read.ask(Ask::Search(Sought {
        text: "needle".to_owned(),
        ..Sought::default()
    }));
    let (_, row) = read.placed.unwrap();
    read.show(View::Raw, row);
    let lit: String = read.window.rows[0]
        .words
        .iter()
        .filter(|word| word.lit)
        .map(|word| word.text.as_str())
        .collect();
    assert!(
        "needle".starts_with(&lit) && !lit.is_empty(),
        "{:?}",
        read.window.rows[0]
    );
    assert_eq!(read.window.rows[0].number, None, "the line goes on");
}

#[test]
fn the_index_weighs_little() {
    for body in [
        format!("[{}0]", "1,".repeat(2_000_000)),
        format!("[{}{{}}]", "{},".repeat(1_000_000)),
        "[[".repeat(500_000),
        "\n".repeat(3_000_000),
    ] {
        let length = body.len();
        let mut read = Read::ended(body.into_bytes(), "application/json", true);
        read.show(View::Raw, 0);
        assert!(
            read.status.weight * 5 < length * 2,
            "{} of {length}",
            read.status.weight
        );
    }
}

#[test]
fn a_text_is_read_in_its_charset_and_lies_are_named() {
    let read = Read::of(
        b"Bl\xe5b\xe6r\nr\xf8d".to_vec(),
        "text/plain; charset=iso-8859-1",
    );
    assert_eq!(read.rows(), ["Blåbær", "rød"]);
    assert_eq!(read.status.content, Content::Text);
    assert!(read.status.notes.is_empty());

    let utf16: Vec<u8> = "{\"by\":\"Ærø\"}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let read = Read::of(utf16, "application/json; charset=utf-16le");
    assert_eq!(read.rows()[1], "  \"by\": \"Ærø\"");

    let read = Read::of(
        b"{\"a\":\"Bl\xe5b\xe6r\"}".to_vec(),
        "application/json; charset=utf-8",
    );
    assert_eq!(read.rows()[1], "  \"a\": \"Bl\u{fffd}b\u{fffd}r\"");
    assert!(
        read.status.notes[0].contains("says that it is UTF-8"),
        "{:?}",
        read.status.notes
    );
    let read = Read::of(b"caf\xe9 and more".to_vec(), "text/plain; charset=klingon");
    let notes = read.status.notes.concat();
    assert!(notes.contains("`klingon` is not known"), "{notes}");
}

#[test]
fn what_is_no_text_is_named_and_shown_as_numbers() {
    let mut body = b"%PDF-1.7\n".to_vec();
    body.extend((0..=255_u8).cycle().take(200_000));
    let read = Read::of(body, "application/pdf");
    assert!(matches!(read.status.content, Content::Binary(kind) if kind.name == "PDF document"));
    assert_eq!(read.window.total, 4096);
    let first = &read.rows()[0];
    assert!(
        first.starts_with("000000  25 50 44 46 2d 31 2e 37  0a 00 01"),
        "{first}"
    );
    assert!(first.ends_with("%PDF-1.7········"), "{first}");
}

#[test]
fn controls_and_escapes_are_visible_and_harmless() {
    let read = Read::of(
        b"a\x1b[31mred\x07\ttab\r\n\xe2\x80\xaeevil".to_vec(),
        "text/plain",
    );
    assert_eq!(read.rows(), ["a␛[31mred␇␉tab", "\u{fffd}evil"]);
}

#[test]
fn what_is_secret_stays_masked_in_every_view() {
    let token = "s3cr3t-t0k3n-9f8e7d6c5b4a-do-not-show";
    let body = format!(
        r#"{{"Collection":[{{"access_token":"{token}","Name":"x"}},{{"password":["{token}",{{"deep":"{token}"}}],"Name":"y"}}],"text":"code={token}","Url":"https:\/\/x.example\/?code={token}"}}"#
    );
    let mut read = Read::json(&body);
    for view in [View::Pretty, View::Raw, View::Table] {
        read.show(view, 0);
        let text = read.rows().concat();
        assert!(text.contains("••••"), "{view:?}: {text}");
        for piece in token.as_bytes().windows(8) {
            let piece = std::str::from_utf8(piece).unwrap();
            assert!(!text.contains(piece), "{view:?}: {text}");
        }
    }
    let page = format!(
        "<form><input name=\"code\" value='{token}'></form>\n{}",
        "<p>\n".repeat(30)
    );
    let read = Read::of(page.into_bytes(), "text/html");
    assert!(
        !read.rows().concat().contains("9f8e7d6c"),
        "{:?}",
        read.rows()
    );
}

#[test]
fn values_and_paths_are_those_under_the_cursor() {
    let mut read = Read::json(
        r#"{"Collection":[{"Name":"a \"b\"","Total":1.50},{"token":"secret-value-here"}]}"#,
    );
    let mut at = |row: u64| {
        read.show(View::Pretty, row);
        let cursor = read.cursor.clone().unwrap();
        read.ask(Ask::Copy);
        (
            cursor.path.clone().unwrap(),
            cursor.pointer.clone().unwrap(),
            cursor.value.clone(),
            read.said.pop().unwrap(),
        )
    };
    assert_eq!(
        at(3),
        (
            ".Collection[0].Name".into(),
            "/Collection/0/Name".into(),
            Some("a \"b\"".into()),
            "a \"b\"".into()
        )
    );
    assert_eq!(at(4).2.as_deref(), Some("1.50"));
    let (path, _, value, copied) = at(2);
    assert_eq!((path.as_str(), value), (".Collection[0]", None));
    assert_eq!(
        copied,
        "{\n  \"Name\": \"a \\\"b\\\"\",\n  \"Total\": 1.50\n}"
    );
    let (path, _, value, copied) = at(7);
    assert_eq!((path.as_str(), value), (".Collection[1].token", None));
    assert!(!copied.contains("secret-value"), "{copied}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever comes, in whatever pieces of a window, Raw shows every byte once and in order.
    #[test]
    fn raw_shows_every_letter_once(text in "[a-zæø日\n ,\\[\\]{}\":]{0,900}", width in 8_u16..60) {
        let mut read = Read::of(text.clone().into_bytes(), "text/plain");
        read.show = Show { width, ..read.show };
        let mut seen = String::new();
        let mut first = 0;
        loop {
            read.show(View::Raw, first);
            for row in &read.window.rows {
                if row.number.is_some_and(|number| number > 1) {
                    seen.push('\n');
                }
                seen.push_str(&row.text());
            }
            first += read.window.rows.len() as u64;
            if first >= read.window.total {
                break;
            }
        }
        prop_assert_eq!(seen, text.strip_suffix('\n').unwrap_or(&text));
    }

    /// A body of any bytes is shown in every view, and nothing breaks.
    #[test]
    fn any_bytes_do_no_harm(
        body in proptest::collection::vec(any::<u8>(), 0..400),
        json in any::<bool>(),
        row in 0_u64..40,
    ) {
        let kind = if json { "application/json" } else { "text/plain" };
        let mut read = Read::of(body, kind);
        for view in [View::Pretty, View::Raw, View::Table] {
            read.ask(Ask::Turn(view));
            read.show(view, row);
            for ask in [Ask::Fold(row), Ask::FoldBeside(row), Ask::Copy, Ask::GoTo("/a/0".to_owned()), Ask::GoTo("7".to_owned())] {
                read.ask(ask);
            }
            read.ask(Ask::Search(Sought { text: ".".to_owned(), any_case: false, is_pattern: true }));
            read.ask(Ask::Next { down: false });
        }
    }
}

#[test]
fn secret_words_have_their_own_kind() {
    let read = Read::json(r#"{"client_secret":"very-secret-indeed"}"#);
    let kinds: Vec<Kind> = read.window.rows[1]
        .words
        .iter()
        .map(|word| word.kind)
        .collect();
    assert!(kinds.contains(&Kind::Secret), "{kinds:?}");
}
