//! What panes say, at every point of the flow: always something, never a secret, never a dead button.

use crate::diagnose::id_token::claims;
use crate::signer::RSA;
use crate::stage::{CODE, Point, answer, at, bind, blank, bring, engine_at, exchange, visma};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Consent, Event};
use dineroscope::core::oauth::{RunPhase, STEPS, Step};
use dineroscope::core::profile::SecretReference;
use dineroscope::tui::action::Action;
use dineroscope::tui::pane::{Pane, Row, Value};
use dineroscope::tui::screens::{self, DiagramLine, Scene};
use dineroscope::tui::ui::Ui;
use jiff::tz::TimeZone;
use serde_json::json;

/// The pane of a step, so many seconds after the start.
fn pane(engine: &Engine, step: Step, seconds: i64) -> Pane {
    let zone = TimeZone::UTC;
    let scene = Scene {
        engine,
        now: at(seconds),
        zone: &zone,
    };
    screens::pane(&scene, step, &Ui::default())
}

/// Every text of a pane, one a line; secrets as the frame shows them.
fn text(engine: &Engine, pane: &Pane) -> String {
    let mut lines = vec![format!(
        "{:?} {}  [{}]",
        pane.state,
        pane.headline,
        pane.button
            .as_ref()
            .map(|button| button.label.as_str())
            .unwrap_or_default()
    )];
    lines.extend(pane.quiet.iter().map(|quiet| format!("  {quiet}")));
    for group in &pane.groups {
        lines.push(format!("{} | {}", group.label, group.right));
        for row in &group.rows {
            lines.push(match row {
                Row::Tabs { tabs, right } => {
                    let shown = tabs.iter().filter(|(_, shown, _)| *shown);
                    let names: Vec<&str> = shown.map(|(name, ..)| name.as_str()).collect();
                    format!("  [{}]  {right}", names.join(" "))
                }
                Row::Fact(fact) => {
                    let value = match &fact.value {
                        Value::Plain(text) => text.to_string(),
                        Value::Secret(secret) => engine.mask().fact(secret).to_string(),
                        Value::Nothing => "–".to_owned(),
                    };
                    format!(
                        "{:?} {:<21}{:<24}{}",
                        fact.mark, fact.name, value, fact.meaning
                    )
                }
                Row::Prose(text) => text.to_string(),
                Row::Raw(raw) => raw
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
                Row::Choice { text, right, .. } => format!("> {text}  {right}"),
                Row::Cells { mark, cells, .. } => {
                    let cells: Vec<&str> = cells
                        .iter()
                        .map(dineroscope::core::wire::visible::Visible::as_str)
                        .collect();
                    format!("{mark:?} {}", cells.join(" | "))
                }
                Row::Span {
                    name,
                    from,
                    until,
                    took,
                    note,
                } => format!("{name} {from}-{until} {took} {note}"),
                Row::GridHead(head) => head
                    .columns
                    .iter()
                    .map(|(name, state)| format!("{name} {state}"))
                    .collect::<Vec<_>>()
                    .join(" | "),
                Row::Grid(row) => {
                    let cells = row.cells.iter();
                    let cells: Vec<_> = cells
                        .map(|it| format!("{:?} {}", it.mark, it.text))
                        .collect();
                    format!("{:?} {} | {}", row.mark, row.name, cells.join(" | "))
                }
                Row::Bar(filled, text) => format!("{filled} {text}"),
            });
        }
    }
    lines.join("\n")
}

/// Every engine a pane can be made of.
fn engines() -> Vec<(String, Engine)> {
    let mut engines: Vec<(String, Engine)> = Point::ALL
        .iter()
        .map(|point| (format!("{point:?}"), engine_at(*point)))
        .collect();
    engines.push(("sandbox waiting".to_owned(), sandbox_waiting()));
    let mut failed = engine_at(Point::SandboxStarting);
    failed.event(
        at(1),
        Event::SandboxFailed {
            run: 1,
            reason: "no free port".to_owned(),
        },
    );
    engines.push(("sandbox failed".to_owned(), failed));
    let mut anew = engine_at(Point::Listed);
    anew.command(at(120), Command::NewRun);
    engines.push(("a new run with a former grant".to_owned(), anew));
    engines
}

/// The sandbox, waiting for the user.
fn sandbox_waiting() -> Engine {
    let mut engine = engine_at(Point::SandboxStarting);
    engine.event(
        at(0),
        Event::SandboxStarted {
            run: 1,
            origin: "http://127.0.0.1:41234".to_owned(),
        },
    );
    engine.command(
        at(0),
        Command::Begin {
            open_browser: false,
        },
    );
    bind(&mut engine);
    engine
}

/// Every action a pane offers.
fn actions(pane: &Pane) -> Vec<Action> {
    let rows = pane.groups.iter().flat_map(|group| &group.rows);
    rows.filter_map(|row| match row {
        Row::Choice { action, .. } => Some(action.clone()),
        Row::Fact(fact) => fact.action.clone(),
        _ => None,
    })
    .chain(pane.button.iter().map(|button| button.action.clone()))
    .collect()
}

#[test]
fn every_state_of_every_step_says_something_and_offers_only_what_works() {
    for (name, engine) in engines() {
        for facts in &STEPS {
            let pane = pane(&engine, facts.step, 130);
            let place = format!("{name}, {}", facts.name);
            let headline = pane.headline.as_str();
            assert!(!headline.is_empty(), "{place}");
            assert!(!headline.ends_with('.'), "{place}: {headline}");
            let label = pane.button.as_ref().map(|button| button.label.as_str());
            let sending = facts.step == Step::Exchange && name == "Exchanging";
            assert_eq!(label.is_none(), sending, "{place}: one button");
            let width = headline.chars().count() + label.unwrap_or_default().chars().count();
            assert!(width <= 65, "{place}: {headline} [{label:?}] in 74 columns");
            for action in actions(&pane) {
                if let Action::Engine(command) = &action {
                    assert!(engine.allows(command), "{place}: {command:?}");
                }
                assert_ne!(action, Action::Show(facts.step), "{place}: leads nowhere");
            }
        }
    }
}

#[test]
fn no_pane_shows_a_secret() {
    for (name, engine) in engines() {
        let mut secrets = vec![CODE.to_owned(), CODE.to_lowercase()];
        if let SecretReference::Plain(secret) = visma().client_secret {
            secrets.push(secret.expose().to_owned());
        }
        let verifier = &engine.run().fresh.verifier;
        secrets.extend(verifier.iter().map(|secret| secret.expose().to_owned()));
        if let Some(grant) = engine.grant() {
            let token = grant.access_token.expose();
            secrets.push(token.split('.').next_back().unwrap().to_owned());
            secrets.push(token.to_owned());
        }
        for facts in &STEPS {
            let shown = text(&engine, &pane(&engine, facts.step, 130));
            for secret in &secrets {
                assert!(!shown.contains(secret.as_str()), "{name}, {}", facts.name);
            }
        }
    }
}

#[test]
fn only_the_sandbox_offers_to_answer_in_the_users_place() {
    let offers = |engine: &Engine| {
        actions(&pane(engine, Step::Consent, 5))
            .contains(&Action::Engine(Command::AnswerConsent(Consent::Accept)))
    };
    assert!(offers(&sandbox_waiting()));
    assert!(!offers(&engine_at(Point::Waiting)));
}

#[test]
fn the_wait_the_code_and_the_token_count_down() {
    let waiting = engine_at(Point::Waiting);
    let headline =
        |engine: &Engine, step, seconds| pane(engine, step, seconds).headline.to_string();
    assert_eq!(
        headline(&waiting, Step::Consent, 47),
        "Waiting for the browser   00:47 of 05:00"
    );
    let answered = engine_at(Point::Answered);
    let shown = text(&answered, &pane(&answered, Step::Callback, 42));
    assert!(shown.contains("04:41 left"), "{shown}");
    let authorized = engine_at(Point::Authorized);
    assert_eq!(
        headline(&authorized, Step::Token, 182),
        "Signed in. Token good for 58 min"
    );
    assert_eq!(
        headline(&authorized, Step::Token, 3700),
        "The access token has expired"
    );
}

#[test]
fn a_code_that_is_too_old_is_seen_before_it_is_burned() {
    let engine = engine_at(Point::Answered);
    let fresh = pane(&engine, Step::Exchange, 60);
    assert_eq!(fresh.headline.as_str(), "Ready. 7 of 7 local checks pass");
    let old = pane(&engine, Step::Exchange, 22 + 301);
    assert_eq!(
        old.headline.as_str(),
        "1 of 7 checks fails: the code would be burned"
    );
}

#[test]
fn every_trouble_of_the_exchange_has_its_headline() {
    let cases = [
        (
            200,
            "<html>",
            "An answer came, but it is a web page, not tokens",
        ),
        (200, "", "An answer came, but it is empty"),
        (
            200,
            "{\"a",
            "An answer came, but it breaks off before its end",
        ),
        (200, "{}", "An answer came, but without access_token"),
        (
            302,
            "",
            "The token endpoint sends elsewhere; that is not followed",
        ),
        (429, "", "Visma Connect says: too many requests"),
        (503, "", "Visma Connect is in trouble itself: 503"),
        (404, "", "Visma Connect refused the exchange with 404"),
    ];
    for (status, body, headline) in cases {
        let mut engine = engine_at(Point::Answered);
        let call = exchange(&mut engine, 62);
        answer(&mut engine, 62, call, status, body);
        let shown = pane(&engine, Step::Exchange, 70);
        assert_eq!(shown.headline.as_str(), headline);
    }
}

#[test]
fn an_opaque_token_is_fine_and_an_id_token_is_checked_first() {
    let answered = |id_token: &str| {
        let mut engine = engine_at(Point::Answered);
        let call = exchange(&mut engine, 62);
        let body = format!(
            "{{\"access_token\":\"opaque\",\"token_type\":\"Bearer\",\"id_token\":\"{id_token}\"}}"
        );
        answer(&mut engine, 62, call, 200, &body);
        engine
    };
    let token = RSA.sign("RS256", &claims());
    let mut engine = answered(&token);
    let shown = pane(&engine, Step::Token, 70);
    assert_eq!(shown.headline.as_str(), "Checking who signed in…");
    let keys = engine.transcript().last().unwrap().call;
    let set = json!({"keys": [RSA.jwk()]}).to_string();
    answer(&mut engine, 63, keys, 200, &set);
    assert_eq!(
        engine.run().phase,
        RunPhase::IdTokenRefused,
        "its at_hash is of another token"
    );
    let shown = text(&engine, &pane(&engine, Step::Token, 70));
    assert!(shown.contains("neither kept nor sent anywhere"), "{shown}");
    assert!(engine.grant().is_none());
    engine.command(at(64), Command::OverrideIdToken);
    let shown = text(&engine, &pane(&engine, Step::Token, 70));
    assert!(shown.contains("taken all the same"), "{shown}");
    assert!(engine.grant().is_some());
}

#[test]
fn a_grant_of_a_former_run_says_when_it_came() {
    let mut engine = engine_at(Point::Authorized);
    engine.command(at(120), Command::NewRun);
    let quiet = pane(&engine, Step::Token, 130).quiet.unwrap();
    assert!(quiet.as_str().contains("from "), "{quiet}");
}

#[test]
fn names_from_outside_cannot_command_the_terminal() {
    let mut engine = blank();
    let mut profile = visma();
    profile.provider.label = "Evil\u{1b}[2J\u{202e}".to_owned();
    bring(&mut engine, profile, Point::Refused);
    let shown = text(&engine, &pane(&engine, Step::Callback, 30));
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
}

#[test]
fn one_arrow_is_lit_in_every_step_and_state() {
    for (name, engine) in engines() {
        let zone = TimeZone::UTC;
        let scene = Scene {
            engine: &engine,
            now: at(130),
            zone: &zone,
        };
        for facts in &STEPS {
            let lit = screens::diagram(&scene, facts.step)
                .iter()
                .filter(|line| matches!(line, DiagramLine::Arrow { lit: true, .. }))
                .count();
            assert_eq!(lit, 1, "{name}, {}", facts.name);
            let explained = screens::explanation(&scene, facts.step);
            let named = explained.as_str().contains("the provider");
            assert!(!named || engine.profile().is_none(), "{explained}");
        }
    }
}

#[test]
fn the_lit_arrow_follows_the_state() {
    let lit = |point: Point, step: Step| -> String {
        let engine = engine_at(point);
        let zone = TimeZone::UTC;
        let scene = Scene {
            engine: &engine,
            now: at(130),
            zone: &zone,
        };
        let lines = screens::diagram(&scene, step);
        let lit = lines.iter().find_map(|line| match line {
            DiagramLine::Label {
                text, lit: true, ..
            } => Some(text.to_string()),
            _ => None,
        });
        lit.unwrap()
    };
    for (point, step, text) in [
        (Point::Answered, Step::Callback, "3 answer"),
        (Point::Refused, Step::Callback, "3 an error"),
        (Point::Exchanging, Step::Exchange, "4 the code"),
        (Point::ExchangeFailed, Step::Exchange, "an error"),
        (Point::Authorized, Step::Token, "5 tokens"),
        (Point::Authorized, Step::Requests, "6 the token"),
        (Point::Listed, Step::Requests, "the data"),
        (Point::ApiRefused, Step::Requests, "an error"),
    ] {
        assert_eq!(lit(point, step), text, "{point:?}");
    }
}

#[test]
fn an_answer_of_a_megabyte_is_not_laid_out_whole_with_every_frame() {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    answer(
        &mut engine,
        62,
        call,
        200,
        &"<p>no tokens here</p>\n".repeat(48_000),
    );
    let text = text(&engine, &pane(&engine, Step::Exchange, 63));
    assert!(text.len() < 100_000);
    assert!(
        text.contains("… 990.4 KB more"),
        "{}",
        &text[text.len() - 400..]
    );
}

#[test]
fn every_state_of_a_step_has_an_explanation_that_fits() {
    let explained = |point: Point, step: Step| {
        let engine = engine_at(point);
        let zone = TimeZone::UTC;
        let scene = Scene {
            engine: &engine,
            now: at(120),
            zone: &zone,
        };
        screens::explanation(&scene, step).to_string()
    };
    for point in Point::ALL {
        for facts in &STEPS {
            let text = explained(point, facts.step);
            let lines = dineroscope::tui::text::wrap(&text, 39).len();
            assert!(
                (1..=6).contains(&lines),
                "{point:?} {:?}: {lines} lines: {text}",
                facts.step
            );
        }
    }
    for (step, one, other) in [
        (Step::Link, Point::Ready, Point::Waiting),
        (Step::Link, Point::SandboxStarting, Point::Placeholder),
        (Step::Consent, Point::Waiting, Point::TimedOut),
        (Step::Consent, Point::ListenFailed, Point::Stopped),
        (Step::Callback, Point::WrongState, Point::Answered),
        (Step::Callback, Point::Refused, Point::Answered),
        (Step::Exchange, Point::Answered, Point::ExchangeFailed),
        (Step::Exchange, Point::Exchanging, Point::Authorized),
        (Step::Requests, Point::Ready, Point::Listed),
        (Step::Requests, Point::Listed, Point::ApiRefused),
    ] {
        assert_ne!(
            explained(one, step),
            explained(other, step),
            "{step:?} {one:?} {other:?}"
        );
    }
}
