//! Editing a profile file: what was not touched stays byte for byte, and nothing typed is lost.

use dineroscope::core::profile::edit::{Draft, FIELDS, FieldKind, OWN_URLS, judge};
use dineroscope::core::profile::keys::KEYS;
use dineroscope::core::profile::{
    ClientAuthentication, KeepTokens, Origin, Preset, Profile, SecretReference,
};
use dineroscope::core::secret::Secret;

pub(crate) const SHIPPED: [&str; 3] = [
    include_str!("../../profiles/dinero.toml"),
    include_str!("../../profiles/sandbox.toml"),
    include_str!("../../profiles/other-provider.toml"),
];

/// A file in every style at once, with keys that nobody knows.
pub(crate) const STYLES: &str = r#"# Our file.
title = 'Acme'                    # as the customer calls it
provider = "visma-connect"        # production
client_id = "isv_acme"
client_secret = { env = "ACME" }  # set by the shell
redirect_uri = "http://localhost:8765/callback"
scopes = [
  "a:read",   # reading
  "b:write",  # writing
]
favourite = "blue"                # unknown
authorize.pkce = "off"
authorize.extra = { max_age = 0, prompt = "login" } # by hand

# The sets.
[scope_sets]
read-only = ["a:read"]            # the least
all = ["a:read", "b:write"]

[ours]
colour = "red"
"#;

pub(crate) fn draft(text: &str) -> Draft {
    Draft::open("acme", Origin::Memory, text).unwrap()
}

fn edited(text: &str, key: &str, value: &str) -> String {
    let mut draft = draft(text);
    draft.set(key, value);
    assert_eq!(draft.value(key).unwrap_or_default(), value, "{key}");
    draft.text()
}

fn sound(draft: &Draft) -> Profile {
    let file = draft.file();
    file.profile
        .unwrap_or_else(|| panic!("{}\n{:?}", draft.text(), file.problems))
}

#[test]
fn every_supported_key_has_a_row_and_every_row_a_key() {
    let rows: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
    for facts in KEYS.iter().filter(|facts| facts.supported) {
        let place_of_secret = facts.key.starts_with("client_secret.");
        assert!(
            place_of_secret || rows.contains(&facts.key),
            "{}",
            facts.key
        );
    }
    for field in FIELDS {
        assert!(
            KEYS.iter()
                .any(|facts| facts.key == field.key && facts.supported)
        );
        assert_eq!(judge(field.key, field.example), Ok(()), "{}", field.key);
        let FieldKind::Choice(words) = field.kind else {
            continue;
        };
        for word in words {
            assert_eq!(judge(field.key, word), Ok(()), "{}", field.key);
        }
    }
    let words = |key: &str| match FIELDS.iter().find(|field| field.key == key).unwrap().kind {
        FieldKind::Choice(words) => words.to_vec(),
        _ => Vec::new(),
    };
    assert_eq!(words("keep_tokens"), KeepTokens::ALL.map(KeepTokens::name));
    assert_eq!(words("provider")[..3], Preset::ALL.map(Preset::name));
    assert_eq!(
        words("exchange.client_authentication"),
        [
            ClientAuthentication::Post,
            ClientAuthentication::Basic,
            ClientAuthentication::None
        ]
        .map(ClientAuthentication::name)
    );
}

/// A key, what is typed, what stands in the file, what stands there then.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    ("title", "Acme æøå", "'Acme'      ", "'Acme æøå'      "),
    ("title", "Acme's", "'Acme'    ", "\"Acme's\"    "),
    (
        "authorize.pkce",
        "S256",
        "pkce = \"off\"",
        "pkce = \"S256\"",
    ),
    (
        "authorize.extra",
        "max_age=5 prompt=login",
        "max_age = 0",
        "max_age = 5",
    ),
    (
        "authorize.extra",
        "prompt=login",
        "{ max_age = 0, prompt",
        "{ prompt",
    ),
    (
        "authorize.extra",
        "max_age=0",
        "0, prompt = \"login\" }",
        "0 }",
    ),
    (
        "authorize.extra",
        "max_age=0 prompt=login a=\"b c\"",
        "\"login\" }",
        "\"login\", a = \"b c\" }",
    ),
    (
        "client_secret",
        "env OTHER",
        "{ env = \"ACME\" }",
        "{ env = \"OTHER\" }",
    ),
    (
        "client_secret",
        "keyring",
        "{ env = \"ACME\" }",
        "{ keyring = true }",
    ),
    (
        "scope_sets",
        "read-only=a:read; all=a:read",
        "all = [\"a:read\", \"b:write\"]",
        "all = [\"a:read\"]",
    ),
    (
        "scope_sets",
        "read-only=a:read c; all=a:read b:write",
        "read-only = [\"a:read\"]",
        "read-only = [\"a:read\", \"c\"]",
    ),
    (
        "scope_sets",
        "read-only=a:read; all=a:read b:write; new=x",
        "\"b:write\"]\n",
        "\"b:write\"]\nnew = [\"x\"]\n",
    ),
    (
        "scopes",
        "a:read c b:write",
        "# reading\n",
        "# reading\n  \"c\",\n",
    ),
    (
        "scopes",
        "a:read b:write c",
        "# writing\n",
        "# writing\n  \"c\",\n",
    ),
    ("scopes", "b:write", "  \"a:read\",   # reading\n", ""),
    ("scopes", "a:read", "  \"b:write\",  # writing\n", ""),
    ("provider", "sandbox", "\"visma-connect\"", "\"sandbox\""),
    ("client_id", "", "client_id = \"isv_acme\"\n", ""),
    (
        "network.proxy",
        "none",
        "\"red\"\n",
        "\"red\"\n\n[network]\nproxy = \"none\"\n",
    ),
    (
        "authorize.ui_locales",
        "da-DK",
        "authorize.pkce = \"off\"\n",
        "authorize.pkce = \"off\"\nauthorize.ui_locales = \"da-DK\"\n",
    ),
    (
        "keep_tokens",
        "file",
        "  \"b:write\",  # writing\n]\n",
        "  \"b:write\",  # writing\n]\nkeep_tokens = \"file\"\n",
    ),
];

#[test]
fn a_change_touches_its_own_value_only() {
    for &(key, value, old, new) in CHANGES {
        assert_eq!(STYLES.matches(old).count(), 1, "{old}");
        assert_eq!(
            edited(STYLES, key, value),
            STYLES.replace(old, new),
            "{key}"
        );
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let windows = format!("\u{feff}{}", STYLES.replace('\n', "\r\n"));
    for (key, value) in [
        ("title", "Other"),
        ("scopes", "a:read b:write c"),
        ("network.proxy", "none"),
        ("title", ""),
        ("provider", OWN_URLS),
    ] {
        let text = edited(&windows, key, value);
        assert_eq!(
            text.matches('\n').count(),
            text.matches("\r\n").count(),
            "{key}"
        );
        let unix = edited(STYLES, key, value);
        assert_eq!(
            text,
            format!("\u{feff}{}", unix.replace('\n', "\r\n")),
            "{key}"
        );
    }
}

#[test]
fn a_provider_changes_between_a_name_and_its_urls() {
    let mut draft = draft(STYLES);
    draft.set("provider.authorize_url", "https://a.example/authorize");
    draft.set("provider.token_url", "https://a.example/token");
    draft.set("api.base_url", "https://a.example");
    assert_eq!(draft.value("provider").as_deref(), Some(OWN_URLS));
    let profile = sound_without(&draft, "favourite", "ours");
    assert_eq!(profile.provider.token_url, "https://a.example/token");
    assert!(
        draft.text().contains("[provider]        # production\n"),
        "{}",
        draft.text()
    );
    assert_eq!(
        draft.changed(),
        [
            "provider",
            "provider.authorize_url",
            "provider.token_url",
            "api.base_url"
        ]
    );
    // A preset hides the URLs; they are back when one is typed again.
    draft.set("provider", "sandbox");
    draft.reset("api.base_url");
    assert_eq!(draft.text(), STYLES.replace("visma-connect", "sandbox"));
    assert_eq!(draft.changed(), ["provider"]);
    draft.set("provider.token_url", "https://a.example/other");
    assert_eq!(
        draft.value("provider.authorize_url").as_deref(),
        Some("https://a.example/authorize")
    );
    draft.reset("provider");
    assert_eq!(draft.text(), STYLES);

    let mut other = self::draft(SHIPPED[2]);
    other.set("provider", "visma-connect");
    assert!(!other.text().contains("[provider]"), "{}", other.text());
    assert_eq!(other.changed(), ["provider"]);
    assert_eq!(sound(&other).provider.preset, Some(Preset::VismaConnect));
    other.set("provider", OWN_URLS);
    assert_eq!(other.text(), SHIPPED[2]);
}

/// The profile of a draft, once the keys that nobody knows are out of its text.
fn sound_without(draft: &Draft, key: &str, table: &str) -> Profile {
    let text = draft.text();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with(key) && !line.contains("colour") && !line.contains(table))
        .collect();
    sound(&self::draft(&lines.join("\n")))
}

#[test]
fn unknown_keys_are_named_and_kept() {
    let mut draft = draft(STYLES);
    assert!(draft.file().profile.is_none());
    for field in FIELDS {
        draft.set(field.key, field.example);
    }
    let text = draft.text();
    for line in [
        "favourite = \"blue\"                # unknown\n",
        "[ours]\ncolour = \"red\"\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let keys: Vec<String> = draft.file().problems.into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["favourite", "ours"]);
}

#[test]
fn a_profile_is_made_from_nothing() {
    let mut draft = Draft::new("acme", "");
    draft.set("scopes", "openid offline_access");
    draft.set("redirect_uri", "http://localhost:8765/callback");
    draft.set("authorize.extra", "prompt=login acr_values=\"a b\"");
    draft.set("scope_sets", "read-only=openid");
    draft.set("client_id", "acme");
    draft.set("provider", "visma-connect");
    draft.set("authorize.pkce", "off");
    draft.set("title", "Acme");
    draft.set_secret(&SecretReference::Command(vec![
        "pass".to_owned(),
        "a b".to_owned(),
    ]));
    assert_eq!(
        draft.text(),
        "title = \"Acme\"\nprovider = \"visma-connect\"\nclient_id = \"acme\"\n\
         client_secret = { command = [\"pass\", \"a b\"] }\n\
         redirect_uri = \"http://localhost:8765/callback\"\n\
         scopes = [\"openid\", \"offline_access\"]\n\n\
         [authorize]\npkce = \"off\"\nextra = { prompt = \"login\", acr_values = \"a b\" }\n\n\
         [scope_sets]\nread-only = [\"openid\"]\n"
    );
    let profile = sound(&draft);
    assert_eq!(profile.scope_sets[0].name, "read-only");
    assert_eq!(
        draft.value("client_secret").as_deref(),
        Some("command pass \"a b\"")
    );
}

#[test]
fn garbage_is_kept_and_judged() {
    let mut draft = draft(STYLES);
    for (key, typed, part) in [
        ("authorize.pkce", "S257", "expected `S256` or `off`"),
        ("authorize.extra", "prompt", "is text: expected a table"),
        ("authorize.extra", "a=\"b", "is text: expected a table"),
        ("scope_sets", "x", "is text: expected a table"),
        ("scope_sets", "x=", "is empty"),
        ("scope_sets", "æ=a", "no name of a scope set"),
        ("scopes", "a \"b c\"", "holds a space"),
        ("scopes", "\"a", "is text: expected a list"),
        ("client_id", "a b", "holds a space"),
        ("redirect_uri", "/callback", "is no URL"),
        (
            "client_secret",
            "env A-B",
            "no name of an environment variable",
        ),
        ("client_secret", "env", "no name of an environment variable"),
        ("client_secret", "command", "names no program"),
        ("provider", "visma", "is not known"),
        ("title", "\u{1}\"\\\u{7f}\n'''", ""),
    ] {
        draft.set(key, typed);
        if !typed.starts_with("env") {
            assert_eq!(draft.value(key).as_deref(), Some(typed), "{key}");
        }
        if part.is_empty() {
            continue;
        }
        let problem = draft
            .problem(key)
            .unwrap_or_else(|| panic!("{key}: {typed}"));
        assert!(problem.message.contains(part), "{key}: {problem}");
        assert!(judge(key, typed).is_err(), "{key}: {typed}");
        draft.reset(key);
        assert_eq!(draft.text(), STYLES, "{key}: {typed}");
    }
    assert_eq!(
        judge("client_id", "").unwrap_err(),
        "is missing: expected the client id of your registration"
    );
    assert_eq!(judge("title", ""), Ok(()));
    draft.set("unknown", "x");
    draft.set("provider.unknown", "x");
    draft.reset("title");
    assert_eq!(draft.text(), STYLES);
    assert!(Draft::open("acme", Origin::Memory, "a = \n").is_err());
}

#[test]
fn the_secret_itself_is_never_shown() {
    let text = STYLES.replace("{ env = \"ACME\" }", "\"hunter2hunter2\"");
    let mut draft = draft(&text);
    assert_eq!(draft.value("client_secret").as_deref(), Some("plain"));
    assert_eq!(
        draft.secret(),
        Some(SecretReference::Plain(Secret::new("hunter2hunter2")))
    );
    draft.set("client_secret", "plain");
    assert_eq!(draft.text(), text);
    draft.set("client_secret", "hunter3hunter3");
    assert_eq!(draft.changed(), ["client_secret"]);
    assert!(draft.text().contains("\"hunter3hunter3\"  # set by"));
    for shown in [
        format!("{draft:?}"),
        format!("{:?}", draft.file()),
        format!("{:?}", draft.value("client_secret")),
        format!(
            "{:?}",
            self::draft(&STYLES.replace("\"ACME\"", "\"5up3r-hunter\"")).value("client_secret")
        ),
    ] {
        assert!(!shown.contains("hunter"), "{shown}");
    }
    draft.set_secret(&SecretReference::Keyring);
    assert!(!draft.text().contains("hunter"));
    assert!(
        draft
            .text()
            .contains("client_secret = { keyring = true }  # set by the shell\n")
    );
    draft.set_secret(&SecretReference::None);
    assert_eq!(draft.secret(), Some(SecretReference::None));
    assert_eq!(draft.value("client_secret"), None);
    draft.set_secret(&SecretReference::Plain(Secret::new("hunter2hunter2")));
    assert_eq!(draft.text(), text);
    let headed = "client_id = \"a\"\n\n[client_secret] # where\nenv = \"A\"\n";
    let mut headed = self::draft(headed);
    headed.set_secret(&SecretReference::Prompt);
    assert_eq!(
        headed.text(),
        "client_id = \"a\"\n\n[client_secret] # where\nprompt = true\n"
    );
}
