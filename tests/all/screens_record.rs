//! One record, whole: from the transcript and back, one value revealed at a time, nothing secret by the way.

use crate::keys::{assert_one_meaning, assert_way_out};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{CODE, Point, answer, at, engine_at, exchange};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Event;
use dineroscope::core::wire::{Connection, Outcome, PeerCertificate, Record, Timing};
use dineroscope::tui::ui::Screen;
use jiff::SignedDuration;

/// Milliseconds.
fn ms(count: i64) -> SignedDuration {
    SignedDuration::from_millis(count)
}

/// A run whose exchange went over TLS, through a proxy.
fn over_tls() -> Engine {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    answer(&mut engine, 62, call, 200, &crate::stage::tokens());
    let record = engine.record(call).unwrap().clone();
    let certificate = |subject: &str, issuer: &str, names: &[&str]| PeerCertificate {
        subject: subject.to_owned(),
        issuer: issuer.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        from: at(-86_400 * 100),
        until: at(86_400 * 100),
    };
    let record = Record {
        timing: Timing {
            dns: Some(ms(6)),
            connect: Some(ms(13)),
            tls: Some(ms(28)),
            first_byte: Some(ms(127)),
            total: Some(ms(131)),
        },
        peer: Some("198.51.100.24:443".parse().unwrap()),
        connection: Connection {
            tls: "TLS 1.3".to_owned(),
            chain: vec![
                certificate(
                    "CN=connect.visma.com",
                    "CN=Good CA, O=Good",
                    &["connect.visma.com", "visma.com"],
                ),
                certificate("CN=Good CA, O=Good", "CN=Good CA, O=Good", &[]),
            ],
            proxy: Some("http://proxy.example:3128".to_owned()),
        },
        ..record
    };
    engine.event(at(63), Event::Answered(Box::new(record)));
    engine
}

/// The record of the exchange, whole.
fn screen(size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(over_tls(), 70, size);
    picture.press("t<enter>");
    picture
}

#[test]
fn a_record_is_as_it_was_found_good() {
    hold("record-tls", screen);
    hold("record-failed", |size| {
        let mut engine = engine_at(Point::Exchanging);
        let call = engine.transcript().last().unwrap().call;
        let record = Record {
            outcome: crate::renewing::failed(dineroscope::core::wire::FailureKind::Tls(
                dineroscope::core::wire::TlsFault::Expired,
            )),
            timing: Timing {
                dns: Some(ms(6)),
                connect: Some(ms(13)),
                tls: Some(ms(28)),
                first_byte: None,
                total: Some(ms(50)),
            },
            connection: Connection {
                chain: vec![PeerCertificate {
                    subject: "CN=connect.visma.com".to_owned(),
                    issuer: "CN=Good CA".to_owned(),
                    names: vec!["connect.visma.com".to_owned()],
                    from: at(-86_400 * 100),
                    until: at(-86_400),
                }],
                ..Connection::default()
            },
            ..engine.record(call).unwrap().clone()
        };
        engine.event(at(63), Event::Answered(Box::new(record)));
        let mut picture = Picture::new(engine, 70, size);
        picture.press("t<enter>");
        picture
    });
}

#[test]
fn it_tells_connection_phases_and_certificates() {
    let mut picture = screen((120, 40));
    picture.press("<down> ");
    let text = picture.text();
    for words in [
        "name (DNS)",
        "TLS",
        "28 ms",
        "waiting",
        "80 ms",
        "198.51.100.24:443",
        "TLS 1.3",
        "through the proxy http://proxy.example:3128",
        "signed by Good CA, 1 more name",
        "signed by itself",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn one_value_is_revealed_at_a_time() {
    let mut picture = screen((120, 60));
    let secrets = [CODE, "Vq8-not-a-real-secret-2Zr5-acme-dev-0001"];
    let shown = |picture: &Picture| -> Vec<bool> {
        let text = picture.text();
        secrets.iter().map(|secret| text.contains(secret)).collect()
    };
    assert_eq!(shown(&picture), [false, false]);
    // The rows in order: the code before the secret.
    for _ in 0..40 {
        picture.press("<down>");
        picture.press("m");
        let now = shown(&picture);
        assert!(
            now.iter().filter(|it| **it).count() <= 1,
            "{}",
            picture.text()
        );
        picture.press("m");
        assert_eq!(shown(&picture), [false, false], "hidden again");
    }
    picture.press("m");
    picture.press("<esc>");
    assert_eq!(picture.ui.revealed, None, "leaving hides it");
}

#[test]
fn esc_leads_back_to_the_transcript_wherever_that_was() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut picture = Picture::new(over_tls(), 70, size);
        picture.press("4t<up><enter>");
        assert_eq!(picture.ui.screen, Screen::Record);
        picture.press("<down><esc>");
        let text = picture.text();
        assert!(text.contains("Transcript"), "{text}");
        assert_eq!((picture.ui.screen, picture.ui.record), (Screen::Step, 1));
        // And on to another one.
        picture.press("<down><enter>");
        assert!(
            picture.text().contains("connect/token"),
            "{}",
            picture.text()
        );
    }
}

#[test]
fn what_a_server_quotes_of_a_secret_is_masked_whatever_it_is_called() {
    use base64::Engine as _;
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x:{CODE}"));
    let body = format!("{{\"error\":\"odd\",\"seen\":\"{CODE}\",\"seen_too\":\"{encoded}\"}}");
    answer(&mut engine, 62, call, 400, &body);
    for size in [(80, 60), (120, 60), (200, 60)] {
        let mut picture = Picture::new(engine_at(Point::Ready), 70, size);
        std::mem::swap(&mut picture.engine, &mut engine);
        picture.press("t<enter>");
        for _ in 0..3 {
            let text = picture.text();
            assert!(
                !text.contains(&CODE[..8]) && !text.contains(&encoded[8..16]),
                "{text}"
            );
            picture.press("<pgdn>");
        }
        std::mem::swap(&mut picture.engine, &mut engine);
    }
}

#[test]
fn no_key_means_two_things_and_there_is_a_way_out() {
    for keys in [
        "", "<down>", "<tab>", "m", "?", ":", "z", "y", "T", "x", "<ctrl-c>",
    ] {
        let mut picture = screen((120, 40));
        picture.press(keys);
        assert_one_meaning(&picture, keys);
        assert_way_out(&picture, keys);
    }
}

#[test]
fn any_record_can_be_shown() {
    for point in Point::ALL {
        let engine = engine_at(point);
        let count = engine.transcript().len();
        for place in 0..count {
            for size in [(60, 16), (80, 24), (200, 60)] {
                let mut picture = Picture::new(engine_at(point), 130, size);
                picture.press("t");
                for _ in 0..place {
                    picture.press("<up>");
                }
                picture.press("<enter>");
                assert!(picture.text().contains("Record"), "{}", picture.text());
            }
        }
    }
    // One with an odd answer: nothing of it is laid out in a way that fails.
    let mut engine = engine_at(Point::Exchanging);
    let call = engine.transcript().last().unwrap().call;
    let odd = Record {
        timing: Timing {
            dns: Some(ms(9_000)),
            connect: Some(ms(-5)),
            tls: Some(ms(1)),
            first_byte: Some(ms(0)),
            total: Some(ms(1)),
        },
        outcome: Outcome::Pending,
        ..engine.record(call).unwrap().clone()
    };
    engine.event(at(63), Event::Answered(Box::new(odd)));
    let mut picture = Picture::new(engine, 70, (80, 24));
    picture.press("t<enter>");
}
