//! What the lines of a text are is told by its own laying out: the two must agree on any text.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use super::super::folds::Folds;
use super::super::place::{Step, Text, jq, pointer};
use super::super::pretty::{Setting, rows};
use super::super::rows::Row;
use super::*;
use crate::core::wire::redact::Mask;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;

fn read(text: &str) -> (Structure, Bytes) {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let mut structure = Structure::default();
    let mut buffer = Vec::new();
    while structure.advance(&bytes, true, &mut buffer) {}
    (structure, bytes)
}

/// The rows, as text that is set in.
fn laid_out(text: &str) -> Vec<String> {
    let (structure, source) = read(text);
    let setting = Setting {
        text: Text {
            source: &source,
            structure: &structure,
        },
        mask: &Mask::new([0; 32]),
        folds: &Folds::default(),
        lit: &|_, _| Vec::new(),
    };
    let set_in = |row: &Row| format!("{}{}", " ".repeat(row.indent.into()), row.text());
    let rows = rows(&setting, 0, usize::try_from(structure.lines()).unwrap());
    rows.iter().map(set_in).collect()
}

/// Any JSON value, with blanks in any place.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i32>().prop_map(|number| number.to_string()),
        Just("1.50".to_owned()),
        "[a-zæ,\\[\\]{}:]{0,12}".prop_map(|text| Value::from(text).to_string()),
        Just(r#""\\\"""#.to_owned()),
        Just(r#""\\""#.to_owned()),
        "[a-z]{0,90}".prop_map(|text| format!("\"{text}\"")),
    ];
    let blank = prop_oneof![Just(""), Just(" "), Just("\n\t  "), Just("        ")];
    leaf.prop_recursive(6, 120, 8, move |inner| {
        let items = proptest::collection::vec((inner.clone(), blank.clone()), 0..8);
        let members = proptest::collection::vec(("[a-c\"]{0,3}", inner, blank.clone()), 0..8);
        let list = (items, blank.clone()).prop_map(|(items, end)| {
            let items: Vec<String> = items
                .iter()
                .map(|(item, blank)| format!("{blank}{item}{blank}"))
                .collect();
            format!("[{}{end}]", items.join(","))
        });
        let object = (members, blank.clone()).prop_map(|(members, end)| {
            let one = |(name, value, blank): &(String, String, &str)| {
                format!(
                    "{blank}{}{blank}:{value}{blank}",
                    Value::from(name.as_str())
                )
            };
            let members: Vec<String> = members.iter().map(one).collect();
            format!("{{{end}{}}}", members.join(","))
        });
        prop_oneof![list, object]
    })
}

#[test]
fn a_text_has_the_lines_that_it_is_laid_out_in() {
    for text in [
        r#"{"a":1.10,"a":[1,[],{ },[{}]],"b":{"c":"x,y{[\"\\"}}"#,
        "[]",
        " 7 ",
        "[1,2]",
        "[[[[]]]]",
        "{\"a\" : \"b\" }",
    ] {
        let expected = Mask::new([0; 32]).json(text).unwrap();
        assert_eq!(laid_out(text), expected, "{text}");
    }
}

#[test]
fn brackets_far_apart_are_found() {
    for gap in [0, 1, 60, 63, 64, 65, 300] {
        for pad in (3700..4100).step_by(7) {
            let (blanks, pad) = (" ".repeat(gap), "x".repeat(pad));
            let text =
                format!("[\"{pad}\",[{blanks}]{blanks},{blanks}1{blanks},{{\"a\":{blanks}[2]}}]");
            let expected = Mask::new([0; 32]).json(&text).unwrap();
            assert_eq!(laid_out(&text)[2..], expected[2..], "{gap}");
        }
    }
    let far = format!("[{}1]", " ".repeat(9000));
    assert_eq!(laid_out(&far), ["[", "  1", "]"]);
}

#[test]
fn a_path_is_told_and_found_again() {
    let items: Vec<String> = (0..3000)
        .map(|number| format!(r#"{{"Number": {number}, "a/b~": ["x", {{"c\"d": null}}]}}"#))
        .collect();
    let text = format!(
        r#"{{"Collection": [{}], "Pagination": {{"Page": 0}}}}"#,
        items.join(" ,")
    );
    let (structure, source) = read(&text);
    let text = Text {
        source: &source,
        structure: &structure,
    };
    for (asked, path) in [
        ("/Collection/0/Number", ".Collection[0].Number"),
        (
            "/Collection/2999/a~1b~0/1/c\"d",
            ".Collection[2999][\"a/b~\"][1][\"c\\\"d\"]",
        ),
        ("/Pagination/Page", ".Pagination.Page"),
        ("/Collection", ".Collection"),
    ] {
        let at = text.pointed(asked).unwrap();
        let told = text.path(at).unwrap();
        assert_eq!((jq(&told).as_str(), pointer(&told).as_str()), (path, asked));
    }
    assert_eq!(
        text.pointed("/Collection/3000"),
        Err("there is no `3000` in /Collection".to_owned())
    );
    assert_eq!(
        text.pointed("/x"),
        Err("there is no `x` in the top".to_owned())
    );
    assert_eq!(text.path(0), Some(Vec::<Step>::new()));
}

#[test]
fn great_depth_is_nothing_special() {
    let depth = 100_000;
    let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let (structure, source) = read(&text);
    assert_eq!(structure.lines(), depth as u64 * 2 + 1);
    let text = Text {
        source: &source,
        structure: &structure,
    };
    assert_eq!(text.around(depth as u64).len(), depth);
    assert_eq!(text.close_of(0, 0), Some(depth as u64 * 2));
    assert_eq!(text.path(depth as u64), None);
}

#[test]
fn what_closes_too_much_does_no_harm() {
    for text in ["]]]][[1,2", "}{}{,,", "\"abc", "[\"\\", ",,,", "{\"a\":]}"] {
        let (structure, source) = read(text);
        for line in 0..structure.lines() {
            let start = structure.line_start(&source, line).unwrap();
            assert!(start.at <= text.len() as u64, "{text}");
        }
        assert!(!laid_out(text).is_empty(), "{text}");
    }
}

#[test]
fn while_it_comes_it_never_knows_less() {
    let text = format!("[{}]", vec![r#"{"a": [1, "b"]}"#; 700].join(","));
    let whole = laid_out(&text);
    let mut structure = Structure::default();
    let mut buffer = Vec::new();
    for end in (0..text.len()).step_by(77) {
        let there = Bytes::copy_from_slice(&text.as_bytes()[..end]);
        while structure.advance(&there, false, &mut buffer) {}
        assert!(structure.lines() <= whole.len() as u64);
        for line in (0..structure.lines()).step_by(13) {
            let start = structure.line_start(&there, line).unwrap();
            assert_eq!(structure.line_at(&there, start.at), line);
        }
    }
}

proptest! {
    #[test]
    fn any_text_has_the_lines_that_it_is_laid_out_in(text in any_json()) {
        let expected = Mask::new([0; 32]).json(&text).unwrap();
        prop_assert_eq!(laid_out(&text), expected);
        let (structure, source) = read(&text);
        let lines = structure.lines();
        for line in 0..lines {
            let start = structure.line_start(&source, line).unwrap();
            prop_assert_eq!(structure.line_at(&source, start.at), line);
        }
        let read = Text { source: &source, structure: &structure };
        for place in 0..text.len() as u64 {
            let (mut open, mut naive) = (Vec::new(), text.as_bytes()[..usize::try_from(place).unwrap()].to_vec());
            let (mut in_string, mut escaped) = (false, false);
            for (at, byte) in naive.drain(..).enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => open.push(at as u64),
                    b'}' | b']' if !in_string => { open.pop(); }
                    _ => {}
                }
            }
            prop_assert_eq!(read.around(place), open);
        }
    }

    #[test]
    fn any_bytes_do_no_harm(text in "[\\[\\]{}\",:\\\\ a1]{0,300}") {
        let (structure, source) = read(&text);
        let _ = laid_out(&text);
        let read = Text { source: &source, structure: &structure };
        for place in 0..text.len() as u64 {
            let _ = read.path(place);
            let _ = read.close_of(place, 0);
        }
        let _ = read.pointed("/a/0/1");
    }
}
