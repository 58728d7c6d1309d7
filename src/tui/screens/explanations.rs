//! What happens in a step as it stands: a sentence or two for somebody who never did OAuth.
//!
//! Where nothing is said of a state, the step's own explanation holds.

use super::Scene;
use crate::core::oauth::callback::Verdict;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::token::id_token::Checked;

/// The explanation of a step in this state; `None` where the step's own holds. `the provider` stands for its
/// name.
pub(super) fn of_state(scene: &Scene<'_>, step: Step) -> Option<&'static str> {
    match step {
        Step::Link => link(scene),
        Step::Consent => consent(scene),
        Step::Callback => callback(scene),
        Step::Exchange => exchange(scene),
        Step::Token => token(scene),
        Step::Requests => requests(scene),
    }
}

fn link(scene: &Scene<'_>) -> Option<&'static str> {
    Some(match scene.engine.run().phase {
        RunPhase::Preparing(Missing::Sandbox) => {
            "A small Visma Connect starts on this machine. The link needs its address, and then leads your \
             browser there."
        }
        RunPhase::Preparing(Missing::Metadata) => {
            "The profile names only who the provider is. It is asked where its sign-in page is; the link leads \
             there."
        }
        RunPhase::Preparing(Missing::Field(_)) => {
            "The link says who asks and where the answer shall go. A part of that is not filled in yet, so \
             there is no link."
        }
        RunPhase::Preparing(Missing::Profile) | RunPhase::Ready => return None,
        _ => {
            "This link is out: the browser may have it. So it is frozen; another one needs a new run, with a \
             new state."
        }
    })
}

fn consent(scene: &Scene<'_>) -> Option<&'static str> {
    Some(match scene.engine.run().phase {
        RunPhase::TimedOut => {
            "Nothing came in time. Likely the browser shows an error page of the provider: then no answer is \
             ever sent to us. We still listen."
        }
        RunPhase::ListenFailed(_) => {
            "The browser will bring its answer to an address on this machine, and we cannot listen there. It \
             can still be pasted."
        }
        RunPhase::Stopped => {
            "You stopped waiting. An answer that comes now belongs to no run, and is told so."
        }
        RunPhase::Refused => "The user said no, or the provider did. Its answer is in step 3.",
        RunPhase::Answered
        | RunPhase::Exchanging(_)
        | RunPhase::ExchangeFailed(_)
        | RunPhase::CheckingIdToken
        | RunPhase::IdTokenRefused
        | RunPhase::Authorized => {
            "The user signed in at the provider and allowed it. The browser came back with the answer of step \
             3."
        }
        _ => return None,
    })
}

fn callback(scene: &Scene<'_>) -> Option<&'static str> {
    let run = scene.engine.run();
    let is_foreign = |verdict: &Verdict| {
        matches!(
            verdict,
            Verdict::StateMismatch | Verdict::StateMissing | Verdict::IssuerMismatch
        )
    };
    Some(match (&run.phase, run.hits.last()) {
        (RunPhase::Refused, _) => {
            "The browser brought no code but an error: the provider's own word for why not. Nothing was \
             granted, and nothing is lost: a new run asks again."
        }
        (RunPhase::Waiting | RunPhase::TimedOut, Some(hit)) if is_foreign(&hit.verdict) => {
            "Every run sends a state of its own and takes only the answer that carries it, from the provider \
             it asked. So nobody can slip in an answer from elsewhere."
        }
        (RunPhase::Answered, _) if run.answer_checked.as_ref().is_some_and(Checked::is_refused) => {
            "An id_token came beside the code and failed a check. The code may be somebody else's, so it is \
             not used."
        }
        _ => return None,
    })
}

fn exchange(scene: &Scene<'_>) -> Option<&'static str> {
    Some(match scene.engine.run().phase {
        RunPhase::Exchanging(_) => {
            "The code and the secret are on their way. The provider takes a code once, so this is never cut \
             off: the answer is kept when it comes."
        }
        RunPhase::ExchangeFailed(_) => {
            "The provider gave no tokens, and the code is spent with the try. Its answer has few words; the \
             rest is read from what this run sent."
        }
        RunPhase::CheckingIdToken | RunPhase::IdTokenRefused | RunPhase::Authorized => {
            "The provider took the code and gave tokens for it, from server to server: the browser never saw \
             them."
        }
        _ => return None,
    })
}

fn token(scene: &Scene<'_>) -> Option<&'static str> {
    let engine = scene.engine;
    match engine.run().phase {
        RunPhase::CheckingIdToken => {
            return Some(
                "The id_token says who signed in, and is signed. Before it is believed, the provider's public \
                 keys are fetched.",
            );
        }
        RunPhase::IdTokenRefused => {
            return Some(
                "The id_token says who signed in, and a check of it failed. Tokens that come with a lie are \
                 not used.",
            );
        }
        _ => {}
    }
    let held = engine.held()?;
    if engine.refreshing().is_some() {
        return Some(
            "The refresh token is shown to the provider, which gives a new access token, often a new refresh \
             token too. No browser has a part in it.",
        );
    }
    held.grant.is_spent(scene.now).then_some(
        "The access token has ended: the API refuses it from now on. A refresh token gets the next one; \
         without one, the user signs in again.",
    )
}

fn requests(scene: &Scene<'_>) -> Option<&'static str> {
    match scene.engine.step_state(Step::Requests) {
        StepState::Pending => Some(
            "Here the API is called with the access token. There is none yet: it comes with the steps before.",
        ),
        StepState::Failed => Some(
            "The API said no. First it checks the token, then whether it allows this, then whether the request \
             makes sense; the answer shows where it stopped.",
        ),
        _ => None,
    }
}
