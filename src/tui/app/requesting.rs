//! What is kept of requests: read when the program begins, written by a thread of its own, never waited for.

use super::world::perform;
use super::{App, Found, World};
use crate::core::dinero::draft::Draft;
use crate::core::dinero::drafts::{Change, Drafts as Typed};
use crate::core::dinero::saved::{Saved, name_of};
use crate::core::engine::message::Command;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::history::sent::SentId;
use crate::core::reader::ask::Ask;
use crate::core::wire::Body;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::edge::drafts::Drafts;
use crate::edge::requests::{Loaded, Requests, Said, Writer};
use crate::edge::saved::{Listed, SavedRequests};
use crate::tui::ui::drafting::Entry;
use crate::tui::ui::drafting::keeping::KeepRequest;
use jiff::Timestamp;

/// Most requests of the history that are read.
const MOST: usize = 2000;

/// Where requests and drafts are kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Those that were sent.
    pub requests: Requests,
    /// What was typed.
    pub drafts: Drafts,
}

impl Kept {
    /// Where this user's are.
    pub fn of_this_user() -> Self {
        Self {
            requests: Requests::of_this_user(),
            drafts: Drafts::of_this_user(),
        }
    }

    /// Nothing is kept.
    pub fn nowhere() -> Self {
        Self {
            requests: Requests::nowhere(),
            drafts: Drafts::nowhere(),
        }
    }
}

/// What came of reading and writing.
#[derive(Debug)]
pub(super) enum FoundRequests {
    /// What was sent and typed before the program began.
    Before(Loaded, Typed, Vec<String>),
    /// The saved requests of the profile of that name.
    Listed(String, Listed),
    /// A request was saved under that name, or not.
    Saved(String, Result<Option<String>, String>),
    /// The text of an answer.
    Body(SentId, Result<Vec<Visible>, String>),
    /// The text of an answer that the one which is shown is compared with.
    Compared(Option<String>),
    /// The writer says something.
    Said(Said),
}

impl App {
    /// Begins to read what was kept.
    pub(super) fn begin_requests(&mut self) {
        let mask = self.engine.mask().clone();
        let finder = self.finder.clone();
        let Kept { requests, drafts } = self.kept.clone();
        let mut writer = Writer::new(requests.clone(), drafts.clone(), mask, move |said| {
            let _ = finder.send(Found::Requests(FoundRequests::Said(said)));
        });
        writer.prune();
        self.writer = Some(writer);
        self.off(move || {
            let (typed, notices) = drafts.load();
            FoundRequests::Before(requests.load(MOST), typed, notices)
        });
    }

    /// Does something off this task.
    fn off(&self, work: impl FnOnce() -> FoundRequests + Send + 'static) {
        let finder = self.finder.clone();
        tokio::task::spawn_blocking(move || {
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::Requests(work()));
        });
    }

    /// Another profile is in use: its own requests are taken in hand.
    pub(super) fn follow_profile(&mut self) {
        let Some(profile) = self.engine.profile() else {
            return;
        };
        if self.ui.drafting.profile == profile.name {
            return;
        }
        let name = profile.name.clone();
        let typed: Vec<(Entry, Draft)> = self
            .typed
            .of_profile(&name)
            .map(|(of, draft)| (Entry::of(of), draft.clone()))
            .collect();
        self.ui.drafting.use_profile(&name, typed.into_iter());
        self.list_saved();
    }

    /// Where the saved requests of the profile in use are.
    fn saved_requests(&self) -> Option<SavedRequests> {
        let configuration = self
            .search
            .configuration
            .as_deref()
            .and_then(std::path::Path::parent);
        SavedRequests::of(self.engine.profile()?, configuration)
    }

    /// Lists the saved requests of the profile in use.
    fn list_saved(&self) {
        let name = self.ui.drafting.profile.clone();
        if let Some(saved) = self.saved_requests() {
            self.off(move || FoundRequests::Listed(name, saved.list()));
        }
    }

    /// Keeps what was answered.
    pub(super) fn keep_answer(&mut self) {
        let mut random = [0; 3];
        // Without randomness names of the same moment are told apart by the moment alone.
        let _ = getrandom::fill(&mut random);
        if let (Some(fresh), Some(writer)) =
            (self.engine.answered_request(random), self.writer.as_mut())
        {
            writer.keep(Box::new(fresh));
        }
    }

    /// Writes down what was typed since, and reads the answer that belongs to what is selected.
    pub(super) fn keep_typed(&mut self) {
        let touched = self.ui.drafting.take_touched();
        if touched.is_empty() {
            self.read_kept_answer();
            return;
        }
        let known = self.engine.secrets_of_run();
        let profile = self.ui.drafting.profile.clone();
        for (entry, draft) in touched {
            if let (Some(of), Some(writer)) = (entry.draft_of(), self.writer.as_mut()) {
                let known = known.clone();
                writer.draft(&profile, of, Change { draft, known });
            }
        }
    }

    /// Reads the text of the answer that is kept of the request selected.
    fn read_kept_answer(&mut self) {
        let Entry::Sent(id) = &self.ui.drafting.hand else {
            return;
        };
        let Some(sent) = self.ui.drafting.sent(id) else {
            return;
        };
        let id = sent.id.clone();
        if self
            .ui
            .drafting
            .kept
            .as_ref()
            .is_some_and(|(known, _)| *known == id)
        {
            return;
        }
        let why_not = sent.body.why_not().map(str::to_owned);
        let reading = Err("It is being read.".to_owned());
        self.ui.drafting.kept = Some((id.clone(), reading));
        let (requests, mask) = (self.kept.requests.clone(), self.engine.mask().clone());
        self.off(move || {
            let text = requests.body(&id);
            let lines = text.and_then(|text| {
                let gone = why_not.unwrap_or_else(|| "It is not kept.".to_owned());
                text.map(|text| laid_out(&text, &mask)).ok_or(gone)
            });
            FoundRequests::Body(id, lines)
        });
    }

    /// Reads the answer that is kept of a request, to compare the one that is shown with it.
    pub(super) fn compare_with_kept(&self, id: &str) {
        let Some(id) = SentId::read(id) else {
            return;
        };
        let requests = self.kept.requests.clone();
        self.off(move || FoundRequests::Compared(requests.body(&id).ok().flatten()));
    }

    /// Does what is asked on the disk.
    pub(super) fn keep(&mut self, what: KeepRequest) {
        let mask = self.engine.mask().clone();
        let known = self.engine.secrets_of_run();
        match what {
            KeepRequest::Pin(id, on) => {
                self.ui.drafting.pin(&id, on);
                if let Some(writer) = &mut self.writer {
                    writer.pin(id, on);
                }
            }
            KeepRequest::DeleteSent(id) => {
                self.ui.drafting.forget_sent(&id);
                if let Some(writer) = &mut self.writer {
                    writer.delete(id);
                }
            }
            KeepRequest::Create { title, draft } => {
                let Some(place) = self.saved_requests() else {
                    let text = "There is no folder to save requests in: no home folder is known";
                    self.ui.say(Timestamp::now(), text);
                    return;
                };
                let drafting = &self.ui.drafting;
                let saved = drafting
                    .all_saved()
                    .iter()
                    .map(|one| one.saved.name.as_str());
                let broken = drafting.broken.iter().map(|one| one.name.as_str());
                let taken: Vec<&str> = saved.chain(broken).collect();
                let name = name_of(&title, &taken);
                let saved = Saved {
                    name: name.clone(),
                    title,
                    note: String::new(),
                    draft: *draft,
                };
                self.off(move || {
                    let known: Vec<_> = known.iter().collect();
                    let kept = place.create(&saved, &mask, &known);
                    let kept = kept.map(|kept| hidden(&kept.hidden));
                    FoundRequests::Saved(name, kept.map_err(|trouble| trouble.to_string()))
                });
            }
            KeepRequest::Save {
                name,
                draft,
                version,
            } => {
                let before = self.ui.drafting.saved(&name).map(|one| one.saved.clone());
                if let (Some(place), Some(before)) = (self.saved_requests(), before) {
                    let saved = Saved {
                        draft: *draft,
                        ..before
                    };
                    self.off(move || {
                        let known: Vec<_> = known.iter().collect();
                        let kept = place.save(&saved, &version, &mask, &known);
                        let kept = kept.map(|kept| hidden(&kept.hidden));
                        FoundRequests::Saved(name, kept.map_err(|trouble| trouble.to_string()))
                    });
                }
            }
            KeepRequest::DeleteSaved(name, version) => {
                if let Some(place) = self.saved_requests() {
                    let profile = self.ui.drafting.profile.clone();
                    self.off(move || {
                        let mut listed = None;
                        if let Err(trouble) = place.delete(&name, &version) {
                            listed = Some(trouble.to_string());
                        }
                        let mut now = place.list();
                        now.trouble = listed.or(now.trouble);
                        FoundRequests::Listed(profile, now)
                    });
                }
            }
        }
    }

    /// Takes what was read or written.
    pub(super) fn found_requests(&mut self, world: &mut World, found: FoundRequests) {
        let now = Timestamp::now();
        self.changed = true;
        match found {
            FoundRequests::Before(loaded, typed, notices) => {
                self.ui.drafting.take_history(loaded.requests);
                self.typed = typed;
                // What was typed before is there also for the profile that is in use already.
                let name = self.ui.drafting.profile.clone();
                let typed = self.typed.of_profile(&name);
                let typed = typed.map(|(of, draft)| (Entry::of(of), draft.clone()));
                self.ui.drafting.remember(typed.collect());
                let notices = loaded
                    .trouble
                    .into_iter()
                    .chain(loaded.notices)
                    .chain(notices);
                if let Some(notice) = notices.into_iter().next() {
                    self.ui.say(now, notice);
                }
            }
            FoundRequests::Listed(profile, listed) => {
                if let Some(trouble) = listed.trouble {
                    self.ui.say(now, trouble);
                }
                if let Some(broken) = listed.broken.first() {
                    let why = broken.problems.first();
                    let why = why.map(|why| why.message.clone()).unwrap_or_default();
                    let place = broken.path.display();
                    self.ui
                        .say(now, format!("{place} is no saved request: {why}"));
                }
                if profile == self.ui.drafting.profile {
                    self.ui.drafting.take_saved(listed.requests, listed.broken);
                }
            }
            FoundRequests::Saved(name, Ok(hidden)) => {
                self.ui.drafting.was_saved(&name);
                let said = hidden.unwrap_or_default();
                self.ui.say(now, format!("Saved as {name}{said}"));
                self.list_saved();
            }
            FoundRequests::Body(id, lines) => {
                if self
                    .ui
                    .drafting
                    .kept
                    .as_ref()
                    .is_some_and(|(wanted, _)| *wanted == id)
                {
                    self.ui.drafting.kept = Some((id, lines));
                }
            }
            FoundRequests::Compared(None) => {
                self.ui
                    .say(now, "Its answer is no longer kept: choose another one");
            }
            FoundRequests::Compared(Some(text)) => {
                let asked = Ask::Compare(Body::text(&text));
                let command = Command::Request(RequestCommand::Read(asked));
                let effects = self.engine.command(now, command);
                perform(world, effects);
            }
            FoundRequests::Said(Said::Sent(sent)) => self.ui.drafting.was_sent(*sent),
            FoundRequests::Saved(_, Err(why)) | FoundRequests::Said(Said::Trouble(why)) => {
                self.ui.say(now, why);
            }
        }
    }
}

/// What is said of secrets in whose place a variable was written.
fn hidden(hidden: &[crate::core::dinero::saved::Hidden]) -> Option<String> {
    let names: Vec<String> = hidden
        .iter()
        .map(|one| format!("{{{{{}}}}}", one.variable))
        .collect();
    (!names.is_empty()).then(|| format!("; {} stands for what is secret", names.join(", ")))
}

/// The text of an answer in lines.
fn laid_out(text: &str, mask: &Mask) -> Vec<Visible> {
    crate::core::wire::body::lay_out(text.as_bytes(), mask).lines
}
