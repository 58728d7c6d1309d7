//! The authorization-code flow (RFC 6749 4.1) as values: link, answer, grant, and the run they make.

pub mod callback;
pub mod changes;
pub mod endpoint;
pub mod flow;
pub mod grant;
pub mod held;
pub mod link;
pub mod metadata;
pub mod pkce;
pub mod preflight;
pub mod refresh;
pub mod row_changes;
pub mod surroundings;

pub use flow::{Run, RunPhase, STEPS, Step, StepState};
