//! The key table itself.
//!
//! Data apart from what reads it. Order is the order of footer and help.

use super::{Binding, EDITOR, Group, Key, SWITCHES, Situation};
use crate::core::dinero::page::Page;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::engine::message::scope_lab::LabCommand;
use crate::core::engine::message::{Command, Consent};
use crate::core::oauth::changes::{Changes, Encoding, FieldChanges, VerifierChange};
use crate::core::oauth::endpoint::{Endpoint, Inquiry};
use crate::core::oauth::link::LinkChanges;
use crate::core::oauth::{Step, StepState};
use crate::core::reader::ask::View;
use crate::core::reader::content::Content;
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::tui::action::drafting::{Drafting, Picking};
use crate::tui::action::labbing::Labbing;
use crate::tui::action::viewing::Viewing;
use crate::tui::action::{
    Action, Choosing, Direction, Pasting, Place, Question, Running, Shelving, Ticketing,
};
use crate::tui::screens::requests::answer::{page_of, shown_call};
use crate::tui::screens::scope_lab::lacks_grant;
use crate::tui::ui::drafting::Entry as Drafted;
use crate::tui::ui::drafting::outside::goes_outside;
use crate::tui::ui::popup::Popup;
use crate::tui::ui::shelf::Entry;
use crate::tui::ui::ticketing::is_worth_a_ticket;
use crate::tui::ui::viewing::Line;
use crate::tui::ui::{Focus, Screen};
use crossterm::event::KeyCode;

/// No popup is open: the screen has the keys.
fn at_hand(situation: &Situation<'_>) -> bool {
    situation.popup.is_none()
}

/// Neither a popup nor a text field has the keys.
fn free(situation: &Situation<'_>) -> bool {
    at_hand(situation)
        && !matches!(
            situation.ui.focus,
            Focus::Filter | Focus::Text | Focus::Line
        )
}

/// The same, on a step.
fn on_step(situation: &Situation<'_>) -> bool {
    free(situation) && situation.ui.screen == Screen::Step
}

/// The same, on the profiles.
fn on_profiles(situation: &Situation<'_>) -> bool {
    free(situation) && situation.ui.screen == Screen::Profiles
}

/// The same, on the Explain screen.
fn on_explain(situation: &Situation<'_>) -> bool {
    free(situation) && situation.ui.screen == Screen::Explain
}

/// The same, on the list of the runs.
fn on_runs(situation: &Situation<'_>) -> bool {
    free(situation) && situation.ui.screen == Screen::Runs && situation.ui.runs.compared.is_none()
}

/// The same, with a run that has the focus.
fn on_run(situation: &Situation<'_>) -> bool {
    on_runs(situation)
        && matches!(situation.ui.focus, Focus::Row(_))
        && situation.ui.runs.visible().next().is_some()
}

/// The requests of step 6, which can be changed.
fn on_requests(situation: &Situation<'_>) -> bool {
    on_step(situation)
        && situation.ui.step == Step::Requests
        && situation.engine.kept_run().is_none()
        && situation
            .engine
            .profile()
            .is_some_and(|profile| !profile.api.base_url.is_empty())
}

/// The answer has the focus, and has been read, in one of the ways that a reader tells.
fn in_answer(situation: &Situation<'_>) -> bool {
    let engine = situation.engine;
    let call = shown_call(engine);
    on_requests(situation)
        && situation.ui.focus == Focus::Answer
        && call.is_some()
        && engine.requests().viewing_call() == call
        && shown_view(situation).is_some()
}

/// The view of the answer.
fn shown_view(situation: &Situation<'_>) -> Option<View> {
    let ui = situation.ui;
    ui.reads(ui.answer_tab(situation.engine, situation.now))
}

/// The answer is laid out JSON, where things fold and have paths.
fn is_laid_out(situation: &Situation<'_>) -> bool {
    in_answer(situation) && shown_view(situation) == Some(View::Pretty) && is_json(situation)
}

/// The answer is JSON.
fn is_json(situation: &Situation<'_>) -> bool {
    let viewing = situation.engine.requests().viewing.as_ref();
    viewing.is_some_and(|viewing| {
        viewing.status.content == Content::Json && viewing.status.broken.is_none()
    })
}

/// The answer is shown as a table.
fn in_table(situation: &Situation<'_>) -> bool {
    in_answer(situation) && shown_view(situation) == Some(View::Table) && !is_binary(situation)
}

/// The answer is no text.
fn is_binary(situation: &Situation<'_>) -> bool {
    let viewing = situation.engine.requests().viewing.as_ref();
    viewing.is_some_and(|viewing| matches!(viewing.status.content, Content::Binary(_)))
}

/// Something was searched for in the answer.
fn has_searched(situation: &Situation<'_>) -> bool {
    let viewing = situation.engine.requests().viewing.as_ref();
    in_answer(situation) && viewing.is_some_and(|viewing| viewing.status.search.is_some())
}

/// A search of the answer is being typed.
fn types_search(situation: &Situation<'_>) -> bool {
    let typed = situation.ui.viewing.typed.as_ref();
    at_hand(situation)
        && situation.ui.focus == Focus::Line
        && typed.is_some_and(|(line, _)| *line == Line::Search)
}

/// The request in hand has the focus.
fn in_request(situation: &Situation<'_>) -> bool {
    matches!(situation.ui.focus, Focus::Button | Focus::Row(_))
}

/// The scope lab, where no other key is typed.
fn on_lab(situation: &Situation<'_>) -> bool {
    free(situation) && situation.ui.screen == Screen::ScopeLab
}

/// The same, with a row of its table that has the focus.
fn in_lab_table(situation: &Situation<'_>) -> bool {
    on_lab(situation) && matches!(situation.ui.focus, Focus::Row(_))
}

/// The operations of the lab can be chosen.
fn can_set_up_lab(situation: &Situation<'_>) -> bool {
    situation.engine.allows(&Command::Lab(LabCommand::Widen))
}

/// A kept run is shown.
fn on_kept(situation: &Situation<'_>) -> bool {
    on_step(situation) && situation.engine.kept_run().is_some()
}

/// The field of the Explain screen has the keys.
fn in_text(situation: &Situation<'_>) -> bool {
    at_hand(situation) && situation.ui.focus == Focus::Text
}

/// The keys lead from pane to pane.
fn between_panes(situation: &Situation<'_>) -> bool {
    at_hand(situation) && !in_text(situation)
}

/// An endpoint of the provider can be asked about a token of the grant in view.
fn could_inquire(situation: &Situation<'_>, endpoint: Endpoint) -> bool {
    let about = |token| {
        let inquiry = Inquiry { endpoint, token };
        // Userinfo takes an access token only.
        let is_asked = endpoint != Endpoint::Userinfo || inquiry == Inquiry::USERINFO;
        is_asked && situation.engine.could_inquire(inquiry)
    };
    on_step(situation)
        && situation.ui.step == Step::Token
        && [TokenKind::Access, TokenKind::Refresh]
            .into_iter()
            .any(about)
}

/// The profile selected.
fn selected<'a>(situation: &Situation<'a>) -> Option<&'a Entry> {
    situation.ui.shelf.current()
}

/// A profile whose file could be taken apart.
fn is_open(entry: &Entry) -> bool {
    entry.draft.is_some()
}

/// A popup is open.
fn in_popup(situation: &Situation<'_>) -> bool {
    !at_hand(situation)
}

/// The popup in front, if any.
fn top<'a>(situation: &Situation<'a>) -> Option<&'a Popup> {
    situation.popup
}

/// No popup is open and the engine would take the command.
fn allowed(situation: &Situation<'_>, command: &Command) -> bool {
    on_step(situation) && situation.engine.allows(command)
}

/// The new run is there and was not begun: from another step the way to it is step 1.
fn waits_at_link(situation: &Situation<'_>) -> bool {
    on_step(situation)
        && situation.ui.step != Step::Link
        && situation.engine.profile().is_some()
        && situation.engine.kept_run().is_none()
        && !situation.engine.allows(&Command::NewRun)
}

/// The step in view failed.
fn failed_here(situation: &Situation<'_>) -> bool {
    on_step(situation)
        && is_worth_a_ticket(situation.ui, situation.engine)
        && situation.engine.step_state(situation.ui.step) == StepState::Failed
}

/// The popup in front has a text of several lines.
fn has_lines(situation: &Situation<'_>) -> bool {
    top(situation).is_some_and(Popup::has_lines)
}

/// The popup in front is only read.
fn reads(situation: &Situation<'_>) -> bool {
    matches!(
        top(situation),
        Some(Popup::Help { .. } | Popup::Explanation { .. })
    )
}

/// The popup in front has buttons or several fields.
fn turns(situation: &Situation<'_>) -> bool {
    match top(situation) {
        Some(Popup::Confirm(_)) => true,
        Some(Popup::Ask(prompt)) => prompt.fields.len() > 1,
        _ => false,
    }
}

/// Wherever one is.
fn always(_: &Situation<'_>) -> bool {
    true
}

/// Something runs that can be cancelled.
fn runs(situation: &Situation<'_>) -> bool {
    situation.engine.allows(&Command::CancelSend) || situation.engine.allows(&Command::StopWaiting)
}

/// Shorthand for a row.
const fn row(
    group: Group,
    keys: &'static [Key],
    when: fn(&Situation<'_>) -> bool,
    action: Action,
    label: &'static str,
    footer: &'static str,
) -> Binding {
    Binding {
        group,
        keys,
        when,
        action,
        label,
        footer,
        way_out: false,
    }
}

impl Binding {
    /// The row leads out of where one is.
    const fn out(mut self) -> Self {
        self.way_out = true;
        self
    }
}

const UP: &[Key] = &[Key::plain(KeyCode::Up), Key::letter('k')];
const DOWN: &[Key] = &[Key::plain(KeyCode::Down), Key::letter('j')];
const LEFT: &[Key] = &[Key::plain(KeyCode::Left), Key::letter('h')];
const RIGHT: &[Key] = &[Key::plain(KeyCode::Right), Key::letter('l')];
const CANCEL: &[Key] = &[Key::control('c')];
const PAGE_UP: &[Key] = &[Key::plain(KeyCode::PageUp)];
const PAGE_DOWN: &[Key] = &[Key::plain(KeyCode::PageDown)];
const HOME: &[Key] = &[Key::plain(KeyCode::Home)];
const END: &[Key] = &[Key::plain(KeyCode::End)];
const ENTER: &[Key] = &[Key::plain(KeyCode::Enter)];
const SPACE: &[Key] = &[Key::letter(' ')];
const TAB: &[Key] = &[Key::plain(KeyCode::Tab)];
const BACK_TAB: &[Key] = &[Key::plain(KeyCode::BackTab)];
const ESCAPE: &[Key] = &[Key::plain(KeyCode::Esc)];
const DELETE: &[Key] = &[Key::plain(KeyCode::Delete)];
const EXPLAIN: &[Key] = &[
    Key::plain(KeyCode::Tab),
    Key::plain(KeyCode::BackTab),
    Key {
        code: KeyCode::Enter,
        control: true,
    },
];
const OPEN: &[Key] = &[Key::letter('o')];
const HELP: &[Key] = &[Key::letter('?'), Key::plain(KeyCode::F(1))];
const PALETTE: &[Key] = &[Key::letter(':'), Key::control('k')];

use Group::{Everywhere, Here, InPopup, Moving};

/// Every key.
pub static KEYS: [Binding; 119] = [
    row(
        Here,
        ENTER,
        at_hand,
        Action::Press,
        "do what has the focus",
        "press",
    ),
    row(
        Here,
        SPACE,
        on_run,
        Action::Runs(Running::Mark),
        "runs: mark it; two can be compared",
        "mark",
    ),
    row(
        Here,
        &[Key::letter('/')],
        |situation| on_runs(situation) && situation.ui.runs.listed.is_some(),
        Action::Runs(Running::Filter),
        "runs: narrow the list",
        "find",
    ),
    row(
        Here,
        DELETE,
        on_run,
        Action::Runs(Running::Delete),
        "runs: delete it; asks",
        "delete",
    ),
    row(
        Here,
        &[Key::letter('x')],
        |situation| on_run(situation) || on_kept(situation),
        Action::Runs(Running::Report),
        "runs: a report of it, to hand on",
        "report",
    ),
    row(
        Here,
        OPEN,
        |situation| allowed(situation, &Command::Begin { open_browser: true }),
        Action::Engine(Command::Begin { open_browser: true }),
        "open the link in the browser",
        "",
    ),
    row(
        Here,
        OPEN,
        |situation| allowed(situation, &Command::OpenBrowser),
        Action::Engine(Command::OpenBrowser),
        "open the browser again",
        "",
    ),
    row(
        Here,
        &[Key::letter('w')],
        |situation| {
            matches!(situation.ui.step, Step::Link | Step::Consent)
                && allowed(situation, &Command::OpenAddress)
        },
        Action::Engine(Command::OpenAddress),
        "open the callback's address, to accept its certificate",
        "accept the certificate",
    ),
    row(
        Here,
        &[Key::letter('a')],
        |situation| {
            situation.ui.step == Step::Consent
                && allowed(situation, &Command::AnswerConsent(Consent::Accept))
        },
        Action::Engine(Command::AnswerConsent(Consent::Accept)),
        "sandbox: accept in the user's place",
        "accept",
    ),
    row(
        Here,
        &[Key::letter('x')],
        |situation| {
            situation.ui.step == Step::Consent
                && allowed(situation, &Command::AnswerConsent(Consent::Deny))
        },
        Action::Engine(Command::AnswerConsent(Consent::Deny)),
        "sandbox: cancel in the user's place",
        "deny",
    ),
    row(
        Here,
        &[Key::letter('p')],
        |situation| allowed(situation, &Command::PasteAnswer(Secret::new(""))),
        Action::Ask(Question::Answer),
        "paste an answer",
        "paste an answer",
    ),
    row(
        Here,
        &[Key::letter('o')],
        in_table,
        Action::Viewing(Viewing::Sort),
        "answer: sort the table by the column; again the other way, then not",
        "sort",
    ),
    row(
        Here,
        &[Key::letter('c')],
        in_table,
        Action::Viewing(Viewing::Columns),
        "answer: choose the columns of the table",
        "columns",
    ),
    row(
        Here,
        &[Key::letter('w')],
        in_table,
        Action::Viewing(Viewing::Widen),
        "answer: make the column as wide as it needs, or narrow again",
        "wide",
    ),
    row(
        Here,
        &[Key::letter('/')],
        |situation| on_requests(situation) && situation.ui.focus == Focus::Answer,
        Action::Viewing(Viewing::Type(Line::Search)),
        "answer: search; ctrl-t any case, ctrl-r a pattern",
        "search",
    ),
    row(
        Here,
        &[Key::letter('n')],
        has_searched,
        Action::Viewing(Viewing::Next { down: true }),
        "answer: the next hit",
        "next",
    ),
    row(
        Here,
        &[Key::letter('N')],
        has_searched,
        Action::Viewing(Viewing::Next { down: false }),
        "answer: the hit before",
        "",
    ),
    row(
        Here,
        &[SWITCHES[0]],
        types_search,
        Action::Viewing(Viewing::AnyCase),
        "answer: upper and lower case alike, or not",
        "any case",
    ),
    row(
        Here,
        &[SWITCHES[1]],
        types_search,
        Action::Viewing(Viewing::Pattern),
        "answer: search for a regular expression (pattern), or for words",
        "pattern",
    ),
    row(
        Here,
        &[Key::letter('|')],
        |situation| on_requests(situation) && shown_call(situation.engine).is_some(),
        Action::Viewing(Viewing::Type(Line::Filter)),
        "answer: filter it in the language of jq",
        "filter",
    ),
    row(
        Here,
        SPACE,
        is_laid_out,
        Action::Viewing(Viewing::Fold),
        "answer: fold or unfold what opens here",
        "fold",
    ),
    row(
        Here,
        &[Key::letter('-')],
        is_laid_out,
        Action::Viewing(Viewing::FoldBeside),
        "answer: fold or unfold everything beside it as well",
        "fold all",
    ),
    row(
        Here,
        &[Key::letter('#')],
        |situation| on_requests(situation) && situation.ui.focus == Focus::Answer,
        Action::Viewing(Viewing::Type(Line::GoTo)),
        "answer: go to a line, or to where a JSON Pointer leads",
        "go to",
    ),
    row(
        Here,
        &[Key::letter('o')],
        |situation| in_answer(situation) && is_binary(situation),
        Action::Viewing(Viewing::Open),
        "answer: open it with the system's viewer",
        "open",
    ),
    row(
        Here,
        &[Key::letter('s')],
        in_answer,
        Action::Viewing(Viewing::Save),
        "answer: save it in a file, byte for byte",
        "save",
    ),
    row(
        Here,
        &[Key::letter('D')],
        in_answer,
        Action::Viewing(Viewing::Compare),
        "answer: what differs from another one",
        "compare",
    ),
    row(
        Here,
        &[Key::letter('/')],
        |situation| on_requests(situation) && situation.ui.focus != Focus::Answer,
        Action::Drafting(Drafting::Filter),
        "requests: find an operation; three letters do",
        "find",
    ),
    row(
        Here,
        &[Key::letter('v')],
        |situation| {
            on_requests(situation)
                && situation.ui.focus != Focus::Answer
                && shown_call(situation.engine).is_some()
        },
        Action::Viewing(Viewing::NextPart),
        "requests: to the answer",
        "answer",
    ),
    row(
        Here,
        &[Key::letter('v')],
        |situation| on_requests(situation) && situation.ui.focus == Focus::Answer,
        Action::Viewing(Viewing::NextPart),
        "answer: its next part, as → does elsewhere",
        "next part",
    ),
    row(
        Here,
        SPACE,
        |situation| {
            on_requests(situation)
                && situation.ui.focus == Focus::List
                && matches!(situation.ui.drafting.selected, Drafted::Resource(_))
        },
        Action::Drafting(Drafting::Fold),
        "requests: fold or unfold the resource",
        "",
    ),
    row(
        Here,
        &[Key::letter('a')],
        |situation| on_requests(situation) && in_request(situation),
        Action::Drafting(Drafting::Add),
        "requests: add a parameter, a header field, a body",
        "add",
    ),
    row(
        Here,
        &[EDITOR],
        |situation| on_requests(situation) && situation.ui.drafting.takes_text(),
        Action::Drafting(Drafting::Write),
        "requests: the body in your editor ($VISUAL, $EDITOR)",
        "editor",
    ),
    row(
        Here,
        DELETE,
        |situation| on_requests(situation) && matches!(situation.ui.focus, Focus::Row(_)),
        Action::Drafting(Drafting::Remove),
        "requests: take a row of yours, or of the body, away",
        "",
    ),
    row(
        Here,
        &[Key::letter('R')],
        |situation| {
            on_requests(situation)
                && situation
                    .ui
                    .drafting
                    .is_changed(&situation.ui.drafting.hand)
        },
        Action::Drafting(Drafting::Reset),
        "requests: what the operation begins with",
        "reset",
    ),
    row(
        Here,
        &[Key::letter('f')],
        |situation| {
            on_requests(situation)
                && situation
                    .engine
                    .allows(&Command::Request(RequestCommand::FetchAll(Box::new(
                        // This is asked with every frame, and a body may be large.
                        situation.ui.drafting.draft().without_body(),
                    ))))
        },
        Action::Drafting(Drafting::FetchAll),
        "requests: fetch every page of the list, as one answer",
        "",
    ),
    row(
        Here,
        &[Key::letter('>')],
        |situation| on_requests(situation) && page_of(situation.engine).is_some_and(Page::has_next),
        Action::Drafting(Drafting::Page { next: true }),
        "requests: the next page",
        "",
    ),
    row(
        Here,
        &[Key::letter('<')],
        |situation| {
            on_requests(situation) && page_of(situation.engine).is_some_and(|page| page.page > 0)
        },
        Action::Drafting(Drafting::Page { next: false }),
        "requests: the page before",
        "",
    ),
    row(
        Here,
        &[Key::letter('c')],
        |situation| on_requests(situation) && !in_table(situation),
        Action::Drafting(Drafting::SaveAs),
        "requests: save it under a name, beside the profile",
        "save as",
    ),
    row(
        Here,
        &[Key::letter('s')],
        |situation| {
            let drafting = &situation.ui.drafting;
            on_requests(situation)
                && situation.ui.focus != Focus::Answer
                && matches!(drafting.hand, Drafted::Saved(_))
                && drafting.is_changed(&drafting.hand)
        },
        Action::Drafting(Drafting::Save),
        "requests: save the changes to a saved one",
        "save",
    ),
    row(
        Here,
        &[Key::letter('p')],
        |situation| {
            on_requests(situation)
                && situation.ui.focus == Focus::List
                && matches!(situation.ui.drafting.selected, Drafted::Sent(_))
        },
        Action::Drafting(Drafting::Pin),
        "requests: keep one of the history, or not any more",
        "pin",
    ),
    row(
        Here,
        DELETE,
        |situation| {
            on_requests(situation)
                && situation.ui.focus == Focus::List
                && matches!(
                    situation.ui.drafting.selected,
                    Drafted::Sent(_) | Drafted::Saved(_)
                )
        },
        Action::Drafting(Drafting::Delete),
        "requests: delete a saved one, or one of the history; asks",
        "delete",
    ),
    row(
        Here,
        &[Key::letter('V')],
        on_requests,
        Action::Drafting(Drafting::Pick(Picking::Variables)),
        "requests: variables, what {{name}} stands for",
        "",
    ),
    row(
        Here,
        &[Key::letter('g')],
        |situation| {
            (on_step(situation) && situation.ui.step == Step::Requests || on_lab(situation))
                && !situation.engine.requests().organizations.is_empty()
        },
        Action::Open(Place::Organizations),
        "choose the organization",
        "organization",
    ),
    row(
        Here,
        &[Key::letter('g')],
        |situation| {
            let requests = situation.engine.requests();
            on_requests(situation)
                && requests.organizations.is_empty()
                && situation.engine.grant().is_some()
                && !requests.is_busy()
        },
        Action::Drafting(Drafting::ListOrganizations),
        "requests: list the organizations, to choose one",
        "organizations",
    ),
    row(
        Here,
        &[Key::letter('S')],
        |situation| {
            on_requests(situation) && matches!(situation.ui.focus, Focus::Row(_) | Focus::Answer)
        },
        Action::Drafting(Drafting::Button),
        "requests: send it, from wherever you are; else what the button says",
        "send",
    ),
    row(
        Here,
        &[Key::letter('S')],
        |situation| {
            on_requests(situation) && !matches!(situation.ui.focus, Focus::Row(_) | Focus::Answer)
        },
        Action::Drafting(Drafting::Button),
        "requests: what the button says",
        "",
    ),
    row(
        Here,
        &[Key::letter('u')],
        |situation| {
            on_step(situation)
                && situation.ui.step == Step::Token
                && situation.engine.could_refresh()
        },
        Action::Refresh,
        "refresh the token",
        "refresh",
    ),
    row(
        Here,
        &[Key::letter('v')],
        |situation| could_inquire(situation, Endpoint::Revocation),
        Action::Choose(Choosing::Revocation),
        "revoke a token; asks which",
        "revoke",
    ),
    row(
        Here,
        &[Key::letter('s')],
        |situation| could_inquire(situation, Endpoint::Introspection),
        Action::Choose(Choosing::Introspection),
        "introspect: ask the provider about a token",
        "introspect",
    ),
    row(
        Here,
        &[Key::letter('w')],
        |situation| could_inquire(situation, Endpoint::Userinfo),
        Action::Inquire(Inquiry::USERINFO),
        "userinfo: ask who signed in",
        "userinfo",
    ),
    row(
        Here,
        DELETE,
        |situation| {
            on_step(situation)
                && situation.ui.step == Step::Token
                && situation.on_grant
                && situation.engine.kept_run().is_none()
        },
        Action::Forget,
        "forget the grant; asks",
        "forget",
    ),
    row(
        Here,
        SPACE,
        |situation| {
            free(situation)
                && matches!(situation.ui.focus, Focus::Row(_))
                && !on_runs(situation)
                && !on_lab(situation)
        },
        Action::Toggle,
        "fold or unfold; switch a row of link or exchange on or off",
        "",
    ),
    row(
        Here,
        SPACE,
        |situation| in_lab_table(situation) && can_set_up_lab(situation),
        Action::Lab(Labbing::Switch),
        "scope lab: switch an operation on or off",
        "on or off",
    ),
    row(
        Here,
        &[Key::letter('a')],
        |situation| on_lab(situation) && can_set_up_lab(situation),
        Action::Lab(Labbing::Widen),
        "scope lab: every safe operation, or the usual ones",
        "all or few",
    ),
    row(
        Here,
        &[Key::letter('n')],
        |situation| on_lab(situation) && lacks_grant(situation.engine, situation.ui),
        Action::Lab(Labbing::NewRun),
        "scope lab: a new run for the scope set of the column",
        "new run for it",
    ),
    row(
        Everywhere,
        &[Key::letter('m')],
        |situation| {
            free(situation) && situation.has_secret && situation.engine.kept_run().is_none()
        },
        Action::Reveal,
        "reveal a secret for 30 s",
        "reveal",
    ),
    row(
        Everywhere,
        TAB,
        between_panes,
        Action::Turn(Direction::Right),
        "next pane",
        "rows",
    ),
    row(
        Everywhere,
        BACK_TAB,
        between_panes,
        Action::Turn(Direction::Left),
        "previous pane",
        "",
    ),
    row(
        Here,
        &[Key::letter('e')],
        |situation| {
            on_profiles(situation)
                && !matches!(situation.ui.focus, Focus::Row(_))
                && selected(situation).is_some_and(is_open)
        },
        Action::Shelf(Shelving::Edit),
        "profiles: go to its rows",
        "edit",
    ),
    row(
        Here,
        &[Key::letter('a')],
        on_profiles,
        Action::Shelf(Shelving::New),
        "profiles: a new one",
        "add",
    ),
    row(
        Here,
        &[Key::letter('c')],
        |situation| on_profiles(situation) && selected(situation).is_some_and(is_open),
        Action::Shelf(Shelving::Duplicate),
        "profiles: duplicate the selected one",
        "duplicate",
    ),
    row(
        Here,
        &[Key::letter('R')],
        |situation| {
            on_profiles(situation)
                && matches!(situation.ui.focus, Focus::Row(_))
                && selected(situation).is_some_and(|entry| !entry.changed.is_empty())
        },
        Action::Shelf(Shelving::Reset),
        "profiles: what the row says in the file",
        "reset",
    ),
    row(
        Here,
        &[Key::letter('x')],
        |situation| on_profiles(situation) && selected(situation).is_some_and(is_open),
        Action::Shelf(Shelving::Check),
        "profiles: check, and what to register; the form again",
        "check",
    ),
    row(
        Here,
        &[Key::letter('s')],
        |situation| {
            on_profiles(situation)
                && selected(situation).is_some_and(|entry| {
                    entry.has_plain_secret() && entry.version.is_some() && !entry.is_unsaved()
                })
        },
        Action::Shelf(Shelving::MoveSecret),
        "profiles: move the secret from the file into the keyring",
        "secret to the keyring",
    ),
    row(
        Here,
        DELETE,
        |situation| {
            on_profiles(situation)
                && selected(situation).is_some_and(|entry| entry.path().is_some())
        },
        Action::Shelf(Shelving::Delete),
        "profiles: delete the file; asks",
        "delete",
    ),
    row(
        Here,
        &[Key::letter('/')],
        on_profiles,
        Action::Shelf(Shelving::Filter),
        "profiles: narrow the list",
        "filter",
    ),
    row(
        Everywhere,
        &[Key::letter('x')],
        |situation| {
            on_step(situation)
                && situation.engine.kept_run().is_none()
                && situation.engine.run_id().is_some()
                && situation.ui.step != Step::Consent
        },
        Action::Runs(Running::Report),
        "report of the run, to hand on",
        "",
    ),
    row(
        Here,
        &[Key::letter('a')],
        |situation| {
            situation.ui.step == Step::Link
                && allowed(situation, &Command::ChangeLink(LinkChanges::default()))
        },
        Action::Ask(Question::LinkParameter),
        "link: add a parameter",
        "",
    ),
    row(
        Here,
        &[Key::letter('a')],
        |situation| {
            situation.ui.step == Step::Exchange
                && allowed(situation, &Command::ChangeExchange(Changes::default()))
        },
        Action::Ask(Question::ExchangeField),
        "exchange: add a field",
        "",
    ),
    row(
        Here,
        &[Key::letter('R')],
        |situation| {
            situation.ui.step == Step::Link
                && !situation.engine.run().link_changes.is_empty()
                && allowed(situation, &Command::ChangeLink(LinkChanges::default()))
        },
        Action::Engine(Command::ChangeLink(LinkChanges::NONE)),
        "link: take every change back",
        "reset",
    ),
    row(
        Here,
        &[Key::letter('R')],
        |situation| {
            situation.ui.step == Step::Exchange
                && !situation.engine.run().changes.is_empty()
                && allowed(situation, &Command::ChangeExchange(Changes::default()))
        },
        Action::Engine(Command::ChangeExchange(Changes {
            by_get: false,
            encoding: Encoding::Form,
            secret: None,
            redirect_uri: None,
            verifier: VerifierChange::Kept,
            fields: FieldChanges::NONE,
        })),
        "exchange: take every change back",
        "reset",
    ),
    row(
        Here,
        &[Key::letter('T')],
        failed_here,
        Action::Ticket(Ticketing::Choose),
        "ticket: what failed, as a text to hand on",
        "ticket",
    ),
    row(
        Everywhere,
        &[Key::letter('T')],
        |situation| {
            free(situation)
                && is_worth_a_ticket(situation.ui, situation.engine)
                && !failed_here(situation)
        },
        Action::Ticket(Ticketing::Choose),
        "ticket of the run or the explanation",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('y')],
        |situation| {
            (on_step(situation) && situation.engine.profile().is_some())
                || (on_profiles(situation) && selected(situation).is_some())
        },
        Action::Open(Place::CopyMenu),
        "copy menu",
        "copy",
    ),
    row(
        Everywhere,
        &[Key::letter('Y')],
        |situation| on_step(situation) && !situation.engine.run().link.is_empty(),
        Action::Open(Place::Link),
        "the link alone on the screen, to select with the mouse",
        "",
    ),
    row(
        Here,
        &[Key::letter('f')],
        |situation| {
            matches!(situation.ui.step, Step::Link | Step::Consent)
                && allowed(situation, &Command::Preflight)
        },
        Action::Engine(Command::Preflight),
        "preflight: ask the provider for the link",
        "preflight",
    ),
    row(
        Here,
        &[Key::letter('A')],
        |situation| allowed(situation, &Command::PlayThrough),
        Action::PlayThrough,
        "play through: on to the token by itself; again: stop",
        "play through",
    ),
    row(
        Here,
        EXPLAIN,
        in_text,
        Action::Pasted(Pasting::Explain),
        "explain: leave the field, explain the text",
        "explain it",
    ),
    row(
        Here,
        &[Key::letter('e')],
        |situation| on_explain(situation) && situation.ui.pasted.held.is_none(),
        Action::Pasted(Pasting::Edit),
        "explain: edit the text",
        "edit",
    ),
    row(
        Here,
        &[Key::letter('y')],
        |situation| on_explain(situation) && situation.ui.pasted.explanation().is_some(),
        Action::Pasted(Pasting::Copy),
        "explain: copy the explanation as text",
        "copy",
    ),
    row(
        Here,
        &[Key::letter('c')],
        |situation| {
            on_explain(situation)
                && situation.engine.profile().is_some()
                && situation.ui.pasted.explanation().is_some()
        },
        Action::Pasted(Pasting::Compare),
        "explain: compare with the profile in use, or not",
        "compare",
    ),
    row(
        Here,
        DELETE,
        |situation| on_explain(situation) && !situation.ui.pasted.is_empty(),
        Action::Pasted(Pasting::Clear),
        "explain: forget the text",
        "forget",
    ),
    row(
        Here,
        CANCEL,
        |situation| at_hand(situation) && runs(situation),
        Action::Cancel,
        "stop what runs",
        "stop",
    )
    .out(),
    row(
        Everywhere,
        &[Key::control('n')],
        |situation| allowed(situation, &Command::NewRun) || waits_at_link(situation),
        Action::NewRun,
        "new run",
        "new run",
    )
    .out(),
    row(
        Everywhere,
        &[Key::letter('P')],
        |situation| free(situation) && situation.ui.screen != Screen::Profiles,
        Action::Open(Place::Profiles),
        "profiles",
        "profiles",
    ),
    row(
        Everywhere,
        &[Key::letter('E')],
        |situation| free(situation) && situation.ui.screen != Screen::Explain,
        Action::Open(Place::Explain),
        "explain something pasted",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('H')],
        |situation| free(situation) && situation.ui.screen != Screen::Runs,
        Action::Open(Place::Runs),
        "runs: earlier ones, to look at and to compare",
        "",
    ),
    row(
        Here,
        &[Key::letter('L')],
        |situation| {
            on_step(situation)
                && matches!(situation.ui.step, Step::Token | Step::Requests)
                && situation.engine.profile().is_some()
                && situation.engine.kept_run().is_none()
        },
        Action::Lab(Labbing::Open),
        "scope lab: what may each grant call",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('i')],
        on_step,
        Action::Explain,
        "explanation on or off",
        "explanation",
    ),
    row(
        Everywhere,
        &[Key::letter('t')],
        free,
        Action::Transcript,
        "transcript",
        "transcript",
    ),
    row(
        Here,
        &[Key::letter('F')],
        |situation| free(situation) && situation.engine.faults().is_some(),
        Action::Open(Place::Faults),
        "sandbox faults",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('z')],
        free,
        Action::Zoom,
        "zoom the pane",
        "",
    ),
    row(
        Everywhere,
        ESCAPE,
        |situation| {
            at_hand(situation)
                && (situation.ui.can_back_out() || situation.engine.kept_run().is_some())
        },
        Action::Back,
        "back out one level",
        "back",
    )
    .out(),
    row(
        Everywhere,
        &[Key::letter('q')],
        free,
        Action::Quit,
        "quit",
        "quit",
    )
    .out(),
    row(
        Everywhere,
        CANCEL,
        |situation| at_hand(situation) && !runs(situation),
        Action::Cancel,
        "ask to quit; twice: quit",
        "",
    )
    .out(),
    row(
        Everywhere,
        HELP,
        |situation| !matches!(top(situation), Some(Popup::Help { .. })),
        Action::Open(Place::Help),
        "help",
        "",
    ),
    row(
        Everywhere,
        PALETTE,
        free,
        Action::Open(Place::Palette),
        "every command by name",
        "commands",
    ),
    row(
        Everywhere,
        &[Key::letter('1')],
        free,
        Action::Show(Step::Link),
        "1 Link",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('2')],
        free,
        Action::Show(Step::Consent),
        "2 Consent",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('3')],
        free,
        Action::Show(Step::Callback),
        "3 Callback",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('4')],
        free,
        Action::Show(Step::Exchange),
        "4 Exchange",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('5')],
        free,
        Action::Show(Step::Token),
        "5 Token",
        "",
    ),
    row(
        Everywhere,
        &[Key::letter('6')],
        free,
        Action::Show(Step::Requests),
        "6 Requests",
        "",
    ),
    row(
        InPopup,
        ENTER,
        |situation| in_popup(situation) && !reads(situation) && !has_lines(situation),
        Action::Press,
        "take it",
        "take it",
    ),
    row(
        InPopup,
        TAB,
        has_lines,
        Action::Press,
        "the body: take it; Enter begins a line",
        "take it",
    ),
    row(
        InPopup,
        &[EDITOR],
        |situation| top(situation).is_some_and(goes_outside),
        Action::Drafting(Drafting::Write),
        "the body in your editor",
        "editor",
    ),
    row(
        InPopup,
        SPACE,
        |situation| top(situation).is_some_and(Popup::has_switches),
        Action::Press,
        "switch it on or off",
        "",
    ),
    row(
        InPopup,
        TAB,
        turns,
        Action::Turn(Direction::Right),
        "the next one",
        "next",
    ),
    row(
        InPopup,
        BACK_TAB,
        turns,
        Action::Turn(Direction::Left),
        "the one before",
        "",
    ),
    row(InPopup, ESCAPE, in_popup, Action::Back, "close it", "back").out(),
    row(InPopup, CANCEL, in_popup, Action::Cancel, "close it", "").out(),
    row(Moving, UP, always, Action::Move(Direction::Up), "up", ""),
    row(
        Moving,
        DOWN,
        always,
        Action::Move(Direction::Down),
        "down",
        "further",
    ),
    row(
        Moving,
        LEFT,
        always,
        Action::Move(Direction::Left),
        "left, fold",
        "",
    ),
    row(
        Moving,
        RIGHT,
        always,
        Action::Move(Direction::Right),
        "right, unfold",
        "",
    ),
    row(
        Moving,
        PAGE_UP,
        always,
        Action::Page(Direction::Up),
        "a screenful up",
        "",
    ),
    row(
        Moving,
        PAGE_DOWN,
        always,
        Action::Page(Direction::Down),
        "a screenful down",
        "",
    ),
    row(
        Moving,
        HOME,
        always,
        Action::Far(Direction::Up),
        "to the start",
        "",
    ),
    row(
        Moving,
        END,
        always,
        Action::Far(Direction::Down),
        "to the end",
        "",
    ),
];
