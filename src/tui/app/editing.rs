//! While the user's editor has the terminal: nothing is read, nothing is drawn, everything else goes on.

use super::{App, Editing};
use crate::tui::ui::drafting::outside::Edited;
use jiff::Timestamp;
use std::io;

/// Who has the terminal.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The editor, while it has it.
    editing: Option<Editing>,
    /// Whether the screen is no longer what was drawn last.
    another_screen: bool,
    /// Whether an interrupt would be one that was meant for the editor. Ctrl-C in it interrupts every process of
    /// the terminal, and may be reported here after the editor has ended; on our own screens it is a key.
    deaf: bool,
}

impl Desk {
    /// The editor gets it.
    pub(super) fn lend(&mut self, editing: Editing) {
        *self = Self {
            editing: Some(editing),
            another_screen: true,
            deaf: true,
        };
    }

    /// Whether the editor has it.
    pub(super) fn is_lent(&self) -> bool {
        self.editing.is_some()
    }

    /// Waits for the end of the editor; where none is at work, for ever.
    pub(super) async fn ended(&mut self) -> io::Result<Edited> {
        let Some(editing) = &mut self.editing else {
            return std::future::pending().await;
        };
        let edited = editing.0.as_mut().await;
        self.editing = None;
        edited
    }

    /// Whether everything is to be drawn anew; asked once.
    pub(super) fn leaves_another_screen(&mut self) -> bool {
        std::mem::take(&mut self.another_screen)
    }

    /// Something was typed here.
    pub(super) fn hears_a_key(&mut self) {
        self.deaf = false;
    }

    /// Whether an interrupt is none of ours.
    pub(super) fn is_deaf(&self) -> bool {
        self.deaf
    }
}

impl App {
    /// Takes what came of the text.
    pub(super) fn edited(&mut self, edited: Edited) {
        self.dirty = true;
        self.ui.take_edited(Timestamp::now(), edited);
    }
}
