//! A sandbox on a socket, a bare HTTP client, and the walk through the pages.

use dineroscope::core::fault::Fault;
use dineroscope::core::secret::{Entropy, Secret};
use dineroscope::edge::sandbox_server::{ConsentMode, Faults, SandboxConfig, SandboxServer, start};
use dineroscope::sandbox::{Sandbox, Surroundings, router};
use jiff::Timestamp;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

pub(crate) const CLIENT: &str = "isv_prøve";
pub(crate) const SECRET: &str = "hemmelig/+ord:1";
pub(crate) const REDIRECT_URI: &str = "http://localhost:8765/callback";
/// The verifier of RFC 7636 appendix B, and its challenge.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A sandbox that fails in those ways, for a client on any port of localhost.
pub(crate) fn config(consent: ConsentMode, faults: &[Fault]) -> SandboxConfig {
    SandboxConfig {
        faults: Faults::of(faults),
        consent,
        ..SandboxConfig::for_client(CLIENT, Secret::new(SECRET), "http://localhost:0/callback")
    }
}

/// The parameters of a good link, with others put over them; an empty value leaves one out.
pub(crate) fn link(changes: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("redirect_uri", REDIRECT_URI),
        (
            "scope",
            "dineropublicapi:read dineropublicapi:write offline_access",
        ),
        ("state", "tilstand 1&2"),
    ];
    pairs.retain(|(name, _)| !changes.iter().any(|(other, _)| name == other));
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    format!("/connect/authorize?{}", encoded(&pairs))
}

/// Form-encoded.
pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A running sandbox.
pub(crate) struct Stage {
    pub(crate) origin: String,
    _server: Option<SandboxServer>,
    _runtime: Runtime,
}

impl Stage {
    /// As the program starts it.
    pub(crate) fn start(config: SandboxConfig) -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(start(config, 0)).unwrap();
        Self {
            origin: server.origin().to_owned(),
            _server: Some(server),
            _runtime: runtime,
        }
    }

    /// One that accepts at once and has no faults.
    pub(crate) fn accepting() -> Self {
        Self::start(config(ConsentMode::Accept, &[]))
    }

    /// One with a clock of its own.
    pub(crate) fn with_clock(config: SandboxConfig, clock: fn() -> Timestamp) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let surroundings = Surroundings {
            origin: origin.clone(),
            clock,
            entropy: Entropy::from_seed([1; 32]),
        };
        let router = router(Arc::new(Sandbox::new(config, surroundings)));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            origin,
            _server: None,
            _runtime: runtime,
        }
    }

    /// A connection with a request on it.
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[&str],
        body: &str,
    ) -> TcpStream {
        let host = self.origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let path = target.strip_prefix(&self.origin).unwrap_or(target);
        let headers: Vec<String> = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let headers = headers.concat();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        stream
    }

    /// A request and its answer.
    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[&str],
        body: &str,
    ) -> Answer {
        Answer::read(self.send(method, target, headers, body))
    }

    /// GET.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.request("GET", target, &[], "")
    }

    /// GET with a token.
    pub(crate) fn get_with(&self, target: &str, token: &str) -> Answer {
        self.request(
            "GET",
            target,
            &[&format!("Authorization: Bearer {token}")],
            "",
        )
    }

    /// POST of a form.
    pub(crate) fn post(&self, target: &str, pairs: &[(&str, &str)]) -> Answer {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.request("POST", target, &[kind], &encoded(pairs))
    }

    /// Walks sign-in and consent as the user who is preselected; the answer to the decision.
    pub(crate) fn decide(&self, link: &str, decision: &str) -> Answer {
        let login = self.get(self.get(link).location());
        let user = login.input("login", "user");
        self.decide_as(&login, &user, decision)
    }

    /// Goes on from the sign-in page as that user.
    pub(crate) fn decide_as(&self, login: &Answer, user: &str, decision: &str) -> Answer {
        let flow = login.input("login", "flow");
        let signed_in = self.post("/account/login", &[("flow", &flow), ("user", user)]);
        let consent = self.get(signed_in.location());
        let flow = consent.input("consent", "flow");
        self.post("/consent", &[("flow", &flow), ("decision", decision)])
    }

    /// A code, from a sandbox that accepts at once.
    pub(crate) fn code(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.get(&link(changes));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.input("callback", "code")
    }

    /// The exchange of a code, with fields put over the good ones; an empty value leaves one out.
    pub(crate) fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("redirect_uri", REDIRECT_URI),
            ("code", code),
        ];
        pairs.retain(|(name, _)| !changes.iter().any(|(other, _)| name == other));
        pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/connect/token", &pairs)
    }

    /// A refresh.
    pub(crate) fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("refresh_token", token),
        ];
        pairs.extend(changes);
        self.post("/connect/token", &pairs)
    }

    /// An access token for these scopes.
    pub(crate) fn access_token(&self, scope: &str) -> String {
        let code = self.code(&[("scope", scope)]);
        self.exchange(&code, &[]).text("access_token")
    }
}

/// An answer, read to the end of the connection.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads it, however it ends.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut bytes = Vec::new();
        // A reset after the bytes is an end like another.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 302, "{self:?}");
        self.header("location").unwrap()
    }

    /// The JSON body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A text of the JSON body.
    pub(crate) fn text(&self, name: &str) -> String {
        let text = self.json()[name].as_str().map(str::to_owned);
        text.unwrap_or_else(|| panic!("no `{name}`: {self:?}"))
    }

    /// The page's form of that id, tags and all.
    pub(crate) fn form(&self, id: &str) -> &str {
        let start = self
            .body
            .find(&format!("<form id=\"{id}\""))
            .unwrap_or_else(|| panic!("no form `{id}`: {self:?}"));
        let end = self.body[start..].find("</form>").unwrap();
        &self.body[start..start + end]
    }

    /// The first input of that name in a form, unescaped.
    pub(crate) fn input(&self, form: &str, name: &str) -> String {
        let form = self.form(form);
        let start = format!("name=\"{name}\" value=\"");
        let at = form
            .find(&start)
            .unwrap_or_else(|| panic!("no input `{name}`: {form}"));
        let value = &form[at + start.len()..];
        unescaped(&value[..value.find('"').unwrap()])
    }

    /// The fields of a redirect back.
    pub(crate) fn returned(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?').unwrap();
        let query = query.split('#').next().unwrap();
        form_urlencoded::parse(query.as_bytes())
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// What a browser makes of an attribute.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#13;", "\r")
        .replace("&amp;", "&")
}
