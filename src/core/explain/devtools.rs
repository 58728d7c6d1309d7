//! Reads what is copied by hand from the network panel of a browser: labels, and fields with their values.

use crate::core::wire::{Body, Headers, Request};

/// What a field stands under.
const FORM_TITLES: [&str; 4] = ["Form Data", "Payload", "Request Payload", "Form data"];

/// The value behind a label, in its line or the next.
fn labelled<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix(label) {
            let value = rest.trim_start_matches(':').trim();
            return if value.is_empty() {
                lines.next()
            } else {
                Some(value)
            };
        }
    }
    None
}

/// The fields under `Form Data`, as a form.
pub(super) fn form_data(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| FORM_TITLES.iter().any(|title| line.starts_with(title)))?;
    let block: Vec<&str> = lines
        .skip_while(|line| line.is_empty() || line.starts_with("view "))
        .take_while(|line| !line.is_empty())
        .collect();
    let in_one_line = block.iter().filter(|line| is_field(line)).count() * 2 >= block.len();
    let pairs: Vec<(&str, &str)> = if in_one_line {
        let fields = block.iter().filter(|line| is_field(line));
        fields
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect()
    } else {
        block
            .chunks_exact(2)
            .map(|pair| (pair[0].trim_end_matches(':'), pair[1]))
            .collect()
    };
    if pairs.is_empty() {
        return None;
    }
    let encoded = pairs
        .iter()
        .any(|(_, value)| value.contains("%3A") || value.contains("%2F"));
    if encoded {
        let fields: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        return Some(fields.join("&"));
    }
    Some(
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish(),
    )
}

/// Whether a line is `name: value`.
fn is_field(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// The request behind `Request URL`, with the status that is shown for it.
pub(super) fn read(text: &str) -> Option<(Request, Option<u16>)> {
    let url = labelled(text, "Request URL").filter(|url| url.starts_with("http"))?;
    let method = labelled(text, "Request Method").unwrap_or("GET");
    let status = labelled(text, "Status Code")
        .and_then(|status| {
            status
                .split(|letter: char| !letter.is_ascii_digit())
                .find(|it| !it.is_empty())
        })
        .and_then(|digits| digits.parse().ok());
    let form = form_data(text);
    let media = ["Content-Type:", "content-type:"]
        .iter()
        .find_map(|label| labelled(text, label))
        .filter(|media| method == "POST" && (media.contains("form") || form.is_none()));
    let body = form
        .clone()
        .or_else(|| raw_body(text).map(str::to_owned))
        .unwrap_or_default();
    let mut headers = Headers::default();
    let usual =
        (method == "POST" && !body.starts_with('{')).then_some("application/x-www-form-urlencoded");
    if let Some(media) = media.or(usual) {
        headers.push("Content-Type", media);
    }
    for name in ["Authorization", "Origin"] {
        let lower = name.to_ascii_lowercase();
        let value = labelled(text, &format!("{name}:"));
        if let Some(value) = value.or_else(|| labelled(text, &format!("{lower}:"))) {
            headers.push(name, value);
        }
    }
    let request = Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers,
        body: Body::text(&body),
    };
    Some((request, status))
}

/// A body that stands below the labels as it was sent.
fn raw_body(text: &str) -> Option<&str> {
    if let Some(at) = text.find("\n--") {
        return Some(text[at..].trim());
    }
    text.lines().map(str::trim).find(|line| {
        let form =
            line.contains('=') && !line.contains(char::is_whitespace) && !line.contains("://");
        form && !line.contains(": ")
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_one_line_or_in_two() {
        let one = "Form Data\nview source\n\ncode: AB12\nscope: a:read b\n";
        assert_eq!(form_data(one).unwrap(), "code=AB12&scope=a%3Aread+b");
        let two = "Form Data\ncode\nAB12\nscope\na:read b";
        assert_eq!(form_data(two).unwrap(), "code=AB12&scope=a%3Aread+b");
        let encoded = "Form Data\nscope: a%3Aread+b";
        assert_eq!(form_data(encoded).unwrap(), "scope=a%3Aread+b");
        assert_eq!(form_data("Form Data\n"), None);
    }

    #[test]
    fn labels_are_read_with_and_without_a_colon() {
        for text in [
            "Request URL: https://a.example/cb\nRequest Method: POST\nStatus Code: 400 Bad Request\n\na=1&b=2",
            "Request URL\nhttps://a.example/cb\nRequest Method\nPOST\nStatus Code\n400 Bad Request\n\na=1&b=2",
        ] {
            let (request, status) = read(text).unwrap();
            assert_eq!(request.method, "POST");
            assert_eq!(request.url, "https://a.example/cb");
            assert_eq!(request.body.to_text(), "a=1&b=2");
            assert_eq!(status, Some(400));
        }
        assert!(read("Request URL: gone").is_none());
    }
}
