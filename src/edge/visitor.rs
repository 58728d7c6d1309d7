//! Walks the sandbox's pages over HTTP in the user's place, for machines without a browser.
//!
//! It does what a browser would: keeps cookies, follows redirects of the pages, presses a button, and
//! brings the answer to the listener from another site. Each request is reported. It walks the loopback
//! only: nobody's real sign-in is ever pressed through by a program.
//!
//! ```text
//! GET link ──302…──► form#login ──POST──► form#consent ──POST──► form#callback ──POST──► listener
//!                                                            └──302──► redirect URI ──GET──► listener
//!                                                                      (its relay page ──POST──► listener)
//! ```

mod form;

use crate::core::engine::message::{Consent, Event};
use crate::core::profile::ProxyChoice;
use crate::core::wire::{Body, CallId, Headers, Outcome, Purpose, Request, Response, is_loopback};
use crate::edge::http::Door;
use form::Form;
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

/// Pages and redirects until one gives up.
const STEPS: usize = 10;

/// Largest page that is read.
const PAGE_LIMIT: usize = 1024 * 1024;

/// One walk.
struct Visitor<'a> {
    door: &'a Door,
    events: &'a UnboundedSender<Event>,
    consent: Consent,
    sandbox: Url,
    redirect_uri: String,
    cookies: Vec<(String, String)>,
}

/// Where a walk goes next.
enum Next {
    /// To another page of the sandbox.
    Page(Request),
    /// To the listener, which ends it.
    Delivery(Request),
    /// To the listener's relay page, with what stands behind `#`.
    Relay(String, String),
}

/// Walks from the link to the listener, and reports each request. Fails with the reason when the
/// listener did not take an answer.
pub async fn walk(
    door: &Door,
    link: &str,
    consent: Consent,
    events: &UnboundedSender<Event>,
) -> Result<(), String> {
    Visitor::new(door, link, consent, events)?.walk(link).await
}

impl<'a> Visitor<'a> {
    fn new(
        door: &'a Door,
        link: &str,
        consent: Consent,
        events: &'a UnboundedSender<Event>,
    ) -> Result<Self, String> {
        let sandbox =
            Url::parse(link).map_err(|error| format!("the link is no address: {error}"))?;
        let redirect_uri = sandbox
            .query_pairs()
            .find(|(name, _)| name == "redirect_uri")
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        let redirect_is_here = Url::parse(&redirect_uri).is_ok_and(|url| is_loopback(&url));
        if !is_loopback(&sandbox) || !redirect_is_here {
            return Err(
                "only a sandbox on this machine is answered from here: use the browser".to_owned(),
            );
        }
        Ok(Self {
            door,
            events,
            consent,
            sandbox,
            redirect_uri,
            cookies: Vec::new(),
        })
    }

    /// Walks page by page.
    async fn walk(&mut self, link: &str) -> Result<(), String> {
        let mut request = get(link);
        for _ in 0..STEPS {
            let url = request.url.clone();
            let response = self.send(request).await?;
            match self.next(&url, &response)? {
                Next::Page(page) => request = page,
                Next::Delivery(delivery) => return self.deliver(delivery).await,
                Next::Relay(address, fragment) => return self.relay(&address, &fragment).await,
            }
        }
        Err(format!(
            "the sandbox led through {STEPS} pages and came to no end"
        ))
    }

    /// Brings the answer to the listener, as a browser that comes from the sandbox's page.
    async fn deliver(&mut self, mut delivery: Request) -> Result<(), String> {
        self.cookies.clear();
        let headers = &mut delivery.headers;
        if delivery.method == "POST" {
            headers.push("Origin", self.sandbox.origin().ascii_serialization());
        }
        headers.push("Sec-Fetch-Dest", "document");
        headers.push("Sec-Fetch-Mode", "navigate");
        headers.push("Sec-Fetch-Site", "cross-site");
        let response = self.send(delivery).await?;
        took(&response)
    }

    /// Does what the script of the listener's relay page does.
    async fn relay(&mut self, address: &str, fragment: &str) -> Result<(), String> {
        self.cookies.clear();
        let page = self.send(get(address)).await?;
        let path = form::attribute_of(&page.body.to_text(), "data-to")
            .ok_or("the listener showed no page that hands the answer over")?;
        let mut delivery = post(self.join(address, &path)?.as_str(), &[]);
        delivery.headers = Headers::default();
        delivery.headers.push("Content-Type", "application/json");
        delivery.body = Body::text(&serde_json::json!({ "fragment": fragment }).to_string());
        let response = self.send(delivery).await?;
        took(&response)
    }

    /// Sends a request and reports it; an answer that is none ends the walk.
    async fn send(&mut self, mut request: Request) -> Result<Response, String> {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request.headers.push("Cookie", pairs.join("; "));
        }
        let record = self
            .door
            .send(
                CallId(0),
                Purpose::InTheUsersPlace,
                request,
                ProxyChoice::None,
                PAGE_LIMIT,
            )
            .await;
        let _ = self.events.send(Event::Visited(Box::new(record.clone())));
        match record.outcome {
            Outcome::Response(response) => {
                self.keep_cookies(&response.headers);
                Ok(response)
            }
            Outcome::Failed(failure) => Err(format!(
                "{}:{} did not answer: {}",
                failure.host, failure.port, failure.detail
            )),
            Outcome::Pending => Err("the request never ended".to_owned()),
        }
    }

    /// Keeps cookies by name; the sandbox is one site, so path and lifetime do not matter, but an empty
    /// value takes one away.
    fn keep_cookies(&mut self, headers: &Headers) {
        let fields = headers
            .0
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, field) in fields {
            let pair = field.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
                self.cookies.retain(|(kept, _)| *kept != name);
                if !value.is_empty() {
                    self.cookies.push((name, value));
                }
            }
        }
    }

    /// What a browser with the user before it would do with an answer.
    fn next(&self, url: &str, response: &Response) -> Result<Next, String> {
        if (300..400).contains(&response.status)
            && let Some(location) = response.headers.get("location")
        {
            return self.follow(url, location);
        }
        let page = response.body.to_text();
        let forms = form::forms(&page);
        let form = |id: &str| forms.iter().find(|form| form.id == id);
        if let Some(form) = form("callback") {
            if form.action != self.redirect_uri {
                return Err(format!(
                    "the sandbox would send its answer to `{}`",
                    form.action
                ));
            }
            let mut request = post(&form.action, &form.fields);
            if form.is_plain {
                make_plain(&mut request, &form.fields);
            }
            return Ok(Next::Delivery(request));
        }
        if let Some(form) = form("consent") {
            let decision = match self.consent {
                Consent::Accept => "accept",
                Consent::Deny => "cancel",
            };
            let mut fields = form.fields.clone();
            fields.push(("decision".to_owned(), decision.to_owned()));
            return self.submit(url, form, &fields);
        }
        if let Some(form) = form("login") {
            return self.submit(url, form, &form.fields);
        }
        let words = form::text_of(&page, "h1").or_else(|| form::text_of(&page, "title"));
        let words = words.map(|words| format!(": {words}")).unwrap_or_default();
        Err(format!(
            "the sandbox showed another page ({}){words}",
            response.status
        ))
    }

    /// Sends a form of the sandbox back to the sandbox.
    fn submit(&self, url: &str, form: &Form, fields: &[(String, String)]) -> Result<Next, String> {
        let target = self.join(url, &form.action)?;
        if target.origin() != self.sandbox.origin() {
            return Err(format!(
                "the sandbox would send its form to `{}`",
                form.action
            ));
        }
        let mut request = post(target.as_str(), fields);
        request
            .headers
            .push("Origin", self.sandbox.origin().ascii_serialization());
        Ok(Next::Page(request))
    }

    /// Follows a redirect: within the sandbox, or to the redirect URI with the answer in its query
    /// or behind its `#`.
    fn follow(&self, url: &str, location: &str) -> Result<Next, String> {
        let target = self.join(url, location)?;
        let (place, _) = location.split_once(['?', '#']).unwrap_or((location, ""));
        if place == self.redirect_uri {
            return Ok(match location.split_once('#') {
                Some((address, fragment)) if address == place => {
                    Next::Relay(address.to_owned(), fragment.to_owned())
                }
                _ => Next::Delivery(get(location)),
            });
        }
        if target.origin() == self.sandbox.origin() {
            return Ok(Next::Page(get(target.as_str())));
        }
        Err(format!("the sandbox led to `{place}`"))
    }

    /// An address as it is meant on a page.
    fn join(&self, url: &str, reference: &str) -> Result<Url, String> {
        Url::parse(url)
            .unwrap_or_else(|_| self.sandbox.clone())
            .join(reference)
            .map_err(|error| {
                format!("the sandbox named `{reference}`, which is no address: {error}")
            })
    }
}

/// Whether the listener took what it was brought.
fn took(response: &Response) -> Result<(), String> {
    match response.status {
        ..400 => Ok(()),
        status => Err(format!("the listener did not take the answer ({status})")),
    }
}

/// A page that is asked for.
fn get(url: &str) -> Request {
    let mut headers = Headers::default();
    headers.push("Accept", "text/html");
    Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers,
        body: Body::default(),
    }
}

/// A form that is sent.
fn post(url: &str, fields: &[(String, String)]) -> Request {
    let mut headers = Headers::default();
    headers.push("Accept", "text/html");
    headers.push("Content-Type", "application/x-www-form-urlencoded");
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    Request {
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers,
        body: Body::text(&form),
    }
}

/// Writes the fields as a form of `text/plain` does: a line each, nothing encoded (HTML 4.10.21.8).
fn make_plain(request: &mut Request, fields: &[(String, String)]) {
    for (name, value) in &mut request.headers.0 {
        if name == "Content-Type" {
            form::PLAIN.clone_into(value);
        }
    }
    let mut lines = String::new();
    for (name, value) in fields {
        lines.extend([name, "=", value, "\r\n"]);
    }
    request.body = Body::text(&lines);
}
