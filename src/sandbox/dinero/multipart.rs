//! A file sent as `multipart/form-data` (RFC 7578): the first part that has a filename.

use super::call::Content;
use super::refusal::Refusal;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};

/// The most that a file may have, in bytes (reference 2.6).
pub(super) const MOST: usize = 6 * 1024 * 1024;

/// The file of a body; `Ok(None)` for one that is too large.
pub(super) fn file(headers: &HeaderMap, body: &Bytes) -> Result<Option<Content>, Refusal> {
    let kind = super::super::reply::header_text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let is_form = kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"));
    let boundary = parameter(kind, "boundary").filter(|boundary| is_form && !boundary.is_empty());
    let Some(boundary) = boundary else {
        let why = "The body must be multipart/form-data with a boundary.";
        return Err(Refusal::of_body(why));
    };
    let delimiter = format!("--{boundary}");
    let mut from = find(body, delimiter.as_bytes()).map(|at| at + delimiter.len());
    while let Some(start) = from {
        let end = find(&body[start..], format!("\r\n{delimiter}").as_bytes());
        let Some(end) = end.map(|end| start + end) else {
            break;
        };
        if let Some((head, at)) = head(&body[start..end])
            && let Some(name) = filename(&head)
        {
            let bytes = body.slice(start + at..end);
            return content(&head, name, bytes);
        }
        from = Some(end + 2 + delimiter.len());
    }
    Err(Refusal::of_field("file", "must be a part with a filename"))
}

/// The file of a part.
fn content(head: &str, name: String, bytes: Bytes) -> Result<Option<Content>, Refusal> {
    let media = field(head, "content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let essence = media
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    if !(essence.starts_with("image/") || essence == "application/pdf") {
        let why = format!("must be an image or a PDF, not `{essence}`");
        return Err(Refusal::of_field("file", why));
    }
    if bytes.is_empty() {
        return Err(Refusal::of_field("file", "must not be empty"));
    }
    let content = Content {
        name,
        media: essence,
        bytes,
    };
    Ok((content.bytes.len() <= MOST).then_some(content))
}

/// The head of a part, and where what is below it begins.
fn head(part: &[u8]) -> Option<(String, usize)> {
    let end = find(part, b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&part[..end]).into_owned(), end + 4))
}

/// The name of a part's file.
fn filename(head: &str) -> Option<String> {
    let disposition = field(head, "content-disposition")?;
    let name = parameter(disposition, "filename")?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A field of a part's head.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.trim()
            .eq_ignore_ascii_case(name)
            .then_some(value.trim())
    })
}

/// A parameter of a field, in quotes or not.
fn parameter(field: &str, name: &str) -> Option<String> {
    field.split(';').skip(1).find_map(|pair| {
        let (own, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        own.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.to_owned())
    })
}

/// Where a text begins in another.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &'static str, body: &'static str) -> Result<Option<Content>, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
        file(&headers, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn the_first_part_with_a_filename_is_the_file() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhej\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\bilag;1.png\"\r\n\
                    Content-Type: image/png\r\n\r\n\r\n-\r\n--x--\r\n";
        let body = Box::leak(body.replace(";1", " 1").into_boxed_str());
        let content = read("multipart/form-data; boundary=\"x\"", body)
            .ok()
            .flatten();
        let content = content.map(|one| (one.name, one.media, one.bytes));
        let bytes = Bytes::from_static(b"\r\n-");
        assert_eq!(
            content,
            Some(("bilag 1.png".to_owned(), "image/png".to_owned(), bytes))
        );
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for (kind, body) in [
            ("application/json", "{}"),
            ("multipart/form-data", "--x--"),
            ("multipart/form-data; boundary=x", ""),
            ("multipart/form-data; boundary=x", "--x\r\n\r\n"),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhej\r\n--x--",
            ),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; filename=\"a.txt\"\r\n\
                 Content-Type: text/plain\r\n\r\nhej\r\n--x--",
            ),
        ] {
            assert!(read(kind, body).is_err(), "{kind} {body}");
        }
    }
}
