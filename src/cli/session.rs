//! A profile taken into use for one command: an engine around it, its kept grants loaded, signals heeded.

use crate::cli::Terminal;
use crate::cli::choose::choose;
use crate::cli::drive::Drive;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::link::{why_no_link, without_metadata};
use crate::cli::printer::Printer;
use crate::cli::refreshed;
use crate::cli::secret::{self, NotAtHand};
use crate::cli::signals::Signals;
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::{KeepTokens, Profile};
use crate::core::token::kept::GrantId;
use crate::core::wire::visible::Visible;
use crate::edge::archive::Archive;
use crate::edge::settings;
use crate::edge::surroundings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// How long the answer of a token endpoint is waited for when the user wants to leave: a connection and an
/// answer may take 40 s together.
pub(super) const LAST_ANSWER: Duration = Duration::from_secs(45);

/// Why a command ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// It was said why.
    Ended(Exit),
    /// Nobody reads what it says.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The end of a command as the program takes it.
pub(super) fn ended(result: Result<Exit, Stop>) -> io::Result<Exit> {
    match result {
        Ok(exit) | Err(Stop::Ended(exit)) => Ok(exit),
        Err(Stop::Output(error)) => Err(error),
    }
}

/// A profile in use.
pub(super) struct Session<'a, 'w> {
    pub(super) drive: Drive,
    pub(super) printer: &'a mut Printer<'w>,
    /// The profile's name, as it is typed.
    pub(super) name: String,
    terminal: Terminal,
    signals: Signals,
}

impl<'a, 'w> Session<'a, 'w> {
    /// Takes a profile into use and waits for its kept grants.
    pub(super) async fn open(
        name: &str,
        folder: Option<PathBuf>,
        terminal: Terminal,
        printer: &'a mut Printer<'w>,
        change: impl FnOnce(&mut Profile),
    ) -> Result<Self, Stop> {
        let mut chosen = match choose(folder, name) {
            Ok(chosen) => chosen,
            Err(problem) => {
                problem.say(printer);
                return Err(Stop::Ended(Exit::Profile));
            }
        };
        for warning in &chosen.warnings {
            printer.talk(&Visible::of(&format!("warning: {warning}")));
        }
        change(&mut chosen.profile);
        let (settings, trouble) = settings::of_this_user();
        if let Some(trouble) = trouble {
            printer.talk(&Visible::of(&format!("warning: {trouble}")));
        }
        let setup = super::setup(SignedDuration::ZERO)?;
        let drive = Drive::with(setup, |options| {
            options.archive = Archive::of_this_user();
            options.hold(&settings);
        });
        let mut session = Self {
            drive,
            printer,
            name: name.to_owned(),
            terminal,
            signals: Signals::new()?,
        };
        session
            .drive
            .settle_in(TimeZone::system(), surroundings::environment());
        let profile = Box::new(chosen.profile);
        session.drive.command(Command::UseProfile(profile));
        while session.engine().is_discovering() {
            session.step().await?;
        }
        if session.engine().metadata_trouble().is_some() {
            let exit = without_metadata(session.engine());
            session.say_findings(Step::Link);
            return Err(session.fail(exit, &why_no_link(Missing::Metadata)));
        }
        if let RunPhase::Preparing(missing) = session.engine().run().phase {
            return Err(session.fail(Exit::Profile, &why_no_link(missing)));
        }
        while session.engine().is_loading_grants() {
            session.step().await?;
        }
        Ok(session)
    }

    /// The state to look at.
    pub(super) fn engine(&self) -> &Engine {
        self.drive.engine()
    }

    /// A line for the person who reads along.
    pub(super) fn say(&mut self, text: &str) {
        self.printer.talk(&Visible::of(text));
    }

    /// Says what went wrong.
    pub(super) fn fail(&mut self, exit: Exit, text: &str) -> Stop {
        self.say(&format!("error: {text}"));
        Stop::Ended(exit)
    }

    /// Says the findings of a step.
    pub(super) fn say_findings(&mut self, step: Step) {
        let found = self.engine().findings(Timestamp::now(), step);
        findings::say_without_a_run(self.printer, &found, &self.name);
    }

    /// Waits for what comes next, a signal among it.
    pub(super) async fn step(&mut self) -> Result<(), Stop> {
        let exit = tokio::select! {
            biased;
            exit = self.signals.next() => exit,
            () = self.drive.step() => return Ok(()),
        };
        Err(self.interrupted(exit).await)
    }

    /// Waits for something else than the engine, signals heeded.
    pub(super) async fn unless_interrupted<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let exit = tokio::select! {
            biased;
            exit = self.signals.next() => exit,
            done = work => return Ok(done),
        };
        Err(self.interrupted(exit).await)
    }

    /// Asks on the terminal, yes or no; `None` where there is none.
    pub(super) async fn confirm(&mut self, question: String) -> Result<Option<bool>, Stop> {
        let confirm = self.terminal.confirm;
        let question = Visible::of(&question);
        let asking = tokio::task::spawn_blocking(move || confirm(question.as_str()));
        match self.unless_interrupted(asking).await? {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let text = format!("no answer can be read from the terminal ({error})");
                Err(self.fail(Exit::Usage, &text))
            }
            Err(_) => Err(self.fail(Exit::Usage, "the terminal failed")),
        }
    }

    /// Goes on until what must not be cut off has ended.
    pub(super) async fn settle(&mut self) -> Result<(), Stop> {
        while self.engine().is_unsettled() {
            self.step().await?;
        }
        Ok(())
    }

    /// A signal came: a call is cancelled, a refresh is waited for.
    async fn interrupted(&mut self, exit: Exit) -> Stop {
        (self.terminal.stop_asking)();
        self.drive.command(Command::CancelSend);
        if self.engine().is_unsettled() {
            self.say(STILL_UNDER_WAY);
            tokio::select! {
                _ = tokio::time::timeout(LAST_ANSWER, self.drive.settle()) => {}
                _ = self.signals.next() => {}
            }
        }
        Stop::Ended(exit)
    }

    /// Lets what is still being written be written.
    pub(super) async fn finish(mut self) {
        self.drive.finish().await;
    }

    /// Chooses the grant for this command: by the beginning of its id, or by who signed in.
    pub(super) fn choose_grant(&mut self, which: Option<&str>) -> Result<(), Stop> {
        let Some(which) = which else { return Ok(()) };
        let is_meant = |held: &&HeldGrant| {
            let said = |text: Option<String>| {
                text.is_some_and(|text| text.to_lowercase() == which.to_lowercase())
            };
            held.id.as_str().starts_with(which)
                || said(held.grant.user())
                || said(held.grant.subject())
        };
        let grants = self.engine().grants();
        let meant: Vec<GrantId> = grants
            .iter()
            .copied()
            .filter(is_meant)
            .map(|held| held.id.clone())
            .collect();
        let problem = match meant.as_slice() {
            [only] => {
                let only = only.clone();
                self.drive.use_for_now(only);
                return Ok(());
            }
            [] => "no kept grant is",
            _ => "several kept grants are",
        };
        let name = &self.name;
        let text = format!("{problem} `{which}`: `dineroscope token {name} show` lists them");
        Err(self.fail(Exit::Profile, &text))
    }

    /// Why there is no grant, and what to do.
    pub(super) fn why_no_grant(&self) -> String {
        let name = &self.name;
        if let Some(trouble) = self.engine().grants_trouble() {
            return trouble.message.clone();
        }
        match self.engine().keep_tokens() {
            KeepTokens::Memory => format!(
                "`{name}` keeps tokens in memory, so none remains from one command to the next: put \
                 {KEEP_THEM} into the profile and sign in with `dineroscope login {name}`"
            ),
            KeepTokens::Keyring | KeepTokens::File => {
                format!("no token is kept for `{name}`: sign in with `dineroscope login {name}`")
            }
        }
    }

    /// The current grant; without one the command ends.
    pub(super) fn held(&mut self) -> Result<HeldGrant, Stop> {
        if let Some(held) = self.engine().held() {
            return Ok(held.clone());
        }
        let why = self.why_no_grant();
        Err(self.fail(Exit::Profile, &why))
    }

    /// Refreshes the current grant: what became of it, and the grant as it was before.
    pub(super) async fn refresh(
        &mut self,
        anyway: bool,
    ) -> Result<(HeldGrant, RefreshOutcome), Stop> {
        let before = self.held()?;
        if let Some(why) = refreshed::why_not(&before, anyway, &self.name) {
            return Err(self.fail(Exit::Refused, &why));
        }
        self.client_secret().await?;
        self.drive.command(Command::Refresh { anyway });
        while self.engine().refreshing().is_some() || self.engine().refresh_waits() {
            self.step().await?;
        }
        self.settle().await?;
        let grants = self.engine().grants();
        let after = grants.iter().find(|held| held.id == before.id);
        let outcome = match after.map(|held| &held.refresh) {
            Some(Some(end)) => end.outcome.clone(),
            Some(None) => {
                let text =
                    "the refresh could not begin: look at the profile with `dineroscope --profile`";
                return Err(self.fail(Exit::Profile, text));
            }
            None => RefreshOutcome::Gone,
        };
        Ok((before, outcome))
    }

    /// Refreshes the current grant because its token is spent, and says so. Whether the new one is kept.
    pub(super) async fn refresh_first(&mut self) -> Result<bool, Stop> {
        let held = self.held()?;
        if let Some(why) = refreshed::why_not(&held, false, &self.name) {
            return Err(self.fail(Exit::Refused, &format!("the token is spent, and {why}")));
        }
        self.say("the token is spent: refreshing it first");
        let (_, outcome) = self.refresh(false).await?;
        let told = refreshed::told(&outcome, &self.name, self.engine().mask());
        match told.exit {
            Exit::Done => {
                self.say(&told.words);
                Ok(true)
            }
            _ if told.renewed => {
                self.say(&format!("warning: {}", told.words));
                Ok(false)
            }
            exit => {
                self.say_findings(Step::Token);
                Err(self.fail(exit, &told.words))
            }
        }
    }

    /// Brings the client secret to hand.
    pub(super) async fn client_secret(&mut self) -> Result<(), Stop> {
        let at_hand = tokio::select! {
            biased;
            exit = self.signals.next() => Err(exit),
            at_hand = secret::at_hand(&mut self.drive, self.terminal, self.printer) => Ok(at_hand),
        };
        match at_hand {
            Ok(Ok(())) => Ok(()),
            Ok(Err(NotAtHand::Refused(why))) => Err(self.fail(Exit::Profile, &why)),
            Ok(Err(NotAtHand::Cancelled)) => Err(Stop::Ended(Exit::Interrupted)),
            Err(exit) => Err(self.interrupted(exit).await),
        }
    }
}

/// How a profile keeps tokens.
pub(super) const KEEP_THEM: &str = "`keep_tokens = \"keyring\"` or `\"file\"`";

/// What is said while an answer is waited for that must not be lost.
pub(super) const STILL_UNDER_WAY: &str = "a token request is under way, and its answer is kept when it comes; ctrl-c again ends without it";
