//! Reads the requests of a HAR file (HTTP Archive 1.2), as browsers export them.
//!
//! Such a file has megabytes of pictures and scripts and a handful of requests that matter. So one entry is
//! looked at at a time, as raw text until a part of it is wanted, and only what tells something is kept.

use super::Item;
use crate::core::wire::{Body, Headers, Request, Response};
use base64::Engine as _;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Largest text of one part, in bytes as it stands in the file, that is taken over: 256 KiB. What is larger is
/// no answer of a sign-in.
const LARGEST_PART: usize = 256 * 1024;

/// How many of each kind are kept; a file with more has told enough.
const MOST_OF_THE_FLOW: usize = 200;
const MOST_FAILED_CALLS: usize = 100;
const MOST_OTHER_CALLS: usize = 20;

/// What a HAR file tells.
#[derive(Default)]
pub(super) struct Archive {
    /// What tells of the flow, in order.
    pub(super) items: Vec<Item>,
    /// How many more there were.
    pub(super) passed_over: usize,
    flow: usize,
    failed: usize,
    other: usize,
}

impl Archive {
    /// Keeps an item while there is room for its kind.
    fn keep(&mut self, item: Item) {
        let (count, most) = match &item {
            Item::Call(_, Some(response)) if response.status >= 400 => {
                (&mut self.failed, MOST_FAILED_CALLS)
            }
            Item::Call(..) => (&mut self.other, MOST_OTHER_CALLS),
            _ => (&mut self.flow, MOST_OF_THE_FLOW),
        };
        if *count < most {
            *count += 1;
            self.items.push(item);
        } else {
            self.passed_over += 1;
        }
    }
}

/// Whether a text begins as a HAR file does; `None` when it is none. `telling` says what an entry is worth:
/// first by its request alone, then with its answer.
pub(super) fn read(
    text: &str,
    telling: fn(Request, Option<Response>) -> Option<Item>,
) -> Option<Archive> {
    let mut archive = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = File {
        archive: &mut archive,
        telling,
    };
    // A file that was cut off has told what it has told.
    let _ = read.deserialize(&mut deserializer);
    archive
}

/// The whole file: an object with a `log`.
struct File<'a> {
    archive: &'a mut Option<Archive>,
    telling: fn(Request, Option<Response>) -> Option<Item>,
}

/// The list of entries.
struct Entries<'a>(File<'a>);

impl<'de> DeserializeSeed<'de> for File<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for File<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `log` or `entries`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let inner = File {
                archive: &mut *self.archive,
                telling: self.telling,
            };
            match key.as_ref() {
                "log" => map.next_value_seed(inner)?,
                "entries" => map.next_value_seed(Entries(inner))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let Entries(file) = self;
        let archive = file.archive.get_or_insert_default();
        while let Some(raw) = sequence.next_element::<&'de RawValue>()? {
            if let Some(item) = entry(raw, file.telling) {
                archive.keep(item);
            }
        }
        Ok(())
    }
}

/// The fields of an object, each as it stands in the file.
struct Fields<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> Fields<'a> {
    /// The fields of an object; none of anything else.
    fn of(raw: &'a RawValue) -> Self {
        Self(serde_json::from_str(raw.get()).unwrap_or_default())
    }

    /// The fields of an object within.
    fn within(&self, name: &str) -> Option<Self> {
        self.0.get(name).map(|raw| Self::of(raw))
    }

    /// A field read as what is wanted of it, when it is that and not too large.
    fn read<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let raw = self.0.get(name)?.get();
        let fits = raw.len() <= LARGEST_PART;
        fits.then(|| serde_json::from_str(raw).ok()).flatten()
    }

    /// A text; empty when there is none.
    fn text(&self, name: &str) -> String {
        self.read(name).unwrap_or_default()
    }
}

/// One entry, when it tells something.
fn entry(raw: &RawValue, telling: fn(Request, Option<Response>) -> Option<Item>) -> Option<Item> {
    let entry = Fields::of(raw);
    let request = request(&entry.within("request")?);
    // Most entries are known for pictures and scripts by their request, before the answer is opened.
    telling(request.clone(), None)?;
    telling(request, Some(response(&entry.within("response")?)?))
}

/// The request of an entry.
fn request(request: &Fields<'_>) -> Request {
    let posted = request.within("postData");
    let mut headers = headers(request);
    let mut body = String::new();
    if let Some(posted) = posted {
        if headers.get("content-type").is_none() {
            headers.push("Content-Type", posted.text("mimeType"));
        }
        body = posted_text(&posted);
    }
    Request {
        method: request.text("method"),
        url: request.text("url"),
        headers,
        body: Body::text(&body),
    }
}

/// The answer of an entry; `None` when there was none.
fn response(response: &Fields<'_>) -> Option<Response> {
    let content = response.within("content");
    let mut headers = headers(response);
    if let Some(content) = &content
        && headers.get("content-type").is_none()
    {
        headers.push("Content-Type", content.text("mimeType"));
    }
    let location = response.text("redirectURL");
    if !location.is_empty() && headers.get("location").is_none() {
        headers.push("Location", location);
    }
    Some(Response {
        status: response.read("status")?,
        reason: response.text("statusText"),
        version: response.text("httpVersion"),
        headers,
        body: Body::new(content.as_ref().map(content_bytes).unwrap_or_default()),
        cut: None,
    })
}

/// Header fields.
fn headers(message: &Fields<'_>) -> Headers {
    let mut headers = Headers::default();
    let list: Vec<Value> = message.read("headers").unwrap_or_default();
    for field in &list {
        let text = |name: &str| field.get(name).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (text("name"), text("value")) {
            headers.push(name, value);
        }
    }
    headers
}

/// What was posted: as text, or as pairs.
fn posted_text(posted: &Fields<'_>) -> String {
    let text = posted.text("text");
    if !text.is_empty() {
        return text;
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    let list: Vec<Value> = posted.read("params").unwrap_or_default();
    for pair in &list {
        let text = |name: &str| pair.get(name).and_then(Value::as_str).unwrap_or_default();
        form.append_pair(text("name"), text("value"));
    }
    form.finish()
}

/// The body of an answer.
fn content_bytes(content: &Fields<'_>) -> Vec<u8> {
    let text = content.text("text");
    if content.text("encoding") == "base64" {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text);
        return decoded.unwrap_or_default();
    }
    text.into_bytes()
}
