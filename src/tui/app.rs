//! The loop: events and keys in, one drawing out.
//!
//! Generic in backend and input, so that a test feeds keys and reads text. Events come before keys; what
//! waits is taken before anything is drawn; nothing is drawn unless something changed; nothing wakes
//! unless something counts.

mod clock;
mod editing;
mod explaining;
mod keeping;
mod requesting;
mod running;
mod settle;
mod shelving;
mod start;
mod viewing;
mod world;
mod writing;

pub use requesting::Kept;
pub use settle::Ended;
pub use shelving::{carry_out, found};
pub use start::{Opening, Start};
pub use world::{Editing, End, Signal, World};

use crate::core::dinero::drafts::Drafts as Typed;
use crate::core::engine::message::{Command, Event};
use crate::core::engine::{Engine, Setup};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::{KeepTokens, ProfileFile};
use crate::core::wire::redact::Mask;
use crate::edge::archive::Archive;
use crate::edge::profiles::Search;
use crate::edge::profiles::write::home_of_new;
use crate::edge::requests::Writer;
use crate::edge::surroundings::environment;
use crate::edge::vault::Vault;
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::ui::act::{Reaction, Stage};
use crate::tui::ui::pasting::Explained;
use crate::tui::ui::shelf::{self, Shelf};
use crate::tui::ui::shelving::{Outcome, Write};
use crate::tui::ui::ticketing::Writing;
use crate::tui::ui::{Before, Screen, Ui};
use crate::tui::view::{Areas, View, draw};
use crossterm::event::Event as Input;
use editing::Desk;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect};
use requesting::FoundRequests;
use running::FoundRuns;
use std::io;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use world::perform;

/// Events and keys taken at most before the screen is drawn again.
const AT_ONCE: usize = 256;

/// What came of looking for profiles.
#[derive(Debug)]
enum Found {
    /// Every file.
    All(shelf::Found),
    /// The one asked for.
    One {
        /// Its name.
        name: String,
        /// Its file, where there is one.
        file: Option<Box<ProfileFile>>,
        /// Whether the screen stays where it is.
        stays: bool,
    },
    /// Something was written, or not; every file after it.
    Written {
        /// What.
        write: Box<Write>,
        /// What came of it.
        outcome: Outcome,
        /// Every file.
        found: shelf::Found,
    },
    /// Whether where grants are kept was written into the profile's file; why not.
    KeepWritten(Result<(), String>),
    /// What was found in a text.
    Explained(Box<Explained>),
    /// A file was written, or why not.
    FileWritten(Box<Writing>, Result<(), String>),
    /// Kept runs were read.
    Runs(FoundRuns),
    /// Something about requests.
    Requests(FoundRequests),
}

/// Runs until the user or a signal ends it; what must not be cut off then is settled by the caller, once
/// the terminal is given back. `world` is called once the first frame is on the screen.
pub async fn run<B, I>(
    terminal: &mut Terminal<B>,
    mut input: I,
    start: Start,
    world: impl FnOnce(Mask) -> World,
) -> io::Result<Ended>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    I: Stream<Item = io::Result<Input>> + Unpin,
{
    let mut app = App::new(&start);
    let mut effects = Vec::new();
    if let Opening::Profile(profile) = start.opening.clone() {
        effects = app
            .engine
            .command(Timestamp::now(), Command::UseProfile(profile));
    }
    app.draw(terminal)?;
    app.zone = TimeZone::system();
    app.engine.settle_in(app.zone.clone(), environment());
    let mut world = world(app.engine.mask().clone());
    if let Some(trouble) = start.trouble {
        app.ui.say(Timestamp::now(), trouble);
    }
    app.begin_requests();
    app.follow_profile();
    perform(&mut world, effects);
    match start.opening {
        Opening::Named(name) => app.look_for(name, false),
        Opening::Choose | Opening::Profile(_) => {}
    }
    let end = play(&mut app, &mut world, terminal, &mut input).await;
    Ok(Ended::new(end, app.engine, world, app.writer))
}

/// The loop itself. Fails when the terminal is gone.
async fn play<B, I>(
    app: &mut App,
    world: &mut World,
    terminal: &mut Terminal<B>,
    input: &mut I,
) -> io::Result<End>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    I: Stream<Item = io::Result<Input>> + Unpin,
{
    loop {
        let wake = clock::next(&app.engine, &app.ui, Timestamp::now());
        tokio::select! {
            biased;
            Some(signal) = world.signals.recv() => app.signal(world, signal),
            Some(event) = world.events.recv() => {
                app.event(world, event);
                for _ in 1..AT_ONCE {
                    match world.events.try_recv() {
                        Ok(event) => app.event(world, event),
                        Err(_) => break,
                    }
                }
            }
            Some(found) = app.found.recv() => app.found(world, found),
            edited = app.desk.ended() => app.edited(edited?),
            next = input.next(), if !app.desk.is_lent() => match next {
                Some(next) => app.input(world, next?),
                None => return Ok(End::HungUp),
            },
            () = clock::until(wake) => app.tick(world),
        }
        // Keys that only move about are taken together; what a key changed is drawn before the next one
        // is judged by it.
        for _ in 1..AT_ONCE {
            if app.changed || app.end.is_some() || app.desk.is_lent() {
                break;
            }
            match input.next().now_or_never() {
                Some(Some(next)) => app.input(world, next?),
                Some(None) => return Ok(End::HungUp),
                None => break,
            }
        }
        if let Some(end) = app.end {
            return Ok(end);
        }
        if app.dirty && !app.desk.is_lent() {
            app.lend_mouse(world);
            app.draw(terminal)?;
            app.ask_for_rows(world);
        }
    }
}

/// Everything that lives while the program runs.
#[derive(Debug)]
struct App {
    engine: Engine,
    setup: Setup,
    /// An engine that shows a kept run, in place of the one that runs.
    opened: Option<Box<Engine>>,
    ui: Ui,
    areas: Areas,
    theme: Theme,
    zone: TimeZone,
    search: Search,
    vault: Vault,
    archive: Archive,
    kept: Kept,
    /// Writes them; there once the first frame is drawn.
    writer: Option<Writer>,
    /// What was typed before the program began.
    typed: Typed,
    finder: UnboundedSender<Found>,
    found: UnboundedReceiver<Found>,
    /// Whether the screen is no longer what it should be.
    dirty: bool,
    /// Whether more than the focus or a scroll changed.
    changed: bool,
    end: Option<End>,
    /// Whether the mouse is ours.
    has_mouse: bool,
    /// Where grants are to be kept, once it is known that they can be.
    keep_to_write: Option<KeepTokens>,
    /// Whether the user's editor has the terminal.
    desk: Desk,
}

impl App {
    /// Before the first frame.
    fn new(start: &Start) -> Self {
        let (finder, found) = unbounded_channel();
        Self {
            engine: Engine::new(start.setup.clone()),
            setup: start.setup.clone(),
            opened: None,
            ui: Ui {
                shelf: Shelf::with_home(home_of_new(&start.search)),
                ..Ui::default()
            },
            areas: Areas::default(),
            theme: start.theme,
            zone: TimeZone::UTC,
            search: start.search.clone(),
            vault: start.vault.clone(),
            archive: start.archive.clone(),
            kept: start.kept.clone(),
            writer: None,
            typed: Typed::default(),
            finder,
            found,
            dirty: true,
            changed: false,
            end: None,
            has_mouse: true,
            keep_to_write: None,
            desk: Desk::default(),
        }
    }

    /// Draws, and keeps the geometry.
    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> io::Result<()>
    where
        B::Error: Send + Sync + 'static,
    {
        if self.desk.leaves_another_screen() {
            // Draws everything, without the question for the cursor that `clear` puts to the terminal.
            let size = terminal.size().map_err(io::Error::other)?;
            terminal
                .resize(Rect::from((Position::ORIGIN, size)))
                .map_err(io::Error::other)?;
        }
        let view = View {
            engine: self.shown(),
            ui: &self.ui,
            theme: self.theme,
            now: self.shown_at(),
            zone: &self.zone,
        };
        let mut areas = Areas::default();
        terminal
            .draw(|frame| areas = draw(frame.buffer_mut(), &view))
            .map_err(io::Error::other)?;
        self.ui.viewing.room = areas.answer.map_or(0, |answer| answer.room);
        self.areas = areas;
        self.dirty = false;
        self.changed = false;
        Ok(())
    }

    /// Leaves the mouse to the terminal while the link is to be selected with it.
    fn lend_mouse(&mut self, world: &mut World) {
        let ours = !self.ui.shows_link_alone();
        if ours != self.has_mouse {
            self.has_mouse = ours;
            (world.mouse)(ours);
        }
    }

    /// Something of the terminal.
    fn input(&mut self, world: &mut World, input: Input) {
        self.dirty = true;
        self.desk.hears_a_key();
        let before = (self.ui.screen, self.ui.step, self.ui.popups.len());
        let now = Timestamp::now();
        let stage = Stage {
            engine: self.opened.as_deref().unwrap_or(&self.engine),
            areas: &self.areas,
            now,
            zone: &self.zone,
        };
        let resized = matches!(input, Input::Resize(..));
        let reactions = self.ui.input(input, &stage);
        self.changed |= resized
            || !reactions.is_empty()
            || before != (self.ui.screen, self.ui.step, self.ui.popups.len())
            // A key may select another profile there, with other rows.
            || self.ui.screen != Screen::Step;
        self.react(world, reactions);
        self.keep_typed();
    }

    /// A signal from outside.
    fn signal(&mut self, world: &mut World, signal: Signal) {
        match signal {
            Signal::Terminate => self.end = Some(End::Terminated),
            Signal::HangUp => self.end = Some(End::HungUp),
            // It was the editor's.
            Signal::Interrupt if self.desk.is_deaf() => {}
            Signal::Interrupt => {
                self.dirty = true;
                self.act(world, Action::Cancel);
            }
        }
    }

    /// Does what an action says, judged by what is shown.
    fn act(&mut self, world: &mut World, action: Action) {
        let stage = Stage {
            engine: self.opened.as_deref().unwrap_or(&self.engine),
            areas: &self.areas,
            now: Timestamp::now(),
            zone: &self.zone,
        };
        let reactions = self.ui.act(action, &stage);
        self.react(world, reactions);
    }

    /// Does what the terminal's state asks for.
    fn react(&mut self, world: &mut World, reactions: Vec<Reaction>) {
        for reaction in reactions {
            if self.leaves_kept_run(world, &reaction) {
                continue;
            }
            let Some(reaction) = self.on_runs(reaction) else {
                continue;
            };
            match reaction {
                Reaction::Command(command) => self.command(world, command),
                Reaction::Copy(text) => {
                    if !(world.copy)(&text) {
                        let text = "It is too long for the terminal's clipboard";
                        self.ui.say(Timestamp::now(), text);
                    }
                }
                Reaction::WriteKeep(keep) => {
                    self.keep_to_write = Some(keep);
                    self.write_keep_when_kept();
                }
                Reaction::UseProfile(name) => self.look_for(name, false),
                Reaction::UseAnew(name) => self.look_for(name, true),
                Reaction::Write(write) => self.write(write),
                Reaction::ReadProfiles => self.read_profiles(),
                Reaction::WriteFile(writing) => self.write_file(writing),
                Reaction::Keep(what) => self.keep(what),
                Reaction::CompareWithKept(id) => self.compare_with_kept(&id),
                Reaction::Edit(manuscript) => self.desk.lend((world.edit)(manuscript)),
                Reaction::Explain(inquiry) => self.explain(inquiry),
                Reaction::Quit => self.end = Some(End::Quit),
                Reaction::Interrupt => self.end = Some(End::Interrupted),
                // Done by `on_runs`.
                Reaction::ReadRuns
                | Reaction::OpenRun(_)
                | Reaction::ReadForReport(_)
                | Reaction::CompareRuns(..)
                | Reaction::DeleteRun(_)
                | Reaction::CloseRun => {}
            }
        }
    }

    /// Hands a command to the engine.
    fn command(&mut self, world: &mut World, command: Command) {
        self.opened = None;
        let before = Before::of(&self.engine);
        let effects = self.engine.command(Timestamp::now(), command);
        self.ui.follow(&before, true, &self.engine);
        self.follow_profile();
        perform(world, effects);
    }

    /// Hands an event to the engine.
    fn event(&mut self, world: &mut World, event: Event) {
        self.dirty = true;
        let before = Before::of(&self.engine);
        let now = Timestamp::now();
        let not_kept = match &event {
            Event::RunNotKept { reason } => Some(reason.clone()),
            _ => None,
        };
        let looks = self.looks_at(&event);
        let effects = self.engine.event(now, event);
        self.follow_answer(world, looks);
        if self.opened.is_none() {
            self.ui.follow(&before, false, &self.engine);
        }
        if let Some(reason) = not_kept {
            self.ui.say(now, reason);
        }
        perform(world, effects);
        self.write_keep_when_kept();
        if self.ui.copy_when_bound && self.engine.run().phase != RunPhase::Binding {
            self.ui.copy_when_bound = false;
            if self.engine.run().phase == RunPhase::Waiting {
                let reactions = self.ui.copied_link(now, &self.engine);
                self.react(world, reactions);
            }
        }
    }

    /// Something that counts has counted.
    fn tick(&mut self, world: &mut World) {
        let now = Timestamp::now();
        self.dirty = true;
        self.ui.pass(now);
        if self
            .engine
            .next_deadline()
            .is_some_and(|deadline| deadline <= now)
        {
            self.event(world, Event::Ticked);
        }
    }

    /// Takes what was found.
    fn found(&mut self, world: &mut World, found: Found) {
        self.dirty = true;
        match found {
            Found::Explained(explained) => self.explained(*explained),
            Found::FileWritten(writing, written) => self.file_written(&writing, written),
            Found::Runs(found) => self.found_runs(found),
            Found::Requests(found) => self.found_requests(world, found),
            Found::KeepWritten(written) => self.keep_written(written),
            Found::All(found) => self.ui.shelf.take(found, self.engine.profile()),
            Found::Written {
                write,
                outcome,
                found,
            } => self.written(world, &write, outcome, found),
            Found::One { name, file, stays } => {
                let trouble = match file {
                    None => format!("There is no profile `{name}`; these are there"),
                    Some(_) => format!("`{name}` could not be read: see the list"),
                };
                let profile = file.and_then(|file| file.profile);
                if let (Some(profile), true) = (&profile, stays) {
                    let screen = (self.ui.screen, self.ui.focus);
                    self.command(world, Command::UseProfile(Box::new(profile.clone())));
                    (self.ui.screen, self.ui.focus) = screen;
                } else if let Some(profile) = profile {
                    self.ui.popups.clear();
                    self.command(world, Command::UseProfile(Box::new(profile)));
                    self.ui.show(Step::Link);
                } else {
                    self.ui.say(Timestamp::now(), trouble);
                    self.ui.popups.clear();
                    self.ui.show_profiles();
                    self.react(world, vec![Reaction::ReadProfiles]);
                }
            }
        }
    }
}
