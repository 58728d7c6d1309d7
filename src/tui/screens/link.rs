//! Step 1: the authorize link, its parameters and its scopes.
//!
//! Everything that will be sent is seen before anything is sent; once it is out, it is frozen.

mod rows;

use super::parts::{choice, counted, fact, folding, group, prose};
use super::{Scene, blank, button, new_run, way_on};
use crate::core::dinero::catalogue;
use crate::core::engine::message::Command;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::preflight::{Landing, PreflightResult};
use crate::core::oauth::{Run, RunPhase, Step, StepState};
use crate::core::profile::{Field, Profile};
use crate::core::wire::Outcome;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Place, Question, Shelving};
use crate::tui::pane::{Fact, Group, Mark, Pane, Row, Value};
use url::Url;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>) -> Pane {
    match scene.engine.run().phase {
        RunPhase::Preparing(Missing::Profile) => without_profile(scene),
        RunPhase::Preparing(Missing::Sandbox) => sandbox(scene),
        RunPhase::Preparing(Missing::Metadata) => metadata(scene),
        RunPhase::Preparing(Missing::Field(field)) => placeholder(scene, field),
        RunPhase::Ready => ready(scene),
        _ => frozen(scene),
    }
}

/// No profile is in use.
fn without_profile(scene: &Scene<'_>) -> Pane {
    Pane {
        state: StepState::Ready,
        button: Some(button(
            "Try the sandbox",
            Action::UseProfile("sandbox".to_owned()),
        )),
        quiet: Some(Visible::of(
            "See an OAuth sign-in with Visma Connect step by step, and why it fails",
        )),
        groups: vec![
            group(
                "",
                "",
                vec![
                    choice(
                        Mark::None,
                        "Try the sandbox",
                        "",
                        Action::UseProfile("sandbox".to_owned()),
                    ),
                    prose(
                        "Visma Connect and Dinero, played on this machine. No account, nothing \
                         leaves it, and it can fail in many ways on demand.",
                    ),
                ],
            ),
            group(
                "",
                "",
                vec![
                    choice(
                        Mark::None,
                        "Set up my own client",
                        "",
                        Action::Shelf(Shelving::New),
                    ),
                    prose(
                        "You have an isv_ client id and a secret from Visma's portal. A profile is \
                         written; you see the link before anything is sent.",
                    ),
                ],
            ),
            group(
                "",
                "",
                vec![
                    choice(
                        Mark::None,
                        "Choose a profile",
                        "P",
                        Action::Open(Place::Profiles),
                    ),
                    prose(
                        "A profile says which client asks, where, and for what. Those in the folders \
                         of this machine are listed, and those built in.",
                    ),
                ],
            ),
            group(
                "",
                "",
                vec![
                    choice(
                        Mark::None,
                        "Explain something",
                        "E",
                        Action::Open(Place::Explain),
                    ),
                    prose(
                        "Paste a link, an answer, an error page, a token or a HAR file: what is in \
                         it, and what is wrong with it.",
                    ),
                ],
            ),
        ],
        title: Visible::of("Welcome"),
        ..blank(scene, Step::Link, "Ready. How do you want to begin?")
    }
}

/// The embedded sandbox does not listen, or not yet.
fn sandbox(scene: &Scene<'_>) -> Pane {
    let other = button("Choose another profile", Action::Open(Place::Profiles));
    match scene.engine.sandbox_trouble() {
        Some(trouble) => Pane {
            state: StepState::Failed,
            button: Some(other),
            quiet: Some(Visible::of(trouble)),
            ..blank(scene, Step::Link, "The sandbox could not start")
        },
        None => Pane {
            state: StepState::Running,
            button: Some(other),
            quiet: Some(Visible::of("The link needs its address; it comes at once.")),
            groups: facts(scene),
            ..blank(scene, Step::Link, "The sandbox is starting on this machine")
        },
    }
}

/// The provider has not told its endpoints, or not yet.
fn metadata(scene: &Scene<'_>) -> Pane {
    let issuer = scene
        .engine
        .profile()
        .and_then(|profile| profile.provider.issuer.clone());
    let quiet = format!(
        "GET {}/.well-known/openid-configuration",
        issuer.unwrap_or_default()
    );
    let again = button("Ask once more", Action::Engine(Command::FetchMetadata));
    let other = button("Choose another profile", Action::Open(Place::Profiles));
    let (state, headline, button) = match scene.engine.metadata_trouble() {
        Some(_) => (
            StepState::Failed,
            "The provider did not tell its endpoints",
            again,
        ),
        None => (
            StepState::Running,
            "The provider is asked for its endpoints",
            other,
        ),
    };
    Pane {
        state,
        button: Some(button),
        quiet: Some(Visible::of(&quiet)),
        groups: facts(scene),
        ..blank(scene, Step::Link, headline)
    }
}

/// A placeholder was left in a field.
fn placeholder(scene: &Scene<'_>, field: Field) -> Pane {
    let key = field.key();
    let what = match field {
        Field::ClientId => "It stands in the provider's developer portal, on your application.",
        Field::RedirectUri => {
            "It must equal one that is registered there, character for character."
        }
    };
    Pane {
        state: StepState::Ready,
        button: Some(button(
            &format!("Fill in {key}"),
            Action::Ask(Question::Field(field)),
        )),
        quiet: Some(Visible::of(what)),
        groups: facts(scene),
        ..blank(scene, Step::Link, format!("Fill in {key} first"))
    }
}

/// The link is there, nothing has begun.
fn ready(scene: &Scene<'_>) -> Pane {
    let mut groups = facts(scene);
    groups.push(group(
        "",
        "",
        vec![choice(
            Mark::None,
            "Go on without a browser",
            "waits; you bring the link to one",
            Action::Engine(Command::Begin {
                open_browser: false,
            }),
        )],
    ));
    groups.push(link(scene));
    Pane {
        button: Some(button(
            "Open in the browser",
            Action::Engine(Command::Begin { open_browser: true }),
        )),
        quiet: endpoint(scene),
        groups,
        ..blank(
            scene,
            Step::Link,
            match scene.engine.run().preflight {
                None => "Ready. Nothing is sent before you open it",
                Some(_) => "Ready. Only preflight has sent it yet",
            },
        )
    }
}

/// The run has begun: the link is looked at, not changed.
fn frozen(scene: &Scene<'_>) -> Pane {
    let run = scene.engine.run();
    let began = run.started_at.map(|at| scene.time(at)).unwrap_or_default();
    let button = if run.is_open() || run.phase == RunPhase::Authorized {
        way_on(scene)
    } else {
        new_run()
    };
    let mut groups = facts(scene);
    groups.push(link(scene));
    Pane {
        button: Some(button),
        quiet: endpoint(scene),
        groups,
        ..blank(
            scene,
            Step::Link,
            format!("The link of this run, frozen since {began}"),
        )
    }
}

/// Where the link leads, without its query.
fn endpoint(scene: &Scene<'_>) -> Option<Visible> {
    let profile = scene.engine.profile()?;
    Some(Visible::of(&format!(
        "GET {}",
        profile.provider.authorize_url
    )))
}

/// Parameters and scopes.
fn facts(scene: &Scene<'_>) -> Vec<Group> {
    let Some(profile) = scene.engine.profile() else {
        return Vec::new();
    };
    let asked = preflight(scene).map(|row| group("", "", vec![row]));
    asked
        .into_iter()
        .chain([parameters(scene, profile), scopes(scene, profile)])
        .collect()
}

/// What came of preflight, and when it was asked for.
pub(super) fn preflight(scene: &Scene<'_>) -> Option<Row> {
    let preflight = scene.engine.run().preflight.as_ref()?;
    let record = scene.engine.record(preflight.call)?;
    let at = scene.time(record.at);
    let row = match (&preflight.result, &record.outcome) {
        (PreflightResult::Asked, _) | (_, Outcome::Pending) => {
            fact(Mark::Note, "preflight", "asking", format!("since {at}"))
        }
        (_, Outcome::Failed(failure)) => {
            let why = failure.words();
            fact(Mark::Error, "preflight", why, format!("no answer, {at}"))
        }
        (PreflightResult::NoAnswer, _) => fact(Mark::Error, "preflight", "no answer", at),
        (PreflightResult::Landed(landing), Outcome::Response(response)) => {
            let seen = format!("{}, {}", response.status, landing.note());
            let (mark, said) = match landing {
                Landing::LoginPage => (Mark::Ok, "link taken"),
                _ if landing.is_refusal() => (Mark::Error, "link refused"),
                Landing::Back { .. } => (Mark::Note, "not taken"),
                _ => (Mark::Warning, "it says nothing"),
            };
            let said = format!("{said}, {at}");
            fact(mark, "preflight", seen, said)
        }
    };
    Some(row)
}

/// Every parameter with its meaning.
fn parameters(scene: &Scene<'_>, profile: &Profile) -> Group {
    let run = scene.engine.run();
    let missing = match run.phase {
        RunPhase::Preparing(Missing::Field(field)) => Some(field),
        _ => None,
    };
    if run.phase == RunPhase::Ready || run.started_at.is_some() {
        return rows::parameters(scene);
    }
    let rows = run
        .parameters
        .iter()
        .map(|parameter| match parameter.name.as_str() {
            "scope" => fact(
                Mark::Note,
                "scope",
                counted(profile.scopes.len(), "scope"),
                "named below",
            ),
            "redirect_uri" if awaits_port(run) => {
                let value = run.redirect_uri.replacen(":0", ":auto", 1);
                fact(
                    Mark::Note,
                    "redirect_uri",
                    value,
                    "a free port, at the start",
                )
            }
            name => match missing {
                Some(field) if field.key() == name => Row::Fact(Fact {
                    mark: Mark::Warning,
                    name: Visible::of(name),
                    value: Value::Plain(Visible::of(&parameter.value)),
                    meaning: Visible::of("to be filled in"),
                    action: Some(Action::Ask(Question::Field(field))),
                    changed: false,
                }),
                _ => fact(Mark::Note, name, &parameter.value, parameter.meaning),
            },
        })
        .collect();
    group("Parameters", format!("{} sent", run.parameters.len()), rows)
}

/// Whether the redirect URI names port 0 and the listener has not taken one yet.
fn awaits_port(run: &Run) -> bool {
    let port = Url::parse(&run.redirect_uri)
        .ok()
        .and_then(|url| url.port());
    run.addresses.is_empty() && port == Some(0)
}

/// Every scope that is asked for, with what it allows.
fn scopes(scene: &Scene<'_>, profile: &Profile) -> Group {
    let mut rows = set_row(scene, profile);
    let run = scene.engine.run();
    if run.phase == RunPhase::Ready {
        return rows::scopes(scene, profile, rows);
    }
    // Of a run that has begun, what its link asks for.
    let sent = run.parameters.iter().find(|it| it.name == "scope");
    let scopes: Vec<String> = match sent {
        Some(parameter) => parameter
            .value
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        None if run.started_at.is_some() => Vec::new(),
        None => profile.scopes.clone(),
    };
    let asked: Vec<Row> = if scopes.is_empty() {
        vec![prose(
            "None is asked for: the provider decides, or refuses.",
        )]
    } else {
        scopes
            .iter()
            .map(|scope| {
                let meaning = catalogue::scope_meaning(scope);
                fact(Mark::Note, scope, meaning.unwrap_or("of another API"), "")
            })
            .collect()
    };
    rows.extend(asked);
    folding("Scopes", counted(scopes.len(), "scope"), rows)
}

/// Which of the profile's lists of scopes is asked for, where there are several.
fn set_row(scene: &Scene<'_>, profile: &Profile) -> Vec<Row> {
    if profile.scope_sets.is_empty() {
        return Vec::new();
    }
    let name = scene.engine.scope_set().unwrap_or("the profile's own");
    vec![Row::Fact(Fact {
        mark: Mark::None,
        name: Visible::of("scope set"),
        value: Value::Plain(Visible::of(&format!("{name} ▾"))),
        meaning: Visible::of(&format!("one of {}", profile.scope_sets.len() + 1)),
        action: Some(Action::Open(Place::ScopeSets)),
        changed: scene.engine.scope_set().is_some(),
    })]
}

/// The link, whole.
pub(super) fn link(scene: &Scene<'_>) -> Group {
    let run = scene.engine.run();
    let link = &run.link;
    let length = link.chars().count();
    let about = if awaits_port(run) {
        "port 0 becomes a free one when the run begins".to_owned()
    } else {
        format!("{length} characters, wrapped here, copied in one piece")
    };
    folding("Link", about, vec![Row::Raw(vec![Visible::of(link)])])
}
