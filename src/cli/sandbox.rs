//! `sandbox`: Visma Connect and Dinero played on this machine, for other programs.

use crate::cli::arguments::{ConsentChoice, Sandbox};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::signals::Signals;
use crate::core::profile::{Endpoints, Profile, SecretReference};
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::edge::profiles::built_in;
use crate::edge::sandbox_server::{ConsentMode, Faults, SandboxConfig, start};
use std::io;

/// Runs it until a signal comes. Fails when standard output is closed or full.
pub(super) async fn sandbox(arguments: Sandbox, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let Some(profile) = built_in("sandbox").and_then(|file| file.profile) else {
        printer.talk(&Visible::of(
            "error: the built-in profile `sandbox` cannot be read",
        ));
        return Ok(Exit::Profile);
    };
    let mut signals = Signals::new()?;
    let config = SandboxConfig {
        faults: Faults::of(&arguments.faults),
        consent: match arguments.consent {
            ConsentChoice::Ask => ConsentMode::Ask,
            ConsentChoice::Accept => ConsentMode::Accept,
            ConsentChoice::Cancel => ConsentMode::Cancel,
        },
        ..SandboxConfig::for_client(
            profile.client_id.clone(),
            secret_of(&profile),
            profile.redirect_uri.clone(),
        )
    };
    let server = match start(config, arguments.port).await {
        Ok(server) => server,
        Err(error) => {
            printer.talk(&Visible::of(&format!(
                "error: 127.0.0.1:{} cannot be bound ({error}): give another `--port`, or none \
                 for any free one",
                arguments.port
            )));
            return Ok(Exit::Unreachable);
        }
    };
    if arguments.print_profile {
        for line in lines(&profile, server.origin()) {
            printer.result(&Visible::of(&line))?;
        }
    } else {
        printer.result(&Visible::of(server.origin()))?;
    }
    printer.talk(&Visible::of(&format!(
        "the sandbox listens on {} until Ctrl-C",
        server.origin()
    )));
    Ok(signals.next().await)
}

/// The secret that the sandbox registers; it guards nothing.
fn secret_of(profile: &Profile) -> Secret {
    match &profile.client_secret {
        SecretReference::Plain(secret) => secret.clone(),
        _ => Secret::new(""),
    }
}

/// A profile file for a sandbox at that address, line by line.
fn lines(profile: &Profile, origin: &str) -> Vec<String> {
    let text = |value: &str| toml::Value::from(value).to_string();
    let scopes = toml::Value::from(profile.scopes.clone());
    let endpoints = Endpoints::of_identity_server(origin);
    let further =
        |key: &str, url: Option<String>| format!("{key} = {}", text(&url.unwrap_or_default()));
    vec![
        format!("# The sandbox at {origin}, for as long as it runs."),
        format!("title = {}", text(&format!("Sandbox at {origin}"))),
        format!("client_id = {}", text(&profile.client_id)),
        format!("client_secret = {}", text(secret_of(profile).expose())),
        format!("redirect_uri = {}", text(&profile.redirect_uri)),
        format!("scopes = {scopes}"),
        String::new(),
        "[provider]".to_owned(),
        format!("issuer = {}", text(origin)),
        format!(
            "authorize_url = {}",
            text(&format!("{origin}/connect/authorize"))
        ),
        format!("token_url = {}", text(&format!("{origin}/connect/token"))),
        further("jwks_url", endpoints.jwks_url),
        further("userinfo_url", endpoints.userinfo_url),
        further("revocation_url", endpoints.revocation_url),
        further("introspection_url", endpoints.introspection_url),
        "environment = \"sandbox\"".to_owned(),
        String::new(),
        "[api]".to_owned(),
        format!("base_url = {}", text(origin)),
    ]
}
