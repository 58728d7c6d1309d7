//! Character references of HTML, undone: one value reads the same in a page as elsewhere.

/// Longest reference that is read, in bytes, its semicolon included.
const LONGEST_REFERENCE: usize = 10;

/// Text with its character references resolved; an unknown one is left as it stands.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after
            .bytes()
            .take(LONGEST_REFERENCE)
            .position(|byte| byte == b';')
            .and_then(|end| Some((character(&after[..end])?, &after[end + 1..])));
        rest = if let Some((character, behind)) = reference {
            plain.push(character);
            behind
        } else {
            plain.push('&');
            after
        };
    }
    plain + rest
}

/// The words of a page: each piece between two tags on a line of its own, without scripts and styles.
pub fn words(page: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut hidden: Option<&str> = None;
    for (index, piece) in page.split('<').enumerate() {
        let (tag, text) = match piece.split_once('>') {
            Some(parts) if index > 0 => parts,
            _ if index > 0 => continue,
            _ => ("", piece),
        };
        let tag = tag.to_ascii_lowercase();
        let ends = |name: &str| {
            tag.strip_prefix('/')
                .is_some_and(|end| end.starts_with(name))
        };
        if hidden.is_some_and(|name| !ends(name)) {
            continue;
        }
        hidden = ["script", "style"]
            .into_iter()
            .find(|name| tag.starts_with(name));
        let text = unescape(text);
        let line: Vec<&str> = text.split_whitespace().collect();
        if hidden.is_none() && !line.is_empty() {
            lines.push(line.join(" "));
        }
    }
    lines.join("\n")
}

/// The character that a reference stands for.
fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{unescape, words};

    #[test]
    fn the_words_of_a_page_are_what_one_reads_on_it() {
        let page = "<!doctype html><style>b > i { x: y }</style><h1>Sorry,\n there &amp; then</h1>\
                    <script>if (a < b) { client_id() }</script><p>invalid_scope</p> <br/>end < x";
        assert_eq!(words(page), "Sorry, there & then\ninvalid_scope\nend");
        assert_eq!(words("plain"), "plain");
    }

    #[test]
    fn known_references_are_resolved_once_and_others_left() {
        assert_eq!(
            unescape("a&amp;lt;b &#x3E; &#39;&quot; s&oslash;r & co; &#xffffffff;"),
            "a&lt;b > '\" s&oslash;r & co; &#xffffffff;"
        );
    }
}
