//! Reading bodies: what kind they are, and how they are laid out to be read.

use crate::core::wire::json;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;

/// A body laid out in lines, made off the UI task because it may be large.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Lines ready to draw.
    pub lines: Vec<Visible>,
}

/// Lays out an API answer: JSON indented by its own tokens (numbers and strings exactly as they came),
/// anything else line by line. Secret-named values are masked.
pub fn lay_out(bytes: &[u8], mask: &Mask) -> Layout {
    if bytes.is_empty() {
        return Layout::default();
    }
    if is_binary(bytes) {
        return Layout {
            lines: vec![binary(bytes.len(), "")],
        };
    }
    let text = String::from_utf8_lossy(bytes);
    if let Some(lines) = mask.json(&text) {
        return Layout {
            lines: lines.iter().map(Visible::from).collect(),
        };
    }
    let shown = if looks_like_html(&text) {
        mask.html(&text)
    } else {
        mask.text(&text, &[])
    };
    Layout {
        lines: Visible::lines(&shown),
    }
}

/// A JSON text on one line, every number and string exactly as it came; `None` when it is not valid JSON.
pub fn one_line(text: &str) -> Option<String> {
    let lines = json::indent(text, &|_| false, &|value| value.raw.to_owned())?;
    Some(lines.iter().map(|line| line.trim_start()).collect())
}

/// Whether bytes are no text: a NUL among them, or more than a stray one that is not UTF-8.
pub fn is_binary(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(4096)];
    if beginning.contains(&0) {
        return true;
    }
    let broken: usize = beginning
        .utf8_chunks()
        .map(|chunk| chunk.invalid().len())
        .sum();
    broken > 3 && broken * 10 > beginning.len()
}

/// Whether a text begins as a web page does.
pub(super) fn looks_like_html(text: &str) -> bool {
    text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
        .starts_with('<')
}

/// The line that stands for a body that is no text.
pub(super) fn binary(length: usize, media_type: &str) -> Visible {
    let kind = if media_type.is_empty() {
        "unknown type"
    } else {
        media_type
    };
    Visible::of(&format!("{length} bytes of {kind}"))
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn json_on_one_line_keeps_every_digit_and_every_letter() {
        let text = "{\n  \"a\" : [ 1.10, 123456789012345678901, \"b  \\n\" ],\r\n \"a\": {} }\n";
        let line = r#"{"a": [1.10,123456789012345678901,"b  \n"],"a": {}}"#;
        assert_eq!(one_line(text).as_deref(), Some(line));
        assert_eq!(one_line("{\"a\": 1"), None);
        assert_eq!(one_line(""), None);
    }
}
