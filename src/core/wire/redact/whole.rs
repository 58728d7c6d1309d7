//! Records as they are kept: requests and responses made of masked values, read by every screen and rule as
//! the real ones are.

use super::{Mask, known, multipart, pairs};
use crate::core::secret::Secret;
use crate::core::wire::{Body, Failure, Headers, Outcome, Record, Request, Response, body};

/// Most bytes of a body that are kept (design.md section 5).
const MOST: usize = 256 * 1024;

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
            // What is known goes first: an encoding that only half fits would hide a part of it from its name.
            url: known::replace(
                self,
                &pairs::url(self, &known::replace(self, &request.url, known)),
                known,
            ),
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
        let masked = headers.0.iter().map(|(name, value)| {
            let value = known::replace(self, value, known);
            let value = known::replace(self, &self.header(name, &value), known);
            (name.clone(), value)
        });
        Headers(masked.collect())
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
        let text = known::replace(self, &content.to_text(), known);
        let media_type = headers.media_type();
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
        Body::kept(&known::replace(self, &masked, known), length)
    }
}
