//! Records as they are kept: requests and responses made of masked values, read by every screen and rule as
//! the real ones are.

use super::{Mask, known, multipart, pairs};
use crate::core::secret::Secret;
use crate::core::wire::{Body, Failure, Headers, Outcome, Record, Request, Response, body};

/// Most bytes of a body that are kept (design.md section 5).
pub const MOST: usize = 256 * 1024;

impl Mask {
    /// A record in which every secret gave way; `known` are values that it may quote under any name. The
    /// bodies that tell about people are left out.
    pub fn record(&self, record: &Record, known: &[&Secret]) -> Record {
        let mask = self.for_keeping();
        let bodies = !record.purpose.is_about_people();
        Record {
            request: mask.whole_request(&record.request, known, bodies),
            outcome: match &record.outcome {
                Outcome::Pending => Outcome::Pending,
                Outcome::Response(response) => {
                    Outcome::Response(mask.whole_response(response, known, bodies))
                }
                Outcome::Failed(failure) => Outcome::Failed(Failure {
                    detail: mask.text(&failure.detail, known),
                    ..failure.clone()
                }),
            },
            note: mask.text(&record.note, known),
            ..record.clone()
        }
    }

    /// A request made of masked values.
    fn whole_request(&self, request: &Request, known: &[&Secret], bodies: bool) -> Request {
        Request {
            method: request.method.clone(),
            url: self.whole_url(&request.url, known),
            headers: self.whole_headers(&request.headers, known),
            body: self.whole_body(&request.headers, &request.body, known, bodies),
        }
    }

    /// A response made of masked values.
    fn whole_response(&self, response: &Response, known: &[&Secret], bodies: bool) -> Response {
        Response {
            headers: self.whole_headers(&response.headers, known),
            body: self.whole_body(&response.headers, &response.body, known, bodies),
            ..response.clone()
        }
    }

    /// Every header, in order.
    fn whole_headers(&self, headers: &Headers, known: &[&Secret]) -> Headers {
        let masked = headers
            .0
            .iter()
            .map(|(name, value)| (name.clone(), self.whole_field(name, value, known)));
        Headers(masked.collect())
    }

    /// A URL, or a target.
    fn whole_url(&self, url: &str, known: &[&Secret]) -> String {
        // What is known goes first: an encoding that only half fits would hide a part of it from its name.
        let url = known::replace(self, url, known);
        known::replace(self, &pairs::url(self, &url), known)
    }

    /// The value of a header field.
    fn whole_field(&self, name: &str, value: &str, known: &[&Secret]) -> String {
        let value = known::replace(self, value, known);
        known::replace(self, &self.header(name, &value), known)
    }

    /// A body as text; what is none, too large or about people is left out.
    fn whole_body(
        &self,
        headers: &Headers,
        content: &Body,
        known: &[&Secret],
        bodies: bool,
    ) -> Body {
        let length = content.len();
        if length == 0 || content.is_left_out() {
            return content.clone();
        }
        if !bodies || length > MOST || body::is_binary(&content.0) {
            return Body::kept("", length);
        }
        let text = self.whole_text(&headers.media_type(), &content.to_text(), known);
        Body::kept(&text, length)
    }

    /// The text of a body; JSON is laid out anew.
    fn whole_text(&self, media_type: &str, text: &str, known: &[&Secret]) -> String {
        let text = known::replace(self, text, known);
        let masked = if media_type == "application/x-www-form-urlencoded" {
            pairs::pieces(self, &text).join("&")
        } else if media_type.starts_with("multipart/") {
            multipart::parts(self, &text)
        } else if let Some(lines) = self.json(&text) {
            lines.join("\n")
        } else if media_type.contains("html") || body::looks_like_html(&text) {
            self.html(&text)
        } else {
            self.text(&text, &[])
        };
        known::replace(self, &masked, known)
    }
}

/// Masks what is kept piece by piece: each stands as it stood, but for its secrets.
pub struct Keeping<'a> {
    mask: Mask,
    known: &'a [&'a Secret],
}

impl<'a> Keeping<'a> {
    /// Masks these values wherever they stand, and whatever has the name of a secret.
    pub fn new(mask: &Mask, known: &'a [&'a Secret]) -> Self {
        Self {
            mask: mask.for_keeping(),
            known,
        }
    }

    /// What stands in the place of a value.
    pub fn mark(&self, value: &str) -> String {
        self.mask.inline(value)
    }

    /// A URL, or a target.
    pub fn url(&self, url: &str) -> String {
        self.mask.whole_url(url, self.known)
    }

    /// The value of a header field.
    pub fn field(&self, name: &str, value: &str) -> String {
        self.mask.whole_field(name, value, self.known)
    }

    /// A value beside its name.
    pub fn value(&self, name: &str, value: &str) -> String {
        if self.mask.hides(name) && !value.is_empty() {
            return self.mark(value);
        }
        self.text(value)
    }

    /// A text of any shape.
    pub fn text(&self, text: &str) -> String {
        self.mask.text(text, self.known)
    }

    /// The text of a body. JSON is laid out anew only where something in it gave way; `spared` are texts that
    /// are no secrets wherever they stand.
    pub fn content(&self, media_type: &str, text: &str, spared: &[&str]) -> String {
        let masked = self.mask.whole_text(media_type, text, self.known);
        let masked = self.spare(masked, spared);
        match (body::one_line(text), body::one_line(&masked)) {
            (Some(before), Some(after)) if before == after => text.to_owned(),
            _ => masked,
        }
    }

    /// A masked text with these ones as they were.
    pub fn spare(&self, masked: String, spared: &[&str]) -> String {
        let back = |masked: String, text: &&str| masked.replace(&self.mark(text), text);
        spared.iter().fold(masked, back)
    }
}
