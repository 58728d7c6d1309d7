//! Step 6: every page of a list, one call after another, joined into one answer.
//!
//! What came is kept whatever happens: a page that fails stops it, and it can go on from there.

use super::Engine;
use super::message::Effect;
use super::message::requests::RequestEffect;
use crate::core::dinero::draft::Draft;
use crate::core::dinero::page::Page;
use crate::core::wire::{Body, CallId, Cut, FailureKind, Outcome, Record, Response};
use jiff::Timestamp;
use std::ops::Range;

/// The page size that is asked for, unless the user chose another one: the largest that Dinero gives.
const PAGE_SIZE: &str = "1000";

/// Most items that are fetched.
pub const MOST_ITEMS: u64 = 100_000;

/// Most bytes that are kept of them: 256 MiB.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Pages that are fetched one after another.
#[derive(Debug, Clone)]
pub struct Gathering {
    /// What is asked for; its page is the next one.
    draft: Draft,
    next: u64,
    /// The call of the page that is awaited.
    call: Option<CallId>,
    /// The bodies that came, and where their items stand in them.
    pages: Vec<(Body, Range<usize>)>,
    head: Option<Box<Response>>,
    /// How many items came.
    pub items: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
    /// Why it stopped before its end.
    pub stopped: Option<String>,
    done: bool,
}

impl Gathering {
    /// Whether another page is awaited or asked for.
    pub fn goes_on(&self) -> bool {
        !self.done && self.stopped.is_none()
    }

    /// The page that comes next, or would.
    pub fn next_page(&self) -> u64 {
        self.next
    }

    /// How many pages came.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }
}

/// What is asked for first where every page is fetched, whichever the draft names.
pub fn first_page(mut draft: Draft) -> Draft {
    let fresh = draft.operation().map(Draft::of);
    let is_chosen =
        fresh.is_some_and(|fresh| draft.parameter("pageSize") != fresh.parameter("pageSize"));
    if !is_chosen {
        draft.set("pageSize", PAGE_SIZE);
    }
    draft.set("page", "0");
    draft
}

impl Engine {
    /// Fetches every page of a draft, whichever it names.
    pub(super) fn fetch_all(&mut self, now: Timestamp, draft: Draft) -> Vec<Effect> {
        let draft = first_page(draft);
        self.requests.gathering = Some(Gathering {
            draft,
            next: 0,
            call: None,
            pages: Vec::new(),
            head: None,
            items: 0,
            total: None,
            stopped: None,
            done: false,
        });
        self.fetch_next(now)
    }

    /// Whether fetching stopped before its end.
    pub(super) fn could_go_on(&self) -> bool {
        let gathering = self.requests.gathering.as_ref();
        gathering.is_some_and(|gathering| gathering.stopped.is_some())
    }

    /// Goes on where it stopped.
    pub(super) fn go_on_fetching(&mut self, now: Timestamp) -> Vec<Effect> {
        if let Some(gathering) = &mut self.requests.gathering {
            gathering.stopped = None;
        }
        self.fetch_next(now)
    }

    /// Asks for the next page.
    fn fetch_next(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(gathering) = &mut self.requests.gathering else {
            return Vec::new();
        };
        gathering.draft.set("page", &gathering.next.to_string());
        let draft = gathering.draft.clone();
        let effects = self.send_draft(now, draft);
        let call = self.requests.sending;
        let unmade = self.requests.unmade.first().cloned();
        if let Some(gathering) = &mut self.requests.gathering {
            // While the token is refreshed first, the call has no name yet.
            gathering.call = call;
            gathering.stopped = unmade;
        }
        effects
    }

    /// A page was answered, or not; `None` when it is no page of what is being fetched.
    pub(super) fn page_answered(&mut self, record: &Record) -> Option<Vec<Effect>> {
        let gathering = self
            .requests
            .gathering
            .as_mut()
            .filter(|gathering| gathering.goes_on())?;
        gathering.call = Some(record.call);
        let why = match &record.outcome {
            Outcome::Response(response) if response.status == 200 && response.cut.is_none() => {
                if gathering.head.is_none() {
                    let (head, _) = response.shortened(0);
                    gathering.head = Some(Box::new(head));
                }
                let read = RequestEffect::ReadPage {
                    call: record.call,
                    body: response.body.clone(),
                };
                return Some(vec![Effect::Request(read)]);
            }
            Outcome::Response(response) if response.cut == Some(Cut::Cancelled) => {
                "You cancelled it.".to_owned()
            }
            Outcome::Response(response) if response.cut.is_some() => {
                "Its answer broke off.".to_owned()
            }
            Outcome::Response(response) => {
                format!("It was answered {} {}.", response.status, response.reason)
            }
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
                "You cancelled it.".to_owned()
            }
            Outcome::Failed(failure) => format!("No answer: {}.", failure.words()),
            Outcome::Pending => return None,
        };
        Some(self.stop_fetching(&why))
    }

    /// A page was read: the next one is fetched, or all of it is there.
    pub(super) fn page_read(
        &mut self,
        now: Timestamp,
        call: CallId,
        page: Option<Page>,
    ) -> Vec<Effect> {
        let body = self
            .record(call)
            .and_then(|record| record.outcome.response());
        let body = body.map(|response| response.body.clone());
        let Some(gathering) = &mut self.requests.gathering else {
            self.page_of_answer(call, page);
            return Vec::new();
        };
        if gathering.call != Some(call) || !gathering.goes_on() {
            self.page_of_answer(call, page);
            return Vec::new();
        }
        let Some((page, body)) = page.zip(body) else {
            return self.stop_fetching("The answer is no page.");
        };
        let has_next = page.has_next();
        gathering.items += page.count;
        gathering.total = page.total;
        gathering.next += 1;
        gathering.pages.push((body, page.items));
        let bytes: usize = gathering.pages.iter().map(|(body, _)| body.len()).sum();
        if !has_next {
            gathering.done = true;
            return self.join_pages();
        }
        if gathering.items >= MOST_ITEMS || bytes >= MOST_BYTES {
            return self.stop_fetching("That is as much as is fetched at a time.");
        }
        self.fetch_next(now)
    }

    /// The answer that is shown was read as a page.
    fn page_of_answer(&mut self, call: CallId, page: Option<Page>) {
        if self.requests.answered == Some(call) && self.requests.joined.is_none() {
            self.requests.page = page;
        }
    }

    /// Stops, and shows what came.
    pub(super) fn stop_fetching(&mut self, why: &str) -> Vec<Effect> {
        let gathering = self
            .requests
            .gathering
            .as_mut()
            .filter(|gathering| gathering.goes_on());
        let Some(gathering) = gathering else {
            return Vec::new();
        };
        gathering.stopped = Some(why.to_owned());
        self.join_pages()
    }

    /// Joins what came; nothing where no page did.
    fn join_pages(&self) -> Vec<Effect> {
        let Some(gathering) = &self.requests.gathering else {
            return Vec::new();
        };
        let call = self
            .requests
            .answered
            .filter(|_| !gathering.pages.is_empty());
        let joining = call.zip(gathering.head.clone()).map(|(call, head)| {
            Effect::Request(RequestEffect::Join {
                call,
                head,
                pages: gathering.pages.clone(),
                count: gathering.items,
                total: gathering.total,
            })
        });
        joining.into_iter().collect()
    }
}
