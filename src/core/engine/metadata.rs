//! Discovery: a profile that names only an issuer asks it for its endpoints before a link can be made.

use super::Engine;
use super::message::Effect;
use crate::core::oauth::RunPhase;
use crate::core::oauth::flow::Missing;
use crate::core::oauth::metadata::{self, MetadataTrouble};
use crate::core::profile::{Profile, ResponseType};
use crate::core::wire::{Body, CallId, Headers, Purpose, Record, Request};
use jiff::Timestamp;

/// How far asking for the metadata is.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    /// The request under way, and whether it is for the second place.
    call: Option<(CallId, bool)>,
    /// Why the last one brought nothing, with its record.
    trouble: Option<(CallId, MetadataTrouble)>,
}

/// Whether a profile leaves to its issuer what its link cannot be made without.
pub(super) fn is_open(profile: &Profile) -> bool {
    profile.provider.preset.is_none()
        && profile.provider.issuer.is_some()
        && !needs(profile).is_empty()
}

/// The members that the metadata must have for this profile. An id_token that comes through the browser cannot do
/// without a signature (OpenID Connect Core 3.3.2.11), so its keys are needed before it is asked for.
fn needs(profile: &Profile) -> Vec<&'static str> {
    let provider = &profile.provider;
    let is_hybrid = profile.authorize.response_type == ResponseType::CodeIdToken;
    let open = [
        ("authorization_endpoint", provider.authorize_url.is_empty()),
        ("token_endpoint", provider.token_url.is_empty()),
        (
            "jwks_uri",
            is_hybrid && provider.endpoints.jwks_url.is_none(),
        ),
    ];
    let open = open.into_iter().filter(|(_, is_open)| *is_open);
    open.map(|(member, _)| member).collect()
}

impl Engine {
    /// Why the provider's metadata cannot be used, with the record of what it answered.
    pub fn metadata_trouble(&self) -> Option<(&Record, &MetadataTrouble)> {
        let (call, trouble) = self.discovery.trouble.as_ref()?;
        Some((self.record(*call)?, trouble))
    }

    /// Whether the metadata is being asked for.
    pub fn is_discovering(&self) -> bool {
        self.discovery.call.is_some()
    }

    /// Whether the metadata is needed and not being asked for.
    pub(super) fn can_discover(&self) -> bool {
        self.run.phase == RunPhase::Preparing(Missing::Metadata) && !self.is_discovering()
    }

    /// Asks the issuer, where a profile leaves that open.
    pub(super) fn discover(&mut self, now: Timestamp) -> Vec<Effect> {
        self.discovery = Discovery::default();
        let Some(profile) = self.profile.as_ref().filter(|it| is_open(it)) else {
            return Vec::new();
        };
        let Some(issuer) = profile.provider.issuer.clone() else {
            return Vec::new();
        };
        let [first, _] = metadata::addresses(&issuer);
        vec![self.ask_issuer(now, first, false)]
    }

    /// The provider answered: the link can be made, or the second place is asked, or neither.
    pub(super) fn metadata_answered(&mut self, now: Timestamp, record: Record) -> Vec<Effect> {
        let call = record.call;
        let asked = self.discovery.call.filter(|(awaited, _)| *awaited == call);
        let outcome = record.outcome.clone();
        self.settle(record);
        let (Some((_, is_second)), Some(profile)) = (asked, &mut self.profile) else {
            return Vec::new();
        };
        self.discovery.call = None;
        let issuer = profile.provider.issuer.clone().unwrap_or_default();
        match metadata::read(&outcome, &issuer, &needs(profile)) {
            Ok(found) => {
                found.fill(&mut profile.provider);
                self.prepare_run();
                let mut effects = self.look_for_secret();
                effects.extend(self.load_grants());
                effects
            }
            Err(MetadataTrouble::Status(_)) if !is_second => {
                let [_, second] = metadata::addresses(&issuer);
                vec![self.ask_issuer(now, second, true)]
            }
            Err(trouble) => {
                self.discovery.trouble = Some((call, trouble));
                Vec::new()
            }
        }
    }

    /// A GET of the document.
    fn ask_issuer(&mut self, now: Timestamp, url: String, is_second: bool) -> Effect {
        let call = self.next_call();
        self.discovery.call = Some((call, is_second));
        self.get(now, call, Purpose::Metadata, url, metadata::BODY_LIMIT)
    }

    /// A GET of a JSON document of the provider, recorded.
    pub(super) fn get(
        &mut self,
        now: Timestamp,
        call: CallId,
        purpose: Purpose,
        url: String,
        body_limit: usize,
    ) -> Effect {
        let mut headers = Headers::default();
        headers.push("Accept", "application/json");
        let request = Request {
            method: "GET".to_owned(),
            url,
            headers,
            body: Body::default(),
        };
        let note = match purpose {
            Purpose::Keys => "signing keys",
            _ => "metadata",
        };
        self.push_outgoing(now, call, purpose, &request, note);
        Effect::Send {
            call,
            purpose,
            request,
            proxy: self.proxy(),
            body_limit,
        }
    }
}
