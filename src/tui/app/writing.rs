//! A text is written to a file that the user named, off the UI task.

use super::{App, Found};
use crate::edge::export;
use crate::tui::ui::ticketing::Writing;
use jiff::Timestamp;

impl App {
    /// Writes it.
    pub(super) fn write_file(&self, writing: Writing) {
        let finder = self.finder.clone();
        tokio::task::spawn_blocking(move || {
            let written = export::write_new(&writing.path, &writing.text);
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::FileWritten(Box::new(writing), written));
        });
    }

    /// Says what became of it; what was typed is not lost.
    pub(super) fn file_written(&mut self, writing: &Writing, written: Result<(), String>) {
        let now = Timestamp::now();
        let path = &writing.path;
        match written {
            Ok(()) => self
                .ui
                .say(now, format!("Written to {path}, readable by you alone")),
            Err(reason) => self.ui.ask_for_path_again(now, writing, reason),
        }
    }
}
