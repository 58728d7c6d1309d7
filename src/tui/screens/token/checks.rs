//! The checks of an id_token, each a row, and the signature of the access token.

use crate::core::engine::message::Command;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::token::id_token::{Checked, Verdict};
use crate::core::token::signature::SignatureTrouble;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::pane::{Group, Mark, Pane, Row};
use crate::tui::screens::parts::{acting, choice, fact, group};
use crate::tui::screens::{Scene, blank, new_run};

/// What the step shows while an id_token holds its tokens back; `None` when none does.
pub(super) fn pane(scene: &Scene<'_>) -> Option<Pane> {
    let run = scene.engine.run();
    match run.phase {
        RunPhase::CheckingIdToken => Some(Pane {
            state: StepState::Running,
            quiet: Some(Visible::of(
                "Tokens came. Their id_token is checked before they are used: the provider's keys are fetched.",
            )),
            ..blank(scene, Step::Token, "Checking who signed in…")
        }),
        RunPhase::IdTokenRefused => {
            let mut groups = Vec::new();
            groups.extend(
                run.token_checked
                    .as_ref()
                    .map(|checked| group_of(checked, "Checks of the id_token")),
            );
            groups.push(ways_on(scene));
            Some(Pane {
                button: Some(new_run()),
                quiet: Some(Visible::of(
                    "The tokens are held back: neither kept nor sent anywhere.",
                )),
                groups,
                ..blank(scene, Step::Token, "The id_token failed a check")
            })
        }
        _ => None,
    }
}

/// What else can be done about a failed check.
fn ways_on(scene: &Scene<'_>) -> Group {
    let rows = [
        (
            Command::CheckIdToken,
            "Fetch the keys once more and check again",
            "if the provider changed them",
        ),
        (
            Command::OverrideIdToken,
            "Use the tokens all the same",
            "asks first",
        ),
    ];
    let rows = rows
        .into_iter()
        .filter(|(command, ..)| scene.engine.allows(command));
    let rows = rows.map(|(command, label, right)| {
        let action = match command {
            Command::OverrideIdToken => Action::OverrideIdToken,
            other => Action::Engine(other),
        };
        choice(Mark::None, label, right, action)
    });
    group("", "", rows.collect())
}

/// The checks of the id_token whose tokens are in use.
pub(super) fn passed(scene: &Scene<'_>) -> Vec<Group> {
    let run = scene.engine.run();
    let is_of_this_run = run.phase == RunPhase::Authorized;
    let mut groups = Vec::new();
    if let Some(checked) = run.token_checked.as_ref().filter(|_| is_of_this_run) {
        groups.push(group_of(checked, "Checks of the id_token"));
    }
    groups
}

/// What may be done at step 3 about an id_token that holds its code back.
pub(in crate::tui::screens) fn of_answer(scene: &Scene<'_>) -> Vec<Group> {
    let engine = scene.engine;
    let mut groups = Vec::new();
    if engine.is_checking_answer() {
        let row = fact(
            Mark::Note,
            "id_token",
            "being checked",
            "the provider's keys are fetched",
        );
        groups.push(group("", "", vec![row]));
    }
    if let Some(checked) = &engine.run().answer_checked {
        groups.push(group_of(checked, "Checks of the id_token beside the code"));
    }
    let take = Command::OverrideIdToken;
    if engine.allows(&take) {
        let label = "Exchange the code all the same";
        let row = choice(Mark::None, label, "asks first", Action::OverrideIdToken);
        groups.push(group("", "", vec![row]));
    }
    groups
}

/// Every check of an id_token; what failed stands first.
fn group_of(checked: &Checked, label: &str) -> Group {
    let mut rows: Vec<(bool, Row)> = checked
        .checks
        .iter()
        .map(|check| {
            let mark = match check.verdict {
                Verdict::Passed => Mark::Ok,
                Verdict::Failed => Mark::Error,
                Verdict::NotNeeded => Mark::Note,
            };
            let seen = match check.seen.as_str() {
                "" => "–",
                seen => seen,
            };
            let expected = match check.verdict {
                // Equal to what is seen: said once.
                Verdict::Passed if check.expected == check.seen => "as expected",
                _ => check.expected.as_str(),
            };
            let row = fact(mark, &check.name, seen, expected);
            (check.verdict == Verdict::Failed, row)
        })
        .collect();
    rows.sort_by_key(|(failed, _)| !failed);
    let failed = rows.iter().filter(|(failed, _)| *failed).count();
    let right = match (failed, checked.overridden) {
        (0, _) => "all hold".to_owned(),
        (failed, true) => format!("{failed} failed, taken all the same"),
        (failed, false) => format!("{failed} failed"),
    };
    group(
        label,
        &right,
        rows.into_iter().map(|(_, row)| row).collect(),
    )
}

/// The row of the access token's signature: what is known of it, or how to know.
pub(super) fn signature(scene: &Scene<'_>) -> Option<Row> {
    let engine = scene.engine;
    let check = Command::CheckSignature;
    let row = |mark, value: &str, meaning: String| Some(fact(mark, "signature", value, meaning));
    match engine.access_token_signature() {
        Some(Ok(signed)) => {
            let key = signed.key.as_deref().unwrap_or("without an id");
            row(Mark::Ok, signed.algorithm, format!("holds, key {key}"))
        }
        Some(Err(trouble)) => {
            let (value, meaning) = in_words(trouble);
            row(Mark::Warning, &value, meaning)
        }
        None if engine.allows(&check) => Some(acting(
            Mark::None,
            "signature",
            "not checked",
            "fetches the provider's keys",
            Action::Engine(check),
        )),
        None => None,
    }
}

/// Why a signature does not hold.
fn in_words(trouble: &SignatureTrouble) -> (String, String) {
    match trouble {
        SignatureTrouble::NotAJwt => ("no JWT".to_owned(), String::new()),
        SignatureTrouble::None => (
            "none".to_owned(),
            "anybody could have written it".to_owned(),
        ),
        SignatureTrouble::Unexpected { algorithm, .. } => {
            (algorithm.clone(), "cannot be checked here".to_owned())
        }
        SignatureTrouble::KeyUnknown { id, .. } => {
            let id = id.as_deref().unwrap_or("without an id");
            (
                "key unknown".to_owned(),
                format!("the provider has no key {id}"),
            )
        }
        SignatureTrouble::WithoutKeys => (
            "not checked".to_owned(),
            "the provider's keys could not be had".to_owned(),
        ),
        SignatureTrouble::Invalid { algorithm } => {
            ((*algorithm).to_owned(), "does not hold".to_owned())
        }
    }
}
