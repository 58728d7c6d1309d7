//! Every fault of the sandbox, end to end: switched on, walked into, explained by its rule.

use dineroscope::cli::drive::Drive;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::{Command, Consent};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::fault::{FAULTS, Fault, FaultFacts};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::edge::profiles::built_in;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How long a walk may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// An engine on the embedded sandbox with these faults; its run waits for the answer.
async fn waiting(faults: Vec<Fault>) -> Drive {
    let setup = Setup {
        seed: [7; 32],
        // Only where nothing comes back is this waited out.
        consent_timeout: if faults.contains(&Fault::RedirectMismatch) {
            SignedDuration::from_secs(1)
        } else {
            SignedDuration::from_mins(1)
        },
        faults,
    };
    let mut drive = Drive::with(setup, |options| {
        options.http.answer = Duration::from_secs(1);
    });
    let profile = built_in("sandbox").unwrap().profile.unwrap();
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

/// Accepts in the user's place, and goes on as far as that step.
async fn walk(drive: &mut Drive, step: Step) {
    drive.command(Command::AnswerConsent(Consent::Accept));
    match step {
        Step::Link => {}
        Step::Consent => {
            until(drive, |engine| engine.run().phase == RunPhase::TimedOut).await;
        }
        Step::Callback => until(drive, |engine| !engine.run().hits.is_empty()).await,
        Step::Exchange | Step::Token | Step::Requests => {
            until(drive, |engine| engine.run().phase == RunPhase::Answered).await;
            drive.command(Command::Exchange);
            until(drive, |engine| {
                !matches!(engine.run().phase, RunPhase::Exchanging(_))
            })
            .await;
        }
    }
    if step == Step::Requests {
        drive.command(Command::Send(Call::new("GET", "/v1.1/organizations")));
        until(drive, |engine| engine.requests().answered.is_some()).await;
    }
}

/// The leading finding of the fault's step is the fault's rule.
async fn explained(row: &FaultFacts) {
    let mut drive = waiting(vec![row.fault]).await;
    walk(&mut drive, row.step).await;
    let found = drive.engine().findings(Timestamp::now(), row.step);
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
        explained(row).await;
    }
}

#[tokio::test]
async fn without_a_fault_none_of_their_rules_speaks() {
    let mut drive = waiting(Vec::new()).await;
    walk(&mut drive, Step::Requests).await;
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
