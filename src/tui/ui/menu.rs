//! What the lists among the popups offer: commands, texts to copy, organizations.
//!
//! Rows are made anew from the engine whenever they are drawn or chosen from, so a list never offers what
//! is no longer so.

mod profiles;

use super::act::{Stage, focused_grant, has_secret};
use super::drafting::picking;
use super::inquiring;
use super::popup::Popup;
use super::ticketing;
use super::viewing;
use super::{Screen, Ui};
use crate::core::engine::Engine;
use crate::core::engine::message::{Command, Prompt};
use crate::core::fault::FAULTS;
use crate::core::oauth::endpoint::Endpoint;
use crate::core::oauth::preflight::{Landing, Preflight, PreflightResult};
use crate::core::oauth::{STEPS, Step};
use crate::core::profile::{KeepTokens, ResponseMode};
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::Drafting;
use crate::tui::action::{Action, Choosing, Place, Question};
use crate::tui::keymap::{self, Situation};
use crate::tui::pane::Mark;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuRow {
    /// Its glyph.
    pub mark: Mark,
    /// What it says.
    pub text: Visible,
    /// At its right end.
    pub right: Visible,
    /// What choosing it does; a row without is only read.
    pub action: Option<Action>,
}

/// The rows of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Menu {
    /// All of them.
    pub rows: Vec<MenuRow>,
}

impl Menu {
    /// Those that can be chosen.
    pub fn choices(&self) -> impl Iterator<Item = &MenuRow> {
        self.rows.iter().filter(|row| row.action.is_some())
    }

    /// Adds a row that can be chosen.
    pub(super) fn choice(
        &mut self,
        text: impl Into<Visible>,
        right: impl Into<Visible>,
        action: Action,
    ) {
        self.rows.push(MenuRow {
            mark: Mark::None,
            text: text.into(),
            right: right.into(),
            action: Some(action),
        });
    }

    /// Marks the row added last as the present one, where it is.
    pub(super) fn mark_if(&mut self, is_present: bool) {
        if let Some(row) = self.rows.last_mut().filter(|_| is_present) {
            row.mark = Mark::Ok;
        }
    }

    /// Adds a row that is only read.
    pub(super) fn note(&mut self, mark: Mark, text: impl Into<Visible>) {
        self.rows.push(MenuRow {
            mark,
            text: text.into(),
            right: Visible::default(),
            action: None,
        });
    }
}

/// The rows of the popup in front; empty when it is no list.
pub fn rows(ui: &Ui, stage: &Stage<'_>) -> Menu {
    match ui.popups.last() {
        Some(Popup::Palette { filter, .. }) => palette(ui, stage, &filter.lines().concat()),
        Some(Popup::CopyMenu { .. }) if ui.screen == Screen::Profiles => {
            profiles::profile_copies(ui)
        }
        Some(Popup::CopyMenu { .. }) => copies(ui, stage),
        Some(Popup::Organizations { .. }) => organizations(stage),
        Some(Popup::Faults { .. }) => faults(stage),
        Some(Popup::Choose { what, .. }) => choices(ui, *what, stage),
        Some(Popup::TokenKind { token, .. }) => token_kinds(token),
        Some(Popup::Pick { what, .. }) => picking::rows(ui, what, stage),
        _ => Menu::default(),
    }
}

/// Every command that would do something now and holds all the words typed.
fn palette(ui: &Ui, stage: &Stage<'_>, filter: &str) -> Menu {
    let mut menu = Menu::default();
    let filter = filter.to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let situation = Situation {
        engine: stage.engine,
        ui,
        popup: None,
        has_secret: has_secret(stage.areas),
        on_grant: focused_grant(ui, stage.areas).is_some(),
        now: stage.now,
    };
    for binding in keymap::applicable(&situation).filter(|binding| binding.is_command()) {
        let text = match binding.action {
            Action::Show(step) => {
                format!("show step {} {}", step.number(), STEPS[step as usize].name)
            }
            _ => binding.label.to_owned(),
        };
        if words.iter().all(|word| text.to_lowercase().contains(word)) {
            menu.choice(text, binding.key_names(), binding.action.clone());
        }
    }
    if ui.screen == Screen::Step {
        for (text, step, action) in rows_by_name(stage.engine) {
            let lowercase = text.to_lowercase();
            if words.iter().all(|word| lowercase.contains(word)) {
                menu.choice(text, format!("step {}", step.number()), action);
            }
        }
    }
    menu
}

/// What has no key but a row of its own, which may be folded away or further down: by name it is found.
fn rows_by_name(engine: &Engine) -> Vec<(&'static str, Step, Action)> {
    let mut rows = Vec::new();
    let has_sets = engine
        .profile()
        .is_some_and(|profile| !profile.scope_sets.is_empty());
    if has_sets && engine.allows(&Command::UseScopeSet(None)) {
        let action = Action::Open(Place::ScopeSets);
        rows.push(("choose the scope set", Step::Link, action));
    }
    if engine.held().is_some() && engine.allows(&Command::SignInAgain(Prompt::Login)) {
        let action = Action::Choose(Choosing::SignIn);
        rows.push(("sign in as somebody else", Step::Token, action));
    }
    let by_query = Command::UseResponseMode(ResponseMode::Query);
    if engine.allows(&by_query) {
        let action = Action::UseResponseMode(ResponseMode::Query);
        rows.push((
            "ask by query, so that the address can be pasted",
            Step::Link,
            action,
        ));
    }
    if engine.allows(&Command::NewRunAsChanged) {
        let action = Action::Engine(Command::NewRunAsChanged);
        rows.push(("new run, changed in the same way", Step::Link, action));
    }
    let any = Command::ImportToken(TokenKind::Access, Secret::new(""));
    if engine.allows(&any) {
        let action = Action::Ask(Question::Token);
        rows.push(("use a token I have", Step::Token, action));
    }
    if engine.held().is_some() && engine.allows(&Command::KeepTokens(KeepTokens::Memory)) {
        let action = Action::Choose(Choosing::Keep);
        rows.push(("choose where tokens are kept", Step::Token, action));
    }
    if let Some(held) = engine.held()
        && engine.allows(&Command::ForgetGrant(held.id.clone()))
    {
        let action = Action::ForgetGrant(held.id.clone());
        rows.push(("forget this grant", Step::Token, action));
    }
    rows
}

/// What can be copied; secrets last, each on a line of its own.
fn copies(ui: &Ui, stage: &Stage<'_>) -> Menu {
    let engine = stage.engine;
    let run = engine.run();
    let mut menu = Menu::default();
    let reads = ui.drafts() && ui.reads(ui.answer_tab(engine, stage.now)).is_some();
    if reads {
        viewing::menus::copies(stage, &mut menu);
    }
    let characters = |text: &str| format!("{} characters", text.chars().count());
    if stage.areas.has_requests {
        let copy = Action::Drafting(Drafting::CopyCode);
        menu.choice("the request as code", ui.drafting.language.name(), copy);
    }
    if !run.link.is_empty() {
        menu.choice("the link", characters(&run.link), Action::CopyLink);
        menu.choice(
            "the link alone on the screen, for the mouse",
            "Y",
            Action::Open(Place::Link),
        );
    }
    let mut plain = |what: &'static str, text: String| {
        if !text.is_empty() {
            let right = characters(&text);
            menu.choice(what, right, Action::Copy { text, what });
        }
    };
    plain("the redirect URI", run.redirect_uri.clone());
    plain("the state", run.fresh.state.clone());
    if let Some(Preflight {
        result: PreflightResult::Landed(Landing::ErrorPage { id: Some(id), .. }),
        ..
    }) = &run.preflight
    {
        plain("the errorId of preflight", id.clone());
    }
    if let Some(request) = engine.exchange_request() {
        plain(
            "the token request, masked",
            joined(&engine.mask().request_lines(&request)),
        );
    }
    // Of a kept run only the marks are there.
    let is_kept = engine.kept_run().is_some();
    let mut secret = |what: &'static str, secret: Option<&crate::core::secret::Secret>| {
        if let Some(secret) = secret.filter(|_| !is_kept) {
            let shown = engine.mask().fact(secret);
            let text = secret.expose().to_owned();
            menu.choice(
                format!("{what}: the secret itself"),
                shown,
                Action::Copy { text, what },
            );
        }
    };
    secret(
        "the code",
        run.answer
            .as_ref()
            .and_then(|(answer, ..)| answer.code.as_ref()),
    );
    secret("the code verifier", run.fresh.verifier.as_ref());
    if let Some(grant) = engine.grant() {
        secret("the access token", Some(&grant.access_token));
        secret("the refresh token", grant.refresh_token.as_ref());
        secret("the id token", grant.id_token.as_ref());
    }
    if let Some(renewal) = engine.held().and_then(|held| held.renewal.as_ref()) {
        let old = &renewal.old;
        secret("the access token before", Some(&old.access_token));
        secret("the refresh token before", old.refresh_token.as_ref());
    }
    if menu.rows.is_empty() {
        menu.note(Mark::Note, "Nothing can be copied yet");
    }
    menu
}

/// Lines as one text.
fn joined(lines: &[Visible]) -> String {
    let lines: Vec<&str> = lines.iter().map(Visible::as_str).collect();
    lines.join("\n")
}

/// The values of a choice, the present one marked.
fn choices(ui: &Ui, what: Choosing, stage: &Stage<'_>) -> Menu {
    let mut menu = Menu::default();
    match what {
        Choosing::Keep => {
            let now = stage.engine.held().map(|held| held.keep);
            for keep in KeepTokens::ALL {
                let right = match keep {
                    KeepTokens::Memory => "gone when you quit",
                    KeepTokens::Keyring => "kept by the system, locked with your session",
                    KeepTokens::File => "in a file that only you can read (0600)",
                };
                menu.choice(keep.name(), right, Action::Keep(keep));
                menu.mark_if(now == Some(keep));
            }
            menu.note(
                Mark::Note,
                "Grants of this profile that are held now move there, those to come go there.",
            );
        }
        Choosing::SignIn => {
            for (prompt, text) in [
                (Prompt::SelectAccount, "choose another account"),
                (Prompt::Login, "sign in anew"),
            ] {
                let right = format!("prompt={}", prompt.name());
                menu.choice(text, right, Action::SignInAgain(prompt));
            }
            menu.note(
                Mark::Note,
                "A new run begins; the grant that is there stays among the others.",
            );
        }
        Choosing::Revocation => {
            inquiring::choices(stage.engine, Endpoint::Revocation, &mut menu);
        }
        Choosing::Introspection => {
            inquiring::choices(stage.engine, Endpoint::Introspection, &mut menu);
        }
        Choosing::Field(key) => profiles::field_choices(ui, key, &mut menu),
        Choosing::Secret => profiles::secret_choices(ui, &mut menu),
        Choosing::ScopeSet => profiles::scope_sets(stage, &mut menu),
        Choosing::Ticket => ticketing::choices(ui, stage, &mut menu),
        Choosing::Report => super::runs::choices(ui, stage, &mut menu),
        Choosing::Columns => viewing::menus::columns(ui, stage, &mut menu),
        Choosing::Comparison => viewing::menus::comparisons(ui, stage, &mut menu),
    }
    menu
}

/// What a token can be.
fn token_kinds(token: &Secret) -> Menu {
    let mut menu = Menu::default();
    let import = |kind| Action::Engine(Command::ImportToken(kind, token.clone()));
    menu.choice(
        "an access token",
        "goes to the API as it is",
        import(TokenKind::Access),
    );
    menu.choice(
        "a refresh token",
        "gets an access token first",
        import(TokenKind::Refresh),
    );
    menu.note(
        Mark::Note,
        "Its look does not tell: it is neither a JWT nor like the provider's refresh tokens.",
    );
    menu
}

/// Every way in which the embedded sandbox can fail, by where it strikes; below each what it breaks.
fn faults(stage: &Stage<'_>) -> Menu {
    let on = stage.engine.faults().unwrap_or_default();
    let mut menu = Menu::default();
    let (mark, said) = match on.len() {
        0 => (Mark::Note, "None is on.".to_owned()),
        1 => (
            Mark::Warning,
            "1 is on, until you switch it off.".to_owned(),
        ),
        many => (
            Mark::Warning,
            format!("{many} are on, until you switch them off."),
        ),
    };
    menu.note(mark, said);
    let mut place = None;
    for row in &FAULTS {
        if place.replace(row.place) != Some(row.place) {
            menu.rows.push(MenuRow {
                mark: Mark::None,
                text: row.place.title().into(),
                right: "explained by".into(),
                action: None,
            });
        }
        let check = if on.contains(&row.fault) {
            "[x]"
        } else {
            "[ ]"
        };
        let switch = Action::Engine(Command::SwitchFault(row.fault));
        menu.choice(format!("{check} {}", row.name), row.rule, switch);
        menu.note(Mark::None, row.breaks);
    }
    menu
}

/// The user's companies.
fn organizations(stage: &Stage<'_>) -> Menu {
    let requests = stage.engine.requests();
    let mut menu = Menu::default();
    for organization in &requests.organizations {
        let pro = match organization.pro {
            Some(true) => "Pro",
            Some(false) => "no Pro: calls 403",
            None => "",
        };
        let right = [
            organization.id.as_str(),
            organization.role.as_deref().unwrap_or_default(),
            pro,
        ];
        let right: Vec<&str> = right.into_iter().filter(|part| !part.is_empty()).collect();
        let right = Visible::of(&right.join("  "));
        let command =
            crate::core::engine::message::Command::ChooseOrganization(organization.id.clone());
        menu.choice(&organization.name, right, Action::Engine(command));
        if requests.organization.as_ref() == Some(&organization.id)
            && let Some(row) = menu.rows.last_mut()
        {
            row.mark = Mark::Ok;
        }
    }
    menu
}
