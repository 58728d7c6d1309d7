//! The link alone on the screen, for terminals whose clipboard cannot be reached: it is selected with the
//! mouse, which is left to the terminal meanwhile.

use super::Ui;
use super::act::Reaction;
use super::popup::Popup;
use crate::core::engine::Engine;
use crate::core::engine::message::Command;

impl Ui {
    /// Shows the link alone. The run begins with it, so that somebody listens when it is used.
    pub(super) fn open_link_alone(&mut self, engine: &Engine) -> Vec<Reaction> {
        self.popups.clear();
        self.popups.push(Popup::Link);
        let begin = Command::Begin {
            open_browser: false,
        };
        let begins = engine.allows(&begin).then_some(Reaction::Command(begin));
        begins.into_iter().collect()
    }

    /// Whether the link is alone on the screen.
    pub fn shows_link_alone(&self) -> bool {
        matches!(self.popups.last(), Some(Popup::Link))
    }
}
