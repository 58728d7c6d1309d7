//! Step 5 with its grants, and the steps that wait for them, as a user sees them and by keys.

use crate::holding::{Holding, engine_holding};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::at;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::engine::message::{Command, Prompt};
use dineroscope::core::oauth::{RunPhase, Step, StepState};
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::tui::ui::Focus;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::popup::Popup;

/// A state with the step in view that is about it.
fn picture(holding: Holding, size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine_holding(holding), holding.moment(), size);
    picture.ui.show(step(holding));
    picture.draw();
    picture
}

/// The step that a state is about.
fn step(holding: Holding) -> Step {
    match holding {
        Holding::CallWaits | Holding::CallUnsent => Step::Requests,
        Holding::Untrusted | Holding::SecretMissing => Step::Exchange,
        _ => Step::Token,
    }
}

/// The one at 120×40, and what it says.
fn large(holding: Holding) -> (Picture, String) {
    let picture = picture(holding, (120, 40));
    let text = picture.text();
    (picture, text)
}

/// A command that was asked for by keys.
fn command(command: Command) -> Reaction {
    Reaction::Command(command)
}

/// Selects the row that says this and presses Enter on it.
fn choose(picture: &mut Picture, text: &str) -> Vec<Reaction> {
    picture.press("<tab>");
    for _ in 0..60 {
        let screen = picture.text();
        let selected = screen.lines().find(|line| line.contains("│▸"));
        if selected.is_some_and(|line| line.contains(text)) {
            return picture.press("<enter>");
        }
        picture.press("<down>");
    }
    panic!("no row `{text}` in\n{}", picture.text());
}

#[test]
fn every_way_of_holding_a_grant() {
    for holding in Holding::ALL {
        let name = format!("held-{holding:?}").to_lowercase();
        hold(&name, |size| picture(holding, size));
    }
}

#[test]
fn what_is_asked_about_grants() {
    let over = |holding: Holding, keys: &'static str| {
        move |size| {
            let mut picture = picture(holding, size);
            picture.press(keys);
            picture
        }
    };
    hold("popup-anyway", over(Holding::Unsettled, "u"));
    hold("popup-trust", |size| {
        let mut picture = picture(Holding::Untrusted, size);
        picture.ui.show(Step::Token);
        let token = Secret::new("0f".repeat(32));
        let now = picture.now;
        let import = Command::ImportToken(TokenKind::Refresh, token);
        picture.engine.command(now, import);
        picture.draw();
        picture.press("u");
        picture
    });
    hold("popup-keep", |size| {
        let mut picture = picture(Holding::Asks, size);
        choose(&mut picture, "kept");
        picture
    });
    hold("popup-token", |size| {
        let mut picture = picture(Holding::Imported, size);
        choose(&mut picture, "Use a token I have");
        picture.press("abc def");
        picture
    });
}

#[test]
fn u_refreshes_where_it_can_be_done_at_once() {
    let refresh = command(Command::Refresh { anyway: false });
    for holding in [Holding::Expired, Holding::Imported] {
        let (mut picture, text) = large(holding);
        assert!(text.contains("[ Refresh it ↵ ]"), "{text}");
        assert_eq!(picture.press("<enter>"), std::slice::from_ref(&refresh));
        assert!(picture.text().contains("Refreshing…"));
        assert!(picture.text().contains("refreshing…"), "the title bar too");
        assert_eq!(picture.engine.step_state(Step::Token), StepState::Running);
        assert_eq!(picture.press("u"), [], "one at a time");
    }
    let (mut picture, _) = large(Holding::Refreshed);
    assert_eq!(picture.press("u"), [refresh]);
    let (mut picture, _) = large(Holding::Expired);
    picture.press("6");
    assert_eq!(picture.press("u"), [], "only on its own step");
}

#[test]
fn a_token_that_may_be_spent_is_not_sent_without_asking() {
    let (mut picture, text) = large(Holding::Unsettled);
    assert!(
        text.contains("but the refresh token may be spent"),
        "{text}"
    );
    assert_eq!(picture.press("u"), []);
    assert!(picture.text().contains("revoked"), "{}", picture.text());
    assert_eq!(
        picture.press("<enter>"),
        [],
        "the safe answer has the focus"
    );
    picture.press("u");
    assert_eq!(
        picture.press("<tab><enter>"),
        [command(Command::Refresh { anyway: true })]
    );
    assert!(picture.engine.refreshing().is_some());
}

#[test]
fn where_grants_are_kept_is_asked_in_the_row() {
    let (mut picture, text) = large(Holding::Asks);
    assert!(text.contains("memory; where? ▾"), "{text}");
    assert_eq!(choose(&mut picture, "kept"), []);
    assert_eq!(
        picture.press("<down><down><enter>"),
        [command(Command::KeepTokens(KeepTokens::File))]
    );
    assert!(!picture.engine.asks_where_to_keep());
    let text = picture.text();
    assert!(!text.contains("where?"), "{text}");
    assert!(text.contains("holds for this program run"), "{text}");
}

#[test]
fn a_grant_of_the_list_is_used_and_forgotten() {
    let (mut picture, text) = large(Holding::Several);
    assert!(text.contains("Earlier grants"), "{text}");
    picture.press("<tab>");
    let ids: Vec<_> = picture
        .engine
        .grants()
        .iter()
        .map(|held| held.id.clone())
        .collect();
    let mut taken = Picture::new(engine_holding(Holding::Several), 1_230, (200, 60));
    taken.ui.show(Step::Token);
    taken.draw();
    assert_eq!(
        choose(&mut taken, "read write offline"),
        [command(Command::UseGrant(ids[1].clone()))]
    );
    assert!(taken.text().contains("Other grants"), "{}", taken.text());
    let mut forgetting = Picture::new(engine_holding(Holding::Several), 1_230, (200, 60));
    forgetting.ui.show(Step::Token);
    forgetting.draw();
    assert_eq!(forgetting.press("<delete>"), [], "no grant has the focus");
    assert!(forgetting.ui.popups.is_empty());
    choose(&mut forgetting, "Forget this grant");
    assert!(forgetting.text().contains("The provider is not told"));
    assert_eq!(forgetting.press("<esc>"), []);
    assert_eq!(forgetting.press("<delete>"), []);
    assert_eq!(
        forgetting.press("<tab><enter>"),
        [command(Command::ForgetGrant(ids[0].clone()))]
    );
    assert_eq!(forgetting.engine.held().unwrap().id, ids[1]);
}

#[test]
fn somebody_else_signs_in_in_a_new_run() {
    let mut picture = Picture::new(engine_holding(Holding::Refreshed), 1_230, (200, 60));
    choose(&mut picture, "Sign in as somebody else");
    assert_eq!(
        picture.press("<enter>"),
        [command(Command::SignInAgain(Prompt::SelectAccount))]
    );
    assert_eq!(picture.engine.run().phase, RunPhase::Ready);
    assert!(picture.engine.run().link.contains("prompt=select_account"));
    assert_eq!(picture.ui.step, Step::Link);
}

#[test]
fn a_token_is_judged_as_it_is_typed_and_asked_about_where_its_look_does_not_tell() {
    let mut picture = picture(Holding::Expired, (200, 60));
    choose(&mut picture, "Use a token I have");
    picture.press("ab c");
    let text = picture.text();
    assert!(text.contains("it holds a space"), "{text}");
    assert!(!text.contains("ab c"), "masked: {text}");
    picture.press("<enter>");
    assert!(matches!(picture.ui.popups.last(), Some(Popup::Ask(_))));
    picture.press("<esc>");
    picture.press("<enter>wrong<ctrl-u>abc");
    assert!(picture.text().contains("its look does not tell"));
    picture.press("<enter>");
    assert!(picture.text().contains("What is this token?"));
    let token = Secret::new("abc");
    assert_eq!(
        picture.press("<down><enter>"),
        [command(Command::ImportToken(TokenKind::Refresh, token))]
    );
    assert!(picture.text().contains("no access token yet"));
}

#[test]
fn a_token_can_be_brought_before_anybody_signed_in() {
    let mut picture = Picture::new(
        crate::stage::engine_at(crate::stage::Point::Ready),
        2,
        (120, 40),
    );
    picture.press("5");
    choose(&mut picture, "Use a token I have");
    picture.press(&"0f".repeat(32));
    assert!(picture.text().contains("taken for a refresh token"));
    picture.press("<enter>");
    assert!(
        picture.text().contains("[ Refresh it"),
        "{}",
        picture.text()
    );
}

#[test]
fn nothing_is_read_for_a_profile_that_is_not_trusted() {
    let (mut picture, text) = large(Holding::Untrusted);
    for word in [
        "./profiles/acme-dev.toml",
        "pass show \"visma/acme dev\"",
        "https://connect.visma.com",
        "[ Trust it and go on ↵ ]",
    ] {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
    assert_eq!(picture.press("<enter>"), [command(Command::Trust)]);
    let (mut picture, _) = large(Holding::Untrusted);
    choose(&mut picture, "Type the client secret");
    picture.press("typed<enter>");
    assert!(matches!(
        picture.engine.run().phase,
        RunPhase::Exchanging(_)
    ));
}

#[test]
fn a_refresh_asks_for_trust_first_and_goes_on_with_it() {
    let (mut picture, _) = large(Holding::Untrusted);
    let now = picture.now;
    let token = Secret::new("0f".repeat(32));
    let import = Command::ImportToken(TokenKind::Refresh, token);
    picture.engine.command(now, import);
    picture.ui.show(Step::Token);
    picture.draw();
    assert_eq!(picture.press("u"), []);
    assert_eq!(
        picture.press("<tab><enter>"),
        [
            command(Command::Trust),
            command(Command::Refresh { anyway: false })
        ]
    );
    assert!(picture.engine.refresh_waits(), "until the secret is read");
    assert!(picture.text().contains("once the client secret is read"));
}

#[test]
fn a_secret_that_could_not_be_read_can_be_read_again() {
    let (mut picture, text) = large(Holding::SecretMissing);
    assert!(text.contains("`pass` ended with 1"), "{text}");
    assert_eq!(
        choose(&mut picture, "Read it again"),
        [command(Command::ReadSecret)]
    );
}

#[test]
fn a_call_that_waits_for_a_refresh_says_so_and_can_be_cancelled() {
    let (mut picture, text) = large(Holding::CallWaits);
    assert!(text.contains("it is refreshed first"), "{text}");
    assert_eq!(picture.press("<ctrl-c>"), [command(Command::CancelSend)]);
    assert!(picture.engine.requests().waiting.is_none());
    assert!(picture.engine.refreshing().is_some(), "it is not aborted");
    let (_, text) = large(Holding::CallUnsent);
    assert!(text.contains("Not sent"), "{text}");
    assert!(text.contains("nobody listens"), "{text}");
}

#[test]
fn the_question_before_the_end_says_what_stays_and_where() {
    let quit = |holding| {
        let (mut picture, _) = large(holding);
        picture.press("<ctrl-c>");
        let text = picture.text();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(quit(Holding::Refreshed).contains("in memory only and are gone then"));
    assert!(quit(Holding::InAFile).contains("The tokens stay in files that only you can read"));
}

#[test]
fn no_way_of_holding_a_grant_shows_a_secret_or_lacks_a_way_out() {
    for holding in Holding::ALL {
        let engine = engine_holding(holding);
        let secrets: Vec<String> = engine
            .grants()
            .iter()
            .flat_map(|held| {
                let old = held.renewal.as_ref().map(|renewal| &renewal.old);
                [Some(&held.grant), old]
                    .into_iter()
                    .flatten()
                    .flat_map(|grant| [Some(&grant.access_token), grant.refresh_token.as_ref()])
                    .flatten()
                    .map(|secret| secret.expose().to_owned())
                    .collect::<Vec<_>>()
            })
            .filter(|secret| !secret.is_empty())
            .collect();
        for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
            let mut picture = picture(holding, size);
            for focus in [Focus::Button, Focus::Row(0), Focus::Row(3)] {
                picture.ui.focus = focus;
                picture.draw();
                let text = picture.text();
                for secret in &secrets {
                    assert!(!text.contains(secret.as_str()), "{holding:?}\n{text}");
                }
                let footer = text.lines().last().unwrap_or_default();
                assert!(footer.contains(": commands"), "{footer}");
            }
        }
    }
}

#[test]
fn what_has_only_a_row_is_found_by_name_among_the_commands() {
    let (mut picture, text) = large(Holding::Refreshed);
    assert!(text.contains("▸ Who signed in"), "folded: {text}");
    picture.press(":token i have");
    let text = picture.text();
    assert!(text.contains("use a token I have"), "{text}");
    picture.press("<enter>");
    assert!(picture.text().contains("Paste an access token"));
    for (words, question) in [
        ("somebody else", "How does somebody else sign in?"),
        ("forget", "Forget this grant?"),
        ("kept", "Where are the tokens kept?"),
    ] {
        let (mut picture, _) = large(Holding::Refreshed);
        picture.press(&format!(":{words}"));
        picture.press("<enter>");
        let text = picture.text();
        assert!(text.contains(question), "{text}");
    }
}

#[test]
fn the_tokens_before_can_be_copied_and_stay_masked() {
    let (mut picture, _) = large(Holding::Refreshed);
    picture.press("y");
    let text = picture.text();
    assert!(
        text.contains("the refresh token before: the secret itself"),
        "{text}"
    );
    let renewal = picture.engine.held().unwrap().renewal.as_ref().unwrap();
    let old = renewal.old.refresh_token.clone().unwrap();
    assert!(!text.contains(old.expose()), "{text}");
}

#[test]
fn help_cuts_no_label() {
    for holding in [Holding::Refreshed, Holding::Several, Holding::Untrusted] {
        for size in [(80, 24), (120, 40), (200, 60)] {
            let mut picture = picture(holding, size);
            picture.press("?");
            let text = picture.text();
            let help: Vec<&str> = text.lines().filter(|line| line.contains("│ ")).collect();
            let cut = help.iter().find(|line| line.contains("use…"));
            assert!(cut.is_none(), "{text}");
        }
    }
}

#[test]
fn of_a_token_that_the_user_had_nobody_knows_what_was_asked() {
    let mut engine = engine_holding(Holding::Imported);
    let claims = r#"{"scope":["dineropublicapi:read","offline_access"],"exp":99999999999}"#;
    let token = format!(
        "eyJhbGciOiJub25lIn0.{}.c2ln",
        URL_SAFE_NO_PAD.encode(claims)
    );
    let token = Command::ImportToken(TokenKind::Access, Secret::new(token));
    engine.command(at(1_000), token);
    let mut picture = Picture::new(engine, 1_001, (120, 40));
    picture.ui.show(Step::Token);
    picture.draw();
    let text = picture.text();
    assert!(text.contains("✓ Token good for"), "{text}");
    assert!(text.contains("dineropublicapi:read  granted"), "{text}");
    for wrong in ["asked", "Signed in", "✗", "⚠  refresh"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
}

#[test]
fn the_new_run_that_a_finding_names_is_a_key_away_also_after_a_start() {
    let (mut picture, text) = large(Holding::Imported);
    assert!(text.contains("ctrl-n new run"), "{text}");
    assert_eq!(picture.press("<ctrl-n>"), []);
    assert_eq!(picture.ui.step, Step::Link);
    assert!(picture.text().contains("[ Open in the browser ↵ ]"));
}
