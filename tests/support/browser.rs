//! As much of a browser as a walk needs: it follows redirects and submits the form that submits itself.
//!
//! Written on a bare socket, so that nothing between the test and the listener is dineroscope's own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use url::Url;

/// Where a walk ended, and what went by on the way.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The status of the last page.
    pub(crate) status: u16,
    /// The address of the last page.
    pub(crate) address: String,
    /// The last page.
    pub(crate) page: String,
    /// The code that was carried, if any.
    pub(crate) code: Option<String>,
}

/// One answer.
struct Answer {
    status: u16,
    location: Option<String>,
    page: String,
}

/// Opens an address and goes where a browser would go.
pub(crate) fn visit(address: &str) -> Visit {
    let mut url = Url::parse(address).unwrap();
    let mut form: Option<String> = None;
    let mut code = None;
    for _ in 0..10 {
        let carried = form.as_deref().or(url.query()).unwrap_or_default();
        code = code.or_else(|| field(carried, "code"));
        let answer = send(&url, form.take().as_deref());
        if let Some(location) = &answer.location {
            url = url.join(location).unwrap();
        } else if let Some((action, fields)) = own_form(&answer.page) {
            url = url.join(&action).unwrap();
            form = Some(fields);
        } else {
            return Visit {
                status: answer.status,
                address: url.into(),
                page: answer.page,
                code,
            };
        }
    }
    panic!("{address} leads round in circles");
}

/// Posts a form, as the page of a provider does.
pub(crate) fn post(address: &str, form: &str) -> u16 {
    send(&Url::parse(address).unwrap(), Some(form)).status
}

/// One request; with a form it is a POST.
fn send(url: &Url, form: Option<&str>) -> Answer {
    let host = url.host_str().unwrap();
    let port = url.port_or_known_default().unwrap();
    let mut stream = TcpStream::connect((host, port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let method = if form.is_some() { "POST" } else { "GET" };
    let body = form.unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, page) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let location = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.to_owned())
    });
    Answer {
        status,
        location,
        page: page.to_owned(),
    }
}

/// Action and encoded fields of the form that a script on the page submits.
fn own_form(page: &str) -> Option<(String, String)> {
    let (_, form) = page.split_once("<form id=\"callback\"")?;
    let form = form.split("</form>").next()?;
    let action = attribute(form, "action")?;
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    for input in form.split("<input ").skip(1) {
        fields.append_pair(&attribute(input, "name")?, &attribute(input, "value")?);
    }
    Some((action, fields.finish()))
}

/// The first attribute of that name, unescaped.
fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&#39;", "'").replace("&amp;", "&"))
}

/// A field of form-encoded text.
fn field(encoded: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(encoded.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
