//! The relay for `response_mode=fragment`: a page of ours that reads what stands behind `#`, which a browser
//! sends to nobody, and posts it to the listener.
//!
//! ```text
//! provider ──302──► redirect URI#code=… ──GET──► this page ──POST {"fragment":"code=…"}──► PATH + random part
//! ```
//!
//! The page has one script, named by its hash in the policy. It takes the fragment out of the address and
//! of the history before anything else. The path that it posts to is drawn for each run, so that no page
//! of somebody else can post there.

use super::pages::{Sheet, with_policy};
use crate::core::wire::{Body, Response};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands before the random part of the path.
pub const PATH: &str = "/dineroscope/relay/";

/// The media type that is posted.
pub(super) const JSON: &str = "application/json";

/// The page's script. Where handing over fails, the fragment goes into a field, not back into the address.
const SCRIPT: &str = "(async()=>{\
const fragment=location.hash.slice(1);\
history.replaceState(null,\"\",location.pathname+location.search);\
try{\
const to=document.getElementById(\"relay\").dataset.to;\
const answer=await fetch(to,{method:\"POST\",headers:{\"Content-Type\":\"application/json\"},\
body:JSON.stringify({fragment}),credentials:\"omit\",cache:\"no-store\",referrerPolicy:\"no-referrer\"});\
location.replace((await answer.json()).page)\
}catch{\
document.getElementById(\"relay\").hidden=true;\
document.getElementById(\"failed\").hidden=false;\
document.getElementById(\"fragment\").value=fragment\
}})();";

/// The page's words, in English and Danish.
struct Words {
    heading: &'static str,
    text: &'static str,
    failed: &'static str,
    without_script: &'static str,
}

const WORDS: [Words; 2] = [
    Words {
        heading: "The answer is handed over",
        text: "One moment: this page brings the answer to the terminal.",
        failed: "The terminal could not be reached. Copy this text, press p in the terminal and paste it:",
        without_script: "Scripts are off, so this page cannot read the answer. Copy the address, press p in \
                         the terminal and paste it.",
    },
    Words {
        heading: "Svaret bliver afleveret",
        text: "Et øjeblik: siden bringer svaret til terminalen.",
        failed: "Terminalen kunne ikke nås. Kopiér teksten, tryk p i terminalen og indsæt den:",
        without_script: "Scripts er slået fra, så siden kan ikke læse svaret. Kopiér adressen, tryk p i \
                         terminalen og indsæt den.",
    },
];

/// The page that hands a fragment over to this path.
pub fn page(path: &str, danish: bool) -> Response {
    let Words {
        heading,
        text,
        failed,
        without_script,
    } = &WORDS[usize::from(danish)];
    let main = format!(
        "<h1>{heading}</h1><p id=\"relay\" data-to=\"{path}\">{text}</p>\
         <div id=\"failed\" hidden><p>{failed}</p>\
         <textarea id=\"fragment\" rows=\"6\" readonly autocomplete=\"off\"></textarea></div>\
         <noscript><p>{without_script}</p></noscript><script>{SCRIPT}</script>"
    );
    let sheet = Sheet {
        glyph: "→",
        title: heading,
        main: &main,
        danish,
    };
    let hash = STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes()));
    let policy = format!("script-src 'sha256-{hash}'; connect-src 'self'; ");
    with_policy(
        200,
        "OK",
        "text/html; charset=utf-8",
        &sheet.html(),
        &policy,
    )
}

/// The fragment in what the page posted; empty when it is no such text.
pub(super) fn read(body: &Body) -> String {
    let read = serde_json::from_slice::<serde_json::Value>(&body.0).ok();
    read.as_ref()
        .and_then(|value| value.get("fragment"))
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// What the page is told: where the browser goes now.
pub(super) fn told(status: u16, reason: &str, page: &str) -> Response {
    let body = serde_json::json!({ "page": page }).to_string();
    with_policy(status, reason, JSON, &body, "")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_this_script_run_and_no_other() {
        let response = page("/dineroscope/relay/abc", false);
        let policy = response.headers.get("content-security-policy").unwrap();
        let html = response.body.to_text();
        let (_, rest) = html.split_once("<script>").unwrap();
        let (script, _) = rest.split_once("</script>").unwrap();
        let hash = STANDARD.encode(digest(&SHA256, script.as_bytes()));
        assert!(
            policy.contains(&format!("script-src 'sha256-{hash}';")),
            "{policy}"
        );
        assert!(
            policy.starts_with("default-src 'none'; ") && policy.contains("connect-src 'self';")
        );
        assert_eq!(html.matches("<script").count(), 1);
        assert!(html.contains("data-to=\"/dineroscope/relay/abc\""));
        assert_eq!(response.headers.get("cache-control"), Some("no-store"));
    }

    #[test]
    fn the_script_forgets_the_fragment_before_it_posts() {
        let forgets = SCRIPT.find("history.replaceState").unwrap();
        assert!(forgets < SCRIPT.find("fetch(").unwrap());
    }

    #[test]
    fn only_a_fragment_in_json_is_read() {
        let read = |text: &str| super::read(&Body::text(text));
        assert_eq!(
            read(r#"{"fragment":"code=a%2Bb&state=s"}"#),
            "code=a%2Bb&state=s"
        );
        for other in [
            "",
            "code=c",
            "[]",
            "{}",
            r#"{"fragment":7}"#,
            "{\"fragment\":\"code",
        ] {
            assert_eq!(read(other), "", "{other}");
        }
    }
}
