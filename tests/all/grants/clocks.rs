//! Clocks that jump, and lifetimes that no clock knows: what is said and done stays sane.

use super::{kept, with};
use crate::picture::Picture;
use crate::renewing::ordered;
use crate::stage::at;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::Step;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::import::{self, TokenKind};
use jiff::Timestamp;

/// A grant of so many seconds, got at the start.
fn lasting(expires_in: Option<u64>) -> Grant {
    Grant {
        expires_in,
        ..kept(1, 0).grant
    }
}

/// Every lifetime that a file or a server might name.
const LIFETIMES: [Option<u64>; 8] = [
    None,
    Some(0),
    Some(1),
    Some(3_600),
    Some(u64::MAX),
    Some(i64::MAX as u64),
    Some(i64::MAX as u64 - 1),
    Some(253_402_207_200),
];

#[test]
fn a_clock_set_back_never_makes_a_token_live_longer_than_it_was_given() {
    let grant = lasting(Some(3_600));
    for before in [-1, -3_600, -86_400 * 400] {
        assert_eq!(grant.seconds_left(at(before)), Some(3_600), "{before}");
        assert!(!grant.is_spent(at(before)));
    }
    assert_eq!(grant.seconds_left(at(3_599)), Some(1));
    assert!(grant.is_spent(at(3_600)), "at its last second it is over");
    assert!(grant.is_spent(Timestamp::MAX));
    assert_eq!(grant.seconds_left(Timestamp::MIN), Some(3_600));
}

#[test]
fn no_lifetime_and_no_clock_breaks_the_count() {
    for expires_in in LIFETIMES {
        for obtained_at in [Timestamp::MIN, at(0), Timestamp::MAX] {
            let grant = Grant {
                obtained_at,
                ..lasting(expires_in)
            };
            for now in [Timestamp::MIN, at(-1), at(0), at(3_600), Timestamp::MAX] {
                let whole = expires_in.and_then(|seconds| i64::try_from(seconds).ok());
                let left = grant.seconds_left(now);
                assert!(
                    left.is_none() || left <= whole,
                    "{expires_in:?} {obtained_at} {now}: {left:?}"
                );
                if expires_in.is_none() {
                    assert!(!grant.is_spent(now), "what does not end is not over");
                }
            }
        }
    }
}

#[test]
fn a_lifetime_beyond_all_clocks_does_not_end() {
    for seconds in [u64::MAX, i64::MAX as u64, 99_999_999_999_999] {
        let grant = lasting(Some(seconds));
        assert!(!grant.is_spent(at(0)), "{seconds}");
        assert!(!grant.is_spent(at(86_400 * 3_650)), "{seconds}");
    }
}

#[test]
fn findings_speak_of_no_negative_time_and_no_rule_breaks() {
    for expires_in in LIFETIMES {
        for obtained_at in [
            Timestamp::MIN,
            at(-86_400),
            at(0),
            at(86_400),
            Timestamp::MAX,
        ] {
            let mut odd = kept(1, 0);
            odd.grant.expires_in = expires_in;
            odd.grant.obtained_at = obtained_at;
            let engine = with(vec![odd], None);
            for now in [Timestamp::MIN, at(-5), at(0), at(7_200), Timestamp::MAX] {
                for step in [Step::Token, Step::Requests] {
                    for found in engine.findings(now, step) {
                        let said = format!("{} {}", found.evidence, found.cause);
                        assert!(
                            !said.contains(" -"),
                            "{expires_in:?} {obtained_at} {now}: {said}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_grant_from_the_future_is_used_as_it_is() {
    let mut engine = with(vec![kept(1, 86_400)], None);
    let call = Command::Send(Call::new("GET", "/v1.1/organizations"));
    let effects = engine.command(at(0), call);
    assert!(
        ordered(&effects).is_none(),
        "the API will say when it is over"
    );
    assert_eq!(engine.findings(at(0), Step::Token), []);
}

#[test]
fn an_end_that_a_jwt_names_is_read_in_every_form() {
    let end = |claims: &str| {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let token = Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        import::grant(TokenKind::Access, &token, "https://api.dinero.dk", at(0)).expires_in
    };
    let now = crate::stage::START;
    assert_eq!(end(&format!("{{\"exp\":{}}}", now + 60)), Some(60));
    assert_eq!(end(&format!("{{\"exp\":{}}}", now - 60)), Some(0));
    assert_eq!(end("{\"exp\":-1}"), Some(0));
    assert!(end("{\"exp\":9223372036854775807}").is_some());
    assert_eq!(end("{\"exp\":\"soon\"}"), None);
    assert_eq!(end("{}"), None);
    assert_eq!(end(&format!("{{\"exp\":{}.5}}", now + 60)), Some(60));
}

#[test]
fn screens_show_no_negative_time_whatever_the_clock_says() {
    for expires_in in LIFETIMES {
        for obtained_at in [at(-86_400 * 4_000), at(0), at(86_400 * 4_000)] {
            for seconds in [-86_400, 0, 7_200, 86_400 * 4_000] {
                let mut odd = kept(1, 0);
                odd.grant.expires_in = expires_in;
                odd.grant.obtained_at = obtained_at;
                let engine = with(vec![odd], None);
                let mut picture = Picture::new(engine, seconds, (120, 40));
                for step in ["5", "6"] {
                    picture.press(step);
                    picture.draw();
                    let text = picture.text();
                    if step == "5" {
                        assert!(text.contains("••••"), "the tokens are there:\n{text}");
                    }
                    let negative = text.split_whitespace().find(|word| {
                        let digits = word.strip_prefix('-').unwrap_or_default();
                        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
                    });
                    assert_eq!(
                        negative, None,
                        "{expires_in:?} {obtained_at} {seconds}:\n{text}"
                    );
                }
            }
        }
    }
}
