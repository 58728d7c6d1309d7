//! Every fault of the sandbox, end to end: switched on, walked into, explained by its rule.

use dineroscope::cli::drive::Drive;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::{Command, Consent, Prompt};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::fault::{FAULTS, Fault, FaultFacts, Place};
use dineroscope::core::oauth::endpoint::Inquiry;
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::{Endpoints, Provider, ResponseType};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::edge::profiles::built_in;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How long a walk may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every user may call.
const ORGANIZATIONS: &str = "/v1.1/organizations";

/// A call within a company.
const CONTACTS: &str = "/v2/410233/contacts";

/// An engine on the embedded sandbox with these faults; its run waits for the answer.
async fn waiting(faults: Vec<Fault>) -> Drive {
    let setup = Setup {
        seed: [7; 32],
        // Only where nothing comes back is this waited out.
        consent_timeout: if faults
            .iter()
            .any(|fault| fault.facts().step == Step::Consent)
        {
            SignedDuration::from_secs(1)
        } else {
            SignedDuration::from_mins(1)
        },
        faults: faults.clone(),
        marks: None,
    };
    // Only where nothing is answered is this waited out.
    let answer = if faults.contains(&Fault::SlowToken) {
        1
    } else if faults.contains(&Fault::ApiSlow) {
        // On a busy machine a key takes a while to make.
        6
    } else {
        30
    };
    let mut drive = Drive::with(setup, |options| {
        options.http.answer = Duration::from_secs(answer);
    });
    let mut profile = built_in("sandbox").unwrap().profile.unwrap();
    let about_identity = |fault: &Fault| {
        let facts = fault.facts();
        facts.rule.starts_with("id-token") || facts.name.starts_with("userinfo")
    };
    if faults.contains(&Fault::RefreshOtherUser) || faults.iter().any(about_identity) {
        // Only an id_token says who it is about.
        profile.scopes.push("openid".to_owned());
    }
    if faults.contains(&Fault::CodeHash) {
        profile.authorize.response_type = ResponseType::CodeIdToken;
    }
    drive.command(Command::UseProfile(Box::new(profile)));
    until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
    drive.command(Command::Begin {
        open_browser: false,
    });
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive
}

/// Steps until something holds.
async fn until(drive: &mut Drive, holds: impl Fn(&Engine) -> bool) {
    let stepping = async {
        while !holds(drive.engine()) {
            drive.step().await;
        }
    };
    let arrived = tokio::time::timeout(PATIENCE, stepping).await;
    assert!(
        arrived.is_ok(),
        "stuck in {:?}, after {:#?}",
        drive.engine().run().phase,
        drive.engine().transcript()
    );
}

/// Refreshes the grant that has come, and waits for the end of it.
async fn refresh(drive: &mut Drive) {
    drive.command(Command::Refresh { anyway: false });
    until(drive, |engine| {
        engine.held().is_some_and(|held| held.refresh.is_some())
    })
    .await;
}

/// Asks the endpoint at which a fault strikes, and waits for the end of it.
async fn inquire(drive: &mut Drive, fault: Fault) {
    let inquiry = match fault {
        Fault::UserinfoOtherUser | Fault::UserinfoRefused => Inquiry::USERINFO,
        Fault::IntrospectionRefused => Inquiry::introspection(TokenKind::Access),
        _ => Inquiry::revocation(TokenKind::Refresh),
    };
    drive.command(Command::Inquire(inquiry));
    until(drive, |engine| engine.inquiring().is_none()).await;
}

/// Accepts in the user's place, and goes on as far as that step.
async fn walk(drive: &mut Drive, step: Step) {
    drive.command(Command::AnswerConsent(Consent::Accept));
    match step {
        Step::Link => {}
        Step::Consent => {
            until(drive, |engine| engine.run().phase == RunPhase::TimedOut).await;
        }
        Step::Callback => {
            until(drive, |engine| {
                let run = engine.run();
                let hybrid = run
                    .answer
                    .as_ref()
                    .is_some_and(|(it, ..)| it.id_token.is_some());
                // What came with the code is checked with keys that have to be fetched.
                (!run.hits.is_empty() || run.answer.is_some())
                    && (!hybrid || run.answer_checked.is_some())
            })
            .await;
        }
        Step::Exchange | Step::Token | Step::Requests => {
            until(drive, |engine| engine.run().phase == RunPhase::Answered).await;
            drive.command(Command::Exchange);
            until(drive, |engine| {
                !matches!(
                    engine.run().phase,
                    RunPhase::Exchanging(_) | RunPhase::CheckingIdToken
                )
            })
            .await;
        }
    }
}

/// An engine with a profile that names only the issuer, which is the sandbox with that fault.
async fn discovering(fault: Fault) -> Drive {
    let mut drive = waiting(vec![fault]).await;
    let known = drive.engine().profile().unwrap().clone();
    let mut profile = known.clone();
    profile.provider = Provider {
        preset: None,
        authorize_url: String::new(),
        token_url: String::new(),
        endpoints: Endpoints::default(),
        ..known.provider
    };
    drive.command(Command::UseProfile(Box::new(profile)));
    until(&mut drive, |engine| engine.metadata_trouble().is_some()).await;
    drive
}

/// Calls the API, and waits for the end of it.
async fn call(drive: &mut Drive, path: &str) {
    let before = drive.engine().requests().answered;
    drive.command(Command::Send(Call::new("GET", path)));
    until(drive, |engine| engine.requests().answered != before).await;
}

/// Pastes what a person reads on the page at which the browser stopped.
async fn paste_page(drive: &mut Drive) {
    let link = drive.engine().run().link.clone();
    let page = tokio::task::spawn_blocking(move || crate::browser::visit(&link).page);
    let page = page.await.unwrap();
    let body = page.split("<h1>").nth(1).unwrap();
    let mut text = String::new();
    for piece in body.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, words)| words));
        text.push('\n');
    }
    drive.command(Command::PasteAnswer(Secret::new(text)));
}

/// The leading finding of the fault's step is the fault's rule.
async fn explained(row: &FaultFacts) {
    let mut drive = if row.place == Place::Metadata {
        Box::pin(discovering(row.fault)).await
    } else {
        let mut drive = waiting(vec![row.fault]).await;
        walk(&mut drive, row.step).await;
        drive
    };
    match row.place {
        Place::Refresh => refresh(&mut drive).await,
        Place::Endpoints => inquire(&mut drive, row.fault).await,
        Place::Api => {
            let within = row.breaks.contains("company") && row.fault != Fault::ApiNoOrganizations;
            let path = if within { CONTACTS } else { ORGANIZATIONS };
            call(&mut drive, path).await;
        }
        Place::Metadata | Place::Authorize | Place::Exchange | Place::Tokens => {}
    }
    if row.name.starts_with("page-") {
        paste_page(&mut drive).await;
    }
    let now = match (row.fault, drive.engine().grant()) {
        // However slow this machine is.
        (Fault::TokenShortLived, Some(grant)) => grant.obtained_at,
        _ => Timestamp::now(),
    };
    let found = drive.engine().findings(now, row.step);
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        rules.first(),
        Some(&row.rule),
        "{} is explained by {rules:?}, after {:#?}",
        row.name,
        drive.engine().transcript()
    );
}

#[tokio::test]
async fn each_is_explained_by_its_rule() {
    for row in &FAULTS {
        Box::pin(explained(row)).await;
    }
}

#[tokio::test]
async fn without_a_fault_none_of_their_rules_speaks() {
    let mut drive = waiting(Vec::new()).await;
    walk(&mut drive, Step::Requests).await;
    call(&mut drive, CONTACTS).await;
    let engine = drive.engine();
    assert_eq!(engine.run().phase, RunPhase::Authorized);
    for row in &FAULTS {
        let found = engine.findings(Timestamp::now(), row.step);
        assert!(
            found.iter().all(|finding| finding.rule != row.rule),
            "{found:?}"
        );
    }
}

/// Calls that no server has to be wrong for, and the rule that explains what the sandbox says to each.
const MISTAKES: [(&str, &str); 9] = [
    ("/v2/contacts", "api-organization-missing"),
    ("/v2/acme/contacts", "api-organization-missing"),
    ("/v2/999999/contacts", "api-organization-unknown"),
    ("/v2/410233/contacts?pageSize=2000", "api-page-size"),
    (
        "/v2/410233/contacts?queryFilter=Name+is+Acme",
        "api-query-filter",
    ),
    ("/v1/410233/invoices?startDate=2026-02-01", "api-date-range"),
    (
        "/v1/410233/invoices?startDate=01.02.2026&endDate=01.03.2026",
        "api-date-range",
    ),
    ("/v2/410233/kontakter", "api-wrong-path"),
    (
        "/v1/410233/contacts/00000000-0000-0000-0000-000000000000",
        "api-not-found",
    ),
];

#[tokio::test]
async fn what_a_user_gets_wrong_about_a_call_is_explained_too() {
    let mut drive = waiting(Vec::new()).await;
    walk(&mut drive, Step::Requests).await;
    call(&mut drive, ORGANIZATIONS).await;
    for (path, rule) in MISTAKES {
        call(&mut drive, path).await;
        let found = drive.engine().findings(Timestamp::now(), Step::Requests);
        let names: Vec<_> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(names.first(), Some(&rule), "{path}: {names:?}");
    }
}

#[tokio::test]
async fn several_at_once_are_told_in_the_order_in_which_they_strike() {
    let mut on = vec![Fault::ApiSlow, Fault::ApiNoPro, Fault::Api500];
    on.extend([
        Fault::ClockBehind,
        Fault::NoRefreshToken,
        Fault::ScopeNarrowed,
    ]);
    let mut drive = waiting(on).await;
    walk(&mut drive, Step::Token).await;
    let leading = |drive: &Drive, step: Step| -> Vec<&str> {
        let found = drive.engine().findings(Timestamp::now(), step);
        found.iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(
        leading(&drive, Step::Token),
        ["scope-narrowed", "refresh-token-missing", "clock-skew"]
    );
    call(&mut drive, CONTACTS).await;
    assert_eq!(leading(&drive, Step::Requests), ["network-timeout"]);
    // A refused exchange leaves nothing for the others to spoil.
    let mut drive = waiting(vec![Fault::TokenNotBearer, Fault::InvalidTenant]).await;
    walk(&mut drive, Step::Token).await;
    assert_eq!(leading(&drive, Step::Exchange), ["invalid-tenant"]);
}

#[tokio::test]
async fn what_is_switched_strikes_the_running_sandbox_at_once() {
    let mut drive = waiting(vec![Fault::Api500]).await;
    walk(&mut drive, Step::Token).await;
    for (switched, status) in [
        (None, 500),
        (Some(Fault::Api500), 200),
        (Some(Fault::Api404), 404),
    ] {
        if let Some(fault) = switched {
            drive.command(Command::SwitchFault(fault));
        }
        let former = drive.engine().requests().answered;
        drive.command(Command::Send(Call::new("GET", ORGANIZATIONS)));
        until(&mut drive, |engine| {
            engine.requests().answered != former && engine.requests().sending.is_none()
        })
        .await;
        let record = drive.engine().transcript().last().unwrap();
        assert_eq!(record.outcome.response().unwrap().status, status);
    }
    assert_eq!(drive.engine().faults(), Some(&[Fault::Api404][..]));
}

#[tokio::test]
async fn a_dropped_refresh_leaves_the_grant_unsettled_and_a_second_one_proves_it() {
    let mut drive = waiting(vec![Fault::RefreshDropped]).await;
    walk(&mut drive, Step::Token).await;
    refresh(&mut drive).await;
    let rules = |drive: &Drive| -> Vec<&str> {
        let found = drive.engine().findings(Timestamp::now(), Step::Token);
        found.iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(&drive), ["network-reset", "refresh-outcome-unknown"]);
    let first = drive.engine().transcript().len();
    drive.command(Command::Refresh { anyway: true });
    until(&mut drive, |engine| engine.transcript().len() > first).await;
    assert_eq!(rules(&drive), ["refresh-token-reuse"]);
}

#[tokio::test]
async fn a_spent_token_is_refreshed_before_a_call() {
    let mut drive = waiting(Vec::new()).await;
    walk(&mut drive, Step::Token).await;
    let refresh_token = drive.engine().grant().unwrap().refresh_token.clone();
    // A refresh token alone is spent from the start, whatever the clock says.
    let own = refresh_token.clone().unwrap();
    drive.command(Command::ImportToken(TokenKind::Refresh, own));
    drive.command(Command::Send(Call::new("GET", "/v1.1/organizations")));
    until(&mut drive, |engine| engine.requests().answered.is_some()).await;
    let engine = drive.engine();
    assert_ne!(engine.grant().unwrap().refresh_token, refresh_token);
    assert_eq!(engine.requests().organizations.len(), 4);
}

#[tokio::test]
async fn who_signs_in_again_is_somebody_else() {
    for prompt in [Prompt::SelectAccount, Prompt::Login] {
        let mut drive = waiting(Vec::new()).await;
        walk(&mut drive, Step::Token).await;
        let first = drive.engine().grant().unwrap().subject();
        drive.command(Command::SignInAgain(prompt));
        drive.command(Command::Begin {
            open_browser: false,
        });
        until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
        walk(&mut drive, Step::Token).await;
        let engine = drive.engine();
        assert_eq!(engine.grants().len(), 2, "side by side");
        assert!(first.is_some());
        assert_ne!(engine.grant().unwrap().subject(), first, "{prompt:?}");
    }
}
