//! The link's parameters as rows that are switched, edited and taken back, and its scopes as a checklist.

use super::awaits_port;
use crate::core::dinero::catalogue;
use crate::core::engine::message::Command;
use crate::core::oauth::link::LinkRow;
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::wire::redact::is_secret_name;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Question};
use crate::tui::pane::{Fact, Group, Mark, Row, Value};
use crate::tui::screens::Scene;
use crate::tui::screens::parts::{counted, folding, group};

/// Scopes that are offered beside those of the profile.
const KNOWN: [&str; 6] = [
    "dineropublicapi:read",
    "dineropublicapi:write",
    "offline_access",
    "openid",
    "profile",
    "email",
];

/// Every parameter, those first that are sent by themselves.
pub(super) fn parameters(scene: &Scene<'_>) -> Group {
    let run = scene.engine.run();
    let frozen = run.started_at.is_some();
    let all = &run.link_rows;
    // Of a link that is out, what is in it and what was changed about it; another value is another run's.
    let shown = all
        .iter()
        .enumerate()
        .filter(|(_, row)| !frozen || row.sent || row.is_changed());
    let rows = shown.map(|(place, row)| {
        let value = match row.parameter.name.as_str() {
            _ if !row.sent => Value::Nothing,
            "redirect_uri" if awaits_port(run) && !row.is_changed() => {
                Value::Plain(Visible::of(&run.redirect_uri.replacen(":0", ":auto", 1)))
            }
            "scope" => Value::Plain(Visible::of(&counted(scopes_of(row).len(), "scope"))),
            name if is_secret_name(name) => {
                Value::Secret(Secret::new(row.parameter.value.as_str()))
            }
            _ => Value::Plain(Visible::of(&row.parameter.value)),
        };
        let meaning = match row.parameter.name.as_str() {
            "scope" if frozen => "named below",
            "scope" => "chosen below",
            "redirect_uri" if awaits_port(run) && !row.is_changed() => "a free port, at the start",
            _ => row.parameter.meaning,
        };
        Row::Fact(Fact {
            mark: match (row.sent, frozen) {
                (true, true) => Mark::Note,
                (true, false) => Mark::On,
                (false, _) => Mark::Off,
            },
            name: Visible::of(&row.parameter.name),
            value,
            meaning: Visible::of(meaning),
            action: Some(Action::Ask(Question::LinkRow(place))),
            changed: row.is_changed(),
        })
    });
    let rows: Vec<Row> = rows.collect();
    let sent = all.iter().filter(|row| row.sent).count();
    let changed = all.iter().filter(|row| row.is_changed()).count();
    let right = match changed {
        0 if frozen => format!("{sent} sent"),
        0 => format!("{sent} of {} sent", all.len()),
        _ => format!("{sent} of {} sent   {changed} changed", all.len()),
    };
    group("Parameters", right, rows)
}

/// The scopes of the row as it stands.
fn scopes_of(row: &LinkRow) -> Vec<String> {
    let scopes = row.parameter.value.split_whitespace();
    scopes.map(str::to_owned).collect()
}

/// Every scope that is asked for or could be, each switched by itself; `first` stands above them.
pub(super) fn scopes(scene: &Scene<'_>, profile: &Profile, first: Vec<Row>) -> Group {
    let run = scene.engine.run();
    let row = run
        .link_rows
        .iter()
        .find(|row| row.parameter.name == "scope");
    let asked = row
        .filter(|row| row.sent)
        .map(scopes_of)
        .unwrap_or_default();
    let mut all: Vec<String> = profile.scopes.clone();
    let further = asked.iter().map(String::as_str).chain(KNOWN);
    for scope in further {
        if !all.iter().any(|known| known == scope) {
            all.push(scope.to_owned());
        }
    }
    let mut rows = first;
    rows.extend(all.iter().map(|scope| {
        let is_asked = asked.contains(scope);
        let mut next: Vec<&str> = asked.iter().map(String::as_str).collect();
        if is_asked {
            next.retain(|known| known != scope);
        } else {
            next.push(scope);
        }
        let change = row.map(|row| run.link_changes.with(row, Some(next.join(" "))));
        Row::Fact(Fact {
            mark: if is_asked { Mark::On } else { Mark::Off },
            name: Visible::of(scope),
            value: Value::Plain(Visible::of(
                catalogue::scope_meaning(scope).unwrap_or("of another API"),
            )),
            meaning: Visible::default(),
            action: change.map(|changes| Action::Engine(Command::ChangeLink(changes))),
            changed: is_asked != profile.scopes.contains(scope),
        })
    }));
    folding(
        "Scopes",
        format!("{} asked for", counted(asked.len(), "scope")),
        rows,
    )
}
