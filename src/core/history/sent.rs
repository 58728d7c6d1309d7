//! Requests that were sent, as they are kept: what was in hand, what became of it, and for some days what was
//! answered, all of it masked.
//!
//! One file holds them all, a line for each: the first names the format; then each request has a line, its
//! answer's text another one below, so that a list is read without the texts. [`lines`] reads it.

pub mod lines;

use super::written::Redacted;
use super::{is_name, moment};
use crate::core::dinero::draft::{Draft, DraftBody};
use crate::core::dinero::masked::{lacks, masked};
use crate::core::secret::{Secret, hexadecimal};
use crate::core::wire::redact::{Keeping, MOST_KEPT, Mask};
use crate::core::wire::{Outcome, Record, Response, body};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The version of the format; a file of a later one is neither read nor written to.
pub const VERSION: u64 = 1;

/// Longest line that is written, in bytes; what a user has in hand is far below it.
const LONGEST: usize = 4 * 1024 * 1024;

/// Names a request that was sent on this machine: when, and six hexadecimal digits. The names sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SentId(String);

impl SentId {
    /// The name of a request that is sent then; random bytes tell it from others of the same moment.
    pub fn of(at: Timestamp, random: [u8; 3]) -> Self {
        Self(format!("{}-{}", moment(at), hexadecimal(&random)))
    }

    /// A name that was written down or typed; `None` when it is none.
    pub fn read(text: &str) -> Option<Self> {
        is_name(text).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SentId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("it is no name of a request")
    }
}

impl std::fmt::Display for SentId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A request that was sent, nothing masked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// Its name.
    pub id: SentId,
    /// The profile it was sent under.
    pub profile: String,
    /// What a person calls the provider: `Visma Connect`.
    pub provider: String,
    /// The organization it was about.
    pub organization: Option<String>,
    /// What the user had in hand.
    pub draft: Draft,
    /// What was sent and came.
    pub record: Record,
    /// Values that are masked under whatever name they stand.
    pub known: Vec<Secret>,
}

/// A request that was sent, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its name.
    pub id: SentId,
    /// When it was sent.
    pub at: Timestamp,
    /// The profile it was sent under.
    pub profile: String,
    /// What a person calls the provider.
    pub provider: String,
    /// The organization it was about.
    pub organization: Option<String>,
    /// What the user had in hand, its secrets masked.
    pub draft: Draft,
    /// How many bytes the body in hand had, where it was too large to be kept.
    #[serde(default)]
    pub left_out: Option<usize>,
    /// Method, upper case.
    pub method: String,
    /// The whole URL, masked.
    pub url: String,
    /// What became of it.
    pub outcome: SentOutcome,
    /// The media type of the answer; empty when there is none.
    #[serde(default)]
    pub media_type: String,
    /// The text of the answer.
    pub body: SentBody,
    /// Whether the user wants it to stay.
    #[serde(skip)]
    pub pinned: bool,
}

/// What became of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentOutcome {
    /// The status of the answer, when one came.
    pub status: Option<u16>,
    /// Why none came.
    pub trouble: Option<String>,
    /// How long it took.
    pub milliseconds: Option<u64>,
    /// How many bytes the body of the answer had.
    pub size: Option<u64>,
    /// A few words.
    pub note: String,
}

/// Where the text of an answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentBody {
    /// There was none.
    Nothing,
    /// It was too large to be kept.
    TooLarge,
    /// It was no text.
    NoText,
    /// Here; it may not be on the disk.
    #[serde(skip)]
    Here(String),
    /// On the disk.
    Kept,
    /// It was kept, and its days are over.
    Gone,
}

impl SentBody {
    /// Why there is no text to be shown; nothing where there is.
    pub const fn why_not(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => Some("the answer had no body"),
            Self::TooLarge => Some("the answer is too large to be kept"),
            Self::NoText => Some("the answer is no text, and was not kept"),
            Self::Gone => Some("answers are kept for 14 days, and those of this one are over"),
            Self::Here(_) | Self::Kept => None,
        }
    }
}

impl Sent {
    /// What is kept of a request; masking happens here and nowhere else.
    pub fn of(fresh: &Fresh, mask: &Mask) -> Self {
        let known: Vec<&Secret> = fresh.known.iter().collect();
        let keeping = Keeping::new(mask, &known);
        let record = &fresh.record;
        let mut draft = fresh.draft.clone();
        let left_out = match &draft.body {
            DraftBody::Text(text) if text.len() > MOST_KEPT => Some(text.len()),
            _ => None,
        };
        if left_out.is_some() {
            draft.body = DraftBody::Nothing;
        }
        let response = record.outcome.response();
        Self {
            id: fresh.id.clone(),
            at: record.at,
            profile: fresh.profile.clone(),
            provider: keeping.text(&fresh.provider),
            organization: fresh.organization.clone(),
            draft: masked(&draft, mask, &known),
            left_out,
            method: record.request.method.clone(),
            url: keeping.url(&record.request.url),
            outcome: outcome(record, &keeping),
            media_type: response.map_or_else(String::new, |it| it.headers.media_type()),
            body: response.map_or(SentBody::Nothing, |it| text_of(it, &keeping)),
            pinned: false,
        }
    }

    /// What must be typed again before it can be sent again.
    pub fn lacks(&self) -> Vec<String> {
        let mut lacks = lacks(&self.draft);
        if let Some(bytes) = self.left_out {
            lacks.push(format!(
                "the body ({} KB, too large to be kept)",
                bytes / 1024
            ));
        }
        lacks
    }

    /// The lines that are written; none when it is beyond all measure. What is here of the answer goes along.
    pub fn lines(&self) -> Vec<Redacted> {
        let mut entry = self.clone();
        let text = match entry.body {
            SentBody::Here(text) => {
                entry.body = SentBody::Kept;
                Some(json!({"body": {"id": &self.id, "text": text}}).to_string())
            }
            _ => None,
        };
        let entry = json!({ "sent": entry }).to_string();
        if entry.len() > LONGEST {
            return Vec::new();
        }
        [Some(entry), text]
            .into_iter()
            .flatten()
            .map(Redacted)
            .collect()
    }
}

/// What became of it.
fn outcome(record: &Record, keeping: &Keeping<'_>) -> SentOutcome {
    let total = record.timing.total;
    let response = record.outcome.response();
    SentOutcome {
        status: response.map(|it| it.status),
        trouble: match &record.outcome {
            Outcome::Failed(failure) => Some(keeping.text(&failure.words())),
            Outcome::Pending => Some("no answer yet".to_owned()),
            Outcome::Response(_) => None,
        },
        milliseconds: total.and_then(|total| u64::try_from(total.as_millis()).ok()),
        size: response.and_then(|it| u64::try_from(it.body.len()).ok()),
        note: keeping.text(&record.note),
    }
}

/// The text of an answer, masked, when it may be kept.
fn text_of(response: &Response, keeping: &Keeping<'_>) -> SentBody {
    let content = &response.body;
    if content.is_empty() {
        return SentBody::Nothing;
    }
    if content.len() > MOST_KEPT || content.is_left_out() {
        return SentBody::TooLarge;
    }
    if body::is_binary(&content.0) {
        return SentBody::NoText;
    }
    let text = keeping.content(&response.headers.media_type(), &content.to_text(), &[]);
    SentBody::Here(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
pub(super) mod tests {
    use super::*;
    use crate::core::dinero::catalogue::operation;
    use crate::core::dinero::draft::Row;
    use crate::core::wire::{
        Body, CallId, Connection, Direction, Headers, Purpose, Request, Timing,
    };
    use proptest::prelude::*;

    pub(in crate::core::history) fn mask() -> Mask {
        Mask::new([7; 32])
    }

    /// A request that was answered by that text, so many days after the first one.
    pub(in crate::core::history) fn fresh(day: i64, answer: &str) -> Fresh {
        let at = Timestamp::from_second(1_795_431_658 + day * 86_400).unwrap();
        let mut request = Headers::default();
        request.push("Authorization", "Bearer the-access-token");
        let mut headers = Headers::default();
        headers.push("Content-Type", "application/json; charset=utf-8");
        let mut draft = Draft::of(operation("contacts.create").unwrap());
        draft.headers.push(Row {
            name: "Authorization".to_owned(),
            value: "Bearer typed-by-hand".to_owned(),
            on: true,
        });
        Fresh {
            id: SentId::of(at, [1, 2, 3]),
            profile: "acme-dev".to_owned(),
            provider: "Visma Connect".to_owned(),
            organization: Some("42".to_owned()),
            draft,
            record: Record {
                call: CallId(1),
                purpose: Purpose::Api,
                direction: Direction::Outgoing,
                at,
                request: Request {
                    method: "POST".to_owned(),
                    url: "https://api.dinero.dk/v2/42/contacts?access_token=in-a-query".to_owned(),
                    headers: request,
                    body: Body::text("{}"),
                },
                outcome: Outcome::Response(Response {
                    status: 201,
                    reason: "Created".to_owned(),
                    version: "HTTP/1.1".to_owned(),
                    headers,
                    body: Body::text(answer),
                    cut: None,
                }),
                timing: Timing::default(),
                peer: None,
                connection: Connection::default(),
                note: "answer of the-access-token".to_owned(),
            },
            known: vec![Secret::new("the-access-token")],
        }
    }

    #[test]
    fn no_secret_is_written_and_the_answer_stands_as_it_came() {
        let answer = "{\"id\" :1.10,\n\"name\":\"Ærø\"}";
        let sent = Sent::of(&fresh(0, answer), &mask());
        assert_eq!(sent.body, SentBody::Here(answer.to_owned()));
        assert_eq!(sent.lacks(), ["the header field Authorization"]);
        assert_eq!(sent.outcome.status, Some(201));
        let quoting = "{\"token\":\"in-an-answer\",\"said\":\"the-access-token\"}";
        let quoting = Sent::of(&fresh(0, quoting), &mask());
        let lines = [sent.lines(), quoting.lines()].concat();
        assert_eq!(lines.len(), 4);
        for line in &lines {
            for secret in [
                "the-access-token",
                "typed-by-hand",
                "in-a-query",
                "in-an-answer",
            ] {
                assert!(!line.as_str().contains(secret), "{line:?}");
            }
            assert!(!line.as_str().contains('\n'));
        }
    }

    proptest! {
        #[test]
        fn a_value_that_is_known_stands_in_no_line(
            secret in "[a-zA-Z0-9._~+/=-]{8,40}",
            before in "[a-z =:&?{\\[\"%-]{0,8}",
            name in "[a-zA-Z-]{1,12}",
        ) {
            let quoting = format!("{before}{secret}");
            let mut fresh = fresh(0, &quoting);
            fresh.known.push(Secret::new(secret.as_str()));
            fresh.draft.set(&name, &quoting);
            fresh.draft.headers.push(Row { name, value: quoting.clone(), on: false });
            fresh.draft.body = DraftBody::Text(quoting.clone());
            fresh.record.request.url = format!("https://api.dinero.dk/{quoting}");
            fresh.record.note = quoting.clone();
            for line in Sent::of(&fresh, &mask()).lines() {
                prop_assert!(!line.as_str().contains(&secret), "{:?}", line);
            }
        }
    }

    #[test]
    fn what_is_too_much_is_left_out_and_said() {
        let mut large = fresh(0, &"a".repeat(MOST_KEPT + 1));
        large.draft.body = DraftBody::Text("b".repeat(MOST_KEPT + 1));
        let sent = Sent::of(&large, &mask());
        assert_eq!(sent.body, SentBody::TooLarge);
        assert!(
            sent.lacks()
                .contains(&"the body (256 KB, too large to be kept)".to_owned())
        );
        assert!(sent.lines().iter().all(|line| line.as_str().len() < 4096));
        assert_eq!(
            Sent::of(&fresh(0, "\0\u{1}"), &mask()).body,
            SentBody::NoText
        );
        assert_eq!(Sent::of(&fresh(0, ""), &mask()).body, SentBody::Nothing);
        large.draft.headers[0].name = "a".repeat(LONGEST);
        assert!(Sent::of(&large, &mask()).lines().is_empty());
    }

    #[test]
    fn a_name_is_read_and_nothing_else_is_one() {
        let id = fresh(0, "").id;
        assert_eq!(id.as_str(), "20261123T110058000-010203");
        assert_eq!(SentId::read(id.as_str()), Some(id));
        assert_eq!(SentId::read("../20261123T110058000-010203"), None);
    }
}
