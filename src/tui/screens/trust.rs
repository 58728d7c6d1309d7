//! The question whether a profile that was found by itself may have its secret sent: the file, the secret,
//! the host, before anything is read.

use super::parts::{fact, group, prose};
use crate::core::profile::SecretReference;
use crate::core::profile::trust::TrustQuestion;
use crate::core::wire::visible::Visible;
use crate::tui::pane::{Group, Mark, Row};
use url::Url;

/// The question as groups of a pane; `otherwise` is the row that goes on without trust. What is judged by
/// its every character stands unshortened.
pub(super) fn groups(question: &TrustQuestion, otherwise: Row) -> Vec<Group> {
    let (what, value) = secret(&question.reference);
    let file = question.path.to_string_lossy();
    let mut rows = vec![
        prose(
            "The profile lies in a folder that was found by itself, so somebody else may have written \
             it. Only you know whether this secret is meant for that host.",
        ),
        fact(Mark::Note, "goes to", host(question), "the token endpoint"),
        fact(Mark::Note, "secret", what, ""),
    ];
    rows.push(Row::Raw(vec![Visible::of(&value)]));
    rows.push(fact(Mark::Note, "asked by", "this file", ""));
    rows.push(Row::Raw(vec![Visible::of(&file)]));
    rows.push(otherwise);
    vec![group("", "", rows)]
}

/// The question in two sentences.
pub fn words(question: &TrustQuestion) -> String {
    let (what, value) = secret(&question.reference);
    let path = question.path.to_string_lossy();
    let text = format!(
        "{path} was found by itself and wants a secret sent to {}: {what}: {value}. Only you know whether it \
         is meant for that host.",
        host(question)
    );
    Visible::of(&text).to_string()
}

/// What kind of secret it is, and which one.
fn secret(reference: &SecretReference) -> (&'static str, String) {
    match reference {
        SecretReference::Environment(name) => ("the environment variable", name.clone()),
        SecretReference::Command(words) => ("what this command prints", quoted(words)),
        _ => (
            "from the keyring",
            "the one kept for this client".to_owned(),
        ),
    }
}

/// A command whose words can be told apart.
fn quoted(words: &[String]) -> String {
    let bare = |word: &str| !word.is_empty() && !word.contains([' ', '\'', '"', '\\']);
    let words: Vec<String> = words
        .iter()
        .map(|word| {
            if bare(word) {
                word.clone()
            } else {
                format!("{word:?}")
            }
        })
        .collect();
    words.join(" ")
}

/// The host with its scheme and port, so that a lookalike is seen.
fn host(question: &TrustQuestion) -> String {
    match Url::parse(&question.token_url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => question.token_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_command_can_be_told_apart() {
        let words = ["sh", "-c", "curl x | sh"].map(str::to_owned);
        assert_eq!(quoted(&words), r#"sh -c "curl x | sh""#);
    }
}
