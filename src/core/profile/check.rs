//! Judges the values of a profile: each check takes what stands in the file and says what was expected.
//!
//! Functions from text to value, so that a form on a screen can ask the same questions as the file.

use crate::core::profile::listen::ListenTls;
use crate::core::profile::{
    ClientAuthentication, Environment, KeepTokens, Preset, ProxyChoice, ResponseMode, ResponseType,
    SIGNATURE_ALGORITHMS, is_placeholder,
};
use crate::core::wire::is_loopback;
use url::Url;

/// What a check answers: the value, or what is wrong and what was expected.
pub(super) type Checked<T> = Result<T, String>;

/// A file's stem: it is typed on the command line and becomes part of a path.
pub fn name(stem: &str) -> Result<(), String> {
    let sane = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let begins = stem.chars().next().is_some_and(char::is_alphanumeric);
    if begins && stem.chars().all(sane) && stem.chars().count() <= 64 {
        return Ok(());
    }
    Err(format!(
        "`{stem}` cannot be a profile's name: expected letters, digits, `-`, `_` and `.`, a letter or \
         digit first, 64 characters at most"
    ))
}

pub(super) fn title(text: &str) -> Checked<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is empty: expected a few words, or leave it out".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn preset(text: &str) -> Checked<Preset> {
    Preset::ALL
        .into_iter()
        .find(|preset| preset.name() == text)
        .ok_or_else(|| {
            format!(
                "`{text}` is not known: expected {}, or a table `[provider]` with `authorize_url` and \
                 `token_url`",
                one_of(&Preset::ALL.map(Preset::name))
            )
        })
}

pub(super) fn client_id(text: &str) -> Checked<String> {
    if text.is_empty() {
        return Err("is empty: expected the client id of your registration".to_owned());
    }
    if is_placeholder(text) {
        return Ok(text.to_owned());
    }
    if !text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(format!(
            "`{text}` holds a space or a character that no client id has: expected it as registered"
        ));
    }
    Ok(text.to_owned())
}

/// As registered; what the listener can do with it is the listener's to say.
pub(super) fn redirect_uri(text: &str) -> Checked<String> {
    if is_placeholder(text) && !text.is_empty() {
        return Ok(text.to_owned());
    }
    http_url(text, "http://localhost:8765/callback")?;
    Ok(text.to_owned())
}

/// An endpoint (RFC 6749 3.1: no fragment), an issuer or a base URL.
pub(super) fn endpoint(text: &str) -> Checked<String> {
    http_url(text, "https://login.example.com/connect/token")?;
    Ok(text.to_owned())
}

/// A base URL: what paths are put behind, so without a query and without a slash at its end.
pub(super) fn base_url(text: &str) -> Checked<String> {
    let url = http_url(text, "https://api.dinero.dk")?;
    if url.query().is_some() {
        return Err(format!(
            "`{text}` has a query: expected only scheme, host and path"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn http_url(text: &str, example: &str) -> Checked<Url> {
    let expected = format!("expected a whole http or https URL such as `{example}`");
    let shown = without_credentials(text);
    let url =
        Url::parse(text).map_err(|error| format!("`{shown}` is no URL ({error}): {expected}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{shown}` is neither http nor https: {expected}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("has a user name or password in it: {expected}"));
    }
    if text.contains('#') {
        return Err(format!("`{text}` has a fragment (`#`): {expected}"));
    }
    if text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Err(format!("`{text}` holds a space: {expected}"));
    }
    Ok(url)
}

/// What of a URL may be quoted in a message: not what stands before an `@`.
fn without_credentials(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, behind)| behind)
}

/// Whether a URL's host is this machine.
pub(super) fn is_here(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_loopback(&url))
}

/// One scope (RFC 6749 3.3).
pub(super) fn scope(text: &str) -> Checked<String> {
    if let Some(separator) = [' ', ','].into_iter().find(|mark| text.contains(*mark)) {
        let parts: Vec<String> = text
            .split(separator)
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| format!("\"{part}\""))
            .collect();
        let mark = if separator == ' ' { "space" } else { "comma" };
        return Err(format!(
            "`{text}` holds a {mark}: expected each scope as a text of its own, `[{}]`",
            parts.join(", ")
        ));
    }
    let allowed = |letter: char| letter.is_ascii_graphic() && !matches!(letter, '"' | '\\');
    if text.is_empty() || !text.chars().all(allowed) {
        return Err(format!(
            "`{text}` is no scope: expected such as `offline_access`"
        ));
    }
    Ok(text.to_owned())
}

/// The name of an environment variable, not its value.
pub(super) fn variable(text: &str) -> Checked<String> {
    let begins = text
        .chars()
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    let plausible = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if begins && text.chars().all(plausible) && text.len() <= 128 {
        return Ok(text.to_owned());
    }
    Err("is no name of an environment variable: expected such as `ACME_SECRET`".to_owned())
}

/// A part of a command: what a program can be handed as one argument.
pub(super) fn command_word(text: &str) -> Checked<String> {
    if text.contains('\0') {
        return Err("holds a NUL character, which no program can be handed".to_owned());
    }
    Ok(text.to_owned())
}

/// The name of a scope set, which is typed on the command line.
pub(super) fn set_name(text: &str) -> Checked<()> {
    let sane = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !text.is_empty() && text.chars().all(sane) && text.len() <= 64 {
        return Ok(());
    }
    Err("is no name of a scope set: expected letters, digits, `-` and `_`, 64 at most".to_owned())
}

pub(super) fn keep_tokens(text: &str) -> Checked<KeepTokens> {
    word(text, &KeepTokens::ALL.map(|way| (way.name(), way)), &[])
}

pub(super) fn response_type(text: &str) -> Checked<ResponseType> {
    let types = [ResponseType::Code, ResponseType::CodeIdToken].map(|kind| (kind.name(), kind));
    word(text, &types, &[])
}

/// An algorithm whose signatures can be checked.
pub(super) fn signature_algorithm(text: &str) -> Checked<String> {
    let words = SIGNATURE_ALGORITHMS.map(|name| (name, name.to_owned()));
    word(text, &words, &[])
}

pub(super) fn response_mode(text: &str) -> Checked<ResponseMode> {
    word(
        text,
        &ResponseMode::ALL.map(|mode| (mode.name(), mode)),
        &[],
    )
}

pub(super) fn listen_tls(text: &str) -> Checked<ListenTls> {
    word(text, &ListenTls::ALL.map(|way| (way.name(), way)), &[])
}

pub(super) fn pkce(text: &str) -> Checked<bool> {
    word(text, &[("S256", true), ("off", false)], &["plain"])
}

pub(super) fn client_authentication(text: &str) -> Checked<ClientAuthentication> {
    let ways = [
        ClientAuthentication::Post,
        ClientAuthentication::Basic,
        ClientAuthentication::None,
    ];
    word(text, &ways.map(|way| (way.name(), way)), &[])
}

pub(super) fn environment(text: &str) -> Checked<Environment> {
    match text.trim() {
        "" => Err("is empty: expected `production`, `stage` or your own word".to_owned()),
        "production" => Ok(Environment::Production),
        "stage" => Ok(Environment::Stage),
        "sandbox" => Ok(Environment::Sandbox),
        other if other.chars().count() > 20 => Err(format!(
            "`{other}` is too long for the title bar: expected 20 letters at most"
        )),
        other => Ok(Environment::Other(other.to_owned())),
    }
}

/// Languages (BCP 47), separated by spaces.
pub(super) fn ui_locales(text: &str) -> Checked<String> {
    let is_tag = |tag: &str| {
        tag.chars()
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            && tag
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    if text.split(' ').all(is_tag) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is no language: expected such as `da-DK`, several with a space between"
    ))
}

/// Reads a proxy: a word or a URL.
pub(super) fn proxy(text: &str) -> Checked<ProxyChoice> {
    let expected = "expected `system`, `none`, or a URL such as `http://proxy.example.com:3128`";
    match text {
        "system" => return Ok(ProxyChoice::System),
        "none" => return Ok(ProxyChoice::None),
        _ => {}
    }
    let shown = without_credentials(text);
    let url = Url::parse(text).map_err(|_| format!("`{shown}` is no proxy: {expected}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "a user name or password for the proxy is not supported yet: {expected}"
        ));
    }
    let known = ["http", "https", "socks5", "socks5h"].contains(&url.scheme());
    if !known || url.host().is_none() {
        return Err(format!("`{shown}` is no proxy: {expected}"));
    }
    Ok(ProxyChoice::Url(text.to_owned()))
}

pub(super) fn organization_id(text: &str) -> Checked<String> {
    let sane = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if text.is_empty() || !text.chars().all(sane) {
        return Err(format!(
            "`{text}` is no organization id: expected such as `123456`"
        ));
    }
    Ok(text.to_owned())
}

/// A lifetime: `"300"`, `"300s"`, `"5m"`, `"1h"`.
pub(super) fn lifetime(text: &str) -> Checked<u32> {
    let expected =
        || format!("`{text}` is no lifetime: expected seconds, or such as `\"5m\"`, a day at most");
    let text = text.trim();
    let (number, factor) = match text.chars().last() {
        Some('s') => (&text[..text.len() - 1], 1),
        Some('m') => (&text[..text.len() - 1], 60),
        Some('h') => (&text[..text.len() - 1], 3600),
        _ => (text, 1),
    };
    number
        .parse::<u32>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|seconds| (1..=86_400).contains(seconds))
        .ok_or_else(expected)
}

/// One of some words; those that later work will know are refused as such.
fn word<T: Clone>(text: &str, words: &[(&str, T)], later: &[&str]) -> Checked<T> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(value.clone());
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let expected = one_of(&names);
    if later.contains(&text) {
        return Err(format!(
            "`{text}` is not supported yet: expected {expected}"
        ));
    }
    Err(format!("`{text}` is not known: expected {expected}"))
}

/// `a`, `b` or `c`, each in backticks.
fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
