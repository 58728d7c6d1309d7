//! Step 6: requests as the user has them in hand, with the files that go along.

use super::message::Effect;
use super::message::requests::{RequestCommand, RequestEffect, RequestEvent};
use super::requests::page_in;
use super::{Engine, Requests};
use crate::core::dinero::call::Call;
use crate::core::dinero::catalogue::Operation;
use crate::core::dinero::draft::{Draft, DraftBody, Made, Unmade};
use crate::core::dinero::upload::Upload;
use crate::core::dinero::variables::BuiltIns;
use crate::core::history::sent::{Fresh, SentId};
use crate::core::wire::CallId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Longest body that is looked into for a preview, which is made with every frame.
const PREVIEWED: usize = 256 * 1024;

/// A call that waits until the file it takes along is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Names the reading.
    pub call: CallId,
    /// What is sent with it.
    made: Call,
    /// Where the file is.
    pub path: String,
}

impl Requests {
    /// Whether something is under way: a call, or what comes before or after it.
    pub fn is_busy(&self) -> bool {
        self.sending.is_some()
            || self.waiting.is_some()
            || self.reading.is_some()
            || self.retry.is_some()
            || self
                .gathering
                .as_ref()
                .is_some_and(super::gathering::Gathering::goes_on)
    }
}

impl Engine {
    /// Tells what the environment holds for requests, and in which zone `{{today}}` is.
    pub fn settle_in(&mut self, zone: TimeZone, environment: Vec<(String, String)>) {
        self.zone = zone;
        self.environment.clone_from(&environment);
        self.requests.variables.environment = environment;
    }

    /// What step 6 begins with for the profile in use.
    pub(super) fn fresh_requests(&self) -> Requests {
        let mut requests = Requests::default();
        if let Some(profile) = &self.profile {
            requests
                .organization
                .clone_from(&profile.api.organization_id);
            requests.variables.profile.clone_from(&profile.variables);
        }
        requests.variables.environment.clone_from(&self.environment);
        requests
    }

    /// Whether something could be done with requests now.
    pub(super) fn allows_request(&self, command: &RequestCommand) -> bool {
        let Some(profile) = &self.profile else {
            return false;
        };
        let idle = !self.requests.is_busy() && !self.lab.is_running();
        match command {
            RequestCommand::Send(draft) => {
                let is_absolute = Call::new("", draft.path.as_str()).is_absolute();
                idle && (is_absolute || !profile.api.base_url.is_empty())
            }
            RequestCommand::FetchAll(draft) => {
                let paged = draft.operation().is_some_and(Operation::is_paged);
                idle && paged && !profile.api.base_url.is_empty()
            }
            RequestCommand::GoOn => idle && self.could_go_on(),
            RequestCommand::Retry => idle && self.retry_at().is_some(),
            RequestCommand::Remember(..) => true,
            RequestCommand::Read(_) => self.requests.viewing.is_some(),
            RequestCommand::Forget(name) => {
                let remembered = &self.requests.variables.remembered;
                remembered.iter().any(|(known, _)| known == name)
            }
        }
    }

    /// Does it.
    pub(super) fn on_request(&mut self, now: Timestamp, command: RequestCommand) -> Vec<Effect> {
        match command {
            RequestCommand::Send(draft) => {
                self.requests.gathering = None;
                self.send_draft(now, *draft)
            }
            RequestCommand::FetchAll(draft) => self.fetch_all(now, *draft),
            RequestCommand::GoOn => self.go_on_fetching(now),
            RequestCommand::Retry => self.retry_later(now),
            RequestCommand::Remember(name, value) => {
                self.requests.variables.remember(&name, &value);
                Vec::new()
            }
            RequestCommand::Read(ask) => self.ask_reader(ask),
            RequestCommand::Forget(name) => {
                let remembered = &mut self.requests.variables.remembered;
                remembered.retain(|(known, _)| *known != name);
                Vec::new()
            }
        }
    }

    /// What the world reports about requests.
    pub(super) fn request_event(&mut self, now: Timestamp, event: RequestEvent) -> Vec<Effect> {
        match event {
            RequestEvent::FileRead { call, file } => self.file_read(now, call, file),
            RequestEvent::Progressed(call, progress) => {
                if self.requests.sending == Some(call) {
                    self.requests.progress = Some(progress);
                }
                Vec::new()
            }
            RequestEvent::PageRead(call, page) => self.page_read(now, call, page),
            RequestEvent::Joined { call, response } => {
                if self.requests.answered != Some(call) {
                    return Vec::new();
                }
                self.requests.page = page_in(Some(&response));
                self.requests.joined = Some((call, response.clone()));
                self.open_answer(call, response, false)
            }
            RequestEvent::Arriving(call, head) => self.arriving(call, head),
            RequestEvent::Read(call, told) => {
                self.reader_told(call, told);
                Vec::new()
            }
        }
    }

    /// What was answered last, to be kept; `random` tells its name from others of the same moment.
    pub fn answered_request(&self, random: [u8; 3]) -> Option<Fresh> {
        let profile = self.profile.as_ref()?;
        let record = self.record(self.requests.answered?)?;
        let draft = self.requests.sent.clone().unwrap_or_else(|| {
            let path = record.request.url.strip_prefix(&profile.api.base_url);
            Draft::free(&record.request.method, path.unwrap_or(&record.request.url))
        });
        Some(Fresh {
            id: SentId::of(record.at, random),
            profile: profile.name.clone(),
            provider: profile.provider.label.clone(),
            organization: self.requests.organization.clone(),
            draft,
            record: record.clone(),
            known: self.secrets_of_run(),
        })
    }

    /// The call of a draft as it would be sent now, its built-in variables left as they are; or everything
    /// that is wrong with it.
    pub fn preview(&self, draft: &Draft) -> Result<Made, Vec<Unmade>> {
        let requests = &self.requests;
        let is_long = |text: &String| text.len() > PREVIEWED;
        if matches!(&draft.body, DraftBody::Text(text) if is_long(text)) {
            let head = draft.without_body();
            let organization = requests.organization.as_deref();
            return head.call(organization, &requests.variables, &mut BuiltIns::Preview);
        }
        let organization = requests.organization.as_deref();
        draft.call(organization, &requests.variables, &mut BuiltIns::Preview)
    }

    /// The call of a draft as it is sent now; or everything that is wrong with it. `random` is what its UUIDs
    /// are made of (see [`Draft::uuids`]).
    pub fn made(
        &self,
        now: Timestamp,
        draft: &Draft,
        random: Vec<[u8; 16]>,
    ) -> Result<Made, Vec<Unmade>> {
        let mut built_ins = BuiltIns::Sent {
            now,
            random,
            zone: &self.zone,
        };
        let requests = &self.requests;
        let organization = requests.organization.as_deref();
        draft.call(organization, &requests.variables, &mut built_ins)
    }

    /// Sends a draft, once its file is read. One that cannot be made is not sent, and is said.
    pub(super) fn send_draft(&mut self, now: Timestamp, draft: Draft) -> Vec<Effect> {
        let random = (0..=draft.uuids().min(1000)).map(|_| self.entropy.draw());
        let random = random.map(|bytes| {
            let mut sixteen = [0; 16];
            sixteen.copy_from_slice(&bytes[..16]);
            sixteen
        });
        let random = random.collect();
        let made = self.made(now, &draft, random);
        self.requests.unsent = None;
        self.requests.sent = Some(draft);
        self.requests.unmade.clear();
        match made {
            Ok(Made { call, file: None }) => self.send(now, &call),
            Ok(Made {
                call: made,
                file: Some(path),
            }) => {
                let call = self.next_call();
                self.requests.reading = Some(Reading {
                    call,
                    made,
                    path: path.clone(),
                });
                let effect = RequestEffect::ReadFile { call, path };
                vec![Effect::Request(effect)]
            }
            Err(unmade) => {
                self.requests.unmade = unmade.iter().map(Unmade::words).collect();
                Vec::new()
            }
        }
    }

    /// A file was read: what it goes with is sent.
    fn file_read(
        &mut self,
        now: Timestamp,
        call: CallId,
        file: Result<Upload, String>,
    ) -> Vec<Effect> {
        let Some(reading) = self
            .requests
            .reading
            .take_if(|reading| reading.call == call)
        else {
            return Vec::new();
        };
        let upload = match file {
            Ok(upload) => upload,
            Err(why) => {
                self.requests.unmade = vec![why];
                return Vec::new();
            }
        };
        let mut boundary = "dineroscope-".to_owned();
        for byte in &self.entropy.draw()[..16] {
            // Writing into a string cannot fail.
            let _ = write!(boundary, "{byte:02x}");
        }
        let (body, media_type) = upload.multipart(&boundary);
        let mut made = Call {
            body,
            ..reading.made
        };
        if !made.names("content-type") {
            let field = ("Content-Type".to_owned(), media_type);
            made.headers.insert(0, field);
        }
        self.send(now, &made)
    }

    /// Gives up what is under way; what came of several pages is kept.
    pub(super) fn cancel_requests(&mut self) -> Vec<Effect> {
        self.requests.waiting = None;
        self.requests.reading = None;
        self.requests.retry = None;
        let mut effects: Vec<Effect> = self.cancel_lab().into_iter().collect();
        effects.extend(self.requests.sending.map(Effect::Cancel));
        if effects.is_empty() {
            effects.extend(self.stop_fetching("You cancelled it."));
        }
        effects
    }
}
