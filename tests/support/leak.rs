//! Looks for a token where none may be.

/// Whether a text holds a JWT or the beginning of one: `eyJ` (`{"` in base64url) where a value begins or
/// after the dot between header and claims. Inside another value it is chance: random states and session
/// states hold it now and then. What steers a terminal does not count as text.
pub(crate) fn holds_a_token(text: &str) -> bool {
    let text = without_control_sequences(text);
    text.match_indices("eyJ").any(|(place, _)| {
        let before = text[..place].chars().next_back();
        !before.is_some_and(|before| before.is_ascii_alphanumeric() || "_-".contains(before))
    })
}

/// A text with each `ESC [ … letter` made a space.
fn without_control_sequences(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|last: char| ('@'..='~').contains(&last));
        plain.push(' ');
        plain.push_str(end.map_or("", |end| &piece[end + 1..]));
    }
    plain
}
