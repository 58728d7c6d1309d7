//! What an action does: to the terminal's own state, and what it asks of engine and world.

pub use super::revealing::has_secret;

use super::drafting::keeping::KeepRequest;
use super::drafting::outside::Manuscript;
use super::parting::lost_by_quitting;
use super::pasting::Inquiry;
use super::popup::{Confirm, Popup, Prompt, Then};
use super::shelving::Write;
use super::ticketing::Writing;
use super::{Focus, Pane, Screen, Ui};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::history::RunId;
use crate::core::oauth::Step;
use crate::core::profile::KeepTokens;
use crate::core::reader::ask::Ask;
use crate::core::token::kept::GrantId;
use crate::tui::action::{Action, Choosing, Direction, Place};
use crate::tui::flow::SpotKind;
use crate::tui::screens;
use crate::tui::view::Areas;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What shall be done outside the terminal's own state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Hand this to the engine.
    Command(Command),
    /// Put this into the clipboard.
    Copy(String),
    /// Use the profile of that name.
    UseProfile(String),
    /// Write into the file of the profile in use where its grants are kept.
    WriteKeep(KeepTokens),
    /// Use the profile of that name as its file says now; the screen stays.
    UseAnew(String),
    /// Read the profile files.
    ReadProfiles,
    /// Write a profile file, or a secret into the keyring.
    Write(Write),
    /// Write a text to a new file, off the task that draws.
    WriteFile(Writing),
    /// Give a text to the user's editor, with the terminal.
    Edit(Manuscript),
    /// Explain a text, off the task that draws.
    Explain(Inquiry),
    /// List the kept runs.
    ReadRuns,
    /// Show this kept run.
    OpenRun(RunId),
    /// Read this kept run, to report it.
    ReadForReport(RunId),
    /// Show these two kept runs side by side.
    CompareRuns(RunId, RunId),
    /// Delete this kept run.
    DeleteRun(RunId),
    /// Keep something of requests, or not any more.
    Keep(KeepRequest),
    /// Compare the answer with that of a request in the history, by its name.
    CompareWithKept(String),
    /// Go from a kept run back to the list.
    CloseRun,
    /// Leave the program.
    Quit,
    /// Leave the program, as after Ctrl-C.
    Interrupt,
}

/// What an action is judged by: the engine, and what was drawn last.
#[derive(Debug, Clone, Copy)]
pub struct Stage<'a> {
    /// The program's state.
    pub engine: &'a Engine,
    /// The geometry of the last drawing.
    pub areas: &'a Areas,
    /// Now.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: &'a TimeZone,
}

impl Stage<'_> {
    /// What a step's pane is made of.
    pub fn scene(&self) -> screens::Scene<'_> {
        screens::Scene {
            engine: self.engine,
            now: self.now,
            zone: self.zone,
        }
    }
}

impl Ui {
    /// Does what an action says.
    pub fn act(&mut self, action: Action, stage: &Stage<'_>) -> Vec<Reaction> {
        match action {
            Action::NewRun if !stage.engine.allows(&Command::NewRun) => self.show(Step::Link),
            Action::Engine(Command::NewRun) | Action::NewRun => {
                let further = Reaction::Command(Command::NewRun);
                return self.leave_run(further, stage.engine);
            }
            Action::Engine(command) => return vec![Reaction::Command(command)],
            Action::Show(step) => {
                self.popups.clear();
                if self.leave_unsaved(Action::Show(step)).is_some() {
                    self.show(step);
                }
            }
            Action::Copy { text, what } => return self.copy(text, what, stage),
            Action::CopyLink => return self.copy_link(stage),
            Action::Ask(question) => {
                let prompt = Prompt::about(question, stage.engine);
                self.popups.push(Popup::Ask(Box::new(prompt)));
            }
            Action::Open(place) => return self.open(place, stage.engine),
            Action::PlayThrough => return self.play_through(stage),
            Action::Ticket(what) => return self.on_ticket(what, stage),
            Action::Runs(what) => return self.on_runs(what, stage),
            Action::Drafting(what) => return self.on_drafting(what, stage),
            Action::Viewing(what) => return self.on_viewing(what, stage),
            Action::Lab(what) => return self.on_lab(what, stage),
            Action::Pasted(pasting) => return self.on_text(pasting, stage),
            Action::UseProfile(name) => {
                return match self.leave_unsaved(Action::UseProfile(name.clone())) {
                    Some(_) => self.leave_run(Reaction::UseProfile(name), stage.engine),
                    None => Vec::new(),
                };
            }
            Action::UseResponseMode(mode) => {
                return self.leave_run_for(Command::UseResponseMode(mode), stage.engine);
            }
            Action::UseScopeSet(name) => {
                return self.leave_run_for(Command::UseScopeSet(name), stage.engine);
            }
            Action::Quit => {
                return match self.leave_unsaved(Action::Quit) {
                    Some(_) => self.leave_run(Reaction::Quit, stage.engine),
                    None => Vec::new(),
                };
            }
            Action::SignInAgain(prompt) => {
                return self.leave_run_for(Command::SignInAgain(prompt), stage.engine);
            }
            Action::Refresh => return self.refresh(stage.engine),
            Action::TrustAndRefresh => return trusting(Command::Refresh { anyway: false }),
            Action::Inquire(inquiry) => return self.inquire(inquiry, stage.engine),
            Action::TrustAndInquire(inquiry) => return trusting(Command::Inquire(inquiry)),
            Action::Keep(keep) => return self.keep(keep, stage),
            Action::ForgetGrant(id) => self.ask_to_forget(&id, stage),
            Action::OverrideIdToken => self.ask_to_override(stage),
            Action::Forget => self.ask_to_forget_focused(stage),
            Action::Choose(what) => self.popups.push(Popup::Choose { what, selected: 0 }),
            Action::Cancel => return self.cancel(stage),
            Action::Back if self.popups.is_empty() && self.focus == Focus::Line => {
                return self.leave_line();
            }
            Action::Back if self.popups.is_empty() && self.focus == Focus::Answer => {
                return self.back_in_answer(stage);
            }
            Action::Back if self.popups.is_empty() && self.focus == Focus::Text => {
                return self.explain_text();
            }
            Action::Back if !self.can_back_out() && self.popups.is_empty() => {
                // Out of a kept run; on the running one there is no further way out.
                let kept = stage.engine.kept_run().map(|_| Reaction::CloseRun);
                return kept.into_iter().collect();
            }
            Action::Back => self.back(stage),
            Action::Press => return self.press(stage),
            Action::Toggle => return self.toggle(stage),
            Action::Turn(direction) => self.turn(direction, stage.areas),
            Action::Move(direction) => return self.go(direction, stage),
            Action::Page(direction) => self.page(direction, stage),
            Action::Far(direction) => self.far(direction, stage),
            Action::Reveal => self.reveal(stage),
            Action::Zoom => {
                // The raw text belongs to its step: zoomed they are one pane.
                let pane = match self.focused_pane() {
                    Pane::Raw => Pane::Main,
                    pane => pane,
                };
                self.zoomed = match self.zoomed {
                    Some(_) => None,
                    None => Some(pane),
                };
            }
            Action::Shelf(shelving) => return self.shelve(shelving, stage),
            Action::Explain => {
                if stage.areas.could_have_side {
                    self.explanation = !self.explanation;
                } else {
                    self.popups.push(Popup::Explanation { scroll: 0 });
                }
            }
            Action::Transcript => self.turn_to_transcript(stage.areas),
        }
        Vec::new()
    }

    /// To the transcript, or back from it.
    fn turn_to_transcript(&mut self, areas: &Areas) {
        if self.focus == Focus::Transcript {
            self.zoomed = None;
            self.record = 0;
            self.focus = self.home();
        } else {
            self.focus = Focus::Transcript;
            self.zoomed = (!areas.has_transcript).then_some(Pane::Transcript);
        }
    }

    /// The pane that has the focus.
    pub fn focused_pane(&self) -> Pane {
        match self.focus {
            Focus::Button | Focus::Row(_) => Pane::Main,
            Focus::Raw => Pane::Raw,
            Focus::Findings => Pane::Findings,
            Focus::Transcript => Pane::Transcript,
            Focus::List | Focus::Filter => Pane::List,
            Focus::Text => Pane::Text,
            Focus::Answer | Focus::Line => Pane::Answer,
        }
    }

    /// What has the focus when nothing else was chosen.
    fn home(&self) -> Focus {
        match self.screen {
            Screen::Step | Screen::Explain | Screen::Record | Screen::ScopeLab => Focus::Button,
            Screen::Profiles => Focus::List,
            Screen::Runs => Focus::Row(self.touched[self.at()]),
        }
    }

    /// Ctrl-C: closes what is in front, cancels what runs, else asks to quit; on that question it quits.
    fn cancel(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let engine = stage.engine;
        if let Some(popup) = self.popups.pop() {
            if let Popup::Type(typing) = &popup {
                self.leave_typing(typing, stage.now);
            }
            let quits = matches!(
                popup,
                Popup::Confirm(Confirm {
                    otherwise: Then::React(Reaction::Interrupt | Reaction::Quit),
                    ..
                })
            );
            return if quits {
                vec![Reaction::Interrupt]
            } else {
                Vec::new()
            };
        }
        for command in [Command::CancelSend, Command::StopWaiting] {
            if engine.allows(&command) {
                return vec![Reaction::Command(command)];
            }
        }
        let viewing = engine.requests().viewing.as_ref();
        if viewing.is_some_and(|viewing| viewing.filter.runs) {
            return vec![Reaction::Command(super::viewing::ask(Ask::EndFilter))];
        }
        self.popups.push(Popup::Confirm(Confirm {
            question: "Quit dineroscope?".into(),
            detail: match self.shelf.unsaved().next() {
                Some(_) => UNSAVED.into(),
                None => lost_by_quitting(engine).into(),
            },
            answers: ["Stay", "Quit"],
            selected: 0,
            otherwise: Then::React(Reaction::Interrupt),
        }));
        Vec::new()
    }

    /// Esc: out of one level.
    pub(super) fn back(&mut self, stage: &Stage<'_>) {
        let popup = self.popups.pop();
        if let Some(Popup::Type(typing)) = &popup {
            self.leave_typing(typing, stage.now);
        }
        if popup.is_none() && self.zoomed.take().is_none() {
            match (self.screen, self.focus) {
                (Screen::Step, _) => {
                    // What narrowed the list goes first.
                    if matches!(self.focus, Focus::List | Focus::Filter)
                        && !self.drafting.words().is_empty()
                    {
                        self.drafting.clear_filter();
                        self.focus = Focus::List;
                    } else {
                        self.focus = Focus::Button;
                    }
                }
                (Screen::Runs, _) if self.runs.compared.take().is_some() => {
                    self.focus = self.home();
                }
                (Screen::Runs, _) if !self.runs.words.is_empty() => self.narrow_runs(""),
                (Screen::Explain | Screen::Runs | Screen::ScopeLab, _) => self.show(self.step),
                (Screen::Record, _) => self.leave_record(),
                (Screen::Profiles, Focus::Filter) => {
                    self.shelf.clear_filter();
                    self.focus = Focus::List;
                }
                (Screen::Profiles, _) if !self.shelf.words().is_empty() => {
                    self.shelf.clear_filter();
                    self.focus = Focus::List;
                }
                (Screen::Profiles, _) if self.shelf.registers => self.shelf.registers = false,
                (Screen::Profiles, _) => {
                    if self.leave_unsaved(Action::Back).is_some() {
                        self.show(self.step);
                    }
                }
            }
        } else if self.popups.is_empty() && self.focus == Focus::Transcript && self.zoomed.is_none()
        {
            self.record = 0;
        }
    }

    /// Opens a place.
    fn open(&mut self, place: Place, engine: &Engine) -> Vec<Reaction> {
        let selected = 0;
        let popup = match place {
            Place::Help => Popup::Help { scroll: 0 },
            Place::Palette => Popup::Palette {
                filter: Box::new(super::popup::field("a word of the command")),
                selected,
            },
            Place::Profiles => {
                self.popups.clear();
                self.show_profiles();
                return vec![Reaction::ReadProfiles];
            }
            Place::Runs => {
                if self.leave_unsaved(Action::Open(place)).is_some() {
                    self.popups.clear();
                    self.show_runs();
                    return vec![Reaction::ReadRuns];
                }
                return Vec::new();
            }
            Place::Explain => {
                if self.leave_unsaved(Action::Open(place)).is_some() {
                    self.popups.clear();
                    self.show_explain();
                }
                return Vec::new();
            }
            Place::Record(call) => {
                self.popups.clear();
                self.show_record(call);
                return Vec::new();
            }
            Place::CopyMenu => Popup::CopyMenu { selected },
            Place::Link => return self.open_link_alone(engine),
            Place::Explanation => Popup::Explanation { scroll: 0 },
            Place::Organizations => Popup::Organizations { selected },
            Place::Faults => Popup::Faults { selected },
            Place::ScopeSets => Popup::Choose {
                what: Choosing::ScopeSet,
                selected,
            },
        };
        self.popups.push(popup);
        Vec::new()
    }

    /// Copies a text, and says so.
    fn copy(&mut self, text: String, what: &str, stage: &Stage<'_>) -> Vec<Reaction> {
        if !text.is_empty() && text == stage.engine.run().link {
            return self.copy_link(stage);
        }
        let length = text.chars().count();
        self.say(stage.now, format!("Copied {what}, {length} characters"));
        vec![Reaction::Copy(text)]
    }

    /// Copies the link; the run begins with it, so that somebody listens when it is used.
    fn copy_link(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let engine = stage.engine;
        let begin = Command::Begin {
            open_browser: false,
        };
        if engine.allows(&begin) {
            self.copy_when_bound = true;
            return vec![Reaction::Command(begin)];
        }
        self.copied_link(stage.now, engine)
    }

    /// The copy itself.
    pub fn copied_link(&mut self, now: Timestamp, engine: &Engine) -> Vec<Reaction> {
        let link = engine.run().link.clone();
        let length = link.chars().count();
        self.say(now, format!("Copied the link, {length} characters"));
        vec![Reaction::Copy(link)]
    }

    /// Folds or unfolds what has the focus.
    fn toggle(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let Focus::Row(row) = self.focus else {
            return Vec::new();
        };
        match stage.areas.spots.get(row).map(|spot| &spot.kind) {
            Some(SpotKind::Label(label, open)) => self.fold(label, !open),
            Some(SpotKind::Fact(fact)) => {
                if let Some(Action::Drafting(what)) = &fact.action {
                    self.switch_row(&what.clone());
                    return Vec::new();
                }
                return self.switch(fact.action.as_ref(), stage.engine);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Tab: the next place that can have the focus, or the next field or answer of a popup.
    fn turn(&mut self, direction: Direction, areas: &Areas) {
        match self.popups.last_mut() {
            Some(Popup::Confirm(confirm)) => confirm.selected = 1 - confirm.selected,
            Some(Popup::Ask(prompt)) => {
                prompt.focus = (prompt.focus + 1) % prompt.fields.len().max(1);
            }
            Some(_) => {}
            None => {
                if self.focus == Focus::Line {
                    self.focus = Focus::Answer;
                    self.viewing.typed = None;
                }
                let row = self.touched[self.at()].min(areas.spots.len().saturating_sub(1));
                let rows = (!areas.spots.is_empty()).then_some(Focus::Row(row));
                let drafts = areas.has_requests;
                let mut places = match self.screen {
                    Screen::Profiles => vec![Focus::List],
                    _ if drafts => vec![Focus::List, Focus::Button],
                    _ => vec![Focus::Button],
                };
                places.extend(rows);
                places.extend((self.screen == Screen::Profiles).then_some(Focus::Button));
                places.extend(areas.raw.is_some().then_some(Focus::Raw));
                places.extend((areas.findings.is_some() && !drafts).then_some(Focus::Findings));
                places.extend(drafts.then_some(Focus::Answer));
                places.extend(areas.has_transcript.then_some(Focus::Transcript));
                let types = self.screen == Screen::Explain && self.pasted.held.is_none();
                places.extend(types.then_some(Focus::Text));
                let here = places
                    .iter()
                    .position(|place| {
                        std::mem::discriminant(place) == std::mem::discriminant(&self.focus)
                    })
                    .unwrap_or(0);
                let step = if direction == Direction::Left {
                    places.len() - 1
                } else {
                    1
                };
                self.focus = places[(here + step) % places.len()];
                self.zoomed = None;
            }
        }
    }
}

/// The profile in use is trusted with its secret, then this is done.
fn trusting(command: Command) -> Vec<Reaction> {
    [Command::Trust, command].map(Reaction::Command).to_vec()
}

/// What is gone first of all.
const UNSAVED: &str =
    "What you typed into a profile is not saved and would be lost. Ctrl-C again quits.";

/// The grant of the row that has the focus.
pub fn focused_grant(ui: &Ui, areas: &Areas) -> Option<GrantId> {
    let Focus::Row(row) = ui.focus else {
        return None;
    };
    match &areas.spots.get(row)?.kind {
        SpotKind::Choice(Action::Engine(Command::UseGrant(id)) | Action::ForgetGrant(id)) => {
            Some(id.clone())
        }
        _ => None,
    }
}
