//! What Enter does now, as a verb and its object: the first word of every footer.

use crate::core::engine::message::requests::RequestCommand;
use crate::core::engine::message::{Command, Consent};
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::{Drafting, Picking, Slot};
use crate::tui::action::labbing::Labbing;
use crate::tui::action::viewing::Viewing;
use crate::tui::action::{Action, Choosing, Place, Question, Running, Shelving};
use crate::tui::flow::SpotKind;
use crate::tui::ui::act::Stage;
use crate::tui::ui::drafting::Entry;
use crate::tui::ui::popup::Popup;
use crate::tui::ui::viewing::Line;
use crate::tui::ui::{Focus, Screen};
use crate::tui::view::View;
use crate::tui::view::canvas::Canvas;

/// What Enter does now; `None` when nothing.
pub(super) fn enter_label(canvas: &Canvas<'_>) -> Option<String> {
    let label = match canvas.view.ui.popups.last() {
        None => return enter_on_step(canvas),
        Some(Popup::Confirm(confirm)) => {
            return Some(lower_first(confirm.answers[confirm.selected]));
        }
        Some(Popup::Ask(prompt)) if prompt.focus + 1 < prompt.fields.len() => "next field",
        Some(Popup::CopyMenu { .. }) => "copy it",
        Some(Popup::Palette { .. }) => "do it",
        Some(
            Popup::Faults { .. }
            | Popup::Choose {
                what: Choosing::Columns,
                ..
            },
        ) => "on or off",
        Some(Popup::Pick { what, .. }) if matches!(**what, Picking::Values(_)) => "on or off",
        Some(
            Popup::Organizations { .. }
            | Popup::Choose { .. }
            | Popup::TokenKind { .. }
            | Popup::Pick { .. },
        ) => "choose it",
        Some(Popup::Ask(prompt)) if prompt.question == Question::AnswerPath => "save it",
        Some(_) => "take it",
    };
    Some(label.to_owned())
}

/// What Enter does where no popup has it.
pub(in crate::tui::view) fn enter_on_step(canvas: &Canvas<'_>) -> Option<String> {
    let view = canvas.view;
    if view.ui.screen == Screen::Runs && view.ui.runs.marked.len() == 2 {
        return Some("compare the two".to_owned());
    }
    match view.ui.focus {
        Focus::Filter => Some("keep it".to_owned()),
        Focus::List if view.ui.drafts() => enter_in_requests(&view),
        Focus::Button | Focus::List => view
            .pane()
            .button
            .map(|button| lower_first(button.label.as_str())),
        Focus::Row(row) => match canvas.areas.spots.get(row).map(|spot| &spot.kind) {
            Some(SpotKind::Choice(action)) => Some(words_for(action)),
            Some(SpotKind::Fact(fact)) => fact.action.as_ref().map(|action| {
                match action {
                    Action::Copy { .. } => "copy it",
                    Action::Shelf(Shelving::AddSet) => "add a set",
                    Action::Open(_) => "choose",
                    _ => "change it",
                }
                .to_owned()
            }),
            Some(SpotKind::Label(_, open)) => {
                Some(if *open { "fold" } else { "unfold" }.to_owned())
            }
            None => None,
        },
        Focus::Raw | Focus::Findings | Focus::Text => None,
        Focus::Answer => {
            let stage = Stage {
                engine: view.engine,
                areas: &canvas.areas,
                now: view.now,
                zone: view.zone,
            };
            let action = view.ui.press_in_answer(&stage)?;
            let words = match action {
                Action::Viewing(Viewing::Fold) => "fold or unfold",
                Action::Viewing(Viewing::OpenItem) => "show it laid out",
                Action::Drafting(Drafting::Page { .. }) => "next page",
                _ => "use this value",
            };
            Some(words.to_owned())
        }
        Focus::Line => Some(
            match view.ui.viewing.typed {
                Some((Line::Filter, _)) => "filter",
                Some((Line::GoTo, _)) => "go there",
                _ => "keep it",
            }
            .to_owned(),
        ),
        Focus::Transcript => (!view.engine.transcript().is_empty()).then(|| "open it".to_owned()),
    }
}

/// What Enter does in the list of step 6.
fn enter_in_requests(view: &View<'_>) -> Option<String> {
    let drafting = &view.ui.drafting;
    if let Entry::Resource(resource) = &drafting.selected {
        let open = drafting.is_unfolded(resource);
        return Some(if open { "fold" } else { "unfold" }.to_owned());
    }
    if !drafting.presses_from_list() {
        return Some("go to the request".to_owned());
    }
    let button = view.pane().button;
    button.map(|button| lower_first(button.label.as_str()))
}

/// What Enter does on what has a value.
const CHANGE: &str = "change it";

/// What a row does, as a verb and its object.
fn words_for(action: &Action) -> String {
    let words = match action {
        Action::Engine(Command::Send(call)) => {
            let path = call.target.split('?').next().unwrap_or_default();
            let last = path.rsplit('/').next().unwrap_or_default();
            return format!("send {} {}", call.method, Visible::of(last));
        }
        Action::Engine(Command::Begin {
            open_browser: false,
        }) => "go on without a browser",
        Action::Engine(Command::Begin { .. } | Command::OpenBrowser) => "open the link",
        Action::Engine(Command::AnswerConsent(Consent::Accept)) => "accept",
        Action::Engine(Command::AnswerConsent(Consent::Deny)) => "deny",
        Action::Ask(Question::LinkRow(_) | Question::ExchangeRow(_)) => "another value",
        Action::Engine(Command::ChangeLink(_)) => "switch it",
        Action::Engine(Command::ChangeExchange(_)) | Action::Ask(Question::SentRedirectUri) => {
            CHANGE
        }
        Action::Runs(Running::Open(_)) => "open this run",
        Action::Lab(Labbing::NewRun) => "new run for it",
        Action::Lab(_) => "try it",
        Action::Open(Place::Record(_)) => "open the record",
        Action::Drafting(Drafting::Type(Slot::NewParameter)) => "add a parameter",
        Action::Drafting(Drafting::Type(Slot::NewHeader)) => "add a header field",
        Action::Drafting(Drafting::AskForScope(_)) => "ask for it",
        Action::Drafting(Drafting::Edit(_) | Drafting::Type(_)) => CHANGE,
        Action::Engine(Command::Request(RequestCommand::Retry)) => "send it then",
        Action::Engine(Command::Request(RequestCommand::GoOn)) => "go on",
        Action::Ask(Question::Answer) => "paste an answer",
        Action::Ask(Question::Field(_)) => "fill it in",
        Action::Ask(Question::ClientSecret | Question::SecretForRefresh) => "type the secret",
        Action::Inquire(_) => "ask it",
        Action::Choose(Choosing::Revocation | Choosing::Introspection) => "choose the token",
        Action::Ask(Question::Token) => "use a token",
        Action::Engine(Command::UseGrant(_)) => "use this grant",
        Action::Engine(Command::ReadSecret) => "read it again",
        Action::ForgetGrant(_) => "forget it",
        Action::Choose(Choosing::SignIn) => "choose how",
        Action::Open(Place::Organizations) => "choose the organization",
        Action::Open(Place::Profiles) => "choose a profile",
        Action::Open(Place::ScopeSets) => "choose the scopes",
        Action::Shelf(Shelving::New) => "set up my own client",
        Action::Shelf(Shelving::Field(_)) => "mend it",
        Action::Shelf(Shelving::Edit) => "go to the rows",
        Action::Shelf(Shelving::LoadTheirs) => "take what the file says",
        Action::Shelf(Shelving::KeepMine) => "keep editing",
        Action::UseProfile(name) => return format!("use {}", Visible::of(name)),
        _ => "do it",
    };
    words.to_owned()
}

/// The first letter small, unless the word is an abbreviation.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
