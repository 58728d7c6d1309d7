//! Any text, any way into it, any edit.

use super::super::*;
use super::{contact, done, invoice};
use proptest::prelude::*;

/// JSON with spaces here and there.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("1.10".to_owned()),
        Just("-0e+400".to_owned()),
        Just("123456789012345678901234567890".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "\"(\\\\u00e6|\\\\\"|[a{}\\[,ø]){0,4}\"",
    ];
    let name = "\"(Name|name|Date|ProductLines|Quantity|q|\\\\u0071)\"";
    let space = "[ \n]?";
    scalar.prop_recursive(4, 32, 4, move |inner| {
        let item = (space, inner.clone(), space).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = (space, name, space, inner, space)
            .prop_map(|(a, name, b, value, c)| format!("{a}{name}{b}:{value}{c}"));
        prop_oneof![
            proptest::collection::vec(item, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            proptest::collection::vec(member, 0..4)
                .prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0_usize..4).prop_map(Step::Item),
        "Name|Date|ProductLines|Quantity|q|.".prop_map(Step::Member),
    ];
    proptest::collection::vec(step, 0..4)
}

/// Every value that is there.
fn present(text: &str, body: &BodyKind) -> Vec<String> {
    let rows = rows(text, body).unwrap_or_default();
    let there = rows
        .into_iter()
        .filter(|row| row.value != FormValue::Absent);
    there.map(|row| format!("{:?}", row.value)).collect()
}

/// What stands in the row of a path.
fn row_at(text: &str, body: &BodyKind, path: &[Step]) -> FormValue {
    let rows = done(rows(text, body));
    let found = rows.into_iter().find(|row| row.path == path);
    found.map_or(FormValue::Absent, |row| row.value)
}

/// Whether one text is the other with one piece more in it, white space left out.
fn differ_by_one_piece(one: &str, other: &str) -> bool {
    let bare =
        |text: &str| -> Vec<char> { text.chars().filter(|it| !it.is_whitespace()).collect() };
    let (one, other) = (bare(one), bare(other));
    let same =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let before = same(&mut one.iter().zip(&other));
    let after = same(&mut one.iter().rev().zip(other.iter().rev()));
    before + after >= one.len().min(other.len())
}

proptest! {
    #[test]
    fn any_text_and_any_path_are_taken(
        text in prop_oneof![json(), "([\\[\\]{},: \n\"\\\\a1.]|null|\\{\\{a\\}\\}|.){0,16}"],
        path in steps(), typed in ".{0,6}|\\[1\\]|1.10|null|\\{\\{a\\}\\}", on in any::<bool>()
    ) {
        for body in [invoice(), contact(), BodyKind::List("LedgerItemModelV2".to_owned()), BodyKind::File] {
            let valid = !troubles(&text).iter().any(|one| one.breaks);
            prop_assert_eq!(rows(&text, &body).is_ok(), valid || body == BodyKind::File);
            for edited in [
                set(&text, &body, &path, &typed),
                switch(&text, &body, &path, on),
                add_item(&text, &body, &path),
            ] {
                match edited {
                    Ok(edited) => prop_assert!(!troubles(&edited).iter().any(|one| one.breaks), "{}", edited),
                    Err(why) => prop_assert!(why.line > 0 && why.column > 0),
                }
            }
        }
    }

    #[test]
    fn every_row_can_be_edited_and_the_others_keep_their_bytes(text in json(), pick in any::<prop::sample::Index>()) {
        let body = invoice();
        let all = done(rows(&text, &body));
        if all.is_empty() || all[0].path.is_empty() {
            return Ok(());
        }
        let row = &all[pick.index(all.len())];
        let before = present(&text, &body);
        let after = done(set(&text, &body, &row.path, "typed"));
        let now = row_at(&after, &body, &row.path);
        prop_assert_eq!(now, FormValue::Text("typed".to_owned()));
        if row.value == FormValue::Absent {
            let back = done(switch(&after, &body, &row.path, false));
            prop_assert_eq!(present(&back, &body), before);
        } else {
            // All but the edited value stands as it was: put back, the text is the same to the byte.
            let place = after.find("\"typed\"").unwrap_or(after.len());
            let tail = after.get(place + "\"typed\"".len()..).unwrap_or("none");
            prop_assert!(text.starts_with(&after[..place]) && text.ends_with(tail));
        }
    }
    #[test]
    fn what_comes_and_goes_is_one_piece(text in json(), path in steps(), on in any::<bool>()) {
        for body in [invoice(), BodyKind::List("LedgerItemModelV2".to_owned())] {
            if let Ok(edited) = switch(&text, &body, &path, on) {
                prop_assert!(differ_by_one_piece(&text, &edited), "{} {}", text, edited);
            }
            // A list that is null becomes one.
            let added = add_item(&text, &body, &path).unwrap_or_else(|_| text.clone());
            prop_assert!(differ_by_one_piece(&text.replace("null", ""), &added.replace("null", "")), "{} {}", text, added);
        }
    }
}
