//! Grants in the engine: several side by side, kept and moved, refreshed, whatever comes in between.

mod clocks;
mod keeping;
mod order;
mod refreshing;

use crate::stage::{
    ORGANIZATIONS, Point, accept, answer, at, bind, blank, bring, engine_at, list_organizations,
    visma,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event, Prompt};
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::profile::{KeepTokens, Profile, ScopeSet};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};

/// The profile, with its grants kept there.
fn keeping(keep: KeepTokens) -> Profile {
    Profile {
        keep_tokens: Some(keep),
        ..visma()
    }
}

/// A grant of that profile's client, got so many seconds after the start, good for an hour.
fn kept(number: u8, seconds: i64) -> KeptGrant {
    KeptGrant {
        id: id(number),
        client: Client::of(&visma()),
        grant: Grant {
            access_token: Secret::new(format!("access-{number}")),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new(format!("refresh-{number}"))),
            id_token: None,
            asked: vec!["dineropublicapi:read".to_owned()],
            scopes: vec!["dineropublicapi:read".to_owned()],
            scopes_named: true,
            expires_in: Some(3600),
            obtained_at: at(seconds),
            api_origin: "https://api.dinero.dk".to_owned(),
        },
        keep: KeepTokens::File,
        revoked_at: None,
    }
}

/// The name of that grant.
fn id(number: u8) -> GrantId {
    GrantId::of([number; 32])
}

/// The kept grants come.
fn load(engine: &mut Engine, grants: Vec<KeptGrant>, current: Option<GrantId>) {
    let event = Event::GrantsLoaded {
        client: Client::of(&visma()),
        grants: grants.into_iter().map(|kept| (kept, None)).collect(),
        current,
        trouble: None,
    };
    engine.event(at(0), event);
}

/// An engine that has loaded those grants from its files.
fn with(grants: Vec<KeptGrant>, current: Option<GrantId>) -> Engine {
    let mut engine = blank();
    let profile = Box::new(keeping(KeepTokens::File));
    engine.command(at(0), Command::UseProfile(profile));
    load(&mut engine, grants, current);
    engine
}

/// The current grant's name.
fn current(engine: &Engine) -> Option<GrantId> {
    engine.held().map(|held| held.id.clone())
}

/// A vault says no.
fn trouble() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message: "the disk is full".to_owned(),
    }
}

#[test]
fn kept_grants_are_asked_for_when_their_profile_is_used_and_only_where_some_are_kept() {
    for keep in [KeepTokens::File, KeepTokens::Keyring] {
        let mut engine = blank();
        let effects = engine.command(at(0), Command::UseProfile(Box::new(keeping(keep))));
        let client = Client::of(&visma());
        assert_eq!(effects, [Effect::LoadGrants { client, keep }]);
        assert!(engine.is_loading_grants());
        load(&mut engine, Vec::new(), None);
        assert!(!engine.is_loading_grants());
    }
    let mut engine = blank();
    let memory = Box::new(keeping(KeepTokens::Memory));
    assert_eq!(engine.command(at(0), Command::UseProfile(memory)), []);
    assert!(!engine.is_loading_grants());
}

#[test]
fn several_are_held_side_by_side_the_newest_first_and_the_chosen_one_is_current() {
    let grants = vec![kept(1, -900), kept(2, -600), kept(3, -300)];
    let engine = with(grants.clone(), None);
    let names: Vec<GrantId> = engine.grants().iter().map(|held| held.id.clone()).collect();
    assert_eq!(names, [id(3), id(2), id(1)]);
    assert_eq!(
        current(&engine),
        Some(id(3)),
        "the newest, if none was chosen"
    );
    let mut engine = with(grants, Some(id(1)));
    assert_eq!(current(&engine), Some(id(1)));
    let effects = engine.command(at(1), Command::UseGrant(id(2)));
    let chosen = Effect::ChooseGrant {
        client: Client::of(&visma()),
        id: id(2),
    };
    assert_eq!(effects, [chosen]);
    assert_eq!(current(&engine), Some(id(2)));
    assert_eq!(engine.command(at(2), Command::UseGrant(id(9))), []);
    assert_eq!(current(&engine), Some(id(2)), "one that is not there");
}

#[test]
fn a_run_beside_kept_grants_brings_one_more_which_is_current() {
    let mut engine = blank();
    bring(&mut engine, keeping(KeepTokens::File), Point::Authorized);
    let new = current(&engine).unwrap();
    load(&mut engine, vec![kept(1, -900)], Some(id(1)));
    assert_eq!(engine.grants().len(), 2);
    assert_eq!(
        current(&engine),
        Some(new),
        "what was chosen another day does not undo what came now"
    );
}

#[test]
fn grants_of_another_client_or_api_are_never_found() {
    let stolen = |change: fn(&mut KeptGrant)| {
        let mut kept = kept(1, -900);
        change(&mut kept);
        kept
    };
    let engine = with(
        vec![
            stolen(|kept| kept.client.token_url = "https://evil.example/token".to_owned()),
            stolen(|kept| kept.client.client_id = "isv_other".to_owned()),
            stolen(|kept| kept.grant.api_origin = "https://evil.example".to_owned()),
        ],
        Some(id(1)),
    );
    assert!(engine.grants().is_empty());
    assert_eq!(engine.grant(), None);
}

#[test]
fn a_profile_edited_to_another_endpoint_client_or_api_gets_neither_secret_nor_grant() {
    let edits: [fn(&mut Profile); 3] = [
        |profile| profile.provider.token_url = "https://evil.example/token".to_owned(),
        |profile| profile.client_id = "isv_other".to_owned(),
        |profile| profile.api.base_url = "https://evil.example".to_owned(),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut engine = with(vec![kept(1, -900)], Some(id(1)));
        engine.command(at(1), Command::ProvideSecret(Secret::new("typed")));
        let mut edited = keeping(KeepTokens::File);
        edited.client_secret = dineroscope::core::profile::SecretReference::Prompt;
        edit(&mut edited);
        let client = Client::of(&edited);
        let effects = engine.command(at(2), Command::UseProfile(Box::new(edited)));
        let keep = KeepTokens::File;
        assert_eq!(
            effects,
            [Effect::LoadGrants { client, keep }],
            "only its own are asked for"
        );
        load(&mut engine, vec![kept(1, -900)], Some(id(1)));
        assert_eq!(engine.grant(), None, "edit {number}");
        let of_this_client = number == 2;
        assert_eq!(
            matches!(
                engine.secret_state(),
                dineroscope::core::engine::SecretState::Known(_)
            ),
            of_this_client,
            "edit {number}: the secret goes to the token endpoint, which is the same for another API"
        );
    }
}

#[test]
fn a_token_of_the_users_own_becomes_the_current_grant_and_is_kept() {
    let mut engine = with(vec![kept(1, -900)], Some(id(1)));
    let token = Secret::new("Bearer 0123456789");
    let effects = engine.command(at(5), Command::ImportToken(TokenKind::Refresh, token));
    let held = engine.held().unwrap();
    assert_eq!(held.grant.refresh_token, Some(Secret::new("0123456789")));
    assert!(held.grant.is_spent(at(5)));
    let [Effect::KeepGrant(kept), Effect::ChooseGrant { id, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((&kept.id, &kept.grant), (id, &held.grant));
    assert_eq!(kept.keep, KeepTokens::File);
    for wrong in ["", "two words", "{\"access_token\":\"x\"}"] {
        let token = Secret::new(wrong);
        let effects = engine.command(at(6), Command::ImportToken(TokenKind::Access, token));
        assert_eq!(effects, [], "{wrong}");
        assert_eq!(engine.grants().len(), 2);
    }
}

#[test]
fn too_many_grants_let_the_oldest_go_where_it_is_kept_too() {
    let grants: Vec<KeptGrant> = (1..=20)
        .map(|number| kept(number, i64::from(number)))
        .collect();
    let mut engine = with(grants, None);
    let token = Secret::new("0123456789");
    let effects = engine.command(at(100), Command::ImportToken(TokenKind::Access, token));
    let forgotten = Effect::ForgetGrant {
        client: Client::of(&visma()),
        id: id(1),
        keep: KeepTokens::File,
    };
    assert_eq!(effects[0], forgotten);
    assert_eq!(engine.grants().len(), 20);
}

#[test]
fn a_scope_set_asks_for_its_scopes_in_a_new_run_and_the_grants_stay() {
    let mut profile = keeping(KeepTokens::Memory);
    profile.scope_sets.push(ScopeSet {
        name: "read-only".to_owned(),
        scopes: vec!["dineropublicapi:read".to_owned()],
    });
    let mut engine = blank();
    bring(&mut engine, profile, Point::Authorized);
    let run = engine.run().number;
    let unknown = Command::UseScopeSet(Some("no such".to_owned()));
    assert!(!engine.allows(&unknown));
    engine.command(at(70), Command::UseScopeSet(Some("read-only".to_owned())));
    assert_eq!(engine.scope_set(), Some("read-only"));
    assert_eq!(engine.run().number, run + 1);
    assert!(engine.run().link.contains("scope=dineropublicapi%3Aread&"));
    assert!(engine.grant().is_some(), "the other grant stays");
    engine.command(at(71), Command::UseScopeSet(None));
    assert_eq!(engine.scope_set(), None);
    assert!(engine.run().link.contains("offline_access"));
}

#[test]
fn a_scope_set_changes_nothing_about_an_exchange_under_way() {
    let mut profile = keeping(KeepTokens::Memory);
    profile.scope_sets.push(ScopeSet {
        name: "read-only".to_owned(),
        scopes: vec!["dineropublicapi:read".to_owned()],
    });
    let mut engine = blank();
    bring(&mut engine, profile, Point::Exchanging);
    let call = engine.run().exchange.unwrap();
    engine.command(at(63), Command::UseScopeSet(Some("read-only".to_owned())));
    let body = r#"{"access_token":"a","token_type":"Bearer"}"#;
    crate::stage::answer(&mut engine, 64, call, 200, body);
    assert_eq!(
        engine.grant().unwrap().asked.len(),
        3,
        "what its link asked"
    );
}

#[test]
fn a_scope_set_while_the_sandbox_starts_does_not_leave_it_behind() {
    let mut profile = crate::stage::sandbox();
    profile.scope_sets.push(ScopeSet {
        name: "read-only".to_owned(),
        scopes: vec!["dineropublicapi:read".to_owned()],
    });
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(profile)));
    engine.command(at(0), Command::UseScopeSet(Some("read-only".to_owned())));
    let run = engine.run().number;
    let origin = "http://127.0.0.1:4711".to_owned();
    engine.event(at(1), Event::SandboxStarted { run: 1, origin });
    assert_eq!((run, &engine.run().phase), (1, &RunPhase::Ready));
    assert!(engine.run().link.contains("scope=dineropublicapi%3Aread&"));
}

#[test]
fn signing_in_again_asks_the_provider_who_it_is_for_that_run_only() {
    for (prompt, words) in [
        (Prompt::Login, "prompt=login"),
        (Prompt::SelectAccount, "prompt=select_account"),
    ] {
        let mut engine = blank();
        bring(&mut engine, keeping(KeepTokens::Memory), Point::Authorized);
        let first = current(&engine).unwrap();
        engine.command(at(70), Command::SignInAgain(prompt));
        assert!(engine.run().link.contains(words), "{}", engine.run().link);
        engine.command(at(71), Command::Begin { open_browser: true });
        bind(&mut engine);
        assert!(engine.run().link.contains(words), "also with its port");
        accept(&mut engine, 75);
        let call = crate::stage::exchange(&mut engine, 80);
        crate::stage::answer(&mut engine, 80, call, 200, &crate::stage::tokens());
        assert_eq!(engine.grants().len(), 2, "the first user's grant stays");
        assert_ne!(current(&engine).unwrap(), first);
        engine.command(at(90), Command::NewRun);
        assert!(!engine.run().link.contains("prompt="));
    }
}

#[test]
fn another_user_finds_none_of_the_former_ones_companies() {
    let token = |subject: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(&format!("{{\"sub\":\"{subject}\"}}"));
        Secret::new(format!("{}.{claims}.c2ln", part("{\"alg\":\"RS256\"}")))
    };
    let mut engine = engine_at(Point::Authorized);
    engine.command(
        at(80),
        Command::ImportToken(TokenKind::Access, token("one")),
    );
    let call = list_organizations(&mut engine, 90);
    answer(&mut engine, 90, call, 200, ORGANIZATIONS);
    assert!(!engine.requests().organizations.is_empty());
    let same = Command::ImportToken(TokenKind::Access, token("one"));
    engine.command(at(100), same);
    assert!(!engine.requests().organizations.is_empty(), "the same user");
    let other = Command::ImportToken(TokenKind::Access, token("two"));
    engine.command(at(110), other);
    assert!(engine.requests().organizations.is_empty());
    assert_eq!(engine.requests().answered, None);
}
