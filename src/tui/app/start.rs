//! What the loop begins with.

use super::requesting::Kept;
use crate::core::engine::Setup;
use crate::core::profile::Profile;
use crate::edge::archive::Archive;
use crate::edge::profiles::Search;
use crate::edge::vault::Vault;
use crate::tui::theme::Theme;

/// What the program opens with.
#[derive(Debug, Clone)]
pub struct Start {
    /// For the engine.
    pub setup: Setup,
    /// The profile.
    pub opening: Opening,
    /// Where profiles are looked for.
    pub search: Search,
    /// Where secrets are kept.
    pub vault: Vault,
    /// Where runs are kept.
    pub archive: Archive,
    /// Where requests are kept, and what was typed.
    pub kept: Kept,
    /// How roles look.
    pub theme: Theme,
    /// What is wrong with the settings.
    pub trouble: Option<String>,
}

/// The profile to open with.
#[derive(Debug, Clone)]
pub enum Opening {
    /// None: the user chooses.
    Choose,
    /// One that needs no disk.
    Profile(Box<Profile>),
    /// One to be looked for.
    Named(String),
}
