//! The Consent step wherever the callback is: over TLS with its certificate, by fragment, through a tunnel.

use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{at, blank, hit, visma};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event, HitRejection};
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::oauth::callback::{Alert, Verdict};
use dineroscope::core::oauth::flow::Certificate;
use dineroscope::core::oauth::surroundings::{Remote, Surroundings};
use dineroscope::core::profile::listen::{ListenAddress, ListenTls};
use dineroscope::core::profile::{Profile, ResponseMode};
use dineroscope::core::wire::{Body, Headers, Request};

/// A profile whose redirect URI is https on this machine.
fn https() -> Profile {
    Profile {
        redirect_uri: "https://localhost:8765/callback".to_owned(),
        ..visma()
    }
}

fn certificate(trouble: Option<&str>) -> Certificate {
    Certificate {
        names: vec!["localhost".to_owned()],
        fingerprint: "3F:A2:".repeat(16).trim_end_matches(':').to_owned(),
        made_at: at(-100),
        until: at(397 * 86_400 - 100),
        trouble: trouble.map(str::to_owned),
    }
}

/// The engine with that profile in use.
fn ready(profile: Profile) -> Engine {
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(profile)));
    engine
}

/// The listener is bound, with that certificate.
fn bound(engine: &mut Engine, certificate: Option<Certificate>) -> Vec<Effect> {
    let bound = Event::ListenerBound {
        run: engine.run().number,
        addresses: vec![
            "127.0.0.1:8765".parse().unwrap(),
            "[::1]:8765".parse().unwrap(),
        ],
        without_ipv6: false,
        certificate: certificate.map(Box::new),
    };
    engine.event(at(1), bound)
}

/// A run that waits, its browser opened.
fn waiting(profile: Profile, certificate: Option<Certificate>) -> Engine {
    let mut engine = ready(profile);
    engine.command(at(0), Command::Begin { open_browser: true });
    bound(&mut engine, certificate);
    let run = engine.run().number;
    engine.event(at(1), Event::BrowserOpened { run });
    engine
}

/// A connection that never became a request.
fn rejected(engine: &mut Engine, reason: HitRejection) {
    let rejected = Event::HitRejected {
        run: engine.run().number,
        request: Request {
            method: String::new(),
            url: "https://127.0.0.1:8765".to_owned(),
            headers: Headers::default(),
            body: Body::default(),
        },
        reason,
        response: None,
        peer: "127.0.0.1:50123".parse().unwrap(),
        at: at(9),
    };
    engine.event(at(9), rejected);
}

/// A GET over TLS.
fn get(engine: &mut Engine, seconds: i64, path: &str) -> Vec<Effect> {
    let mut headers = Headers::default();
    headers.push("Host", "localhost:8765");
    let request = Request {
        method: "GET".to_owned(),
        url: format!("https://localhost:8765{path}"),
        headers,
        body: Body::default(),
    };
    hit(engine, seconds, request)
}

#[test]
fn the_certificate_is_shown_and_its_warning_is_met_first() {
    hold("consent-tls", |size| {
        let engine = waiting(https(), Some(certificate(None)));
        Picture::new(engine, 47, size)
    });
    hold("consent-tls-not-kept", |size| {
        let trouble =
            "/home/søren/.local/share/dineroscope/callback: Read-only file system (os error 30)";
        Picture::new(waiting(https(), Some(certificate(Some(trouble)))), 47, size)
    });
    hold("consent-tls-refused", |size| {
        let mut engine = waiting(https(), Some(certificate(None)));
        rejected(
            &mut engine,
            HitRejection::CertificateRefused(Alert::CertificateUnknown),
        );
        Picture::new(engine, 47, size)
    });
    hold("consent-tls-taken", |size| {
        let mut engine = waiting(https(), Some(certificate(None)));
        rejected(
            &mut engine,
            HitRejection::CertificateRefused(Alert::CertificateUnknown),
        );
        get(&mut engine, 15, "/dineroscope/ready");
        Picture::new(engine, 47, size)
    });
}

#[test]
fn a_fragment_and_a_tunnel_are_waited_for() {
    hold("consent-fragment", |size| {
        let mut profile = visma();
        profile.authorize.response_mode = ResponseMode::Fragment;
        Picture::new(waiting(profile, None), 47, size)
    });
    hold("consent-tunnel", |size| {
        let mut profile = visma();
        profile.redirect_uri = "https://blue-fox.tunnel.example/callback".to_owned();
        profile.listen.address = Some(ListenAddress::Localhost(8765));
        profile.listen.hosts = vec!["localhost:8765".to_owned()];
        Picture::new(waiting(profile, None), 47, size)
    });
}

/// The same, with what was found around the callback.
fn among(profile: Profile, surroundings: Surroundings) -> Engine {
    let mut engine = waiting(profile, None);
    let run = engine.run().number;
    let surroundings = Box::new(surroundings);
    engine.event(at(1), Event::LookedAround { run, surroundings });
    engine
}

/// Found to be elsewhere than the browser.
fn remote(remote: Remote) -> Surroundings {
    Surroundings {
        remote: Some(remote),
        ..Surroundings::default()
    }
}

fn ssh() -> Remote {
    Remote::Ssh {
        user: "søren".to_owned(),
        host: "192.0.2.10".to_owned(),
        port: 22,
    }
}

#[test]
fn a_browser_on_another_machine_is_thought_of() {
    hold("consent-ssh", |size| {
        Picture::new(among(visma(), remote(ssh())), 47, size)
    });
    hold("consent-container", |size| {
        Picture::new(among(visma(), remote(Remote::Container)), 47, size)
    });
    hold("consent-wsl", |size| {
        Picture::new(among(visma(), remote(Remote::Wsl)), 47, size)
    });
    hold("consent-ssh-timed-out", |size| {
        let mut engine = among(visma(), remote(ssh()));
        engine.event(at(301), Event::Ticked);
        Picture::new(engine, 310, size)
    });
}

#[test]
fn the_run_is_asked_for_by_query_where_the_address_is_to_be_pasted() {
    let mut picture = Picture::new(among(visma(), remote(ssh())), 47, (120, 40));
    let first = picture.engine.run().fresh.state.clone();
    picture.press(":ask by query<enter>");
    // An open run is not left without a question.
    assert!(
        picture.text().contains("Leave this run?"),
        "{}",
        picture.text()
    );
    picture.press("<tab><enter>");
    let run = picture.engine.run();
    assert_ne!(run.fresh.state, first);
    assert!(run.link.contains("response_mode=query"), "{}", run.link);
    picture
        .engine
        .command(at(50), Command::Begin { open_browser: true });
    bound(&mut picture.engine, None);
    let state = picture.engine.run().fresh.state.clone();
    let address = format!("http://localhost:8765/callback?code=c&state={state}");
    let paste = Command::PasteAnswer(dineroscope::core::secret::Secret::new(address));
    picture.engine.command(at(60), paste);
    assert_eq!(picture.engine.run().phase, RunPhase::Answered);
}

#[test]
fn the_link_stands_alone_for_the_mouse_and_any_key_takes_it_away() {
    for size in [(40, 12), (80, 24)] {
        let mut picture = Picture::new(ready(visma()), 1, size);
        picture.size = (80, 24);
        picture.draw();
        picture.press("Y");
        assert_eq!(
            picture.engine.run().phase,
            RunPhase::Binding,
            "somebody listens when it is used"
        );
        bound(&mut picture.engine, None);
        picture.size = size;
        picture.draw();
        let text = picture.text();
        let width = usize::from(size.0);
        let link = &picture.engine.run().link;
        let rows = link.len().div_ceil(width);
        let shown: String = text.lines().take(rows).map(str::trim_end).collect();
        assert_eq!(shown, *link);
        assert!(!text.contains(['│', '─']), "{text}");
        assert!(text.contains("Any key goes back"), "{text}");
        picture.press("x");
        assert!(!picture.ui.shows_link_alone());
    }
    hold("link-alone", |size| {
        let mut picture = Picture::new(waiting(visma(), None), 47, size);
        picture.press("Y");
        picture
    });
}

#[test]
fn the_address_is_opened_before_the_link_when_asked_to() {
    let mut picture = Picture::new(ready(https()), 1, (80, 24));
    assert!(
        picture.text().contains("w accept the certificate"),
        "{}",
        picture.text()
    );
    picture.press("w");
    assert_eq!(picture.engine.run().phase, RunPhase::Binding);
    let effects = bound(&mut picture.engine, Some(certificate(None)));
    let address = "https://localhost:8765/dineroscope/ready".to_owned();
    assert_eq!(effects[0], Effect::OpenAddress { run: 1, address });
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::OpenBrowser { .. }))
    );
    // The page is there, and the link is still to be opened.
    get(&mut picture.engine, 5, "/dineroscope/ready");
    assert_eq!(picture.engine.run().hits[0].verdict, Verdict::OwnPage);
    assert!(picture.engine.allows(&Command::OpenBrowser));
}

#[test]
fn without_tls_there_is_no_certificate_to_accept() {
    let mut off = https();
    off.listen.tls = Some(ListenTls::Off);
    for profile in [visma(), off] {
        let engine = ready(profile);
        assert!(!engine.allows(&Command::OpenAddress));
    }
    let mut engine = ready(https());
    engine.command(at(0), Command::OpenAddress);
    let effects = bound(&mut engine, Some(certificate(None)));
    assert!(matches!(effects[0], Effect::OpenAddress { .. }));
    let run = engine.run().number;
    engine.event(
        at(2),
        Event::AddressOpened {
            run,
            trouble: Some("no browser".to_owned()),
        },
    );
    let picture = Picture::new(engine, 5, (80, 24));
    assert!(picture.text().contains("no browser"), "{}", picture.text());
}

#[test]
fn an_error_page_is_taken_after_a_stop() {
    let mut engine = waiting(visma(), None);
    engine.command(at(20), Command::StopWaiting);
    let page = "Sorry, there was an error: invalid_redirect_uri Request Id: 0HN5";
    let paste = Command::PasteAnswer(dineroscope::core::secret::Secret::new(page));
    assert!(engine.allows(&paste));
    engine.command(at(30), paste);
    assert_eq!(engine.run().phase, RunPhase::Stopped);
    let findings = engine.findings(at(31), dineroscope::core::oauth::Step::Consent);
    assert_eq!(findings[0].rule, "error-page-invalid-redirect-uri");
}
