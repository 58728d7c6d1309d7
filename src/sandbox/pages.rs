//! The web pages: sign-in, consent, the form that posts the answer, errors. Each in one piece.
//!
//! Real pages, so that a first walk looks like the later one; nothing is fetched from elsewhere, nothing
//! that a client or a user gave stands in them unescaped.

mod words;

use super::connect::{APPLICATION, APPLICATION_OWNER, USERS, User};
use super::memory::{AuthorizeRequest, SignIn};
pub(super) use words::Language;
use words::Words;

/// What submits the answer's form; without scripts there is a button.
pub(super) const CALLBACK_SCRIPT: &str = "document.getElementById('callback').submit();";

/// How every page looks, on dark and on light.
const STYLE: &str = include_str!("pages/style.css");

/// The sign-in page, with the user marked who most likely signs in.
pub(super) fn login(language: Language, flow: &str, sign_in: SignIn, likely: usize) -> String {
    let words = language.words();
    let users: String = USERS
        .iter()
        .enumerate()
        .map(|(at, user)| choice(user, at == likely))
        .collect();
    let (title, button) = match sign_in {
        SignIn::First => (words.sign_in_title, words.sign_in_button),
        SignIn::Again => (words.sign_in_again_title, words.sign_in_button),
        SignIn::Choose => (words.choose_title, words.callback_button),
    };
    let who = words.sign_in_who;
    let main = format!(
        "<h1>{title}</h1>\
         <form id=\"login\" method=\"post\" action=\"/account/login\">\
         <input type=\"hidden\" name=\"flow\" value=\"{flow}\">\
         <fieldset><legend>{who}</legend>{users}</fieldset>\
         <div class=\"buttons\"><button type=\"submit\" class=\"primary\">{button}</button></div>\
         </form><p class=\"quiet\">{no_password}</p>",
        flow = escape(flow),
        no_password = words.sign_in_no_password,
    );
    page(language, title, &main)
}

/// One user to choose.
fn choice(user: &User, marked: bool) -> String {
    let (name, email) = (escape(&user.name()), escape(user.email));
    let checked = if marked { " checked" } else { "" };
    let initials: String = [user.given_name, user.family_name]
        .iter()
        .filter_map(|name| name.chars().next())
        .collect();
    format!(
        "<label class=\"choice\"><input type=\"radio\" name=\"user\" value=\"{email}\"{checked}>\
         <span class=\"face\" aria-hidden=\"true\">{initials}</span>\
         <span><strong>{name}</strong><br><span class=\"quiet\">{email}</span></span></label>"
    )
}

/// The consent page: who asks, for what, in whose name.
pub(super) fn consent(request: &AuthorizeRequest, user: &User, flow: &str) -> String {
    let words = request.language.words();
    let scopes: Vec<String> = request
        .scopes
        .iter()
        .map(|scope| {
            let (name, meaning) = (escape(scope), escape(words.meaning(scope)));
            format!("<li><strong>{meaning}</strong><code>{name}</code></li>")
        })
        .collect();
    let title = words.consent_title;
    let flow = escape(flow);
    let main = format!(
        "<h1><em>{APPLICATION}</em> {title}</h1>\
         <p class=\"quiet\">{by} {APPLICATION_OWNER} · {uncertified}</p>\
         <ul class=\"scopes\">{scopes}</ul>\
         <form id=\"consent\" method=\"post\" action=\"/consent\">\
         <input type=\"hidden\" name=\"flow\" value=\"{flow}\">\
         <div class=\"buttons\">\
         <button type=\"submit\" name=\"decision\" value=\"accept\" class=\"primary\">{accept}</button>\
         <button type=\"submit\" name=\"decision\" value=\"cancel\">{cancel}</button>\
         </div></form>\
         <p class=\"quiet\">{as_whom} {name} ({email}) · <a href=\"/account/login?flow={flow}\">{other}</a></p>\
         <p class=\"quiet\">{then} <code>{target}</code></p>",
        scopes = scopes.concat(),
        by = words.consent_by,
        uncertified = words.consent_uncertified,
        accept = words.accept,
        cancel = words.cancel,
        as_whom = words.signed_in_as,
        name = escape(&user.name()),
        email = escape(user.email),
        other = words.somebody_else,
        then = words.consent_then,
        target = escape(&request.redirect_uri),
    );
    page(request.language, title, &main)
}

/// The page that posts the answer to the redirect URI (OAuth 2.0 Form Post Response Mode); a plain one as text.
pub(super) fn callback(
    language: Language,
    redirect_uri: &str,
    fields: &[(&'static str, String)],
    is_plain: bool,
) -> String {
    let words = language.words();
    let inputs: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let value = escape(value);
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let title = words.callback_title;
    let main = format!(
        "<h1>{title}</h1>\
         <form id=\"callback\" method=\"post\" action=\"{action}\"{written}>{inputs}\
         <noscript><p>{no_script}</p>\
         <div class=\"buttons\"><button class=\"primary\">{button}</button></div></noscript></form>\
         <script>{CALLBACK_SCRIPT}</script>",
        inputs = inputs.concat(),
        action = escape(redirect_uri),
        written = if is_plain {
            " enctype=\"text/plain\""
        } else {
            ""
        },
        no_script = words.callback_no_script,
        button = words.callback_button,
    );
    page(language, title, &main)
}

/// The page on which a broken link ends. It says no more than the real one: an id.
pub(super) fn error(language: Language, id: &str, reason: &str) -> String {
    let words = language.words();
    let title = words.error_title;
    let reason = match reason {
        "" => String::new(),
        words => format!("<p id=\"reason\">{}</p>", escape(words)),
    };
    let main = format!(
        "<h1>{title}</h1><p>{text}</p>{reason}<p class=\"quiet\">{label}</p><p><code id=\"error-id\">{id}</code></p>",
        text = words.error_text,
        label = words.error_id,
        id = escape(id),
    );
    page(language, title, &main)
}

/// What a proxy puts where JSON was expected.
pub(super) fn maintenance() -> String {
    let words = Language::English.words();
    let main = format!(
        "<h1>{}</h1><p>{}</p>",
        words.maintenance_title, words.maintenance_text
    );
    page(Language::English, words.maintenance_title, &main)
}

/// What Dinero answers to a path that it does not know.
pub(super) fn not_found() -> String {
    let words = Language::English.words();
    let main = format!(
        "<h1>{}</h1><p>{}</p>",
        words.not_found_title, words.not_found_text
    );
    page(Language::English, words.not_found_title, &main)
}

/// The frame of every page.
fn page(language: Language, title: &str, main: &str) -> String {
    let Words { lang, banner, .. } = language.words();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main>{main}</main><footer>{banner}</footer></body></html>"
    )
}

/// Text that stands for itself in HTML, also inside a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // HTML forbids NUL and carriage returns come back as line feeds.
            '\0' => escaped.push('\u{fffd}'),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}
