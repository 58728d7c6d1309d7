//! How the exchange is sent, each row one that Enter changes; and what else can be done once it was.

use crate::core::engine::message::Command;
use crate::core::oauth::changes::{Changes, Encoding, SecretPlace, VerifierChange, pairs};
use crate::core::profile::ClientAuthentication;
use crate::core::wire::Request;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Question};
use crate::tui::pane::{Fact, Group, Mark, Row, Value};
use crate::tui::screens::Scene;
use crate::tui::screens::parts::{choice, folding, group};

/// Method and address, without a query that may hold the code.
pub(super) fn line(request: &Request) -> String {
    let address = request.url.split('?').next().unwrap_or_default();
    format!("{} {address}", request.method)
}

/// The fields as rows: Space leaves one out, Enter gives it another value.
pub(super) fn fields(scene: &Scene<'_>, request: &Request) -> Group {
    let mut whole = super::fields(scene, request);
    let all = scene.engine.exchange_rows();
    let rows = all.iter().enumerate().map(|(place, row)| {
        let value = match row.sent {
            false => Value::Nothing,
            true if scene.engine.mask().hides(&row.name) => Value::Secret(row.value.clone()),
            true => Value::Plain(Visible::of(row.value.expose())),
        };
        let meaning = match row.added {
            Some(_) => "added by you",
            None => super::meaning(scene, &row.name),
        };
        Row::Fact(Fact {
            mark: if row.sent { Mark::On } else { Mark::Off },
            name: Visible::of(&row.name),
            value,
            meaning: Visible::of(meaning),
            action: Some(Action::Ask(Question::ExchangeRow(place))),
            changed: row.is_changed(),
        })
    });
    let sent = all.iter().filter(|row| row.sent).count();
    let changed = all.iter().filter(|row| row.is_changed()).count();
    let right = match changed {
        0 => format!("{sent} sent"),
        _ => format!("{sent} of {} sent   {changed} changed", all.len()),
    };
    // What is no field stands below them: the header, a secret that is not there yet.
    let further = whole
        .rows
        .split_off(whole.rows.len().min(pairs(request).len()));
    let rows = rows.chain(further).collect();
    group("Fields", right, rows)
}

/// The rows.
pub(super) fn how(scene: &Scene<'_>) -> Group {
    let changes = &scene.engine.run().changes;
    let with = |change: fn(&mut Changes)| {
        let mut next = changes.clone();
        change(&mut next);
        Action::Engine(Command::ChangeExchange(next))
    };
    let method = if changes.by_get { "GET" } else { "POST" };
    let body = match changes.encoding {
        Encoding::Form => "form",
        Encoding::Json => "JSON",
        Encoding::Multipart => "multipart",
    };
    let (secret, secret_meaning) = secret(scene, changes);
    let mut rows = vec![
        row(
            "method",
            method,
            "or GET",
            changes.by_get,
            with(|it| it.by_get = !it.by_get),
        ),
        row(
            "body",
            body,
            "or JSON, multipart",
            changes.encoding != Encoding::Form,
            with(|it| it.encoding = next_encoding(it.encoding)),
        ),
        row(
            "client secret",
            secret,
            secret_meaning,
            changes.secret.is_some(),
            with(|it| it.secret = next_place(it.secret)),
        ),
        row(
            "redirect_uri",
            if changes.redirect_uri.is_some() {
                "another"
            } else {
                "as in the link"
            },
            "or one that you type",
            changes.redirect_uri.is_some(),
            Action::Ask(Question::SentRedirectUri),
        ),
    ];
    if scene.engine.run().fresh.verifier.is_some() {
        let verifier = match changes.verifier {
            VerifierChange::Kept => "as it was made",
            VerifierChange::Absent => "left out",
            VerifierChange::Wrong => "a wrong one",
        };
        rows.push(row(
            "code_verifier",
            verifier,
            "or none, or a wrong one",
            changes.verifier != VerifierChange::Kept,
            with(|it| it.verifier = next_verifier(it.verifier)),
        ));
    }
    let right = match changes.words().as_str() {
        "" => "enter changes a row, for this run".to_owned(),
        words => format!("changed: {words}"),
    };
    folding("How it is sent", right, rows)
}

/// A row that Enter changes.
fn row(name: &str, value: &str, meaning: &str, changed: bool, action: Action) -> Row {
    Row::Fact(Fact {
        mark: Mark::None,
        name: Visible::of(name),
        value: Value::Plain(Visible::of(value)),
        meaning: Visible::of(meaning),
        action: Some(action),
        changed,
    })
}

/// Where the secret goes.
fn secret(scene: &Scene<'_>, changes: &Changes) -> (&'static str, &'static str) {
    let profile = scene.engine.profile();
    let own = profile.map(|profile| profile.exchange.client_authentication);
    match (changes.secret, own) {
        (Some(SecretPlace::Body), _) => ("body", "client_secret_post"),
        (Some(SecretPlace::Basic), _) => ("header", "the Basic scheme"),
        (Some(SecretPlace::Both), _) => ("both", "RFC 6749 forbids it"),
        (Some(SecretPlace::Absent), _) => ("not sent", "as a public client"),
        (None, Some(ClientAuthentication::None)) => ("not sent", "the client has none"),
        (None, Some(ClientAuthentication::Basic)) => ("header", "as the profile says"),
        (None, _) => ("body", "as the profile says"),
    }
}

/// The encoding after this one.
fn next_encoding(now: Encoding) -> Encoding {
    match now {
        Encoding::Form => Encoding::Json,
        Encoding::Json => Encoding::Multipart,
        Encoding::Multipart => Encoding::Form,
    }
}

/// The place after this one.
fn next_place(now: Option<SecretPlace>) -> Option<SecretPlace> {
    match now {
        None => Some(SecretPlace::Body),
        Some(SecretPlace::Body) => Some(SecretPlace::Basic),
        Some(SecretPlace::Basic) => Some(SecretPlace::Both),
        Some(SecretPlace::Both) => Some(SecretPlace::Absent),
        Some(SecretPlace::Absent) => None,
    }
}

/// What becomes of the verifier next.
fn next_verifier(now: VerifierChange) -> VerifierChange {
    match now {
        VerifierChange::Kept => VerifierChange::Absent,
        VerifierChange::Absent => VerifierChange::Wrong,
        VerifierChange::Wrong => VerifierChange::Kept,
    }
}

/// What else can be done once it was sent.
pub(super) fn on(scene: &Scene<'_>) -> Option<Group> {
    let rows: Vec<Row> = [
        (
            Command::NewRunAsChanged,
            "New run, changed in the same way",
            "ctrl-n: as the profile says",
        ),
        (
            Command::ExchangeAgain,
            "Post the same code once more",
            "to see what happens",
        ),
    ]
    .into_iter()
    .filter(|(command, ..)| scene.engine.allows(command))
    .map(|(command, label, right)| choice(Mark::None, label, right, Action::Engine(command)))
    .collect();
    (!rows.is_empty()).then(|| group("", "", rows))
}
