//! Title bar, stepper, notice and footer: the lines around the panes.

mod enter;

pub(super) use enter::enter_on_step;

use super::canvas::Canvas;
use super::{Target, View};
use crate::core::oauth::{STEPS, StepState};
use crate::core::profile::Environment;
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, Place};
use crate::tui::keymap::{self, Group, Key, Situation};
use crate::tui::screens::{self, time};
use crate::tui::text::{columns, cut_end};
use crate::tui::theme::{Role, state_glyph};
use crate::tui::ui::act::{focused_grant, has_secret};
use crate::tui::ui::popup::Popup;
use crate::tui::ui::{Focus, Screen, Ui};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// From this many columns on names are written out.
const ROOMY: u16 = 100;

/// Stands before the token while the sandbox is told to fail.
const FAULT: &str = "⚠ fault";

/// Draws the title bar: profile, provider and environment on the left, token, scopes and help on the
/// right.
pub(super) fn title(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    let y = area.y;
    let help = "? help";
    let mut end = area.right() - 1 - columns(help);
    canvas.text(end, y, columns(help), help, Role::Plain);
    canvas.text(end, y, 1, "?", Role::Key);
    let rect = Rect::new(end, y, columns(help), 1);
    canvas.target(rect, Target::Do(Action::Open(Place::Help)));
    end -= 3;
    let (glyph, role, token, scopes) = token(&view, area.width >= ROOMY);
    let scopes_taken = if scopes.is_empty() {
        0
    } else {
        columns(&scopes) + 2
    };
    let token_taken = columns(&token) + 2;
    let fails = view.engine.faults().is_some_and(|on| !on.is_empty());
    let fault_taken = if fails { columns(FAULT) + 3 } else { 0 };
    let mut x = canvas.text(area.x + 1, y, 12, "dineroscope", Role::Title) + 2;
    let left = left_parts(&view, area.width >= ROOMY);
    let wanted: u16 = left.iter().map(|(text, _)| columns(text)).sum();
    let with_scopes = x + wanted + 3 + fault_taken + token_taken + scopes_taken <= end;
    if with_scopes && scopes_taken > 0 {
        let style = canvas.style(Role::Dim);
        canvas.right(end, y, &Span::styled(scopes.as_str(), style));
        end -= scopes_taken;
    }
    end -= token_taken;
    canvas.text(end, y, 1, glyph, role);
    canvas.text(end + 2, y, token_taken, &token, Role::Plain);
    if fails {
        end -= fault_taken;
        canvas.text(end, y, columns(FAULT), FAULT, Role::Warning);
        let rect = Rect::new(end, y, columns(FAULT), 1);
        canvas.target(rect, Target::Do(Action::Open(Place::Faults)));
    }
    let begin = x;
    // What is at stake is never cut: where there is no room, the provider's name gives way.
    let cramped = x + wanted + 2 > end;
    let shown = left.iter().enumerate();
    for (place, (text, role)) in shown.filter(|(place, _)| !cramped || *place != 1) {
        let room = end.saturating_sub(x + 2);
        let text = cut_end(text, usize::from(room));
        x = canvas.text(x, y, room, &text, *role);
        if place == 0 {
            let rect = Rect::new(begin, y, x - begin, 1);
            canvas.target(rect, Target::Do(Action::Open(Place::Profiles)));
            x += u16::from(cramped);
        }
    }
}

/// Profile, provider, environment.
fn left_parts(view: &View<'_>, roomy: bool) -> Vec<(String, Role)> {
    let Some(profile) = view.engine.profile() else {
        return vec![("no profile ▾".to_owned(), Role::Plain)];
    };
    let most = if roomy { 28 } else { 16 };
    let name = Visible::of(&profile.name);
    let mut parts = vec![(format!("{} ▾", cut_end(name.as_str(), most)), Role::Plain)];
    let label = Visible::of(&profile.provider.label).to_string();
    let environment = Visible::of(&profile.provider.environment.label()).to_string();
    parts.push(if label.to_uppercase() == environment {
        (" ".to_owned(), Role::Plain)
    } else {
        let first = label.split(' ').next().unwrap_or_default();
        let label = if roomy {
            cut_end(&label, 28)
        } else {
            cut_end(first, 12)
        };
        (format!("  {label} ·"), Role::Plain)
    });
    let role = match profile.provider.environment {
        Environment::Production => Role::Production,
        Environment::Sandbox => Role::Accent,
        Environment::Stage | Environment::Other(_) => Role::Title,
    };
    let environment = cut_end(&environment, 16);
    parts.push(match role {
        Role::Production => (format!(" {environment} "), role),
        _ => (format!(" {environment}"), role),
    });
    parts
}

/// Glyph, role and words for the token, and what it allows.
fn token(view: &View<'_>, roomy: bool) -> (&'static str, Role, String, String) {
    if let Some(kept) = view.engine.kept_run() {
        let at = kept.run.started_at.unwrap_or(kept.at);
        let at = at.to_zoned_datetime(view.zone.clone());
        let text = if roomy {
            at.strftime("kept run of %-d %b %Y %H:%M:%S, read-only")
                .to_string()
        } else {
            at.strftime("kept run %-d %b").to_string()
        };
        return ("·", Role::Warning, text, String::new());
    }
    let Some(grant) = view.engine.grant() else {
        return ("○", Role::Dim, "no token".to_owned(), String::new());
    };
    if view.engine.refreshing().is_some() {
        let text = "refreshing…".to_owned();
        return ("◐", Role::Accent, text, String::new());
    }
    if grant.access_token.is_empty() {
        let text = "refresh token only".to_owned();
        return ("○", Role::Warning, text, String::new());
    }
    let (glyph, role, words) = match grant.seconds_left(view.now) {
        None => ("●", Role::Ok, String::new()),
        Some(left) if left <= 0 => ("✗", Role::Error, "expired".to_owned()),
        Some(left) if left < 300 => ("●", Role::Warning, time::countdown(left)),
        Some(left) => ("●", Role::Ok, time::countdown(left)),
    };
    let text = match (roomy, words.is_empty()) {
        (true, false) => format!("token {words}"),
        (false, false) => words,
        (_, true) => "token".to_owned(),
    };
    let scopes = screens::short_scopes(grant.scopes.iter().map(String::as_str));
    (
        glyph,
        role,
        text,
        cut_end(Visible::of(&scopes).as_str(), 40),
    )
}

/// Draws the stepper; the step in view stands in brackets.
pub(super) fn stepper(canvas: &mut Canvas<'_>, area: Rect) {
    let view = canvas.view;
    if area.width < 78 {
        let facts = view.ui.step.facts();
        let state = view.engine.step_state(view.ui.step);
        let (glyph, role) = state_glyph(state);
        let lead = format!(" {} of 6  ", view.ui.step.number());
        let x = canvas.text(area.x, area.y, area.width, &lead, Role::Plain);
        canvas.text(x, area.y, 1, glyph, role);
        canvas.text(x + 2, area.y, area.width, facts.name, Role::Accent);
        return;
    }
    let roomy = area.width >= ROOMY;
    let mut x = area.x;
    for facts in &STEPS {
        if facts.step != STEPS[0].step && roomy {
            x = canvas.text(x, area.y, 3, "───", Role::Dim);
        }
        let in_view = facts.step == view.ui.step
            && view.ui.screen == Screen::Step
            && view.engine.profile().is_some();
        let state = view.engine.step_state(facts.step);
        let (glyph, role) = state_glyph(state);
        let (open, close) = if in_view { ("[", "]") } else { (" ", " ") };
        let begin = x;
        let name_role = match (in_view, state) {
            (_, StepState::Failed) => Role::Error,
            (true, _) => Role::Focus,
            (false, StepState::Pending) => Role::Dim,
            (false, _) => Role::Plain,
        };
        x = canvas.text(x, area.y, 1, open, Role::Focus);
        canvas.text(x, area.y, 1, glyph, role);
        let name = format!("{} {}", facts.step.number(), facts.name);
        x = canvas.text(x + 2, area.y, 12, &name, name_role);
        x = canvas.text(x, area.y, 1, close, Role::Focus);
        let rect = Rect::new(begin, area.y, x - begin, 1);
        canvas.target(rect, Target::Do(Action::Show(facts.step)));
    }
    if let Some(at) = view.engine.run().started_at {
        let text = format!("run {}", time::moment(at, view.now, view.zone));
        if x + 2 + columns(&text) < area.right() {
            let style = canvas.style(Role::Dim);
            canvas.right(area.right() - 1, area.y, &Span::styled(text, style));
        }
    }
}

/// Writes what was just done into the lower border of the frame.
pub(super) fn notice(canvas: &mut Canvas<'_>, frame: Rect) {
    if let Some(notice) = &canvas.view.ui.notice {
        let text = cut_end(notice.text.as_str(), usize::from(frame.width - 8));
        let style = canvas.style(Role::Accent);
        let span = Span::styled(format!(" {text} "), style);
        let x = frame.right().saturating_sub(columns(&span.content) + 2);
        canvas.on_border(x, frame.bottom() - 1, &span);
    }
}

/// A key with what it does now, as the footer shows it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    key: String,
    label: String,
    action: Action,
    /// Whether it is never left out.
    stays: bool,
}

/// What can be pressed now, in the order of the table: Enter first, the palette last.
pub(super) fn items(canvas: &Canvas<'_>) -> Vec<Item> {
    let view = canvas.view;
    let situation = Situation {
        engine: view.engine,
        ui: view.ui,
        popup: view.ui.popups.last(),
        has_secret: has_secret(&canvas.areas),
        on_grant: focused_grant(view.ui, &canvas.areas).is_some(),
        now: view.now,
    };
    let mut items = Vec::new();
    let mut way_out = false;
    let moves = view.ui.popups.last().is_some_and(|popup| {
        !matches!(
            popup,
            Popup::Confirm(_) | Popup::Ask(_) | Popup::Edit(_) | Popup::Type(_)
        )
    });
    for binding in keymap::applicable(&situation)
        .filter(|binding| !binding.footer.is_empty())
        .filter(|binding| moves || binding.group != Group::Moving)
    {
        let is_enter = binding.keys.contains(&Key::plain(KeyCode::Enter));
        let label = match binding.action {
            Action::Press => match enter::enter_label(canvas) {
                Some(label) => label,
                None => continue,
            },
            Action::Turn(_) if view.ui.popups.is_empty() => match view.ui.focus {
                Focus::Button if view.ui.screen == Screen::Step => "rows",
                Focus::List if view.ui.drafts() => "request",
                Focus::List => "its rows",
                Focus::Filter => "list",
                _ => "next pane",
            }
            .to_owned(),
            Action::Back if leaves_kept_run(&view) => "back to Runs".to_owned(),
            Action::Back if leaves_to_step(view.ui) => {
                let step = view.ui.step;
                format!("back to {} {}", step.number(), step.facts().name)
            }
            Action::Back if matches!(view.ui.popups.last(), Some(Popup::Confirm(_))) => {
                "stay".to_owned()
            }
            _ => binding.footer.to_owned(),
        };
        let key = match binding.keys.first() {
            Some(_) if is_enter => view.theme.enter().to_owned(),
            Some(key) => key.name(),
            None => continue,
        };
        let leads_out = binding.action == Action::NewRun
            || binding.action == Action::Back && leaves_kept_run(&view);
        if leads_out && items.iter().any(|item: &Item| item.label == label) {
            way_out = true;
            continue;
        }
        let first_way_out = binding.way_out && !way_out;
        way_out |= binding.way_out;
        items.push(Item {
            key,
            label,
            action: binding.action.clone(),
            stays: is_enter || first_way_out || binding.action == Action::Open(Place::Palette),
        });
    }
    items
}

/// Whether Esc leads from a kept run back to the list.
fn leaves_kept_run(view: &View<'_>) -> bool {
    view.engine.kept_run().is_some() && view.ui.popups.is_empty() && !view.ui.can_back_out()
}

/// Whether Esc leads from another screen back to the step.
fn leaves_to_step(ui: &Ui) -> bool {
    let leaves_runs = ui.screen == Screen::Runs
        && ui.popups.is_empty()
        && ui.zoomed.is_none()
        && ui.runs.compared.is_none()
        && ui.runs.words.is_empty();
    let leaves_lab = ui.screen == Screen::ScopeLab && ui.popups.is_empty() && ui.zoomed.is_none();
    leaves_profiles(ui) || leaves_explain(ui) || leaves_runs || leaves_lab
}

/// Whether Esc leads from the profiles back to the step.
fn leaves_profiles(ui: &Ui) -> bool {
    ui.screen == Screen::Profiles
        && ui.popups.is_empty()
        && ui.zoomed.is_none()
        && ui.focus != Focus::Filter
        && ui.shelf.words().is_empty()
        && !ui.shelf.registers
}

/// Whether Esc leads from the Explain screen back to the step.
fn leaves_explain(ui: &Ui) -> bool {
    ui.screen == Screen::Explain
        && ui.popups.is_empty()
        && ui.zoomed.is_none()
        && ui.focus != Focus::Text
}

/// Draws the footer; what does not fit is left out from the right, but never Enter, the way out or the
/// palette.
pub(super) fn footer(canvas: &mut Canvas<'_>, area: Rect, items: &[Item]) {
    let taken = |item: &Item| columns(&item.key) + 1 + columns(&item.label) + 3;
    let mut room = area.width.saturating_sub(1);
    for item in items.iter().filter(|item| item.stays) {
        room = room.saturating_sub(taken(item));
    }
    let mut x = area.x + 1;
    let mut full = false;
    for item in items {
        if !item.stays {
            full |= taken(item) > room;
            if full {
                continue;
            }
            room -= taken(item);
        }
        let begin = x;
        let left = area.right().saturating_sub(x);
        x = canvas.text(x, area.y, left, &item.key, Role::Key) + 1;
        let left = area.right().saturating_sub(x);
        x = canvas.text(x, area.y, left, &item.label, Role::Plain);
        let rect = Rect::new(begin, area.y, x.saturating_sub(begin), 1);
        canvas.target(rect, Target::Do(item.action.clone()));
        x += 3;
    }
}
