//! Step 2: waiting for the browser, with everything that could explain why it takes long.
//!
//! Nothing is done here but wait, so the pane says where we listen, what came, and what else one can do.

mod elsewhere;
mod listener;

use super::hits::{hits, is_answer};
use super::link::link;
use super::parts::{choice, fact, group, prose};
use super::{Scene, blank, button, new_run, time, way_on};
use crate::core::engine::message::{Command, Consent};
use crate::core::oauth::callback::{Hit, Verdict};
use crate::core::oauth::flow::{BindFailure, BindFailureKind, Browser};
use crate::core::oauth::{RunPhase, Step};
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Question};
use crate::tui::pane::{Button, Group, Mark, Pane};
use jiff::SignedDuration;
use listener::listener;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    match &scene.engine.run().phase {
        RunPhase::Preparing(_) | RunPhase::Ready => Pane {
            button: Some(way_on(scene)),
            quiet: Some(Visible::of(
                "Opening the link begins a run; the listener is bound first.",
            )),
            groups: listener::address_first(scene).into_iter().collect(),
            ..blank(scene, Step::Consent, "Nothing was opened yet")
        },
        RunPhase::Binding => Pane {
            button: Some(button("Stop waiting", Action::Engine(Command::StopWaiting))),
            quiet: Some(Visible::of(
                "The browser is opened once the answer has a place to come to.",
            )),
            ..blank(scene, Step::Consent, "The listener is being bound")
        },
        RunPhase::Waiting => waiting(scene),
        RunPhase::TimedOut => timed_out(scene),
        RunPhase::ListenFailed(failure) => listen_failed(scene, failure),
        RunPhase::Stopped => Pane {
            button: Some(new_run()),
            quiet: Some(Visible::of(
                "An answer that still comes is refused: a new run has a new state.",
            )),
            groups: vec![listener(scene), came(scene), by_hand()],
            ..blank(
                scene,
                Step::Consent,
                "You stopped waiting. This run is over",
            )
        },
        RunPhase::Answered
        | RunPhase::Refused
        | RunPhase::Exchanging(_)
        | RunPhase::ExchangeFailed(_)
        | RunPhase::CheckingIdToken
        | RunPhase::IdTokenRefused
        | RunPhase::Authorized => answered(scene),
    }
}

/// Waiting for the answer.
fn waiting(scene: &Scene<'_>) -> Pane {
    let (elapsed, of) = elapsed(scene);
    Pane {
        button: Some(open_again(scene)),
        quiet: Some(Visible::of(&what_goes_on(scene))),
        groups: open_groups(scene),
        ..blank(
            scene,
            Step::Consent,
            format!(
                "Waiting for the browser   {} of {}",
                time::clock(elapsed),
                time::clock(of)
            ),
        )
    }
}

/// Nothing came in time; the listener stays up.
fn timed_out(scene: &Scene<'_>) -> Pane {
    let (_, of) = elapsed(scene);
    let mut groups = open_groups(scene);
    groups.insert(
        0,
        group(
            "",
            "",
            vec![choice(
                Mark::None,
                "Open it again",
                "the same link",
                Action::Engine(Command::OpenBrowser),
            )],
        ),
    );
    Pane {
        button: Some(button(
            "Go on waiting",
            Action::Engine(Command::GoOnWaiting),
        )),
        quiet: Some(Visible::of(
            "The listener stays up: an answer that comes now still counts.",
        )),
        groups,
        ..blank(
            scene,
            Step::Consent,
            format!("Nobody answered within {}", time::clock(of)),
        )
    }
}

/// How long the run has waited, and how long it waits.
fn elapsed(scene: &Scene<'_>) -> (SignedDuration, SignedDuration) {
    match scene.engine.run().waiting {
        Some(waiting) => (
            scene.now.duration_since(waiting.since),
            waiting.until.duration_since(waiting.since),
        ),
        None => (SignedDuration::ZERO, SignedDuration::ZERO),
    }
}

/// The button of a run that waits.
fn open_again(scene: &Scene<'_>) -> Button {
    let label = match scene.engine.run().browser {
        Browser::NotOpened => "Open in the browser",
        Browser::Failed(_) => "Try the browser again",
        Browser::Opening | Browser::Opened(_) => "Open it again",
    };
    button(label, Action::Engine(Command::OpenBrowser))
}

/// The quiet line of a run that waits.
fn what_goes_on(scene: &Scene<'_>) -> String {
    let provider = scene.provider_first();
    if scene.engine.is_visiting() {
        return format!("{provider}'s pages are being walked in the user's place.");
    }
    if let Some(trouble) = scene.engine.consent_trouble() {
        return format!("In the user's place: {trouble}");
    }
    match scene.engine.run().browser {
        Browser::NotOpened if warns(scene) => {
            "Accept the warning that the browser shows; then open the link.".to_owned()
        }
        Browser::NotOpened => "Bring the link below to a browser on this machine.".to_owned(),
        Browser::Opening => "The browser is being started.".to_owned(),
        Browser::Failed(_) => "Bring the link below to a browser yourself.".to_owned(),
        Browser::Opened(_) => {
            format!("{provider} asks the user now. This step ends when the answer arrives.")
        }
    }
}

/// Whether the callback's own address was opened, and its certificate is not yet taken.
fn warns(scene: &Scene<'_>) -> bool {
    let engine = scene.engine;
    engine.run().opens_address && engine.certificate_taken_at().is_none()
}

/// What is shown while an answer may still come.
fn open_groups(scene: &Scene<'_>) -> Vec<Group> {
    [
        Some(listener(scene)),
        listener::address_first(scene),
        elsewhere::elsewhere(scene),
        Some(came(scene)),
        Some(otherwise(scene)),
        Some(link(scene)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Everything that came.
fn came(scene: &Scene<'_>) -> Group {
    let all: Vec<&Hit> = scene
        .engine
        .run()
        .hits
        .iter()
        .filter(|hit| hit.verdict != Verdict::OwnPage)
        .collect();
    hits(
        scene,
        "Hits",
        &all,
        "None yet. Whatever comes to the listener is shown here.",
    )
}

/// What one can still do after a stop: the page that the browser ended on may say why.
fn by_hand() -> Group {
    let paste = choice(
        Mark::None,
        "p  paste the error page the browser shows: it may say why",
        "",
        Action::Ask(Question::Answer),
    );
    group("", "", vec![paste])
}

/// What one can do when the answer does not come by itself.
fn otherwise(scene: &Scene<'_>) -> Group {
    let mut rows = vec![choice(
        Mark::None,
        "p  paste the address, form body or request the browser ended on",
        "",
        Action::Ask(Question::Answer),
    )];
    let in_the_users_place = [
        ("a  accept in the user's place", Consent::Accept),
        ("x  deny in the user's place", Consent::Deny),
    ];
    for (text, consent) in in_the_users_place {
        let command = Command::AnswerConsent(consent);
        if scene.engine.allows(&command) {
            rows.push(choice(Mark::None, text, "", Action::Engine(command)));
        }
    }
    group("If the answer does not come by itself", "", rows)
}

/// The listener could not be bound.
fn listen_failed(scene: &Scene<'_>, failure: &BindFailure) -> Pane {
    let address = &failure.address;
    let (headline, remedy) = match failure.kind {
        BindFailureKind::InUse => (
            format!("{address} is held by another program"),
            "End that program, or register and use a redirect URI with another port. No other port \
             is taken in silence: the answer would not find it.",
        ),
        BindFailureKind::NotPermitted => (
            format!("This user may not listen on {address}"),
            "Register and use a redirect URI with a port from 1024 on.",
        ),
        BindFailureKind::AddressUnavailable => (
            format!("{address} is no address of this machine"),
            "Register and use a redirect URI on `localhost` or `127.0.0.1`.",
        ),
        BindFailureKind::NotListenable => (
            "This redirect URI cannot be listened on".to_owned(),
            "Open the link all the same: the browser then ends on an address that does not load, and \
             that address, or the form it sent, can be pasted here. Or register and use one like \
             `http://localhost:8765/callback`.",
        ),
        BindFailureKind::Other => (
            format!("Nothing can listen on {address}"),
            "Look at the system's own words above, then begin a new run.",
        ),
    };
    let by_hand = failure.kind == BindFailureKind::NotListenable;
    let button = if by_hand {
        button("Open the link", Action::Engine(Command::OpenBrowser))
    } else {
        new_run()
    };
    let rows = if by_hand {
        vec![choice(
            Mark::None,
            "p  paste the address or form that the browser ended with",
            "",
            Action::Ask(Question::Answer),
        )]
    } else {
        Vec::new()
    };
    Pane {
        button: Some(button),
        quiet: Some(Visible::of(&failure.detail)),
        groups: vec![
            group(
                "",
                "",
                vec![
                    fact(Mark::Error, "address", address, "nothing was sent"),
                    fact(
                        Mark::Note,
                        "redirect_uri",
                        &scene.engine.run().redirect_uri,
                        "fixes host and port",
                    ),
                ],
            ),
            group("", "", vec![prose(remedy)]),
            group("", "", rows),
        ]
        .into_iter()
        .chain((!scene.engine.run().hits.is_empty()).then(|| came(scene)))
        .collect(),
        ..blank(scene, Step::Consent, headline)
    }
}

/// An answer came.
fn answered(scene: &Scene<'_>) -> Pane {
    let run = scene.engine.run();
    let after = match (run.waiting, run.answered_at) {
        (Some(waiting), Some(at)) => {
            format!(" after {}", time::clock(at.duration_since(waiting.since)))
        }
        _ => String::new(),
    };
    let button = match run.phase {
        RunPhase::Answered => super::go_to(Step::Callback),
        _ => way_on(scene),
    };
    let taken = run.hits.iter().any(|hit| is_answer(&hit.verdict));
    Pane {
        button: Some(button),
        quiet: taken.then(|| {
            Visible::of("The listener stays up until the run is left, to see what else comes.")
        }),
        groups: vec![listener(scene), came(scene), link(scene)],
        ..blank(scene, Step::Consent, format!("The answer came{after}"))
    }
}
