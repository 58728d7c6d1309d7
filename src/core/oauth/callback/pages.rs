//! What the browser is shown after it brought something to the listener.
//!
//! No scripts (the relay of `relay` apart), no outside resources, nothing of the request echoed back; the
//! terminal has the details.

use super::{Arrival, PAGES, Verdict, relay};
use crate::core::wire::{Body, Headers, Response};

/// The pages, in English and Danish.
struct Page {
    /// The last part of its own address.
    slug: &'static str,
    /// Glyph before the heading.
    glyph: &'static str,
    /// Heading in English, then in Danish.
    heading: [&'static str; 2],
    /// One or two sentences in English, then in Danish.
    text: [&'static str; 2],
}

/// The page to open first, so that the certificate is accepted before an answer depends on it.
pub const READY: &str = "ready";

/// Accepted, cancelled, received before, too late, refused, and the one that is opened first.
const PAGE_TABLE: [Page; 6] = [
    Page {
        slug: "accepted",
        glyph: "✓",
        heading: ["The answer has arrived", "Svaret er modtaget"],
        text: [
            "dineroscope has what it needs. You can close this tab and go back to the terminal.",
            "dineroscope har, hvad den skal bruge. Du kan lukke fanen og gå tilbage til terminalen.",
        ],
    },
    Page {
        slug: "cancelled",
        glyph: "✗",
        heading: ["Access was not given", "Der blev ikke givet adgang"],
        text: [
            "The sign-in service answered with an error instead of a code, mostly because Cancel was \
             pressed. The terminal shows its words. You can close this tab.",
            "Login-tjenesten svarede med en fejl i stedet for en kode, oftest fordi der blev trykket \
             Annuller. Terminalen viser svaret. Du kan lukke fanen.",
        ],
    },
    Page {
        slug: "again",
        glyph: "·",
        heading: ["This answer came before", "Svaret er kommet før"],
        text: [
            "It was taken the first time; nothing more happened now. You can close this tab.",
            "Det blev modtaget første gang; der skete ikke mere nu. Du kan lukke fanen.",
        ],
    },
    Page {
        slug: "late",
        glyph: "✗",
        heading: ["This answer comes too late", "Svaret kommer for sent"],
        text: [
            "The run it belongs to has ended, so nothing was taken. Begin a new run in the terminal.",
            "Forsøget, det hører til, er slut, så intet blev modtaget. Begynd et nyt i terminalen.",
        ],
    },
    Page {
        slug: "refused",
        glyph: "✗",
        heading: [
            "This is not an answer for this run",
            "Dette er ikke et svar til dette forsøg",
        ],
        text: [
            "Nothing was taken. An old tab is the likely cause: close it and use the link that the \
             terminal shows now. The terminal says what did not fit.",
            "Intet blev modtaget. En gammel fane er den sandsynlige årsag: luk den og brug det link, \
             terminalen viser nu. Terminalen fortæller, hvad der ikke passede.",
        ],
    },
    Page {
        slug: READY,
        glyph: "✓",
        heading: [
            "The browser reaches the terminal",
            "Browseren når terminalen",
        ],
        text: [
            "The answer can come here now. You can close this tab and go on in the terminal.",
            "Svaret kan komme hertil nu. Du kan lukke fanen og fortsætte i terminalen.",
        ],
    },
];

/// The answer to a hit. A GET that carried an answer is sent on (303) to a page without a query, so
/// that the browser's history keeps no code.
pub fn response(verdict: &Verdict, arrival: Option<Arrival>, path: &str, danish: bool) -> Response {
    let (status, page) = match verdict {
        Verdict::Captured => (200, 0),
        Verdict::Refused => (200, 1),
        Verdict::Duplicate => (200, 2),
        Verdict::Late => (410, 3),
        Verdict::OwnPage => return own_page(path, danish),
        Verdict::OtherPath => return plain(404, "Not Found", "There is nothing here.\n"),
        Verdict::OtherMethod => {
            let mut response = plain(405, "Method Not Allowed", "Only GET and POST are taken.\n");
            response.headers.push("Allow", "GET, POST");
            return response;
        }
        Verdict::WrongHost => {
            return plain(
                421,
                "Misdirected Request",
                "This listener has another name.\n",
            );
        }
        _ => (400, 4),
    };
    let address = format!("{PAGES}{}", PAGE_TABLE[page].slug);
    if arrival == Some(Arrival::Fragment) {
        return relay::told(status, reason(status), &address);
    }
    if arrival == Some(Arrival::Query) && status != 400 {
        let mut response = plain(303, "See Other", "");
        response.headers.push("Location", address);
        return response;
    }
    html(status, &PAGE_TABLE[page], danish)
}

/// A page by its own address; it shows nothing that its address does not say.
fn own_page(path: &str, danish: bool) -> Response {
    let slug = path.strip_prefix(PAGES).unwrap_or_default();
    match PAGE_TABLE.iter().find(|page| page.slug == slug) {
        Some(page) => html(200, page, danish),
        None => plain(404, "Not Found", "There is nothing here.\n"),
    }
}

/// A page as a response.
fn html(status: u16, page: &Page, danish: bool) -> Response {
    let language = usize::from(danish);
    let (heading, text) = (page.heading[language], page.text[language]);
    let sheet = Sheet {
        glyph: page.glyph,
        title: heading,
        main: &format!("<h1>{heading}</h1><p>{text}</p>"),
        danish,
    };
    let media_type = "text/html; charset=utf-8";
    with_policy(status, reason(status), media_type, &sheet.html(), "")
}

/// The phrase of a status that these pages have.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        410 => "Gone",
        _ => "Bad Request",
    }
}

/// What every page has around its own words.
pub(super) struct Sheet<'a> {
    pub(super) glyph: &'a str,
    pub(super) title: &'a str,
    pub(super) main: &'a str,
    pub(super) danish: bool,
}

impl Sheet<'_> {
    /// The whole page.
    pub(super) fn html(&self) -> String {
        let Self {
            glyph,
            title,
            main,
            danish,
        } = self;
        let code = if *danish { "da" } else { "en" };
        format!(
            "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title} – dineroscope</title><style>{STYLE}</style></head>\n\
             <body><main><p class=\"glyph\" aria-hidden=\"true\">{glyph}</p>{main}\
             <footer>dineroscope</footer></main></body></html>\n"
        )
    }
}

/// The style of the pages: the browser's own colours, light or dark.
const STYLE: &str = "html{color-scheme:light dark;font:17px/1.6 system-ui,sans-serif}\
body{margin:0;min-height:100vh;display:grid;place-items:center}\
main{max-width:32rem;padding:2rem;text-align:center}\
.glyph{font-size:2.5rem;margin:0}h1{font-size:1.5rem;margin:.25rem 0}\
footer{opacity:.6;font:14px ui-monospace,monospace;margin-top:2rem}";

/// A short text as a response; also what the listener says to what is no request.
pub fn plain(status: u16, reason: &str, text: &str) -> Response {
    with_policy(status, reason, "text/plain; charset=utf-8", text, "")
}

/// An answer with the header fields that every one of the listener carries (design.md section 6); `more`
/// is what its policy allows beyond a style.
pub(super) fn with_policy(
    status: u16,
    reason: &str,
    media_type: &str,
    body: &str,
    more: &str,
) -> Response {
    let mut headers = Headers::default();
    headers.push("Content-Type", media_type);
    headers.push("Content-Length", body.len().to_string());
    headers.push("Cache-Control", "no-store");
    headers.push("Referrer-Policy", "no-referrer");
    headers.push("X-Content-Type-Options", "nosniff");
    headers.push(
        "Content-Security-Policy",
        format!(
            "default-src 'none'; {more}style-src 'unsafe-inline'; form-action 'none'; \
             frame-ancestors 'none'; base-uri 'none'"
        ),
    );
    headers.push("Connection", "close");
    Response {
        status,
        reason: reason.to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::text(body),
        cut: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_answer_leaves_no_code_in_the_history() {
        let response = response(&Verdict::Captured, Some(Arrival::Query), "/callback", false);
        assert_eq!(response.status, 303);
        assert_eq!(
            response.headers.get("location"),
            Some("/dineroscope/accepted")
        );
    }

    #[test]
    fn the_relay_is_told_where_the_browser_goes_now() {
        let told = |verdict| {
            response(
                &verdict,
                Some(Arrival::Fragment),
                "/dineroscope/relay/x",
                true,
            )
        };
        let taken = told(Verdict::Captured);
        assert_eq!(
            (taken.status, taken.headers.media_type()),
            (200, "application/json".to_owned())
        );
        assert_eq!(taken.body.to_text(), r#"{"page":"/dineroscope/accepted"}"#);
        let refused = told(Verdict::StateMismatch);
        assert_eq!(refused.body.to_text(), r#"{"page":"/dineroscope/refused"}"#);
        assert_eq!(refused.status, 400);
    }

    #[test]
    fn every_answer_forbids_scripts_and_storing() {
        let verdicts = [
            Verdict::Captured,
            Verdict::StateMismatch,
            Verdict::OtherPath,
            Verdict::OtherMethod,
        ];
        for verdict in verdicts {
            let response = response(&verdict, Some(Arrival::FormPost), "/callback", true);
            assert_eq!(response.headers.get("cache-control"), Some("no-store"));
            let policy = response
                .headers
                .get("content-security-policy")
                .unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"));
            assert_eq!(response.headers.get("access-control-allow-origin"), None);
        }
    }
}
