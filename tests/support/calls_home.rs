//! Calls whose every byte matters, and whether they arrive as they were meant: what snippets are tried with.
//!
//! Each call goes to a path of its own, so that what arrives is told apart when many are sent by one process.

use dineroscope::core::export::snippet::{Language, Payload, Subject, snippet};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// A body.
#[derive(Debug, Clone)]
pub(crate) enum Sent {
    Nothing,
    Text(String),
    Bytes(Vec<u8>),
}

/// A call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    /// What stands behind the number of the call: `/path?query`.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Sent,
    pub(crate) with_token: bool,
}

/// What the environment holds when snippets run; secrets of the calls below are these values.
pub(crate) const ENVIRONMENT: [(&str, &str); 6] = [
    ("DINERO_ACCESS_TOKEN", "the-token.of-the_environment"),
    ("X_API_KEY", "key'with\"quotes$and`more`!"),
    ("COOKIE", "a=1; b=2"),
    ("ACCESS_TOKEN", "in-the-address"),
    ("CLIENT_SECRET", "in-a-form"),
    ("PASSWORD", "in JSON"),
];

/// Bodies that break bad quoting.
const BODIES: [&str; 29] = [
    "of ${template}\nlines",
    "lines that end in a quote\n'",
    "lines '''\nthat end in a quote\"",
    "{\n  \"Name\": \"Bo's \\\"Café\\\"\",\n  \"Note\": \"100 % of {x} for $HOME & `id`!\",\n  \"Path\": \"C:\\\\temp\\\\n\"\n}",
    "{\"a\":\"b\"}",
    "@/etc/hostname",
    "@-",
    "'",
    "\"",
    "\"quoted\"",
    "it's `id` $(id) ${HOME} $HOME !! !$ !-1 ^a^b",
    "first\n^quick^substitution\n!! and it's !history! \"!x\" '!y'\n\n  indented\n",
    "ends in a backslash \\",
    "lines\nends in backslashes \\\\",
    "lines\n'''quotes''' and \"\"\"quotes\"\"\" and \"\"\"\"four\nends in quotes\"\"\"",
    "\"\"\"\nbegins and ends\n\"\"\"",
    "lines\nends in '''",
    "`backtick` and ${template}\nof ${lines}",
    "r#\"raw\"# and \"## and \"###\nof lines",
    "{} {{}} {0} %s %d %% \\x41 \\u0041 \\n \\0",
    "tab\tand\r\nline end\r\n and ESC \u{1b}[31m and bell \u{7}1f and DEL \u{7f}",
    "æøå ÆØÅ € 日本語 🧾 👩‍💻 \u{2028} \u{2029} \u{85} \u{202e} \u{feff} \u{e0041}",
    "a zero \0 byte, \\0 and 'quotes' \\ \n 100 % !\0",
    "\0",
    " leading and trailing \n\n",
    "\n",
    "--data-raw",
    "</script><!-- -->",
    "# no comment\n// nor this\n/* nor this */ \\\n-- \\\r",
];

/// Addresses that break bad quoting; all as a client sends them that puts addresses in order.
const TARGETS: [&str; 9] = [
    "/contacts?queryFilter=Name%20eq%20%27It%27%27s%27&fields=Name,ContactGuid&page=0",
    "/a+b?x=%7E%41&y=%C3%A6&z=100%25&empty=&flag",
    "/o'brien/(x)!$&*;=@:?a=$HOME&b=!x&c=(y)&d=*;e",
    "/x?a=`id`&b={c}&d=[e]&f=[1-3]&g={1,2}|h^i\\j",
    "/x?access_token=in-the-address&b=1",
    "/x?b=1&access_token=in-the-address",
    "/%c3%a6?x=%e6%2f",
    "/x?a=$(id)&b=~&c=#",
    "/x?a=http://b.example/?c=%0D%0A",
];

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Calls that were chosen, each for a trap.
pub(crate) fn chosen() -> Vec<Call> {
    let plain = Call {
        method: "GET",
        target: "/".to_owned(),
        headers: Vec::new(),
        body: Sent::Nothing,
        with_token: true,
    };
    let mut calls = vec![plain.clone()];
    for method in [
        "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE", "X-!'$`#",
    ] {
        calls.push(Call {
            method,
            ..plain.clone()
        });
    }
    for target in TARGETS {
        calls.push(Call {
            target: target.to_owned(),
            ..plain.clone()
        });
    }
    for body in BODIES {
        for headers in [
            &[("Content-Type", "application/json; charset=utf-8")][..],
            &[],
        ] {
            calls.push(Call {
                method: "POST",
                headers: owned(headers),
                body: Sent::Text(body.to_owned()),
                ..plain.clone()
            });
        }
    }
    for method in ["PUT", "PATCH", "DELETE", "GET"] {
        let body = Sent::Text("{\"a\": \"b\"}".to_owned());
        calls.push(Call {
            method,
            body,
            ..plain.clone()
        });
    }
    let every_byte: Vec<u8> = (0..=255).cycle().take(700).collect();
    for bytes in [every_byte, vec![0xff], b"valid UTF-8 \xc3\xa6".to_vec()] {
        calls.push(Call {
            method: "POST",
            body: Sent::Bytes(bytes),
            headers: owned(&[("Content-Type", "application/octet-stream")]),
            ..plain.clone()
        });
    }
    calls.push(Call {
        method: "POST",
        body: Sent::Text(format!("{}'\n!", "0123456789".repeat(20_000))),
        ..plain.clone()
    });
    calls.extend(with_headers(&plain));
    calls
}

/// Calls whose headers are hard to write, or hold secrets.
fn with_headers(plain: &Call) -> Vec<Call> {
    let mut calls = Vec::new();
    calls.push(Call {
        headers: owned(&[
            ("Accept", "application/json"),
            ("X-Quotes", "'single' \"double\" `back` \\ $HOME !x {y} %z"),
            ("X-Danish", "blåbærgrød €"),
            ("X-Tab", "a\tb"),
            ("X-Empty", ""),
            ("X-Twice", "one"),
            ("x-twice", "two, 'three'"),
            ("X_under.dot~", "1"),
        ]),
        ..plain.clone()
    });
    calls.push(Call {
        headers: owned(&[
            ("X-Api-Key", ENVIRONMENT[1].1),
            ("Cookie", "a=1; b=2"),
            (
                "Referer",
                "https://a.example/?x=1&access_token=in-the-address&é=$'",
            ),
        ]),
        with_token: false,
        ..plain.clone()
    });
    for (media_type, body) in [
        (
            "application/x-www-form-urlencoded",
            "a=it's+100%25&client_secret=in-a-form&b=$x",
        ),
        (
            "application/json",
            "{\n  \"a\": \"it's !\",\n  \"password\": \"in JSON\",\n  \"b\": \"$x\"\n}",
        ),
        (
            "application/json",
            "{\"password\": \"in JSON\", \"a\": \"\0\\u0000\"}",
        ),
    ] {
        calls.push(Call {
            method: "POST",
            headers: owned(&[("Content-Type", media_type)]),
            body: Sent::Text(body.to_owned()),
            ..plain.clone()
        });
    }
    calls
}

/// Calls that nobody chose, the same ones every time.
pub(crate) fn random(count: usize) -> Vec<Call> {
    let letters = prop::sample::select(
        [
            '\'', '"', '`', '\\', '$', '!', '^', '@', '%', '#', '{', '}', '(', ')', '&', ';', '|',
            '<', '~', '*', '?', '=', '\n', '\r', '\t', ' ', 'a', 'n', 'x', '0', '7', 'f', 'æ', '€',
            '🧾', '\u{2028}', '\0', '\u{1}', '\u{9d}', '-', ',', '+', '[', ']',
        ]
        .to_vec(),
    );
    let text = prop::collection::vec(letters, 0..40).prop_map(String::from_iter);
    let call =
        (text, "[ -~]{0,20}", "[a-z0-9,:@!$()*+;=-]{0,20}").prop_map(|(body, value, query)| Call {
            method: "POST",
            target: format!("/?q={query}"),
            headers: vec![("X-Any".to_owned(), value.trim().to_owned())],
            body: Sent::Text(body),
            with_token: false,
        });
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| call.new_tree(&mut runner).unwrap().current())
        .collect()
}

impl Call {
    /// Its address, as the call of that number.
    fn url(&self, origin: &str, number: usize) -> String {
        format!("{origin}/{number}{}", self.target)
    }

    /// The call of that number as code.
    pub(crate) fn code(&self, language: Language, origin: &str, number: usize) -> String {
        let url = self.url(origin, number);
        let code = snippet(
            language,
            &Subject {
                method: self.method,
                url: &url,
                headers: &self.headers,
                body: match &self.body {
                    Sent::Nothing => Payload::Nothing,
                    Sent::Text(text) => Payload::Text(text),
                    Sent::Bytes(bytes) => Payload::Bytes(bytes),
                },
                with_token: self.with_token,
            },
        );
        for (name, secret) in ENVIRONMENT {
            let quoted = ["a=1", "in JSON"]
                .iter()
                .any(|short| secret.starts_with(short));
            assert!(
                quoted || !code.contains(secret),
                "{name} stands in it:\n{code}"
            );
        }
        code
    }

    /// Whether a client of that language can send it to the letter.
    pub(crate) fn can_be_sent(&self, language: Language) -> bool {
        let has_body = !self.bytes().is_empty();
        let in_order = {
            let url = self.url("http://127.0.0.1:1", 1);
            url::Url::parse(&url).is_ok_and(|parsed| parsed.as_str() == url)
        };
        match language {
            // fetch: no body with GET.
            Language::JavaScript => in_order && !(self.method == "GET" && has_body),
            Language::Rust => in_order,
            // urllib3 writes these as %XX, and hexadecimal digits as capitals.
            Language::Python => {
                !self
                    .target
                    .contains(['`', '[', ']', '{', '}', '|', '^', '\\', '"', '<', '>'])
                    && !self.target.contains("%c3")
            }
            Language::Curl | Language::CSharp => true,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Sent::Nothing => Vec::new(),
            Sent::Text(text) => text.as_bytes().to_vec(),
            Sent::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Fails unless what arrived is this call, sent as the one of that number.
    pub(crate) fn assert_arrived(&self, number: usize, arrived: &[Vec<u8>], told: &str) {
        let begins = format!(" /{number}/");
        let is_it = |request: &&Vec<u8>| {
            let first = request.split(|byte| *byte == b'\r').next().unwrap();
            String::from_utf8_lossy(first).contains(&begins)
        };
        let mut found = arrived.iter().filter(is_it);
        let request = found
            .next()
            .unwrap_or_else(|| panic!("{self:?} did not arrive:\n{told}"));
        assert!(found.next().is_none(), "{self:?} arrived twice");
        let end = request
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let (head, body) = (&request[..end], &request[end + 4..]);
        let head = String::from_utf8(head.to_vec()).unwrap();
        let (first, fields) = head.split_once("\r\n").unwrap();
        let target = self.target.split('#').next().unwrap();
        assert_eq!(first, format!("{} /{number}{target} HTTP/1.1", self.method));
        assert_eq!(
            String::from_utf8_lossy(body),
            String::from_utf8_lossy(&self.bytes()),
            "{self:?}"
        );
        assert_eq!(body, self.bytes(), "{self:?}");
        let value = |name: &str| -> Option<String> {
            let all: Vec<&str> = fields
                .split("\r\n")
                .filter_map(|field| field.split_once(':'))
                .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
                .collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        for (name, _) in &self.headers {
            let all: Vec<&str> = self
                .headers
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
                .collect();
            assert_eq!(value(name), Some(all.join(", ")), "{name} of {self:?}");
        }
        let is_typed = self.headers.iter().any(|(name, _)| name == "Content-Type");
        assert!(
            is_typed || value("content-type").is_none(),
            "a type was made up: {head}"
        );
        let token = format!("Bearer {}", ENVIRONMENT[0].1);
        assert_eq!(
            value("authorization"),
            self.with_token.then_some(token),
            "{head}"
        );
    }
}
