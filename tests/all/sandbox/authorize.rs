//! From the link to the answer at the redirect URI, or to the error page.

use super::walk::{CHALLENGE, Stage, encoded};
use super::{REDIRECT_URI, config, link};
use dineroscope::edge::sandbox_server::{ConsentMode, SandboxConfig};

fn asking() -> Stage {
    Stage::start(config(ConsentMode::Ask, &[]))
}

#[test]
fn an_accepted_request_is_posted_by_a_form() {
    let stage = asking();
    let answer = stage.decide(&link(&[]), "accept");
    assert_eq!(answer.status, 200);
    let form = answer.form("callback");
    assert!(form.contains(&format!("method=\"post\" action=\"{REDIRECT_URI}\"")));
    let code = answer.input("callback", "code");
    assert!(
        code.len() == 64 && code.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{code}"
    );
    assert_eq!(answer.input("callback", "state"), "tilstand 1&2");
    assert_eq!(answer.input("callback", "iss"), stage.origin);
    // Another order than asked, as Visma Connect has it.
    assert_eq!(
        answer.input("callback", "scope"),
        "dineropublicapi:write dineropublicapi:read offline_access"
    );
    assert!(!answer.input("callback", "session_state").is_empty());
    assert!(form.contains("<noscript>"));
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store, no-cache, max-age=0")
    );
}

#[test]
fn the_script_of_the_form_is_the_only_one_that_may_run() {
    let answer = Stage::accepting().get(&link(&[]));
    let script = answer.body.split("<script>").nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}'")),
        "{policy}"
    );
    assert!(
        !policy.contains("form-action"),
        "it would stop the redirect back: {policy}"
    );
}

#[test]
fn by_query_the_answer_is_a_redirect() {
    let stage = asking();
    let answer = stage.decide(&link(&[("response_mode", "query")]), "accept");
    assert!(
        answer
            .location()
            .starts_with(&format!("{REDIRECT_URI}?code="))
    );
    assert_eq!(answer.returned("state").as_deref(), Some("tilstand 1&2"));
    assert_eq!(answer.returned("iss").as_ref(), Some(&stage.origin));
}

#[test]
fn a_denial_comes_back_by_the_same_way() {
    let stage = asking();
    let posted = stage.decide(&link(&[]), "cancel");
    assert_eq!(posted.input("callback", "error"), "access_denied");
    assert_eq!(posted.input("callback", "state"), "tilstand 1&2");
    assert!(!posted.body.contains("name=\"code\""));
    let redirected = stage.decide(&link(&[("response_mode", "query")]), "cancel");
    assert_eq!(
        redirected.returned("error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(redirected.returned("code"), None);
}

#[test]
fn without_pages_it_answers_at_once() {
    let accepting = Stage::accepting();
    assert_eq!(accepting.code(&[]).len(), 64);
    let cancelling = Stage::start(config(ConsentMode::Cancel, &[]));
    let answer = cancelling.get(&link(&[]));
    assert_eq!(answer.input("callback", "error"), "access_denied");
}

#[test]
fn a_broken_link_ends_on_an_error_page_and_never_comes_back() {
    let stage = asking();
    let long = "x".repeat(301);
    for change in [
        ("client_id", ""),
        ("client_id", "isv_ukendt"),
        ("redirect_uri", ""),
        ("redirect_uri", "http://localhost:8765/Callback"),
        ("redirect_uri", "http://localhost:8765/callback/"),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
        ("redirect_uri", "https://evil.example/callback"),
        ("response_type", ""),
        ("response_type", "token"),
        ("response_mode", "web_message"),
        ("scope", ""),
        ("scope", "dineropublicapi:admin"),
        ("scope", "email dineropublicapi:read"),
        ("scope", &long),
        ("code_challenge", "short"),
        ("code_challenge", CHALLENGE),
        ("prompt", "perhaps"),
        ("max_age", "-1"),
        ("nonce", &long),
        ("ui_locales", &long),
    ] {
        let answer = stage.get(&link(&[change]));
        let place = answer.location();
        let id = place.strip_prefix(&format!("{}/error?errorId=", stage.origin));
        let id = id.unwrap_or_else(|| panic!("{change:?} leads to {place}"));
        assert!(id.starts_with("CfDJ8"), "{id}");
        let page = stage.get(place);
        assert_eq!(page.status, 200);
        assert!(page.body.contains(id));
        assert!(
            !page.body.contains("callback") && !page.body.contains("evil"),
            "{page:?}"
        );
    }
}

#[test]
fn a_registered_port_is_the_only_one() {
    let stage = Stage::start(SandboxConfig {
        redirect_uri: REDIRECT_URI.to_owned(),
        ..config(ConsentMode::Accept, &[])
    });
    assert_eq!(stage.get(&link(&[])).status, 200);
    let other = stage.get(&link(&[("redirect_uri", "http://localhost:8766/callback")]));
    assert!(other.location().contains("/error?errorId="));
}

#[test]
fn the_pages_are_danish_for_da_dk_and_english_otherwise() {
    let stage = asking();
    for (locales, language, sign_in, cancel, read) in [
        ("da-DK", "da", "Hvem er du?", "Annuller", "se fakturaer"),
        ("en-GB", "en", "Who are you?", "Cancel", "see invoices"),
        ("", "en", "Who are you?", "Cancel", "see invoices"),
    ] {
        let login = stage.get(stage.get(&link(&[("ui_locales", locales)])).location());
        assert!(login.body.contains(&format!("<html lang=\"{language}\">")));
        assert!(login.body.contains(sign_in) && login.body.contains("Åse Brændgård"));
        let flow = login.input("login", "flow");
        let user = login.input("login", "user");
        let signed_in = stage.post("/account/login", &[("flow", &flow), ("user", &user)]);
        let consent = stage.get(signed_in.location());
        assert!(
            consent
                .body
                .contains(&format!("<html lang=\"{language}\">"))
        );
        for word in [
            cancel,
            read,
            "dineropublicapi:read",
            "dineroscope",
            "Nørrebro Integrationer",
        ] {
            assert!(consent.body.contains(word), "{word}: {consent:?}");
        }
    }
}

#[test]
fn what_a_client_sends_stands_escaped_in_the_pages() {
    let stage = Stage::accepting();
    let evil = r#""><script>alert('x')</script>&amp;"#;
    let answer = stage.get(&link(&[("state", evil), ("ui_locales", "\"><script>")]));
    assert!(!answer.body.contains("<script>alert"));
    assert_eq!(answer.body.matches("<script>").count(), 1);
    assert_eq!(answer.input("callback", "state"), evil);
    let error = stage.get(&format!("/error?{}", encoded(&[("errorId", evil)])));
    assert!(!error.body.contains("<script>"));
}

#[test]
fn a_signed_in_user_is_not_asked_again_unless_the_link_says_so() {
    let stage = asking();
    let login = stage.get(stage.get(&link(&[])).location());
    let flow = login.input("login", "flow");
    let user = login.input("login", "user");
    let signed_in = stage.post("/account/login", &[("flow", &flow), ("user", &user)]);
    let cookie = signed_in
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let cookie = format!("Cookie: {cookie}");
    let again = |changes: &[(&str, &str)]| {
        let answer = stage.request("GET", &link(changes), &[&cookie], "");
        answer.location().to_owned()
    };
    assert!(again(&[]).contains("/consent?flow="));
    assert!(again(&[("prompt", "login")]).contains("/account/login?flow="));
    assert!(again(&[("max_age", "0")]).contains("/account/login?flow="));
}

#[test]
fn a_silent_request_is_answered_without_pages() {
    let stage = asking();
    let answer = stage.get(&link(&[("prompt", "none"), ("response_mode", "query")]));
    assert_eq!(answer.returned("error").as_deref(), Some("login_required"));
}

#[test]
fn a_consent_is_given_once() {
    let stage = asking();
    let login = stage.get(stage.get(&link(&[])).location());
    let flow = login.input("login", "flow");
    let unsigned = stage.get(&format!("/consent?flow={flow}"));
    assert!(
        unsigned.location().contains("/account/login"),
        "nobody is signed in yet"
    );
    let user = login.input("login", "user");
    stage.post("/account/login", &[("flow", &flow), ("user", &user)]);
    let decision = [("flow", flow.as_str()), ("decision", "accept")];
    assert_eq!(stage.post("/consent", &decision).status, 200);
    assert!(
        stage
            .post("/consent", &decision)
            .location()
            .contains("/error?errorId=")
    );
}

#[test]
fn the_link_may_be_posted_too() {
    let stage = Stage::accepting();
    let pairs = link(&[]);
    let body = pairs.split_once('?').unwrap().1;
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let answer = stage.request("POST", "/connect/authorize", &[kind], body);
    assert_eq!(answer.input("callback", "state"), "tilstand 1&2");
}

#[test]
fn the_metadata_names_this_sandbox() {
    let stage = asking();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let document = stage.get(path).json();
        assert_eq!(document["issuer"], stage.origin.as_str());
        assert_eq!(
            document["token_endpoint"],
            format!("{}/connect/token", stage.origin)
        );
        let keys = stage.get(document["jwks_uri"].as_str().unwrap()).json();
        assert_eq!(keys["keys"][0]["kty"], "RSA");
    }
}

#[test]
fn who_is_asked_once_more_is_offered_somebody_else() {
    let stage = Stage::start(config(ConsentMode::Ask, &[]));
    stage.decide(&link(&[]), "accept");
    let marked = |changes: &[(&str, &str)]| {
        let login = stage.get(stage.get(&link(changes)).location());
        let form = login.form("login").to_owned();
        let end = form.find(" checked").unwrap();
        let user = form[..end].rsplit("value=\"").next().unwrap();
        let title = login.body.split("<h1>").nth(1).unwrap();
        (
            title.split('<').next().unwrap().to_owned(),
            user.trim_end_matches('"').to_owned(),
        )
    };
    let own = |title: &str, user: &str| (title.to_owned(), user.to_owned());
    let (first, second) = ("aase@baadebyggeri.example", "soeren@bogholder.example");
    assert_eq!(marked(&[]), own("Sign in", first));
    assert_eq!(
        marked(&[("prompt", "select_account")]),
        own("Choose an account", second)
    );
    assert_eq!(
        marked(&[("prompt", "login")]),
        own("Sign in once more", second)
    );
    let danish = [("prompt", "select_account"), ("ui_locales", "da")];
    assert_eq!(marked(&danish), own("Vælg en konto", second));
}
