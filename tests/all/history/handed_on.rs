//! No secret of a run is written down, and no private value handed on, whatever it is encoded in.

use super::{file, setup, walked};
use crate::picture::Picture;
use crate::stage::{CODE, Point, at, engine_at};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Command;
use dineroscope::core::history::read::read;
use dineroscope::core::history::report::Report;
use dineroscope::core::history::written::{Entry, Keep};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::redact::Mask;
use dineroscope::core::wire::{
    Body, CallId, Direction, Headers, Outcome, Purpose, Record, Request, Response, Timing,
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::prelude::*;

/// The ways in which a text carries a value.
const WAYS: usize = 9;

/// A value as texts carry it.
fn encoded(secret: &str, way: usize) -> String {
    let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    match way {
        0 => secret.to_owned(),
        1 => percent(secret),
        2 => form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        3 => percent(&percent(secret)),
        4 => {
            let json = serde_json::Value::from(secret).to_string();
            json[1..json.len() - 1].to_owned()
        }
        5 => secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;"),
        6 => STANDARD.encode(format!("id:{secret}")),
        7 => URL_SAFE_NO_PAD.encode(format!("xy{secret}z")),
        _ => STANDARD.encode(format!("{secret}:")),
    }
}

/// Whether eight characters of the secret can be read from a text, as they are, decoded once or twice, or
/// out of base64.
fn shows(text: &str, secret: &str) -> Option<String> {
    let once = percent_decode_str(text).decode_utf8_lossy().into_owned();
    let twice = percent_decode_str(&once).decode_utf8_lossy().into_owned();
    let letters: Vec<char> = secret.chars().collect();
    let mut parts: Vec<String> = letters.windows(8).map(|it| it.iter().collect()).collect();
    for before in 0..3 {
        let mut bytes = vec![b'-'; before];
        bytes.extend_from_slice(secret.as_bytes());
        for whole in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // What is shared with a neighbour differs with it.
            let inner: Vec<char> = whole.trim_end_matches('=').chars().skip(4).collect();
            let inner = &inner[..inner.len().saturating_sub(2)];
            parts.extend(inner.windows(8).map(|it| it.iter().collect::<String>()));
        }
    }
    parts.into_iter().find(|part| {
        [text, &once, &twice]
            .iter()
            .any(|form| form.contains(part.as_str()))
    })
}

/// A record that carries a value everywhere, in that way.
fn carrying(value: &str, html: bool) -> Record {
    let mut headers = Headers::default();
    headers.push("Authorization", format!("Basic {value}"));
    headers.push("X-Odd", format!("before {value} behind"));
    headers.push(
        "Location",
        format!("https://host.example/{value}?code={value}#x={value}"),
    );
    let kind = if html {
        "text/html"
    } else {
        "application/json"
    };
    headers.push("Content-Type", kind);
    let body = if html {
        format!("<html><input name=odd value=\"{value}\"><p>it was {value}, sorry</p></html>")
    } else {
        format!("{{\"error\":\"odd\",\"error_description\":\"it was {value}, sorry\"}}")
    };
    Record {
        call: CallId(1),
        purpose: Purpose::Exchange,
        direction: Direction::Outgoing,
        at: at(0),
        request: Request {
            method: "POST".to_owned(),
            url: format!("https://host.example/path/{value}?odd={value}"),
            headers: headers.clone(),
            body: Body::text(&format!("odd={value}&client_secret={value}&x={value}")),
        },
        outcome: Outcome::Response(Response {
            status: 400,
            reason: "Bad Request".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers,
            body: Body::text(&body),
            cut: None,
        }),
        timing: Timing::default(),
        peer: None,
        connection: dineroscope::core::wire::Connection::default(),
        note: format!("note {value}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_secret_is_written_down_whatever_it_is_encoded_in(
        secret in "[A-Za-z0-9_+/=&<\"åß-]{12,60}",
        way in 0..WAYS,
        html in any::<bool>(),
    ) {
        let (engine, _) = walked();
        let record = carrying(&encoded(&secret, way), html);
        let keep = Keep {
            id: engine.run_id().unwrap(),
            known: vec![Secret::new(secret.as_str())],
            entries: vec![Entry::Record(Box::new(record.clone()))],
        };
        let sent = record.request.body.to_text().into_owned();
        let lines = keep.lines(engine.mask());
        let line = lines[0].as_str();
        // JSON of JSON: its own escapes are undone as well.
        let bare: serde_json::Value = serde_json::from_str(line).unwrap();
        for text in [line.to_owned(), bare["record"]["body"]["text"].to_string(), texts(&bare)] {
            if let Some(part) = shows(&text, &secret) {
                prop_assert!(false, "`{part}` of `{secret}` ({way}) in {text}");
            }
        }
        prop_assert_eq!(record.request.body.to_text().into_owned(), sent, "what is sent stays");
        // And on its way to somebody else.
        let mut kept = engine.run_to_keep(at(41)).unwrap();
        kept.records.push(Mask::new([3; 32]).record(&record, &[&Secret::new(secret.as_str())]));
        let zone = jiff::tz::TimeZone::UTC;
        let report = Report { run: &kept, mask: engine.mask(), now: at(50), zone: &zone, system: "x" };
        for text in [report.markdown(), report.json()] {
            if let Some(part) = shows(&text, &secret) {
                prop_assert!(false, "`{part}` of `{secret}` ({way}) in {text}");
            }
        }
    }
}

/// Every text of a JSON value.
fn texts(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => all.iter().map(texts).collect::<Vec<_>>().join("\n"),
        serde_json::Value::Object(all) => all.values().map(texts).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// Every value of the walked run that is a secret, or nobody else's business.
fn private(engine: &Engine) -> (Vec<String>, Vec<String>) {
    let run = engine.run();
    let grant = engine.grant().unwrap();
    let mut secrets = vec![
        CODE.to_owned(),
        "Vq8-not-a-real-secret-2Zr5-acme-dev-0001".to_owned(),
    ];
    secrets.extend(run.fresh.verifier.iter().map(|it| it.expose().to_owned()));
    secrets.push(grant.access_token.expose().to_owned());
    secrets.extend(grant.refresh_token.iter().map(|it| it.expose().to_owned()));
    let mut private = vec![run.fresh.state.clone(), run.fresh.nonce.clone()];
    private.extend(grant.subject());
    (secrets, private)
}

#[test]
fn no_secret_of_a_real_run_is_in_its_file_or_its_report() {
    let (engine, written) = walked();
    let (secrets, private) = private(&engine);
    let kept = read(&file(&written)).unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let report = Report {
        run: &kept,
        mask: engine.mask(),
        now: at(50),
        zone: &zone,
        system: "x",
    };
    let (markdown, json) = (report.markdown(), report.json());
    for secret in &secrets {
        for text in [&file(&written), &markdown, &json] {
            // The name of the profile stands in the secret of the stage.
            let text = text.replace("acme-dev", "acme").replace("acme_dev", "acme");
            assert_eq!(shows(&text, secret), None, "{secret} in {text}");
        }
    }
    for value in &private {
        for text in [&markdown, &json] {
            assert!(!text.contains(value.as_str()), "{value} in {text}");
        }
    }
    assert!(markdown.contains("••••code-1"), "{markdown}");
    assert!(markdown.contains("## 4 Exchange"), "{markdown}");
    assert!(markdown.contains("state: `••••state-1`"), "{markdown}");
}

#[test]
fn a_report_is_opened_again_and_says_the_same() {
    let (engine, written) = walked();
    let kept = read(&file(&written)).unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let report = Report {
        run: &kept,
        mask: engine.mask(),
        now: at(50),
        zone: &zone,
        system: "x",
    };
    let again = read(&report.json()).unwrap();
    assert_eq!(again.summary().outcome, kept.summary().outcome);
    assert_eq!(again.id, kept.id);
    assert_eq!(again.records.len(), kept.records.len());
    assert_eq!(again.steps, kept.steps);
    let code = again
        .run
        .answer
        .as_ref()
        .unwrap()
        .0
        .code
        .as_ref()
        .unwrap()
        .expose()
        .to_owned();
    assert_eq!(code, "••••64~code-1");
    let exchange = again.record(again.run.exchange.unwrap()).unwrap();
    let body = exchange.request.body.to_text().into_owned();
    assert!(
        body.contains("code=••••64~code-1&"),
        "the same ordinal: {body}"
    );
    let opened = Engine::opened(setup(), again.clone());
    let mut picture = Picture::new(opened, 130, (120, 40));
    picture.press("4");
    picture.draw();
    let text = picture.text();
    assert!(text.contains("•••• 64 chars code-1"), "{text}");
    // And handed on once more.
    let report = Report {
        run: &again,
        mask: engine.mask(),
        now: at(60),
        zone: &zone,
        system: "x",
    };
    assert!(
        report.markdown().contains("••••code-1"),
        "{}",
        report.markdown()
    );
    assert!(read(&report.json()).is_ok());
}

#[test]
fn what_was_changed_is_in_the_report() {
    let mut engine = engine_at(Point::Answered);
    let changes = dineroscope::core::oauth::changes::Changes {
        by_get: true,
        ..Default::default()
    };
    engine.command(at(30), Command::ChangeExchange(changes));
    let kept = engine.run_to_keep(at(31)).unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let report = Report {
        run: &kept,
        mask: engine.mask(),
        now: at(50),
        zone: &zone,
        system: "x",
    };
    assert!(
        report
            .markdown()
            .contains("changed about the exchange: `by GET`")
    );
    assert!(
        report.contents().iter().any(|it| it.contains("record")),
        "{:?}",
        report.contents()
    );
}

#[test]
fn the_sandboxs_own_pages_name_nobody_in_a_report_and_ages_are_no_codes() {
    let (engine, written) = walked();
    let mut kept = read(&file(&written)).unwrap();
    let mut page = carrying("aase@example.dk", true);
    page.purpose = Purpose::InTheUsersPlace;
    page.request.url = "http://127.0.0.1:9/account/login".to_owned();
    page.request.headers = Headers::default();
    page.note = "in the user's place".to_owned();
    if let Outcome::Response(response) = &mut page.outcome {
        response.headers = Headers::default();
    }
    kept.records.push(page);
    let zone = jiff::tz::TimeZone::UTC;
    let report = Report {
        run: &kept,
        mask: engine.mask(),
        now: at(50),
        zone: &zone,
        system: "x",
    };
    let (markdown, json) = (report.markdown(), report.json());
    for text in [&markdown, &json] {
        assert!(text.contains("/account/login"), "{text}");
        assert!(!text.contains("aase"), "{text}");
    }
    assert!(markdown.contains("age of the code: `00:"), "{markdown}");
}
