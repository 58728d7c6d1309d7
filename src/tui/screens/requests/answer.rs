//! The answer of step 6 in words: what came, what it means, which page it is.

use super::ready;
use crate::core::dinero::catalogue::operation_at;
use crate::core::dinero::page::Page;
use crate::core::engine::Engine;
use crate::core::wire::{CallId, Cut, FailureKind, Outcome, Record, Response};
use crate::tui::pane::Mark;
use crate::tui::screens::parts::{self, joined};
use crate::tui::screens::time;
use jiff::SignedDuration;
use url::Url;

/// What is shown of the answer, above its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its glyph.
    pub mark: Mark,
    /// `200 OK   118 ms   2.6 KB`.
    pub text: String,
    /// `1–25 of 92`.
    pub right: String,
}

/// The call whose answer is shown: the one that comes, else the last that ended.
pub fn shown_call(engine: &Engine) -> Option<CallId> {
    let requests = engine.requests();
    let arriving = requests.arriving.as_ref().map(|(call, _)| *call);
    arriving.or(requests.answered)
}

/// The answer that is shown: the head of the one that comes, of several pages all of them.
pub fn response(engine: &Engine) -> Option<&Response> {
    let requests = engine.requests();
    if let Some((_, head)) = &requests.arriving {
        return Some(head);
    }
    let call = requests.answered?;
    match &requests.joined {
        Some((joined, response)) if *joined == call => Some(response),
        _ => engine.record(call)?.outcome.response(),
    }
}

/// The page that was answered last; `None` where it is none, or all of them were joined.
pub fn page_of(engine: &Engine) -> Option<&Page> {
    engine.requests().page.as_ref()
}

/// What the answer is to: `GET Invoices, list`, or method and path.
pub fn title(engine: &Engine) -> String {
    let record = shown_call(engine).and_then(|call| engine.record(call));
    let Some(record) = record else {
        return "Answer".to_owned();
    };
    let method = &record.request.method;
    let url = Url::parse(&record.request.url).ok();
    let path = url.as_ref().map_or("", Url::path);
    match operation_at(method, path) {
        Some(operation) => format!("Answer to {}", ready::operation_name(operation)),
        None => format!("Answer to {method} {}", engine.mask().url(path)),
    }
}

/// What is said of the call under way, or of the last one.
pub fn head(engine: &Engine, now: jiff::Timestamp) -> Head {
    let requests = engine.requests();
    let record = |call| engine.record(call);
    if let Some(record) = requests.sending.and_then(record) {
        let elapsed = now.duration_since(record.at);
        let waiting = match &requests.arriving {
            Some((_, head)) => parts::status(head),
            None => format!("Waiting for the API   {}", time::clock(elapsed)),
        };
        return Head {
            mark: Mark::None,
            text: joined(&[waiting, progress(engine, elapsed)]),
            right: gathered(engine),
        };
    }
    if let Some(record) = requests.answered.and_then(record) {
        let (mark, size) = match response(engine) {
            Some(response) => {
                let mark = match response.status {
                    200..=299 if response.cut.is_none() => Mark::Ok,
                    200..=399 => Mark::Warning,
                    _ => Mark::Error,
                };
                let size = time::size(response.body.len());
                (mark, joined(&[size, cut(response).to_owned()]))
            }
            None => (Mark::Error, String::new()),
        };
        let right = match gathered(engine) {
            gathered if gathered.is_empty() => page_of(engine).map(Page::words).unwrap_or_default(),
            gathered => gathered,
        };
        return Head {
            mark,
            text: joined(&[headline(record), took(record), size]),
            right,
        };
    }
    Head {
        mark: Mark::None,
        text: "No answer yet".to_owned(),
        right: String::new(),
    }
}

/// How far a call is, where it is worth saying.
fn progress(engine: &Engine, elapsed: SignedDuration) -> String {
    let Some(progress) = engine.requests().progress else {
        return String::new();
    };
    let size = |bytes: u64| time::size(usize::try_from(bytes).unwrap_or(usize::MAX));
    if progress.received > 0 {
        let of = progress.announced.map(|all| format!(" of {}", size(all)));
        let came = format!("{}{} came", size(progress.received), of.unwrap_or_default());
        return joined(&[came, rate(progress.received, elapsed)]);
    }
    if progress.to_send > 0 {
        return format!("{} of {} sent", size(progress.sent), size(progress.to_send));
    }
    String::new()
}

/// How many bytes come in a second, once that can be said.
fn rate(bytes: u64, elapsed: SignedDuration) -> String {
    let milliseconds = u128::try_from(elapsed.as_millis()).unwrap_or(0);
    if milliseconds < 100 {
        return String::new();
    }
    let rate = u128::from(bytes) * 1000 / milliseconds;
    format!(
        "{}/s",
        time::size(usize::try_from(rate).unwrap_or(usize::MAX))
    )
}

/// How far several pages are.
fn gathered(engine: &Engine) -> String {
    let Some(gathering) = &engine.requests().gathering else {
        return String::new();
    };
    let items = match gathering.total {
        Some(total) => format!("{} of {total}", gathering.items),
        None => gathering.items.to_string(),
    };
    let pages = parts::counted(gathering.pages(), "page");
    format!("{items}, {pages}")
}

/// What is said where a body is not whole.
const fn cut(response: &Response) -> &'static str {
    match response.cut {
        None => "",
        Some(Cut::ConnectionEnded) => "cut: it broke off",
        Some(Cut::Limit(_)) => "cut at the limit",
        Some(Cut::Stalled) => "cut: nothing more came",
        Some(Cut::Cancelled) => "cut: you stopped it",
    }
}

/// Status and what it means, or why there is no answer.
pub fn headline(record: &Record) -> String {
    match &record.outcome {
        Outcome::Response(response) => joined(&[
            parts::status(response),
            words_for(response.status).to_owned(),
        ]),
        Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
            let reads = matches!(record.request.method.as_str(), "GET" | "HEAD");
            let text = if reads {
                "You cancelled the call"
            } else {
                "You cancelled the call; it may have been carried out all the same"
            };
            text.to_owned()
        }
        Outcome::Failed(failure) => format!("No answer: {}", failure.words()),
        Outcome::Pending => "The call is under way".to_owned(),
    }
}

/// What a status means, where its number says too little.
const fn words_for(status: u16) -> &'static str {
    match status {
        200..=299 => "",
        300..=399 => "sent elsewhere; not followed",
        401 => "the API does not take the token",
        403 => "the token does not allow this",
        404 => "there is nothing here",
        429 => "wait before the next call",
        480 => "a brown-out: this endpoint goes away",
        400..=499 => "the API refused the call",
        _ => "the API is in trouble itself",
    }
}

/// How long the call took.
pub fn took(record: &Record) -> String {
    record.timing.total.map(time::duration).unwrap_or_default()
}
