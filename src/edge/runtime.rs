//! Carries out effects and answers with events; the only place where tasks are spawned.
