//! Explains a text off this task: a HAR file of megabytes takes its time.

use super::{App, Found};
use crate::tui::ui::pasting::{Explained, Inquiry};
use jiff::Timestamp;

impl App {
    /// Explains a text, compared with the profile in use where that is wished.
    pub(super) fn explain(&self, inquiry: Inquiry) {
        let profile = self.engine.profile().cloned();
        let (mask, finder) = (self.engine.mask().clone(), self.finder.clone());
        tokio::task::spawn_blocking(move || {
            let explained = Explained::of(&inquiry, profile.as_ref(), &mask, Timestamp::now());
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::Explained(Box::new(explained)));
        });
    }

    /// Shows what was found in a text.
    pub(super) fn explained(&mut self, explained: Explained) {
        self.changed = true;
        self.ui.pasted.take(explained);
    }
}
