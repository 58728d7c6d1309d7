//! Masks what is made of pairs: queries, fragments, forms, cookies, and the URLs that hold them.
//!
//! The pieces stay as they stood, encoding and order included; only secret values give way.

use super::scan::scan;
use super::{Mask, decoded};

/// The pieces of `name=value&…`, secret values masked.
pub(super) fn pieces(mask: &Mask, raw: &str) -> Vec<String> {
    raw.split('&').map(|piece| one(mask, piece)).collect()
}

/// A URL or a request target, masked.
pub(super) fn url(mask: &Mask, url: &str) -> String {
    let (front, fragment) = cut(url, '#');
    let (place, query) = cut(front, '?');
    let mut masked = scan(mask, &without_password(mask, place));
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            masked.push(mark);
            masked.push_str(&pieces(mask, part).join("&"));
        }
    }
    masked
}

/// `Cookie` (RFC 6265 4.2): names stay, values go.
pub(super) fn cookies(mask: &Mask, value: &str) -> String {
    let masked: Vec<String> = value.split(';').map(|part| cookie(mask, part)).collect();
    masked.join(";")
}

/// `Set-Cookie` (RFC 6265 4.1): the value goes, name and attributes stay.
pub(super) fn set_cookie(mask: &Mask, value: &str) -> String {
    let (pair, attributes) = cut(value, ';');
    let mut masked = cookie(mask, pair);
    if let Some(attributes) = attributes {
        masked.push(';');
        masked.push_str(attributes);
    }
    masked
}

fn one(mask: &Mask, piece: &str) -> String {
    match piece.split_once('=') {
        Some((name, "")) if mask.hides(name) => piece.to_owned(),
        Some((name, value)) if mask.hides(name) => {
            format!("{name}={}", mask.inline(&decoded(value)))
        }
        _ => scan(mask, piece),
    }
}

fn cookie(mask: &Mask, part: &str) -> String {
    let space = &part[..part.len() - part.trim_start().len()];
    let pair = part.trim_start();
    match pair.split_once('=') {
        _ if pair.is_empty() => part.to_owned(),
        Some((_, "")) => part.to_owned(),
        Some((name, value)) => format!("{space}{name}={}", mask.inline(value)),
        None => format!("{space}{}", mask.inline(pair)),
    }
}

/// `scheme://user:password@host`: the password goes (RFC 3986 3.2.1).
fn without_password(mask: &Mask, place: &str) -> String {
    let Some((scheme, rest)) = place.split_once("://") else {
        return place.to_owned();
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let Some((user, password)) = authority
        .rsplit_once('@')
        .and_then(|(user_info, _)| user_info.split_once(':'))
        .filter(|(_, password)| !password.is_empty())
    else {
        return place.to_owned();
    };
    let after = &rest[user.len() + 1 + password.len()..];
    format!(
        "{scheme}://{user}:{}{after}",
        mask.inline(&decoded(password))
    )
}

fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}
