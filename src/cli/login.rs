//! `login`: the flow from link to token without a screen.
//!
//! It goes on by itself where the screen would wait for Enter, and stops at the first step that fails.

use crate::cli::Terminal;
use crate::cli::arguments::Login;
use crate::cli::choose::{NotChosen, choose};
use crate::cli::drive::Drive;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::link::{why_no_link, without_metadata};
use crate::cli::printer::Printer;
use crate::cli::report::{Form, Report};
use crate::cli::secret::{self, NotAtHand};
use crate::cli::session::{KEEP_THEM, LAST_ANSWER, STILL_UNDER_WAY};
use crate::cli::signals::Signals;
use crate::core::engine::message::Command;
use crate::core::engine::{SecretState, Setup};
use crate::core::oauth::callback::{Arrival, Hit, Verdict};
use crate::core::oauth::flow::{BindFailureKind, Browser, Missing};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::preflight::{Landing, PreflightResult};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::{KeepTokens, Profile};
use jiff::Timestamp;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// How long the browser may take to fetch the page that says it can be closed.
const LAST_PAGE: Duration = Duration::from_secs(2);

/// Why a walk did not end with a token.
enum Stop {
    /// The flow cannot go on.
    Failed(Failure),
    /// Nobody reads what it says.
    Output(io::Error),
}

/// What the last line says, and the exit code.
struct Failure {
    exit: Exit,
    step: Step,
    error: String,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// Something in the profile keeps the run from beginning.
    fn unusable(error: String) -> Stop {
        Stop::Failed(Self {
            exit: Exit::Profile,
            step: Step::Link,
            error,
        })
    }
}

/// Walks the flow. Fails when standard output is closed or full.
pub(super) async fn login(
    arguments: &Login,
    folder: Option<PathBuf>,
    setup: Setup,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let form = if arguments.json {
        Form::Json
    } else {
        Form::Words
    };
    let mut report = Report::new(printer, form);
    let mut profile = match choose(folder, &arguments.profile) {
        Ok(chosen) => {
            for warning in &chosen.warnings {
                report.talk(&format!("warning: {warning}"));
            }
            chosen.profile
        }
        Err(problem) => return not_chosen(&mut report, &problem),
    };
    if let Err(why) = arguments.overrides.apply(&mut profile) {
        report.failed(Step::Link, None, &why)?;
        return Ok(Exit::Profile);
    }
    let mut signals = Signals::new()?;
    let mut walk = Walk {
        drive: Drive::new(setup),
        report,
        link_told: false,
        hits_told: 0,
        browser_told: false,
    };
    let first = First {
        preflight: arguments.preflight,
        open_browser: !arguments.no_browser,
    };
    let ended = tokio::select! {
        ended = walk.walk(profile, first, terminal) => ended,
        exit = signals.next() => {
            (terminal.stop_asking)();
            walk.left(&mut signals).await.map(|()| exit)
        }
    };
    // The browser still gets its page when whoever reads our output has gone.
    tokio::select! {
        () = walk.show_last_page() => {}
        _ = signals.next() => {}
    }
    if let Some(trouble) = walk.drive.engine().runs_trouble() {
        walk.report.talk(&format!("warning: {trouble}"));
    }
    ended
}

/// There is no profile to begin with.
fn not_chosen(report: &mut Report<'_, '_>, problem: &NotChosen) -> io::Result<Exit> {
    problem.say(report.printer);
    report.failed(Step::Link, None, problem.reason.as_str())?;
    Ok(Exit::Profile)
}

/// What is done before one waits.
#[derive(Clone, Copy)]
struct First {
    preflight: bool,
    open_browser: bool,
}

/// One login.
struct Walk<'a, 'w> {
    drive: Drive,
    report: Report<'a, 'w>,
    link_told: bool,
    hits_told: usize,
    browser_told: bool,
}

impl Walk<'_, '_> {
    /// From the profile to the last line.
    async fn walk(
        &mut self,
        profile: Profile,
        first: First,
        terminal: Terminal,
    ) -> io::Result<Exit> {
        match self.flow(profile, first, terminal).await {
            Ok(()) => {
                self.drive.settle().await;
                self.authorized()
            }
            Err(Stop::Failed(failure)) => self.failed(&failure),
            Err(Stop::Output(error)) => Err(error),
        }
    }

    /// From the profile to a grant.
    async fn flow(
        &mut self,
        profile: Profile,
        first: First,
        terminal: Terminal,
    ) -> Result<(), Stop> {
        self.prepare(profile).await?;
        if first.preflight {
            // Said with what is found in the link, once: by this, or by the failure.
            self.preflight().await?;
        }
        let found = self.drive.engine().findings(Timestamp::now(), Step::Link);
        findings::say(self.report.printer, &found);
        self.link_told = true;
        self.secret(terminal).await?;
        self.drive.command(Command::Begin {
            open_browser: first.open_browser,
        });
        self.follow().await
    }

    /// Takes the profile, and waits for what the engine reads or starts for it.
    async fn prepare(&mut self, profile: Profile) -> Result<(), Stop> {
        self.drive.command(Command::UseProfile(Box::new(profile)));
        loop {
            let engine = self.drive.engine();
            if let Some(trouble) = engine.sandbox_trouble() {
                return Err(Stop::Failed(Failure {
                    exit: Exit::Unreachable,
                    step: Step::Link,
                    error: trouble.to_owned(),
                }));
            }
            match engine.run().phase {
                RunPhase::Preparing(Missing::Sandbox) => {}
                RunPhase::Preparing(Missing::Metadata) if engine.is_discovering() => {}
                RunPhase::Preparing(Missing::Metadata) => {
                    return Err(Stop::Failed(Failure {
                        exit: without_metadata(engine),
                        step: Step::Link,
                        error: why_no_link(Missing::Metadata),
                    }));
                }
                RunPhase::Preparing(missing) => {
                    return Err(Failure::unusable(why_no_link(missing)));
                }
                _ if engine.secret_state() != SecretState::Reading => return Ok(()),
                _ => {}
            }
            self.drive.step().await;
        }
    }

    /// Asks for the link before a browser does; a provider that does not take it ends the walk here.
    async fn preflight(&mut self) -> Result<(), Stop> {
        if !self.drive.engine().allows(&Command::Preflight) {
            return Err(Failure::unusable(
                "the redirect URI has port 0, so the link is not known before the run begins: register a \
                 fixed port, or leave out --preflight"
                    .to_owned(),
            ));
        }
        self.drive.command(Command::Preflight);
        while self.drive.engine().is_preflighting() {
            self.drive.step().await;
        }
        let Some(preflight) = &self.drive.engine().run().preflight else {
            return Ok(());
        };
        let failed = |exit, error: &str| {
            Err(Stop::Failed(Failure {
                exit,
                step: Step::Link,
                error: error.to_owned(),
            }))
        };
        match &preflight.result {
            PreflightResult::Landed(landing) if landing.is_refusal() => {
                if let Landing::ErrorPage { id: Some(id), .. } = landing {
                    self.report.talk(&format!("errorId: {id}"));
                }
                failed(Exit::Refused, "the provider does not take the link")
            }
            PreflightResult::Landed(landing) => {
                let words = format!("preflight: {}", landing.note());
                self.report.talk(&words);
                Ok(())
            }
            PreflightResult::Asked | PreflightResult::NoAnswer => failed(
                Exit::Unreachable,
                "the provider could not be asked for the link",
            ),
        }
    }

    /// Brings the client secret to hand, before the browser opens: a code does not wait.
    async fn secret(&mut self, terminal: Terminal) -> Result<(), Stop> {
        match secret::at_hand(&mut self.drive, terminal, self.report.printer).await {
            Ok(()) => Ok(()),
            Err(NotAtHand::Cancelled) => Err(Stop::Failed(Failure {
                exit: Exit::Interrupted,
                step: Step::Link,
                error: "interrupted".to_owned(),
            })),
            Err(NotAtHand::Refused(why)) => Err(Failure::unusable(why)),
        }
    }

    /// From the bound listener to a grant; every event is reported as it comes.
    async fn follow(&mut self) -> Result<(), Stop> {
        let mut listening = false;
        let mut answered = false;
        loop {
            self.drive.step().await;
            let engine = self.drive.engine();
            let run = engine.run();
            if !listening && !run.addresses.is_empty() {
                listening = true;
                self.report.listening(run)?;
                self.report.link(run)?;
            }
            self.tell_browser();
            if !answered {
                answered = self.tell_hits()?;
            }
            let engine = self.drive.engine();
            match &engine.run().phase {
                RunPhase::Answered if engine.is_checking_answer() => {}
                RunPhase::Answered if engine.answer_is_held_back() => {
                    return Err(Stop::Failed(Failure {
                        exit: Exit::Refused,
                        step: Step::Callback,
                        error: "the id_token beside the code failed a check".to_owned(),
                    }));
                }
                RunPhase::Answered => self.drive.command(Command::Exchange),
                RunPhase::Authorized => return Ok(()),
                phase => {
                    if let Some(failure) = self.failure(phase) {
                        return Err(Stop::Failed(failure));
                    }
                }
            }
        }
    }

    /// What a phase that cannot go on means to a script.
    fn failure(&self, phase: &RunPhase) -> Option<Failure> {
        let (exit, step, error) = match phase {
            RunPhase::ListenFailed(failure) => {
                let exit = match failure.kind {
                    BindFailureKind::NotListenable => Exit::Profile,
                    _ => Exit::Unreachable,
                };
                let error = format!("{} cannot be bound: {}", failure.address, failure.detail);
                (exit, Step::Consent, error)
            }
            RunPhase::TimedOut => (
                Exit::Refused,
                Step::Consent,
                "nobody answered in time".to_owned(),
            ),
            RunPhase::Refused => (Exit::Refused, Step::Callback, self.refusal()),
            RunPhase::ExchangeFailed(trouble) => {
                let exit = match trouble {
                    TokenTrouble::NoAnswer => Exit::Unreachable,
                    _ => Exit::Refused,
                };
                (exit, Step::Exchange, self.their_words(&trouble.note()))
            }
            RunPhase::IdTokenRefused => (
                Exit::Refused,
                Step::Token,
                "the id_token failed a check, its tokens are not used".to_owned(),
            ),
            _ => return None,
        };
        Some(Failure { exit, step, error })
    }

    /// Words of the provider, secrets masked: it may quote what it was given.
    fn their_words(&self, text: &str) -> String {
        self.drive.engine().mask().text(text, &[])
    }

    /// The provider's error code.
    fn refusal(&self) -> String {
        let answer = self.drive.engine().run().answer.as_ref();
        answer
            .and_then(|(answer, ..)| answer.error.as_deref())
            .map(|error| self.their_words(error))
            .unwrap_or_default()
    }

    /// Says once that the browser did not open.
    fn tell_browser(&mut self) {
        if self.browser_told {
            return;
        }
        if let Browser::Failed(reason) = &self.drive.engine().run().browser {
            self.browser_told = true;
            let words = format!("the browser did not open ({reason}): open the link yourself");
            self.report.talk(&words);
        }
    }

    /// Reports the hits that came since the last time; whether this run's answer is among them.
    fn tell_hits(&mut self) -> io::Result<bool> {
        let engine = self.drive.engine();
        let hits = &engine.run().hits;
        for hit in hits.iter().skip(self.hits_told) {
            self.hits_told += 1;
            if matches!(hit.verdict, Verdict::Captured | Verdict::Refused) {
                self.report
                    .callback(&hit.answer, hit.arrival, engine.mask())?;
                return Ok(true);
            }
            self.report.hit(hit, engine.record(hit.call))?;
        }
        Ok(false)
    }

    /// The token, what is worth knowing about it, and whether it is kept as the profile says.
    fn authorized(&mut self) -> io::Result<Exit> {
        let engine = self.drive.engine();
        let found = engine.findings(Timestamp::now(), Step::Token);
        let (held, wanted) = (engine.held().cloned(), engine.keep_tokens());
        findings::say(self.report.printer, &found);
        let Some(held) = held else {
            return Ok(Exit::Done);
        };
        let mut exit = Exit::Done;
        if let Some(trouble) = &held.trouble {
            self.report
                .talk(&format!("warning: the token is not kept: {trouble}"));
            exit = Exit::Profile;
        } else if wanted == KeepTokens::Memory {
            self.report.talk(&format!(
                "the profile keeps tokens in memory: put {KEEP_THEM} into it, and `token` and `request` can \
                 use them"
            ));
        }
        self.report.token(&held)?;
        Ok(exit)
    }

    /// The findings of the failed step, then the last line.
    fn failed(&mut self, failure: &Failure) -> io::Result<Exit> {
        let found = self.drive.engine().findings(Timestamp::now(), failure.step);
        if failure.step != Step::Link || !self.link_told {
            findings::say(self.report.printer, &found);
        }
        let leading = found.first().map(|finding| finding.rule);
        self.report.failed(failure.step, leading, &failure.error)?;
        Ok(failure.exit)
    }

    /// A signal came: the last line says at which step. An exchange under way burns the code, so its answer
    /// is waited for, if it is to be kept.
    async fn left(&mut self, signals: &mut Signals) -> io::Result<()> {
        let engine = self.drive.engine();
        if engine.is_unsettled() && engine.keep_tokens() != KeepTokens::Memory {
            self.report.talk(STILL_UNDER_WAY);
            tokio::select! {
                _ = tokio::time::timeout(LAST_ANSWER, self.drive.settle()) => {}
                _ = signals.next() => {}
            }
            if self.drive.engine().run().phase == RunPhase::Authorized {
                return self.authorized().map(drop);
            }
        }
        let step = self.drive.engine().current_step();
        self.report.failed(step, None, "interrupted")
    }

    /// Lets the browser show how it ended. One that brought its answer in a query or a fragment is sent on to a page of
    /// ours, which must still be there.
    async fn show_last_page(&mut self) {
        if matches!(
            self.drive.engine().run().answer,
            Some((_, Arrival::Query | Arrival::Fragment, _))
        ) {
            // A client that does not follow is no failure.
            let _ = tokio::time::timeout(LAST_PAGE, self.own_page_is_asked_for()).await;
        }
        self.drive.finish().await;
    }

    /// Waits for a hit on one of our own pages.
    async fn own_page_is_asked_for(&mut self) {
        let is_own_page = |hit: &Hit| hit.verdict == Verdict::OwnPage;
        while !self.drive.engine().run().hits.iter().any(is_own_page) {
            self.drive.step().await;
        }
    }
}
