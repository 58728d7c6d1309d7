//! What is shown never holds a secret, and what is sent always does.
//!
//! Random secrets are put wherever a secret can stand; then no eight characters of one may be seen.

use dineroscope::core::secret::Secret;
use dineroscope::core::wire::body::lay_out;
use dineroscope::core::wire::redact::{Mask, SECRET_NAMES};
use dineroscope::core::wire::visible::Visible;
use dineroscope::core::wire::{Body, Headers, Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::prelude::*;

const FORM: &str = "application/x-www-form-urlencoded";

fn mask() -> Mask {
    Mask::new([7; 32])
}

fn request(url: &str, headers: &[(&str, &str)], body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: fields(headers),
        body: Body::text(body),
    }
}

fn response(headers: &[(&str, &str)], body: &str) -> Response {
    Response {
        status: 200,
        reason: "OK".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers: fields(headers),
        body: Body::text(body),
        cut: None,
    }
}

fn fields(headers: &[(&str, &str)]) -> Headers {
    Headers(
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

fn joined(lines: &[Visible]) -> String {
    let lines: Vec<&str> = lines.iter().map(Visible::as_str).collect();
    lines.join("\n")
}

/// Whether any eight characters of the secret can be read, as they are or behind an encoding.
fn shows(text: &str, secret: &str) -> bool {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
    let again = percent_decode_str(&decoded)
        .decode_utf8_lossy()
        .into_owned();
    let plain = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let characters: Vec<char> = secret.chars().collect();
    characters.windows(8).any(|window| {
        let part: String = window.iter().collect();
        [text, &spaced, &decoded, &again, &plain]
            .iter()
            .any(|form| form.contains(&part))
    })
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('+', "&#x2B;")
}

fn form_encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Every character encoded, letters too, as no one writes it and everyone reads it.
fn fully_encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02x}").unwrap();
        encoded
    })
}

fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9+/=_.~&%#\"'<>\\\\,:;!æøå-]{16,48}"
}

/// A token's alphabet: what stands in headers and in prose.
fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9+/=_.~-]{24,48}"
}

fn secret_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SECRET_NAMES.to_vec())
}

proptest! {
    // Nothing is written beside the sources when a case fails; the message names the case.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn forms_and_queries_hide_it(value in secret(), name in secret_name(), lower in any::<bool>()) {
        let encoded = if lower {
            utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string().replace("%2B", "%2b")
        } else {
            form_encode(&value)
        };
        let pairs = format!("state=abc&{name}={encoded}&scope=a+b");
        let url = format!("https://x.example/p?{pairs}#{pairs}");
        let sent = request(&url, &[("Content-Type", FORM), ("Referer", &url)], &pairs);
        let shown = joined(&mask().request_lines(&sent));
        prop_assert!(!shows(&shown, &value), "{shown}");
        prop_assert!(shown.contains("\n&scope=a+b"), "{shown}");
        prop_assert!(!shows(mask().url(&url).as_str(), &value));
        let given = response(&[("Location", &url)], "");
        prop_assert!(!shows(&joined(&mask().response_lines(&given)), &value));
    }

    #[test]
    fn an_encoded_name_hides_nothing_less(value in token(), name in secret_name()) {
        let pairs = format!("{}={}", fully_encoded(name), form_encode(&value));
        let inner = form_encode(&format!("/connect/authorize/callback?a=b&{pairs}"));
        let url = format!("https://x.example/login?ReturnUrl={inner}");
        prop_assert!(!shows(mask().url(&url).as_str(), &value), "{}", mask().url(&url));
        let page = format!("<a href=\"{url}\">on</a>");
        let given = response(&[("Content-Type", "text/html")], &page);
        prop_assert!(!shows(&joined(&mask().response_lines(&given)), &value));
        let sent = request(&url, &[("Content-Type", FORM)], &pairs);
        prop_assert!(!shows(&joined(&mask().request_lines(&sent)), &value));
    }

    #[test]
    fn json_hides_it_at_any_depth_and_cut_off(value in secret(), name in secret_name(), cut in 0_usize..40) {
        let inner = serde_json::json!({ name: value, "list": [{ name: [value, { "x": value }] }] });
        let outer = serde_json::json!({ "a": [[inner]], "text": inner.to_string() });
        for text in [inner.to_string(), outer.to_string(), serde_json::to_string_pretty(&outer).unwrap()] {
            let given = response(&[("Content-Type", "application/json")], &text);
            let shown = joined(&mask().response_lines(&given));
            prop_assert!(!shows(&shown, &value), "{shown}");
            prop_assert!(!shows(&joined(&lay_out(text.as_bytes(), &mask()).lines), &value));
        }
        let flat = serde_json::json!({ "token_type": "Bearer", name: value }).to_string();
        let end = flat.char_indices().rev().nth(cut.min(value.len() / 2)).map_or(0, |(at, _)| at);
        let given = response(&[("Content-Type", "application/json")], &flat[..end]);
        let shown = joined(&mask().response_lines(&given));
        prop_assert!(!shows(&shown, &value), "{shown}");
    }

    #[test]
    fn headers_hide_it(value in token(), other in "[A-Za-z0-9]{24,40}") {
        let sent = request("http://localhost:8765/callback", &[
            ("authorization", &format!("Bearer {value}")),
            ("Proxy-Authorization", &format!("Basic {other}")),
            ("Cookie", &format!("a={value}; b={other}")),
            ("X-Echo", &format!("Bearer {value}")),
        ], "");
        let shown = joined(&mask().request_lines(&sent));
        prop_assert!(!shows(&shown, &value), "{shown}");
        prop_assert!(!shows(&shown, &other), "{shown}");
        let given = response(&[("Set-Cookie", &format!("session={value}; Path=/; HttpOnly"))], "");
        let shown = joined(&mask().response_lines(&given));
        prop_assert!(!shows(&shown, &value), "{shown}");
        prop_assert!(shown.contains("session=••••#") && shown.contains("; Path=/; HttpOnly"), "{shown}");
    }

    #[test]
    fn hidden_inputs_hide_it(value in secret(), name in secret_name(), cut in 0_usize..8) {
        let escaped = escape_html(&value);
        let page = format!(
            "<html><form action='/x'><input type=\"hidden\" name='{name}' value=\"{escaped}\" />\n\
             <INPUT value='{escaped}' type=hidden NAME={name}><input name=\"state\" value=\"s\">"
        );
        let end = page.find("/>").unwrap();
        let cut_off: String = page.chars().take(page[..end].chars().count() - cut).collect();
        for text in [&page, &cut_off] {
            let given = response(&[("Content-Type", "text/html; charset=utf-8")], text);
            let shown = joined(&mask().response_lines(&given));
            prop_assert!(!shows(&shown, &escaped) && !shows(&shown, &value), "{shown}");
        }
    }

    #[test]
    fn multipart_hides_it(value in token(), name in secret_name()) {
        let text = format!(
            "--b0und\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n\
             --b0und\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\nkept\r\n--b0und--\r\n"
        );
        let sent = request("http://localhost/", &[("Content-Type", "multipart/form-data; boundary=b0und")], &text);
        let shown = joined(&mask().request_lines(&sent));
        prop_assert!(!shows(&shown, &value), "{shown}");
        prop_assert!(shown.contains("kept"), "{shown}");
    }

    #[test]
    fn error_texts_hide_known_values(value in secret()) {
        let known = Secret::new(value.clone());
        for form in [
            value.clone(),
            form_encode(&value),
            utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string(),
            serde_json::Value::from(value.clone()).to_string(),
        ] {
            let shown = mask().text(&format!("cannot parse {form} in header"), &[&known]);
            prop_assert!(!shows(&shown, &value), "{shown}");
            prop_assert!(shown.starts_with("cannot parse ") && shown.ends_with(" in header"));
        }
    }

    #[test]
    fn error_texts_hide_what_is_named(value in token(), name in secret_name()) {
        for text in [
            format!("error sending request for url (http://x.example/cb?{name}={value})"),
            format!("{name}: {value}"),
            format!("{{\"{name}\": \"{value}"),
            format!("refused {{\\\"{name}\\\":\\\"{value}\\\"}}"),
            format!("Authorization: Bearer {value}"),
            format!("sent Bearer {value} and failed"),
        ] {
            let shown = mask().text(&text, &[]);
            prop_assert!(!shows(&shown, &value), "{shown}");
        }
    }

    #[test]
    fn nothing_that_commands_a_terminal_is_visible(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let sent = request(&format!("http://x/{text}?{text}"), &[(&text, &text), ("Cookie", &text)], &text);
        let laid = lay_out(&bytes, &mask()).lines;
        let lines = mask().request_lines(&sent);
        for line in lines.iter().chain(&laid).chain([&Visible::of(&text), &mask().url(&text)]) {
            let bad = line.as_str().chars().find(|character| commands(*character));
            prop_assert_eq!(bad, None);
        }
        let html = response(&[("Content-Type", "text/html")], &text);
        let form = response(&[("Content-Type", FORM)], &text);
        let parts = response(&[("Content-Type", "multipart/form-data")], &format!("--{text}"));
        for given in [html, form, parts] {
            mask().response_lines(&given);
        }
    }

    #[test]
    fn masking_changes_nothing_that_is_sent(value in secret(), name in secret_name()) {
        let pairs = format!("{name}={}", form_encode(&value));
        let sent = request(&format!("https://x.example/?{pairs}"), &[("Content-Type", FORM), ("Cookie", &value)], &pairs);
        let before = sent.clone();
        mask().request_lines(&sent);
        prop_assert!(sent == before);
        prop_assert!(sent.body.to_text().contains(&form_encode(&value)));
    }
}

/// Controls, bidirectional marks and what has no width.
fn commands(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[test]
fn a_callback_reads_as_it_came() {
    let value = "c0de".repeat(16);
    let sent = request(
        "http://localhost:8765/callback",
        &[
            ("Host", "localhost:8765"),
            ("Origin", "https://connect.visma.com"),
            ("Content-Type", FORM),
        ],
        &format!("code={value}&scope=dineropublicapi%3Awrite&state=9fKm&empty&token="),
    );
    let print = mask().fingerprint(&value);
    assert_eq!(
        joined(&mask().request_lines(&sent)),
        format!(
            "POST /callback HTTP/1.1\nHost: localhost:8765\nOrigin: https://connect.visma.com\n\
             Content-Type: {FORM}\n\ncode=••••{print}\n&scope=dineropublicapi%3Awrite\n&state=9fKm\n\
             &empty\n&token="
        )
    );
}

#[test]
fn a_token_answer_is_indented_and_its_numbers_stay() {
    let value = "x".repeat(64);
    let text = format!(
        "{{\"access_token\":\"{value}\",\"expires_in\":3600.0,\"scope\":\"a b\",\"code\":42,\"expires_in\":1}}"
    );
    let given = response(&[("Content-Type", "application/json")], &text);
    let print = mask().fingerprint(&value);
    assert_eq!(
        joined(&mask().response_lines(&given)),
        format!(
            "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{{\n  \
             \"access_token\": \"•••• 64 chars {print}\",\n  \"expires_in\": 3600.0,\n  \
             \"scope\": \"a b\",\n  \"code\": 42,\n  \"expires_in\": 1\n}}"
        )
    );
}

#[test]
fn one_value_has_one_fingerprint_wherever_it_stands() {
    let value = "p+q/r=s t&u";
    let print = mask().fingerprint(value);
    let form = form_encode(value);
    let sent = request(
        &format!("http://localhost/?code={form}"),
        &[("Content-Type", FORM)],
        &format!("code={form}"),
    );
    let page = format!("<input name=code value=\"{}\">", escape_html(value));
    let page = response(&[("Content-Type", "text/html")], &page);
    let json = serde_json::json!({ "code": value }).to_string();
    let shown = joined(&mask().request_lines(&sent));
    assert_eq!(shown.matches(&print).count(), 2, "{shown}");
    assert!(joined(&mask().response_lines(&page)).contains(&print));
    assert!(joined(&lay_out(json.as_bytes(), &mask()).lines).contains(&print));
    assert!(mask().text(value, &[&Secret::new(value)]).contains(&print));
}

#[test]
fn ordinary_texts_are_left_alone() {
    for text in [
        "invalid code: expired",
        "POST /connect/token HTTP/1.1",
        "https://connect.visma.com/connect/token: 400 Bad Request",
        "Bearer authentication is needed",
        "response_type=code&response_mode=form_post&code_challenge_method=S256",
        "redirect_uri=http%3A%2F%2Flocalhost%3A8765%2Fcallback&scope=a+b",
        "grant_type=authorization_code",
        "{\"code\": 42, \"token\": null}",
    ] {
        assert_eq!(mask().text(text, &[]), text);
    }
}

#[test]
fn bodies_that_are_no_text_are_named() {
    let mut given = response(&[("Content-Type", "image/png")], "");
    given.body = Body::new(vec![0_u8, 1, 2, 255]);
    assert_eq!(
        joined(&mask().response_lines(&given)),
        "HTTP/1.1 200 OK\nContent-Type: image/png\n\n4 bytes of image/png"
    );
}

#[test]
fn depth_and_length_cost_no_stack() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(lay_out(deep.as_bytes(), &mask()).lines.len(), 199_999);
    let broken = "[".repeat(100_000);
    assert_eq!(lay_out(broken.as_bytes(), &mask()).lines.len(), 1);
    for piece in [
        "a.%",
        "<a ",
        "code=",
        "\"code\":",
        "Bearer ",
        "%25",
        "\\\"",
        "&",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        lay_out(text.as_bytes(), &mask());
        let html = response(&[("Content-Type", "text/html")], &text);
        mask().response_lines(&html);
        let form = response(&[("Content-Type", FORM)], &text);
        mask().response_lines(&form);
    }
}
