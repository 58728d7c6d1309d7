//! Finds the answer that stands below a request without a head of its own.

use super::{message, printed};
use crate::core::wire::Response;

/// An answer without its head, below the request: JSON from the beginning of a line, or behind a few words, to the
/// end.
pub(super) fn answer_below(text: &str) -> Option<Response> {
    let begins = text.match_indices('\n').map(|(at, _)| at + 1);
    begins
        .filter_map(|at| {
            let line = text[at..].lines().next()?;
            let opens = line.find(['{', '['])?;
            let words = &line[..opens];
            let is_few = words.len() <= 60 && !words.contains(['"', '\'', '$', '/', '&']);
            is_few.then_some(at + opens)
        })
        .take(16)
        .find_map(|at| {
            let whole = printed::answer(&text[at..]);
            whole.or_else(|| printed::answer(&message::body_in(&text[at..])).filter(is_told))
        })
}

/// Whether an object among other text is an answer, and not a part of the request.
fn is_told(response: &Response) -> bool {
    let body = response.body.to_text().to_ascii_lowercase();
    let has = |name: &str| body.contains(&format!("\"{name}\""));
    let answers = has("error") || has("access_token") || has("code") && has("message");
    answers && !has("grant_type") && !has("client_id")
}
