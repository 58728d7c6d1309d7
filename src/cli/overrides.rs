//! `--scope`, `--scope-set`, `--response-mode` and `--set`: what this one run asks for otherwise than its profile.
//!
//! One place, because `link` and `login` must make the same link of the same words.

use crate::core::nearest::nearest;
use crate::core::profile::{Profile, ResponseMode};
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

/// Parameters that `--set` may not touch, with the reason.
const NOT_SET: &[(&str, &str)] = &[
    ("scope", "use `--scope`"),
    ("response_mode", "use `--response-mode`"),
    ("client_id", "it is the profile's: change `client_id` there"),
    (
        "redirect_uri",
        "it is the profile's: change `redirect_uri` there",
    ),
    ("response_type", "only `code` is built"),
    ("state", "it is made anew for each run"),
    ("nonce", "it is made anew for each run"),
    ("code_challenge", "it is made anew for each run"),
    (
        "code_challenge_method",
        "it goes with the challenge: change `authorize.pkce` in the profile",
    ),
];

/// What differs from the profile in this run.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Overrides {
    /// Ask for these scopes instead (may be repeated, or several in one, separated by spaces)
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    scope: Vec<String>,

    /// Ask for the scopes of this set of the profile instead
    #[arg(long, value_name = "NAME", conflicts_with = "scope")]
    scope_set: Option<String>,

    /// Ask for the answer in this way instead
    #[arg(long, value_name = "MODE", value_parser = response_mode())]
    response_mode: Option<ResponseMode>,

    /// Set a parameter of the link (may be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

impl Overrides {
    /// Changes a copy of the profile; the file stays as it is. Fails when the profile has no such set.
    pub(super) fn apply(&self, profile: &mut Profile) -> Result<(), String> {
        if let Some(name) = &self.scope_set {
            let set = profile.scope_sets.iter().find(|set| set.name == *name);
            let Some(set) = set else {
                return Err(unknown_set(name, profile));
            };
            profile.scopes.clone_from(&set.scopes);
        }
        if !self.scope.is_empty() {
            profile.scopes = self
                .scope
                .iter()
                .flat_map(|scopes| scopes.split_whitespace())
                .map(str::to_owned)
                .collect();
        }
        if let Some(mode) = self.response_mode {
            profile.authorize.response_mode = mode;
        }
        for (name, value) in &self.set {
            set(profile, name, value);
        }
        Ok(())
    }
}

/// No such scope set: the nearest, and what there is.
fn unknown_set(name: &str, profile: &Profile) -> String {
    let names: Vec<&str> = profile
        .scope_sets
        .iter()
        .map(|set| set.name.as_str())
        .collect();
    let meant = nearest(name, names.iter().copied())
        .map(|meant| format!(": did you mean `{meant}`?"))
        .unwrap_or_default();
    let there = match names.as_slice() {
        [] => "it has none, they stand under `[scope_sets]`".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    format!(
        "the profile `{}` has no scope set `{name}`{meant} ({there})",
        profile.name
    )
}

/// Puts one parameter into the link, in the place of one of the same name.
fn set(profile: &mut Profile, name: &str, value: &str) {
    if name == "ui_locales" {
        profile.authorize.ui_locales = Some(value.to_owned());
        return;
    }
    let extra = &mut profile.authorize.extra;
    match extra.iter_mut().find(|(known, _)| known == name) {
        Some((_, kept)) => value.clone_into(kept),
        None => extra.push((name.to_owned(), value.to_owned())),
    }
}

/// At least one scope.
fn scope(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("expected at least one scope".to_owned());
    }
    Ok(text.to_owned())
}

/// The protocol words of the response modes that are built.
fn response_mode() -> impl clap::builder::TypedValueParser<Value = ResponseMode> {
    const MODES: [ResponseMode; 3] = ResponseMode::ALL;
    PossibleValuesParser::new(MODES.map(ResponseMode::name)).map(|name| {
        MODES
            .into_iter()
            .find(|mode| mode.name() == name)
            .unwrap_or(ResponseMode::FormPost)
    })
}

/// `NAME=VALUE`, for a parameter that may be set.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
        .ok_or("expected `NAME=VALUE`, no space in the name")?;
    match NOT_SET.iter().find(|(known, _)| *known == name) {
        Some((_, reason)) => Err(format!("`{name}` cannot be set here: {reason}")),
        None => Ok((name.to_owned(), value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::profile::read::LINK_PARAMETERS;

    #[test]
    fn no_parameter_that_the_link_carries_anyway_is_set_twice() {
        for name in LINK_PARAMETERS {
            let set = pair(&format!("{name}=x"));
            assert_eq!(set.is_ok(), name == "ui_locales", "{name}");
        }
        let words = |text: &str| pair(text).ok();
        assert_eq!(words("prompt=a=b"), Some(("prompt".into(), "a=b".into())));
        for wrong in ["prompt", "=x", " =x", " state=x"] {
            assert_eq!(words(wrong), None, "`{wrong}`");
        }
    }
}
