//! What `login` reports: one JSON object a line, or the same in words.
//!
//! The last line is always `token` or `failed`; secrets are never among the fields.

use crate::cli::printer::Printer;
use crate::core::oauth::callback::{Answer, Arrival, Hit, target};
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::{Run, Step};
use crate::core::profile::KeepTokens;
use crate::core::wire::Record;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use serde_json::{Map, Value, json};
use std::io;

/// How the reader wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For a person: talk on stderr, the result on stdout.
    Words,
    /// For a program: every event on stdout.
    Json,
}

/// Writes the events of one login.
pub(super) struct Report<'a, 'w> {
    pub(super) printer: &'a mut Printer<'w>,
    form: Form,
}

impl<'a, 'w> Report<'a, 'w> {
    /// A report that has said nothing.
    pub(super) fn new(printer: &'a mut Printer<'w>, form: Form) -> Self {
        Self { printer, form }
    }

    /// A line for the person who reads along.
    pub(super) fn talk(&mut self, text: &str) {
        self.printer.talk(&Visible::of(text));
    }

    /// The listener is bound.
    pub(super) fn listening(&mut self, run: &Run) -> io::Result<()> {
        let addresses: Vec<String> = run.addresses.iter().map(ToString::to_string).collect();
        match self.form {
            Form::Json => {
                let mut fields = json!({"addresses": addresses, "redirect_uri": run.redirect_uri});
                if let Some(certificate) = &run.certificate {
                    fields["certificate"] = json!({
                        "names": certificate.names,
                        "sha256": certificate.fingerprint,
                        "until": certificate.until.to_string(),
                        "kept": certificate.trouble.is_none(),
                    });
                }
                self.event("listening", fields)
            }
            Form::Words => {
                self.talk(&format!(
                    "listening on {} for {}",
                    addresses.join(" and "),
                    run.redirect_uri
                ));
                self.certificate(run);
                Ok(())
            }
        }
    }

    /// The certificate, and how a browser is made to take it.
    fn certificate(&mut self, run: &Run) {
        let (Some(certificate), Some(page)) = (&run.certificate, run.ready_page()) else {
            return;
        };
        self.talk(&format!(
            "the certificate is this program's own, SHA-256 {}: open {page} first and accept the browser's \
             warning, because a POST is lost on it",
            certificate.fingerprint
        ));
        if let Some(trouble) = &certificate.trouble {
            self.talk(&format!(
                "warning: the certificate is not kept, so browsers warn of the next one too ({trouble})"
            ));
        }
    }

    /// The link, whole.
    pub(super) fn link(&mut self, run: &Run) -> io::Result<()> {
        match self.form {
            Form::Json => self.event("link", json!({"url": run.link})),
            Form::Words => {
                self.talk("sign in with this link:");
                self.talk(&run.link);
                Ok(())
            }
        }
    }

    /// Something came that is not this run's answer.
    pub(super) fn hit(&mut self, hit: &Hit, record: Option<&Record>) -> io::Result<()> {
        let (method, path) = record.map_or(("", ""), |record| {
            (
                record.request.method.as_str(),
                target(&record.request.url).0,
            )
        });
        let status = record
            .and_then(|record| record.outcome.response())
            .map(|response| response.status);
        let peer = record
            .and_then(|record| record.peer)
            .map(|peer| peer.to_string());
        let note = hit.verdict.note();
        match self.form {
            Form::Json => self.event(
                "hit",
                json!({"method": method, "path": path, "peer": peer, "status": status, "note": note}),
            ),
            Form::Words => {
                self.talk(&format!("hit: {method} {path}: {note}"));
                Ok(())
            }
        }
    }

    /// This run's answer, its code masked.
    pub(super) fn callback(
        &mut self,
        answer: &Answer,
        arrival: Arrival,
        mask: &Mask,
    ) -> io::Result<()> {
        let method = match arrival {
            Arrival::FormPost | Arrival::Fragment => "POST",
            Arrival::Query => "GET",
            Arrival::Pasted => "PASTE",
        };
        let fields = fields(answer, mask);
        match self.form {
            Form::Json => self.event("callback", json!({"method": method, "fields": fields})),
            Form::Words => {
                self.talk(&format!("answered by {method}:"));
                for (name, value) in &fields {
                    let value = value.as_str().unwrap_or_default();
                    self.talk(&format!("  {name:<18} {value}"));
                }
                Ok(())
            }
        }
    }

    /// The last line of a login that brought a token.
    pub(super) fn token(&mut self, held: &HeldGrant) -> io::Result<()> {
        let grant = &held.grant;
        let is_kept = held.keep != KeepTokens::Memory;
        let scope = grant.scopes.join(" ");
        let expires_at = grant.expires_at().map(|end| end.to_string());
        let refresh_token = grant.refresh_token.is_some();
        let id_token = grant.id_token.is_some();
        if self.form == Form::Json {
            return self.event(
                "token",
                json!({
                    "token_type": grant.token_type,
                    "scope": scope,
                    "expires_in": grant.expires_in,
                    "expires_at": expires_at,
                    "refresh_token": refresh_token,
                    "id_token": id_token,
                    "kept": is_kept,
                }),
            );
        }
        let expires = match (grant.expires_in, &expires_at) {
            (Some(seconds), Some(end)) => format!("in {seconds} s, at {end}"),
            _ => "the answer does not say".to_owned(),
        };
        for (name, value) in [
            ("token type", grant.token_type.as_str()),
            ("scope", &scope),
            ("expires", &expires),
            ("refresh token", if refresh_token { "yes" } else { "no" }),
            ("id_token", if id_token { "yes, checked" } else { "no" }),
            (
                "kept",
                match held.keep {
                    KeepTokens::Memory => "no: it is gone when this command ends",
                    KeepTokens::Keyring => "in the keyring",
                    KeepTokens::File => "in a file that only you can read",
                },
            ),
        ] {
            self.printer
                .result(&Visible::of(&format!("{name:<14} {value}")))?;
        }
        Ok(())
    }

    /// The last line of any other login.
    pub(super) fn failed(
        &mut self,
        step: Step,
        finding: Option<&'static str>,
        error: &str,
    ) -> io::Result<()> {
        let step = step.facts().name.to_lowercase();
        self.talk(&format!("failed at {step}: {error}"));
        match self.form {
            Form::Json => self.event(
                "failed",
                json!({"step": step, "finding": finding, "error": error}),
            ),
            Form::Words => Ok(()),
        }
    }

    /// One object on a line: version, event, then its own fields.
    fn event(&mut self, name: &str, fields: Value) -> io::Result<()> {
        let mut object = Map::new();
        object.insert("v".to_owned(), json!(1));
        object.insert("event".to_owned(), json!(name));
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        self.printer.object(&Value::Object(object))
    }
}

/// The fields of an answer as they may be shown; of those we do not know, only the names.
fn fields(answer: &Answer, mask: &Mask) -> Map<String, Value> {
    let code = answer
        .code
        .as_ref()
        .map(|code| mask.fact(code).as_str().to_owned());
    // Whatever is in words may quote what the provider was given.
    let words = |text: &Option<String>| text.as_deref().map(|text| mask.text(text, &[]));
    let known = [
        ("code", code),
        ("state", answer.state.clone()),
        ("iss", words(&answer.iss)),
        ("scope", words(&answer.scope)),
        ("session_state", answer.session_state.clone()),
        ("error", words(&answer.error)),
        ("error_description", words(&answer.error_description)),
    ];
    let mut fields: Map<String, Value> = known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect();
    for name in &answer.further {
        fields.insert(name.clone(), json!("not used by this client"));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn no_field_of_an_answer_shows_a_secret() {
        let answer = Answer {
            code: Some(Secret::new("the-code-itself")),
            error: Some("client_secret=hush-hush".to_owned()),
            error_description: Some(
                "at /cb?code=4F5A6B7C8D9E0F1A for Bearer 0123456789abcdef01234".to_owned(),
            ),
            ..Answer::default()
        };
        let shown = Value::Object(fields(&answer, &Mask::new([7; 32]))).to_string();
        for secret in ["the-code", "hush", "4F5A", "0123456789"] {
            assert!(!shown.contains(secret), "`{secret}` in {shown}");
        }
        assert!(
            shown.contains("15 chars") && shown.contains("/cb?code="),
            "{shown}"
        );
    }
}
