//! Reads, compares and deletes kept runs off this task: a folder may be on a disk that hangs.

use super::{App, Found, World};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::history::{KeptRun, RunId};
use crate::edge::archive::{Archive, Listed};
use crate::tui::action::Action;
use crate::tui::ui::act::Reaction;
use crate::tui::ui::runs::Compared;
use jiff::Timestamp;

/// What came of reading kept runs.
#[derive(Debug)]
pub(super) enum FoundRuns {
    /// What the folder holds.
    Listed(Listed),
    /// A run, to be looked at.
    Opened(Result<Box<KeptRun>, String>),
    /// A run, to be reported.
    ForReport(Result<Box<KeptRun>, String>),
    /// Two runs.
    Both(Result<Box<(KeptRun, KeptRun)>, String>),
    /// A run was deleted, or why not; what the folder holds then.
    Deleted(Result<(), String>, Listed),
}

impl App {
    /// The engine that is shown: of a kept run, where one is open.
    pub(super) fn shown(&self) -> &Engine {
        self.opened.as_deref().unwrap_or(&self.engine)
    }

    /// The moment that is shown: of a kept run the one it was last written at, so that what counted stands
    /// as it stood.
    pub(super) fn shown_at(&self) -> Timestamp {
        let kept = self.opened.as_ref().and_then(|engine| engine.kept_run());
        kept.map_or_else(Timestamp::now, |kept| kept.at)
    }

    /// Does what is asked of kept runs; what is none of it comes back.
    pub(super) fn on_runs(&mut self, reaction: Reaction) -> Option<Reaction> {
        match reaction {
            Reaction::ReadRuns => self.reading(|archive| FoundRuns::Listed(archive.list())),
            Reaction::OpenRun(id) => {
                self.reading(move |archive| FoundRuns::Opened(archive.open(&id).map(Box::new)));
            }
            Reaction::ReadForReport(id) => {
                self.reading(move |archive| FoundRuns::ForReport(archive.open(&id).map(Box::new)));
            }
            Reaction::CompareRuns(one, other) => self
                .reading(move |archive| FoundRuns::Both(both(archive, &one, &other).map(Box::new))),
            Reaction::DeleteRun(id) => self.reading(move |archive| {
                let deleted = archive.delete(&id);
                FoundRuns::Deleted(deleted, archive.list())
            }),
            Reaction::CloseRun => {
                self.opened = None;
                // What was said of the kept run is said there.
                self.ui.notice = None;
                self.changed = true;
                self.ui.step = self.engine.current_step();
                self.ui.show_runs();
                self.reading(|archive| FoundRuns::Listed(archive.list()));
            }
            other => return Some(other),
        }
        None
    }

    /// Reads off this task.
    fn reading(&self, read: impl FnOnce(&Archive) -> FoundRuns + Send + 'static) {
        let (archive, finder) = (self.archive.clone(), self.finder.clone());
        tokio::task::spawn_blocking(move || {
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::Runs(read(&archive)));
        });
    }

    /// Takes what was read.
    pub(super) fn found_runs(&mut self, found: FoundRuns) {
        self.changed = true;
        let now = Timestamp::now();
        match found {
            FoundRuns::Listed(listed) => self.ui.runs.take(listed),
            FoundRuns::Opened(Ok(kept)) => {
                let notice = kept.notices.first().cloned();
                let engine = Engine::opened(self.setup.clone(), *kept);
                let step = engine.current_step();
                self.opened = Some(Box::new(engine));
                self.ui.popups.clear();
                self.ui.show(step);
                let what = "A kept run, as it stood; esc leads back";
                let text =
                    notice.map_or_else(|| what.to_owned(), |notice| format!("{what}. {notice}"));
                self.ui.say(now, text);
            }
            FoundRuns::ForReport(Ok(kept)) => self.ui.offer_report(*kept),
            FoundRuns::Both(Ok(both)) => {
                let (one, other) = *both;
                let compared = Compared::of(one, other, self.engine.mask());
                self.ui.runs.compared = Some(Box::new(compared));
                self.ui.focus = crate::tui::ui::Focus::Button;
                let at = self.ui.at();
                self.ui.scroll[at] = 0;
            }
            FoundRuns::Opened(Err(reason))
            | FoundRuns::ForReport(Err(reason))
            | FoundRuns::Both(Err(reason)) => self.ui.say(now, reason),
            FoundRuns::Deleted(deleted, listed) => {
                self.ui.runs.take(listed);
                let text = deleted.err().unwrap_or_else(|| "Deleted".to_owned());
                self.ui.say(now, text);
            }
        }
    }

    /// While a kept run is shown, what is asked of the running one closes it, and is asked there.
    pub(super) fn leaves_kept_run(&mut self, world: &mut World, reaction: &Reaction) -> bool {
        if self.opened.is_none() {
            return false;
        }
        let again = match reaction {
            Reaction::Quit => Action::Quit,
            Reaction::UseProfile(name) => Action::UseProfile(name.clone()),
            Reaction::Command(Command::UseProfile(_)) => return false,
            Reaction::Command(_) => {
                self.ui
                    .say(Timestamp::now(), "A kept run only shows; esc leads back");
                return true;
            }
            _ => return false,
        };
        self.opened = None;
        self.ui.notice = None;
        self.ui.step = self.engine.current_step();
        self.act(world, again);
        true
    }
}

/// Two runs. Blocking.
fn both(archive: &Archive, one: &RunId, other: &RunId) -> Result<(KeptRun, KeptRun), String> {
    Ok((archive.open(one)?, archive.open(other)?))
}
