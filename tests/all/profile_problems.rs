//! What is wrong with a profile is named: every problem at once, with key, line and what was expected.

use crate::profiles::{LEAST, file, only_problem, problems};
use dineroscope::core::profile::keys::KEYS;

#[test]
fn every_key_that_has_no_effect_yet_is_refused_by_name() {
    for facts in KEYS.iter().filter(|facts| !facts.supported) {
        let text = match facts.key.split_once('.') {
            Some(("provider", _)) => {
                let rest = LEAST.split_once('\n').unwrap().1;
                format!(
                    "{rest}provider.authorize_url = \"https://a.example/\"\n\
                     provider.token_url = \"https://a.example/\"\napi.base_url = \"https://a.example\"\n"
                )
            }
            _ => LEAST.to_owned(),
        };
        let line = text.lines().count() + 1;
        let text = format!("{text}{} = \"x\"\n", facts.key);
        let expected = format!(
            "line {line}, {}: is not supported yet: leave it out",
            facts.key
        );
        assert_eq!(problems(&text), [expected]);
    }
}

#[test]
fn every_value_that_has_no_effect_yet_is_refused_by_name() {
    let problem = only_problem("authorize.pkce = \"plain\"");
    let refused = "`plain` is not supported yet: expected `S256` or `off`";
    assert!(problem.ends_with(refused), "{problem}");
    assert!(problem.starts_with("line 5, "), "{problem}");
    let discovery = LEAST.replace(
        "provider = \"visma-connect\"",
        "provider.issuer = \"https://a.example\"\napi.base_url = \"https://a.example\"",
    );
    assert_eq!(problems(&discovery), [""; 0]);
    let plain = discovery.replace("https://a.example\"\napi", "http://a.example\"\napi");
    let [problem] = problems(&plain).try_into().unwrap();
    assert!(
        problem.contains("provider.issuer: is asked for its endpoints, so it must be https"),
        "{problem}"
    );
}

/// A wrong line and a part of what is said about it.
const WRONG_LINES: &[(&str, &str)] = &[
    ("title = 5", "is a number: expected text in quotes"),
    ("title = \" \"", "expected a few words"),
    (
        "keep_tokens = \"disk\"",
        "`disk` is not known: expected `memory`",
    ),
    ("authorize.pkce = \"s256\"", "expected `S256` or `off`"),
    (
        "authorize.pkce = true",
        "is true or false: expected text in quotes",
    ),
    ("authorize.ui_locales = \"da_DK\"", "no language"),
    ("authorize.extra = \"a=b\"", "is text: expected a table"),
    ("authorize.extra = { state = \"x\" }", "is sent already"),
    ("authorize.extra = { a = [1] }", "is a list: expected text"),
    ("exchange.extra = { code = \"x\" }", "is sent already"),
    (
        "exchange.client_authentication = \"header\"",
        "expected `post`, `basic` or `none`",
    ),
    ("network.proxy = \"proxy\"", "`proxy` is no proxy"),
    ("network.proxy = \"ftp://x\"", "is no proxy"),
    (
        "api.base_url = \"https://me:hunter2@x:y\"",
        "`x:y` is no URL",
    ),
    ("network.proxy = \"http://me:hunter2@x:y\"", "is no proxy"),
    ("network.proxy = \"me:hunter2@x\"", "is no proxy"),
    (
        "network.proxy = \"http://me:hunter2@proxy\"",
        "not supported yet",
    ),
    ("api.base_url = \"api.dinero.dk\"", "is no URL"),
    (
        "api.base_url = \"https://api.dinero.dk?x=1\"",
        "has a query",
    ),
    (
        "api.base_url = \"ftp://api.dinero.dk\"",
        "neither http nor https",
    ),
    (
        "api.organization_id = 123456",
        "is a number: expected text in quotes",
    ),
    ("api.organization_id = \"12/34\"", "no organization id"),
    ("api = 5", "expected a table, `[api]`"),
    ("client_secret = 5", "is a number: expected one of"),
    ("client_secret = \"\"", "still a placeholder"),
    ("client_secret = \"<secret>\"", "still a placeholder"),
    ("client_secret = {}", "names 0 places"),
    (
        "client_secret = { prompt = true, env = \"A\" }",
        "names 2 places",
    ),
    ("client_secret = { prompt = false }", "expected `true`"),
    ("client_secret = { keyring = \"yes\" }", "expected `true`"),
    (
        "client_secret = { command = \"echo hunter2\" }",
        "client_secret.command: is text: expected a list such as `[\"pass\", \"acme\"]`",
    ),
    ("client_secret = { command = [] }", "names no program"),
    ("client_secret = { command = [\"\"] }", "names no program"),
    (
        "client_secret = { command = [\"pass\", 5] }",
        "holds integer: expected text",
    ),
    (
        "client_secret = { command = [\"pass\", \"a\\u0000\"] }",
        "holds a NUL character",
    ),
    ("scope_sets = [\"a:read\"]", "is a list: expected a table"),
    ("scope_sets.a = []", "scope_sets.a: is empty"),
    (
        "scope_sets.a = \"a:read b\"",
        "scope_sets.a: is text: expected a list, `[\"a:read\", \"b\"]`",
    ),
    (
        "scope_sets.a = [\"a:read b\"]",
        "scope_sets.a: `a:read b` holds a space",
    ),
    (
        "scope_sets = { \"a b\" = [\"x\"] }",
        "scope_sets.a b: is no name of a scope set: expected letters, digits, `-` and `_`",
    ),
    ("scope_sets = { \"\" = [\"x\"] }", "no name of a scope set"),
    ("scope_sets.\"æ\" = [\"x\"]", "no name of a scope set"),
    (
        "client_secret = { env = \"A B\" }",
        "no name of an environment variable",
    ),
    (
        "client_secret = { env = \"5up3r-s3cret\" }",
        "no name of an environment variable",
    ),
];

#[test]
fn a_wrong_value_is_named_with_what_was_expected() {
    for (line, part) in WRONG_LINES {
        let problem = only_problem(line);
        assert!(problem.contains(part), "{line}: {problem}");
        assert!(problem.contains("line 5"), "{line}: {problem}");
        assert!(
            !problem.contains("hunter2") && !problem.contains("5up3r"),
            "{problem}"
        );
    }
}

#[test]
fn a_wrong_value_of_a_needed_key_is_one_problem() {
    for (from, to, part) in [
        (
            "visma-connect",
            "visma",
            "`visma` is not known: expected `visma-connect`, `visma-connect-stage` or `sandbox`",
        ),
        ("isv_acme", "", "client_id: is empty"),
        ("isv_acme", "isv_acme ", "holds a space"),
        ("http://localhost:8765/callback", "/callback", "is no URL"),
        (
            "http://localhost:8765/callback",
            "acme://callback",
            "neither http nor https",
        ),
        (
            "http://localhost:8765/callback",
            "http://localhost/#x",
            "has a fragment",
        ),
        ("http://localhost:8765/callback", "", "is no URL"),
        (
            "[\"a:read\"]",
            "\"a:read b:write\"",
            "is text: expected a list, `[\"a:read\", \"b:write\"]`",
        ),
        (
            "\"a:read\"",
            "\"a:read b:write\"",
            "holds a space: expected each scope as a text of its own, `[\"a:read\", \"b:write\"]`",
        ),
        ("\"a:read\"", "\"a:read,b\"", "holds a comma"),
        ("\"a:read\"", "7", "holds integer: expected text in quotes"),
        ("[\"a:read\"]", "[]", "is empty: expected a list"),
    ] {
        let problems = problems(&LEAST.replace(from, to));
        assert_eq!(problems.len(), 1, "{to}: {problems:?}");
        assert!(problems[0].contains(part), "{to}: {problems:?}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    for (line, part) in [
        (
            "redirect_url = \"x\"",
            "redirect_url: is not a known key: did you mean `redirect_uri`?",
        ),
        ("clientId = \"x\"", "did you mean `client_id`?"),
        (
            "authorize.response-mode = \"query\"",
            "did you mean `authorize.response_mode`?",
        ),
        ("pkce = \"off\"", "did you mean `authorize.pkce`?"),
        (
            "api.something = \"x\"",
            "expected one of `api.base_url`, `api.organization_id`",
        ),
        (
            "zzz = { a = 1 }",
            "zzz: is not a known key: expected one of `title`, `provider`",
        ),
        ("\"authorize.pkce\" = \"off\"", "is not a known key"),
        (
            "client_secret = { enviroment = \"A\" }",
            "client_secret.enviroment: is not a known key",
        ),
    ] {
        let problem = only_problem(line);
        assert!(problem.contains(part), "{line}: {problem}");
        assert!(problem.starts_with("line 5"), "{line}: {problem}");
    }
}

#[test]
fn all_problems_are_named_at_once_with_their_lines() {
    let text = "titel = \"Acme\"\nprovider = \"visma\"\n\nscopes = [\n  \"a\",\n  \"b c\",\n]\n\
                keep_tokens = \"disk\"\n[authorize]\npkce = \"on\"\n[listen]\naddress = \"x\"\n";
    let lines: Vec<String> = problems(text)
        .iter()
        .map(|problem| problem.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "client_id",
            "redirect_uri",
            "line 1, titel",
            "line 2, provider",
            "line 6, scopes",
            "line 8, keep_tokens",
            "line 10, authorize.pkce",
            "line 12, listen.address",
        ]
    );
}

#[test]
fn broken_toml_is_one_problem_that_quotes_no_secret() {
    let text = format!("{LEAST}client_secret = \"hunter2hunter2\n");
    let problems = problems(&text);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].starts_with("line 5: is not TOML: "),
        "{problems:?}"
    );
    assert!(!problems[0].contains("hunter2"), "{problems:?}");
    for text in [
        "a = 1\na = 2\n",
        "[",
        &"a.".repeat(5000),
        &"[".repeat(100_000),
    ] {
        assert!(file(text).profile.is_none());
        assert!(file(&format!("a = {text}")).profile.is_none());
    }
}
