//! Drafts without their secrets: what may be written down of a request in hand.
//!
//! A secret gives way to its mark, as everywhere; what reads the marks makes of them what it needs: a value to
//! be typed again, a variable, or nothing. A variable in the place of a secret is none, and stays.

use super::draft::{Draft, DraftBody, Row};
use super::variables;
use crate::core::secret::Secret;
use crate::core::secret::kept::KeptMark;
use crate::core::wire::redact::{Keeping, Mask};

/// Where a text of a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Path or URL.
    Path,
    /// The name of a parameter or of a header field.
    Name,
    /// The value of that parameter.
    Parameter(&'a str),
    /// The value of that header field.
    Header(&'a str),
    /// The body, of that media type.
    Body(&'a str),
    /// The path of the file that is sent.
    File,
}

impl Place<'_> {
    /// In a sentence.
    pub fn words(self) -> String {
        match self {
            Self::Path => "the path".to_owned(),
            Self::Name => "a name".to_owned(),
            Self::Parameter(name) => format!("the parameter {name}"),
            Self::Header(name) => format!("the header field {name}"),
            Self::Body(_) => "the body".to_owned(),
            Self::File => "the path of the file".to_owned(),
        }
    }
}

/// A draft with its secrets masked: what stands under the name of one, and these values wherever they stand.
pub fn masked(draft: &Draft, mask: &Mask, known: &[&Secret]) -> Draft {
    let keeping = Keeping::new(mask, known);
    each(draft, &mut |place, text| {
        let spared = variables::written(text);
        let masked = match place {
            Place::Path => keeping.url(text),
            Place::Name | Place::File => keeping.text(text),
            Place::Parameter(name) => keeping.value(name, text),
            Place::Header(name) => keeping.field(name, text),
            Place::Body(media_type) => return keeping.content(media_type, text, &spared),
        };
        keeping.spare(masked, &spared)
    })
}

/// A masked draft with nothing in the place of its secrets; whether there were any. A row that held one is
/// switched off: a header field without its secret would take the token's place and be refused.
pub fn emptied(masked: &Draft) -> (Draft, bool) {
    let mut any = false;
    let mut draft = each(masked, &mut |_, text| {
        without_marks(text, &mut |_, _| {
            any = true;
            String::new()
        })
    });
    let before = masked.parameters.iter().chain(&masked.headers);
    let rows = draft.parameters.iter_mut().chain(&mut draft.headers);
    for (row, _) in rows.zip(before).filter(|(row, was)| row.value != was.value) {
        row.value.clear();
        row.on = false;
    }
    (draft, any)
}

/// What of a masked draft must be typed again before it can be sent; what is switched off need not.
pub fn lacks(masked: &Draft) -> Vec<String> {
    let mut lacks = Vec::new();
    let in_path = masked.in_path();
    let mut sent = masked.clone();
    sent.headers.retain(|row| row.on);
    let query = sent
        .parameters
        .split_off(in_path.min(sent.parameters.len()));
    sent.parameters
        .extend(query.into_iter().filter(|row| row.on));
    each(&sent, &mut |place, text| {
        let words = place.words();
        if KeptMark::find(text).is_some() && !lacks.contains(&words) {
            lacks.push(words);
        }
        String::new()
    });
    lacks
}

/// A text with something else in the place of every mark; `instead` sees what stands before it.
pub fn without_marks(text: &str, instead: &mut dyn FnMut(&str, &str) -> String) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((place, mark)) = KeptMark::find(rest) {
        whole.push_str(&rest[..place.start]);
        let shown = instead(&whole, mark.mark);
        whole.push_str(&shown);
        rest = &rest[place.end..];
    }
    whole + rest
}

/// A draft made of the changed texts of another.
pub fn each(draft: &Draft, change: &mut dyn FnMut(Place<'_>, &str) -> String) -> Draft {
    type Of = for<'a> fn(&'a str) -> Place<'a>;
    let mut rows = |rows: &[Row], of: Of| -> Vec<Row> {
        let changed = rows.iter().map(|row| Row {
            value: change(of(&row.name), &row.value),
            name: change(Place::Name, &row.name),
            on: row.on,
        });
        changed.collect()
    };
    let parameters = rows(&draft.parameters, |name| Place::Parameter(name));
    let headers = rows(&draft.headers, |name| Place::Header(name));
    Draft {
        operation: draft.operation.clone(),
        method: draft.method.clone(),
        // The path of an operation is the catalogue's.
        path: match draft.operation() {
            Some(_) => draft.path.clone(),
            None => change(Place::Path, &draft.path),
        },
        parameters,
        headers,
        body: match &draft.body {
            DraftBody::Nothing => DraftBody::Nothing,
            DraftBody::Text(text) => DraftBody::Text(change(Place::Body(&media_type(draft)), text)),
            DraftBody::File(path) => DraftBody::File(change(Place::File, path)),
        },
    }
}

/// What its body is; JSON, unless a header says otherwise.
fn media_type(draft: &Draft) -> String {
    let mut on = draft.headers.iter().filter(|row| row.on);
    let named = on.find(|row| row.name.eq_ignore_ascii_case("content-type"));
    let value = named.map_or("application/json", |row| row.value.as_str());
    let bare = value.split(';').next().unwrap_or_default();
    bare.trim().to_ascii_lowercase()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
pub(in crate::core) mod tests {
    use super::*;
    use crate::core::dinero::catalogue::operation;
    use proptest::prelude::*;

    pub(in crate::core) fn mask() -> Mask {
        Mask::new([7; 32])
    }

    pub(in crate::core) fn row(name: &str, value: &str, on: bool) -> Row {
        Row {
            name: name.to_owned(),
            value: value.to_owned(),
            on,
        }
    }

    #[test]
    fn what_is_secret_gives_way_and_everything_else_stands_as_it_stood() {
        let mut draft = Draft::of(operation("contacts.create").unwrap());
        draft.headers = vec![
            row("Authorization", "Bearer abc-def", true),
            row("X-Trace", "17", true),
            row("Cookie", "a=hunter22", false),
        ];
        draft.parameters.push(row("token", "hunter22", true));
        draft.parameters.push(row("note", "my known-value", true));
        draft.body = DraftBody::Text("{\"Name\" :1.10, \"password\":\"hunter22\"}".to_owned());
        let known = Secret::new("known-value");
        let kept = masked(&draft, &mask(), &[&known]);
        let text = format!("{kept:?}");
        for secret in ["abc-def", "hunter22", "known-value"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("1.10") && kept.headers[1] == draft.headers[1]);
        assert_eq!(
            lacks(&kept),
            [
                "the parameter token",
                "the parameter note",
                "the header field Authorization",
                "the body"
            ]
        );
        let (empty, any) = emptied(&kept);
        assert!(any && lacks(&empty).is_empty());
        assert_eq!(empty.headers[0], row("Authorization", "", false));
    }

    #[test]
    fn a_variable_in_the_place_of_a_secret_stays_and_so_does_the_layout() {
        let mut draft = Draft::free("post", "/x?access_token={{mine}}&a=1");
        draft.headers = vec![
            row("Authorization", "Bearer {{mine}}", true),
            row("Cookie", "a={{ mine }}", true),
        ];
        draft.parameters.push(row("password", "{{mine}}", true));
        for body in [
            "{\"password\" :  \"{{mine}}\",\"n\":{} }",
            "{\"n\":{{number}},\n\"a\":\"\\u00e6\"}",
            "no JSON at all",
        ] {
            draft.body = DraftBody::Text(body.to_owned());
            assert_eq!(masked(&draft, &mask(), &[]), draft);
        }
    }

    proptest! {
        #[test]
        fn masking_twice_is_masking_once(value in ".{0,40}", name in "[a-zA-Z_-]{0,14}") {
            let mut draft = Draft::free("GET", &format!("/a?{name}={value}"));
            draft.headers.push(row(&name, &value, true));
            draft.headers.push(row("Authorization", &value, true));
            draft.body = DraftBody::Text(value);
            let once = masked(&draft, &mask(), &[]);
            prop_assert_eq!(masked(&once, &mask(), &[]), once);
        }
    }
}
