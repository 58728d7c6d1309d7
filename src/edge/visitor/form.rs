//! Finds the forms of a page and what they would send: enough HTML for the sandbox's own pages, and
//! tolerant of how it is written.

use crate::core::wire::html::unescape;

/// A form and what it would send as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Form {
    /// Its `id`.
    pub(super) id: String,
    /// Where it is sent.
    pub(super) action: String,
    /// Whether it is sent as `text/plain`.
    pub(super) is_plain: bool,
    /// Names and values of its inputs, in order, without its buttons.
    pub(super) fields: Vec<(String, String)>,
}

/// How a form may be written so that no listener for `form_post` reads it.
pub(super) const PLAIN: &str = "text/plain";

/// One opening or closing tag.
#[derive(Debug)]
struct Tag<'a> {
    /// Lower case; closing tags begin with `/`.
    name: String,
    attributes: &'a str,
}

/// The forms of a page.
pub(super) fn forms(page: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    for tag in tags(page) {
        let attributes = attributes(tag.attributes);
        let get = |name: &str| {
            attributes
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        match (tag.name.as_str(), inside) {
            ("form", _) => {
                inside = true;
                forms.push(Form {
                    id: get("id").unwrap_or_default().to_owned(),
                    action: get("action").unwrap_or_default().to_owned(),
                    is_plain: get("enctype") == Some(PLAIN),
                    fields: Vec::new(),
                });
            }
            ("/form", _) => inside = false,
            ("input", true) => {
                let kind = get("type").unwrap_or("text").to_ascii_lowercase();
                let is_sent = match kind.as_str() {
                    "submit" | "button" | "reset" | "image" | "file" => false,
                    "checkbox" | "radio" => get("checked").is_some(),
                    _ => true,
                } && get("disabled").is_none();
                let default = if kind == "checkbox" { "on" } else { "" };
                if let (true, Some(name), Some(form)) = (is_sent, get("name"), forms.last_mut()) {
                    let value = get("value").unwrap_or(default);
                    form.fields.push((name.to_owned(), value.to_owned()));
                }
            }
            _ => {}
        }
    }
    forms
}

/// The text of the first element of that name, its tags taken out.
pub(super) fn text_of(page: &str, element: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let open = lower.find(&format!("<{element}"))?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find(&format!("</{element}"))?;
    let mut text = String::new();
    for part in page[start..end].split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
    }
    let text = unescape(&text);
    let text: Vec<&str> = text.split_whitespace().collect();
    Some(text.join(" ")).filter(|text| !text.is_empty())
}

/// The value of the first attribute of that name.
pub(super) fn attribute_of(page: &str, name: &str) -> Option<String> {
    let all = tags(page)
        .into_iter()
        .flat_map(|tag| attributes(tag.attributes));
    let mut named = all.filter(|(key, _)| key == name);
    named.next().map(|(_, value)| value)
}

/// The tags of a page, comments, styles and scripts left out.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let name_end = rest
            .find(|character: char| character.is_whitespace() || character == '>')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let Some(end) = tag_end(after) else { break };
        let tag = Tag {
            name: name.to_ascii_lowercase(),
            attributes: &after[..end],
        };
        rest = &after[end + 1..];
        if matches!(tag.name.as_str(), "style" | "script") {
            let close = rest.to_ascii_lowercase().find(&format!("</{}", tag.name));
            rest = close.map_or("", |close| &rest[close..]);
        }
        tags.push(tag);
    }
    tags
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, character)| {
        match (quote, character) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        None
    })
}

/// Names, lower case, and values of a tag's attributes.
fn attributes(text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = text.trim_matches(is_between);
    while !rest.is_empty() {
        let name_end = rest
            .find(|character: char| character.is_whitespace() || matches!(character, '=' | '/'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", after),
        };
        if !name.is_empty() {
            attributes.push((name.to_ascii_lowercase(), unescape(value)));
        }
        rest = after.trim_start_matches(is_between);
    }
    attributes
}

/// What may stand between attributes.
fn is_between(character: char) -> bool {
    character.is_whitespace() || character == '/'
}

/// A value, quoted or not, and what follows it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_however_it_is_written() {
        let page = r#"<!doctype html><style>form > input { color: red }</style>
            <!-- <form id="old"><input name="no"></form> -->
            <FORM method=post action='/a?b=1&amp;c=2' id = "login" ><label>Mail <input
              type="email" value="s&oslash;ren &#x3E; &#39;x&#39;" name="mail"></label>
            <input name=plain value=bare /><input type=checkbox name=keep checked>
            <input type="checkbox" name="off"><input type=submit name=go value=Go>
            <button name="decision" value="accept">Accept</button></form>
            <input name="outside" value="x"><form id=second enctype="text/plain" action="http://h/"></form>"#;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            forms(page),
            [
                Form {
                    id: "login".into(),
                    action: "/a?b=1&c=2".into(),
                    is_plain: false,
                    fields: vec![
                        pair("mail", "s&oslash;ren > 'x'"),
                        pair("plain", "bare"),
                        pair("keep", "on")
                    ],
                },
                Form {
                    id: "second".into(),
                    action: "http://h/".into(),
                    is_plain: true,
                    fields: Vec::new(),
                },
            ]
        );
    }

    #[test]
    fn the_words_of_an_error_page_are_found() {
        let page = "<h1 class=x>Der skete\n en <b>fejl</b> &amp; mere</h1>";
        assert_eq!(
            text_of(page, "h1").as_deref(),
            Some("Der skete en fejl & mere")
        );
        assert_eq!(text_of(page, "h2"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_page_makes_it_panic(page in "(<|>|form|input|/|=|'|\"|&|;|#x|name|å| |!--|-->|<h1>|script){0,60}") {
            let _ = forms(&page);
            let _ = text_of(&page, "h1");
        }
    }
}
