//! The authorize link (RFC 6749 4.1.1): its parameters as rows, and the URL they make.

use crate::core::oauth::row_changes::RowChanges;
use crate::core::profile::{Profile, ResponseType};
use crate::core::secret::Secret;
use serde::{Deserialize, Serialize};

/// One parameter of the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The protocol word.
    pub name: String,
    /// The value, not yet encoded.
    pub value: String,
    /// What it is for, in a few words.
    #[serde(skip)]
    pub meaning: &'static str,
}

/// What a link needs beyond the profile: made fresh for each run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    /// Ties the answer to the run.
    pub state: String,
    /// Ties an id_token to the run; only sent with `openid`.
    pub nonce: String,
    /// Kept here until the exchange; its challenge goes into the link.
    pub verifier: Option<Secret>,
}

/// The parameters in the order they are sent.
pub fn parameters(profile: &Profile, redirect_uri: &str, fresh: &Fresh) -> Vec<Parameter> {
    let mut rows = vec![
        row("client_id", &profile.client_id, "your registration"),
        row(
            "response_type",
            profile.authorize.response_type.name(),
            match profile.authorize.response_type {
                ResponseType::Code => "a code comes back",
                ResponseType::CodeIdToken => "a code and an id_token",
            },
        ),
        row(
            "response_mode",
            profile.authorize.response_mode.name(),
            match profile.authorize.response_mode {
                crate::core::profile::ResponseMode::FormPost => "as a POST, not in a URL",
                crate::core::profile::ResponseMode::Query => "in the address, as a GET",
                crate::core::profile::ResponseMode::Fragment => "behind #, handed over here",
            },
        ),
        row("redirect_uri", redirect_uri, "where the answer is brought"),
        row("scope", &profile.scopes.join(" "), "what is asked for"),
        row("state", &fresh.state, "ties answer to this run"),
    ];
    let hybrid = profile.authorize.response_type == ResponseType::CodeIdToken;
    if hybrid || profile.scopes.iter().any(|scope| scope == "openid") {
        rows.push(row("nonce", &fresh.nonce, "ties id_token to this run"));
    }
    if let Some(verifier) = &fresh.verifier {
        let challenge = super::pkce::challenge(verifier);
        rows.push(row("code_challenge", &challenge, "S256 of a kept secret"));
        rows.push(row("code_challenge_method", "S256", "how it was made"));
    }
    if let Some(locales) = &profile.authorize.ui_locales {
        rows.push(row("ui_locales", locales, "language of the pages"));
    }
    for (name, value) in &profile.authorize.extra {
        rows.push(row(name, value, "from the profile's extra"));
    }
    rows
}

/// Sets a parameter, in the place of one of the same name.
pub fn set(parameters: &mut Vec<Parameter>, name: &str, value: &str, meaning: &'static str) {
    let new = row(name, value, meaning);
    match parameters.iter_mut().find(|kept| kept.name == name) {
        Some(kept) => *kept = new,
        None => parameters.push(new),
    }
}

/// One row.
fn row(name: &str, value: &str, meaning: &'static str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
        meaning,
    }
}

/// The link: endpoint and form-encoded query, in one piece.
pub fn url(authorize_url: &str, parameters: &[Parameter]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for parameter in parameters {
        query.append_pair(&parameter.name, &parameter.value);
    }
    let separator = if authorize_url.contains('?') {
        '&'
    } else {
        '?'
    };
    format!("{authorize_url}{separator}{}", query.finish())
}

/// What a user changes about the link of a run.
pub type LinkChanges = RowChanges<String>;

impl LinkChanges {
    /// The same with another value for a row, or with the row switched off.
    #[must_use]
    pub fn with(&self, row: &LinkRow, value: Option<String>) -> Self {
        match row.added {
            Some(place) => self.with_place(place, value),
            None => self.with_row(&row.parameter.name, row.own.as_ref(), value),
        }
    }

    /// Names of what is changed, for the transcript; empty when nothing is.
    pub fn words(&self) -> String {
        let rows = self.rows.iter().map(|(name, _)| name.as_str());
        let added = self.added.iter().map(|(name, _)| name.as_str());
        rows.chain(added).collect::<Vec<_>>().join(", ")
    }
}

/// A parameter as the screen shows it: sent or switched off, changed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    /// Name, value, meaning.
    pub parameter: Parameter,
    /// Whether it is sent.
    pub sent: bool,
    /// Its value without a change; `None` where it is not sent by itself.
    pub own: Option<String>,
    /// Its place among those that were added.
    pub added: Option<usize>,
}

impl LinkRow {
    /// Whether it differs from what it is by itself.
    pub fn is_changed(&self) -> bool {
        let now = self.sent.then_some(&self.parameter.value);
        self.added.is_some() || now != self.own.as_ref()
    }
}

/// Parameters that are not sent by themselves, with what they do.
const FURTHER: [(&str, &str); 2] = [
    ("nonce", "only with openid"),
    ("prompt", "login, select_account…"),
];

/// Every row of a link: what is sent by itself, with what was changed about it; what could be; what was added.
pub fn rows(own: Vec<Parameter>, changes: &LinkChanges) -> Vec<LinkRow> {
    let other = |name: &str| {
        let change = changes.rows.iter().find(|(known, _)| known == name);
        change.map(|(_, value)| value.clone())
    };
    let mut rows: Vec<LinkRow> = Vec::new();
    for parameter in own {
        let value = other(&parameter.name);
        let sent = value.as_ref().is_none_or(Option::is_some);
        let shown = value.flatten().unwrap_or_else(|| parameter.value.clone());
        rows.push(LinkRow {
            own: Some(parameter.value.clone()),
            parameter: Parameter {
                value: shown,
                ..parameter
            },
            sent,
            added: None,
        });
    }
    for (name, meaning) in FURTHER {
        if rows.iter().any(|row| row.parameter.name == name) {
            continue;
        }
        let value = other(name).flatten();
        rows.push(LinkRow {
            sent: value.is_some(),
            parameter: row(name, &value.unwrap_or_default(), meaning),
            own: None,
            added: None,
        });
    }
    for (place, (name, value)) in changes.added.iter().enumerate() {
        rows.push(LinkRow {
            parameter: row(name, value, "added by you"),
            sent: true,
            own: None,
            added: Some(place),
        });
    }
    rows
}

/// The parameters that are sent.
pub fn sent(rows: &[LinkRow]) -> Vec<Parameter> {
    let sent = rows.iter().filter(|row| row.sent);
    sent.map(|row| row.parameter.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<Parameter> {
        vec![row("client_id", "me", ""), row("state", "s", "")]
    }

    fn names(changes: &LinkChanges) -> Vec<(String, String)> {
        let sent = sent(&rows(own(), changes));
        sent.into_iter().map(|it| (it.name, it.value)).collect()
    }

    #[test]
    fn a_row_is_switched_off_changed_and_taken_back() {
        let none = LinkChanges::default();
        let all = rows(own(), &none);
        let off = none.with(&all[1], None);
        assert_eq!(names(&off), [("client_id".into(), "me".into())]);
        let again = off.with(&rows(own(), &off)[1], Some("s".to_owned()));
        assert!(again.is_empty(), "as it was");
        let other = none.with(&all[1], Some("t".to_owned()));
        let row = &rows(own(), &other)[1];
        assert!(row.is_changed() && row.sent);
        assert_eq!(names(&other)[1].1, "t");
        let prompt = all
            .iter()
            .find(|row| row.parameter.name == "prompt")
            .unwrap_or(&all[0]);
        assert!(!prompt.sent && !prompt.is_changed());
        let on = none.with(prompt, Some("login".to_owned()));
        assert_eq!(names(&on)[2], ("prompt".into(), "login".into()));
        assert_eq!(on.words(), "prompt");
    }

    #[test]
    fn a_parameter_is_added_twice_and_removed() {
        let twice = LinkChanges::default()
            .with_added("state", "t")
            .with_added("x", "y");
        assert_eq!(names(&twice).len(), 4);
        let all = rows(own(), &twice);
        let added: Vec<&LinkRow> = all.iter().filter(|row| row.added.is_some()).collect();
        let once = twice.with(added[0], None);
        assert_eq!(names(&once).last(), Some(&("x".into(), "y".into())));
        let changed = once.with(&rows(own(), &once)[all.len() - 2], Some("z".to_owned()));
        assert_eq!(names(&changed).last(), Some(&("x".into(), "z".into())));
    }
}
