//! Revoke, introspect and userinfo on step 5: by keys, what is asked first, and what the answers mean.

use crate::inquiring::{inquire, inquired};
use crate::picture::Picture;
use crate::renewing::{answered, failed};
use crate::screens::hold;
use crate::stage::{Point, at, blank, bring, engine_at, visma};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect};
use dineroscope::core::oauth::Step;
use dineroscope::core::oauth::endpoint::Inquiry;
use dineroscope::core::profile::{KeepTokens, Origin, SecretReference};
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::wire::{FailureKind, Outcome};
use dineroscope::tui::ui::act::Reaction;

const REVOKE: Inquiry = Inquiry::revocation(TokenKind::Refresh);
const REVOKE_ACCESS: Inquiry = Inquiry::revocation(TokenKind::Access);
const INTROSPECT: Inquiry = Inquiry::introspection(TokenKind::Access);

/// What userinfo tells about the user on the stage.
const USERINFO: &str = r#"{"sub":"8d0e41b7-52f0-4c43-9f0a-6f3f2f1ac2a9","name":"Søren Ærlig Åkær",
    "email":"soeren@example.com","email_verified":true,"urn:acme:team":"nord"}"#;

const ACTIVE: &str = r#"{"active":true,"client_id":"isv_acme_dev","exp":1763899320,
    "scope":"dineropublicapi:read offline_access"}"#;

/// Step 5 of an engine.
fn picture(engine: Engine, size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine, 110, size);
    picture.ui.show(Step::Token);
    picture.draw();
    picture
}

fn screen(engine: Engine) -> String {
    picture(engine, (120, 50)).text()
}

/// The inquiry that keys led to.
fn asked(reactions: &[Reaction]) -> Vec<Inquiry> {
    let inquiry = |reaction: &Reaction| match reaction {
        Reaction::Command(Command::Inquire(inquiry)) => Some(*inquiry),
        _ => None,
    };
    reactions.iter().filter_map(inquiry).collect()
}

#[test]
fn what_endpoints_said_at_every_size() {
    hold("told-userinfo", |size| {
        picture(inquired(Inquiry::USERINFO, 200, USERINFO), size)
    });
    hold("told-revoked", |size| {
        picture(inquired(REVOKE, 200, ""), size)
    });
    hold("told-active", |size| {
        picture(inquired(INTROSPECT, 200, ACTIVE), size)
    });
    hold("told-refused", |size| {
        let mut engine = inquired(INTROSPECT, 401, "");
        let insufficient = answered(403, r#"{"error":"insufficient_scope"}"#);
        inquire(&mut engine, 102, Inquiry::USERINFO, insufficient);
        picture(engine, size)
    });
    hold("popup-revoke", |size| {
        let mut picture = picture(engine_at(Point::Authorized), size);
        picture.press("v");
        picture
    });
}

#[test]
fn three_keys_ask_and_the_two_that_choose_a_token_ask_which() {
    let footer = picture(engine_at(Point::Authorized), (120, 40))
        .text()
        .lines()
        .last()
        .unwrap()
        .to_owned();
    for words in ["v revoke", "s introspect", "w userinfo"] {
        assert!(footer.contains(words), "{footer}");
    }
    let by = |keys: &str| {
        let mut fresh = picture(engine_at(Point::Authorized), (120, 40));
        asked(&fresh.press(keys))
    };
    assert_eq!(by("w"), [Inquiry::USERINFO]);
    assert_eq!(
        by("v"),
        [],
        "it cannot be taken back, so it is asked about first"
    );
    assert_eq!(by("v<enter>"), [REVOKE]);
    assert_eq!(by("v<down><enter>"), [REVOKE_ACCESS]);
    assert_eq!(by("s<enter>"), [INTROSPECT]);
    assert_eq!(by("s<esc>"), []);
}

#[test]
fn on_other_steps_the_keys_mean_nothing() {
    let mut picture = picture(engine_at(Point::Authorized), (120, 40));
    for step in [Step::Link, Step::Exchange, Step::Requests] {
        picture.ui.show(step);
        picture.draw();
        for key in ["v", "s", "w"] {
            assert_eq!(asked(&picture.press(key)), [], "{key} on {step:?}");
            assert!(picture.ui.popups.is_empty(), "{key} on {step:?}");
        }
    }
}

#[test]
fn an_endpoint_that_is_not_known_is_not_offered_and_the_reason_stands_there() {
    let mut profile = visma();
    profile.provider.endpoints.revocation_url = None;
    profile.provider.endpoints.userinfo_url = Some("https://evil.example/me".to_owned());
    profile.origin = Origin::File {
        path: "profiles/acme.toml".into(),
        trusted: false,
    };
    let mut engine = blank();
    bring(&mut engine, profile, Point::Authorized);
    let mut picture = picture(engine, (120, 60));
    let text = picture.text();
    assert!(
        text.contains("not known               no revocation_url"),
        "{text}"
    );
    assert!(
        text.contains("https://evil.example, which is not"),
        "{text}"
    );
    let footer = text.lines().last().unwrap();
    assert!(footer.contains("s introspect"), "{footer}");
    assert!(!footer.contains("revoke") && !footer.contains("userinfo"));
    for key in ["v", "w"] {
        assert_eq!(asked(&picture.press(key)), [], "{key}");
    }
}

#[test]
fn a_revoked_refresh_token_is_no_longer_offered() {
    let engine = inquired(REVOKE, 200, "");
    assert!(!engine.could_refresh());
    assert!(!engine.allows(&Command::Refresh { anyway: true }));
    let mut picture = picture(engine, (120, 50));
    let text = picture.text();
    assert!(text.contains("revoked 12:02"), "{text}");
    assert!(
        !text.lines().last().unwrap().contains("u refresh"),
        "{text}"
    );
    assert!(text.contains("refresh_token revoked"), "{text}");
    assert!(text.contains("The one that is there stays good"), "{text}");
    assert_eq!(picture.press("u"), []);
    // The access token is what is left to revoke.
    assert_eq!(asked(&picture.press("v<enter>")), [REVOKE_ACCESS]);
}

#[test]
fn a_revoked_jwt_is_said_to_stay_good() {
    let text = screen(inquired(REVOKE_ACCESS, 200, ""));
    assert!(text.contains("access_token revoked"), "{text}");
    assert!(
        text.contains("Visma Connect said yes, and yet it stays good until"),
        "{text}"
    );
    assert!(text.contains("a JWT, revoked 12:02"), "{text}");
    assert!(text.contains("u refresh"), "the renewals go on: {text}");
}

#[test]
fn a_kept_grant_loses_its_revoked_refresh_token_where_it_is_kept() {
    let mut profile = visma();
    profile.keep_tokens = Some(KeepTokens::File);
    let mut engine = blank();
    bring(&mut engine, profile, Point::Authorized);
    let id = engine.held().unwrap().id.clone();
    let kept = |engine: &mut Engine| {
        engine.event(
            at(90),
            dineroscope::core::engine::message::Event::GrantKept {
                id: id.clone(),
                keep: KeepTokens::File,
                trouble: None,
            },
        )
    };
    assert!(
        !engine.allows(&Command::Inquire(REVOKE)),
        "not while it is being written"
    );
    kept(&mut engine);
    let token = engine.grant().unwrap().refresh_token.clone().unwrap();
    let effects = inquire(&mut engine, 100, REVOKE, answered(200, ""));
    let [
        Effect::DropRefreshToken {
            kept: now,
            token: dropped,
        },
        Effect::KeepRun(_),
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    assert_eq!((&now.grant.refresh_token, dropped), (&None, &token));
    assert_eq!(
        (now.keep, now.revoked_at),
        (KeepTokens::File, Some(at(101)))
    );
    assert!(engine.is_unsettled() && engine.is_owed());
    kept(&mut engine);
    assert!(!engine.is_unsettled());
}

#[test]
fn while_a_token_is_being_revoked_it_is_neither_refreshed_nor_moved() {
    let mut engine = engine_at(Point::Authorized);
    engine.command(at(100), Command::Inquire(REVOKE));
    assert_eq!(engine.inquiring(), Some(REVOKE));
    assert!(engine.is_unsettled());
    for command in [
        Command::Refresh { anyway: false },
        Command::KeepTokens(KeepTokens::File),
        Command::Inquire(INTROSPECT),
    ] {
        assert!(!engine.allows(&command), "{command:?}");
    }
    assert!(engine.allows(&Command::CancelSend));
    let text = screen(engine);
    assert!(text.contains("asking…"), "{text}");
}

#[test]
fn a_secret_that_must_be_typed_is_asked_for_first() {
    let mut profile = visma();
    profile.client_secret = SecretReference::Command(vec!["pass".to_owned(), "acme".to_owned()]);
    let mut engine = blank();
    bring(&mut engine, profile.clone(), Point::Ready);
    let token = dineroscope::core::secret::Secret::new("0f".repeat(32));
    let import = Command::ImportToken(TokenKind::Refresh, token.clone());
    engine.command(at(50), import.clone());
    // A command is run when its secret is needed, and the inquiry waits for it.
    let effects = engine.command(at(60), Command::Inquire(REVOKE));
    assert!(
        matches!(effects.as_slice(), [Effect::ReadSecret { .. }]),
        "{effects:?}"
    );
    assert_eq!(engine.inquiring(), Some(REVOKE));
    profile.client_secret = SecretReference::Prompt;
    let mut engine = blank();
    bring(&mut engine, profile, Point::Ready);
    engine.command(at(50), import);
    let mut picture = picture(engine, (120, 40));
    assert_eq!(picture.press("v<enter>"), []);
    assert!(picture.text().contains("The client secret"));
    let reactions = picture.press("hemmelig<enter>");
    assert_eq!(asked(&reactions), [REVOKE]);
}

#[test]
fn an_answer_that_sends_secrets_back_shows_none() {
    let engine = engine_at(Point::Authorized);
    let grant = engine.grant().unwrap().clone();
    let access = grant.access_token.expose().to_owned();
    let refresh = grant.refresh_token.unwrap().expose().to_owned();
    let body = serde_json::json!({
        "active": true, "echo": access, "deep": {"also": [refresh]}, "access_token": "another-secret-1",
    });
    let engine = inquired(INTROSPECT, 200, &body.to_string());
    let mut picture = picture(engine, (200, 60));
    for _ in 0..4 {
        let text = picture.text();
        for secret in [access.as_str(), &refresh, "another-secret-1", &access[..40]] {
            assert!(!text.contains(secret), "{text}");
        }
        picture.press("<pgdn>");
    }
}

#[test]
fn trouble_is_told_with_what_it_means() {
    let cases: [(Inquiry, Outcome, &[&str]); 5] = [
        (
            REVOKE,
            failed(FailureKind::Refused),
            &["no answer", "is not known"],
        ),
        (
            REVOKE,
            answered(405, ""),
            &["refused: 405", "as good as before"],
        ),
        (
            INTROSPECT,
            answered(401, ""),
            &["refused: 401", "made for APIs"],
        ),
        (
            INTROSPECT,
            answered(200, "<html>"),
            &["not readable", "nothing about the token"],
        ),
        (Inquiry::USERINFO, answered(503, ""), &["in trouble: 503"]),
    ];
    for (inquiry, outcome, words) in cases {
        let mut engine = engine_at(Point::Authorized);
        inquire(&mut engine, 100, inquiry, outcome);
        let text = screen(engine);
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}
