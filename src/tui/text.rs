//! Measuring, wrapping and cutting of text that is to be drawn.
//!
//! One place, because prose, values and links are each cut in their own way (screens.md, "Cutting and
//! wrapping") and every widget needs one of them.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Width in cells.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Width in cells as a coordinate.
pub fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Prose in lines of at most `room` cells, broken between words; a word that is longer is broken at
/// the edge. Where parts stand three spaces apart, they are kept together as long as they fit.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines: Vec<String> = Vec::new();
    for part in text
        .split("   ")
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(part) <= room => {
                line.push_str("   ");
                line.push_str(part);
            }
            _ => lines.extend(words(part, room)),
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Words in lines.
fn words(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= room {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut pieces = at_edge(word, room);
        line = pieces.pop().unwrap_or_default();
        lines.append(&mut pieces);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Raw text in lines of at most `room` cells, broken before `?` and `&` where there are any, else at the
/// edge; nothing is added or left out.
pub fn wrap_raw(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    if width(text) <= room {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in before_separators(text) {
        if !line.is_empty() && width(&line) + width(piece) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(piece);
        if width(&line) > room {
            let mut pieces = at_edge(&line, room);
            line = pieces.pop().unwrap_or_default();
            lines.append(&mut pieces);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Pieces of a text, each but the first beginning with `?` or `&`.
fn before_separators(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..]
            .find(['?', '&'])
            .map_or(rest.len(), |place| place + first);
        let (piece, further) = rest.split_at(end);
        rest = further;
        Some(piece)
    })
}

/// A text in pieces of at most `room` cells.
fn at_edge(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let cells = width(cluster);
        if used + cells > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push_str(cluster);
        used += cells;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A name, cut at its end when it is longer than `room`.
pub fn cut_end(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    match room {
        0 => String::new(),
        _ => format!("{}…", head(text, room - 1)),
    }
}

/// A few words, cut after a word when they are longer than `room`.
pub fn cut_words(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let kept = head(text, room.saturating_sub(1));
    match kept.rfind(' ').filter(|end| *end * 2 > kept.len()) {
        Some(end) => format!("{}…", kept[..end].trim_end_matches([',', ';', ':', ' '])),
        None => cut_end(text, room),
    }
}

/// A value, cut in its middle when it is longer than `room`, with its length said where that fits.
pub fn cut_middle(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let length = format!("  {} chars", text.chars().count());
    let left = room.saturating_sub(width(&length) + 1);
    if left < 6 {
        return cut_end(text, room);
    }
    let tail = (left / 4).max(2);
    format!("{}…{}{length}", head(text, left - tail), end(text, tail))
}

/// The first `room` cells of a text.
fn head(text: &str, room: usize) -> String {
    at_edge(text, room.max(1))
        .into_iter()
        .next()
        .filter(|piece| width(piece) <= room)
        .unwrap_or_default()
}

/// The last `room` cells of a text.
fn end(text: &str, room: usize) -> String {
    let mut clusters: Vec<&str> = Vec::new();
    let mut used = 0;
    for cluster in text.graphemes(true).rev() {
        used += width(cluster);
        if used > room {
            break;
        }
        clusters.push(cluster);
    }
    clusters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_at_words_and_loses_none() {
        let text = "Søren Ærlig  asks Visma Connect for a token";
        for room in 1..60 {
            let lines = wrap(text, room);
            assert!(lines.iter().all(|line| width(line) <= room), "{room}");
            let joined: String = lines.concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""), "{room}");
        }
    }

    #[test]
    fn a_link_breaks_before_its_separators_and_is_whole_again_when_joined() {
        let link = "https://connect.visma.com/connect/authorize?client_id=isv_acme&state=x&scope=y";
        for room in 1..90 {
            assert_eq!(wrap_raw(link, room).concat(), link, "{room}");
        }
        let lines = wrap_raw(link, 50);
        assert!(
            lines[1].starts_with('?') || lines[1].starts_with('&'),
            "{lines:?}"
        );
    }

    #[test]
    fn values_are_cut_in_the_middle_and_say_their_length() {
        let cut = cut_middle("7Xh0dQm2-LrT9bVw5YzKfC3pJs8aNu6eGi1oRtH4k2Q", 23);
        assert_eq!(cut, "7Xh0dQm2-…k2Q  43 chars");
        for room in 0..50 {
            assert!(width(&cut_middle("日本語のとても長い値です、ほんとうに", room)) <= room);
        }
    }
}
