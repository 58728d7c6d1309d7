//! A request as code: the call that works here, to be taken home and run there.
//!
//! Every text is a whole command or program that prints the status and the answer. What is sent is exact to the
//! byte, so every language quotes by its own rules; and no secret stands in it, only the name of an environment
//! variable.
//!
//! ```text
//! Subject ─► plan (secrets out, what a client writes itself left off) ─► curl, rust, csharp, python, javascript
//! ```

mod csharp;
mod curl;
mod javascript;
mod plan;
mod python;
mod quoting;
mod rust;
mod secrets;

use plan::Plan;

/// The environment variable that every snippet takes the access token from.
pub const TOKEN_VARIABLE: &str = "DINERO_ACCESS_TOKEN";

/// A language a request can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A command line for bash, zsh and their kin.
    Curl,
    /// A program with reqwest.
    Rust,
    /// A program with `HttpClient`.
    CSharp,
    /// A script with requests.
    Python,
    /// A module with `fetch`.
    JavaScript,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Curl,
        Self::Rust,
        Self::CSharp,
        Self::Python,
        Self::JavaScript,
    ];

    /// How it is called where a person chooses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Rust => "Rust",
            Self::CSharp => "C#",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// How a file of it ends, without the dot. JavaScript is a module: it waits at the top.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Curl => "sh",
            Self::Rust => "rs",
            Self::CSharp => "cs",
            Self::Python => "py",
            Self::JavaScript => "mjs",
        }
    }
}

/// What is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The method, as it is sent.
    pub method: &'a str,
    /// The whole address, encoded.
    pub url: &'a str,
    /// Header fields in order. Secret values become placeholders here, whether they are masked already or not.
    /// Lengths are left to each client, and what HTTP cannot carry is left off.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: Payload<'a>,
    /// Whether the access token goes along, always as a placeholder; not beside an `Authorization` among the
    /// headers.
    pub with_token: bool,
}

/// The body of a request that is to be written.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    /// None.
    Nothing,
    /// Text, sent as UTF-8.
    Text(&'a str),
    /// Bytes of any kind.
    Bytes(&'a [u8]),
    /// A file as a part of `multipart/form-data`, read when the snippet runs.
    File {
        /// Where it lies.
        path: &'a str,
        /// The name of the part.
        part: &'a str,
        /// The media type of the part.
        media_type: &'a str,
    },
}

/// The request as a command or a program of that language.
pub fn snippet(language: Language, subject: &Subject<'_>) -> String {
    let plan = Plan::of(subject);
    match language {
        Language::Curl => curl::write(&plan),
        Language::Rust => rust::write(&plan),
        Language::CSharp => csharp::write(&plan),
        Language::Python => python::write(&plan),
        Language::JavaScript => javascript::write(&plan),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A secret that stands nowhere by chance.
    fn secret() -> impl Strategy<Value = String> {
        "s3[a-zA-Z0-9._~-]{12,40}"
    }

    /// Names whose values are secret in an address, a form or JSON.
    const NAMES: [&str; 6] = [
        "access_token",
        "clientSecret",
        "api-key",
        "code",
        "refresh%5Ftoken",
        "token",
    ];

    /// Names of headers whose values are.
    const HEADERS: [&str; 6] = [
        "Authorization",
        "cookie",
        "Proxy-Authorization",
        "X-Api-Key",
        "Ocp-Apim-Subscription-Key",
        "X-Auth-Token",
    ];

    /// What is before the secret in a value.
    const SCHEMES: [&str; 4] = ["", "Bearer ", "Basic ", "DPoP "];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_secret_stands_in_a_snippet(
            secret in secret(),
            name in prop::sample::select(&NAMES[..]),
            header in prop::sample::select(&HEADERS[..]),
            scheme in prop::sample::select(&SCHEMES[..]),
            beside in "[a-zA-Z]{1,8}=[ -~]{0,20}&",
            with_token: bool,
        ) {
            let text = beside.replace(['"', '\\', '{', '[', '#'], "");
            let json = format!("{{\"a\": [1, \"{text}\"], \"{name}\" : \"{secret}\"}}");
            let deep = format!("{{\"{name}\": {{\"a\": [\"{secret}\"]}}, \"x\": 1}}");
            let hook = format!("{{\"uri\": \"https://a.example/?x=1&{name}={secret}\"}}");
            let form = format!("{beside}{name}={secret}&b=1");
            let headers = [
                (header.to_owned(), format!("{scheme}{secret}")),
                ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
                ("Referer".to_owned(), format!("https://a.example/?{name}={secret}")),
            ];
            for url in [
                format!("https://a.example/x?{name}={secret}&y=1"),
                format!("https://a.example/x?y=1#a=1&{name}={secret}"),
                format!("https://user:{secret}@a.example/x?y=https://b.example/?{name}={secret}"),
            ] {
                for body in [&json, &deep, &hook, &form] {
                    let body = if name.contains('%') && body != &form {
                        Payload::Nothing
                    } else {
                        Payload::Text(body)
                    };
                    let method = "POST";
                    let subject = Subject { method, url: &url, headers: &headers, body, with_token };
                    for language in Language::ALL {
                        let code = snippet(language, &subject);
                        prop_assert!(!code.contains(&secret), "{code}");
                        prop_assert_eq!(&code, &snippet(language, &subject));
                    }
                }
            }
        }
    }

    #[test]
    fn the_token_is_a_variable_once_and_in_every_language() {
        let own = [("authorization".to_owned(), "Bearer of-my-own".to_owned())];
        for headers in [&[][..], &own] {
            let subject = Subject {
                method: "GET",
                url: "https://api.dinero.dk/v1/organizations",
                headers,
                body: Payload::Nothing,
                with_token: true,
            };
            for language in Language::ALL {
                let code = snippet(language, &subject);
                assert!(!code.contains("of-my-own"), "{code}");
                let lower = code.to_lowercase();
                let named =
                    lower.matches("authorization").count() + lower.matches("bearer_auth").count();
                assert_eq!(named, 1, "{code}");
                assert!(code.contains(TOKEN_VARIABLE), "{code}");
            }
        }
    }

    #[test]
    fn what_is_masked_already_becomes_a_variable() {
        let headers = [
            ("X-Trace".to_owned(), "token=••••#a3f1 kept".to_owned()),
            ("X-Api-Key".to_owned(), "••••#a3f1".to_owned()),
        ];
        let subject = Subject {
            method: "GET",
            url: "https://a.example/?access_token=••••64~0123456789abcdef&x=1",
            headers: &headers,
            body: Payload::Nothing,
            with_token: false,
        };
        for language in Language::ALL {
            let code = snippet(language, &subject);
            assert!(!code.contains('•'), "{code}");
            assert!(code.contains("ACCESS_TOKEN"), "{code}");
        }
    }

    #[test]
    fn what_http_cannot_carry_is_left_off() {
        let headers = [
            ("X-Bad".to_owned(), "a\r\nInjected: 1".to_owned()),
            ("@/etc/passwd".to_owned(), "x".to_owned()),
            ("Content-Length".to_owned(), "3".to_owned()),
            ("X-Good".to_owned(), "\tgood ".to_owned()),
        ];
        let subject = Subject {
            method: "GET",
            url: "https://a.example/",
            headers: &headers,
            body: Payload::Nothing,
            with_token: false,
        };
        for language in Language::ALL {
            let code = snippet(language, &subject);
            for left_off in ["Injected", "passwd", "Content-Length", "\\t"] {
                assert!(!code.contains(left_off), "{code}");
            }
            assert!(code.contains("X-Good") && code.contains("good"), "{code}");
        }
    }
}
