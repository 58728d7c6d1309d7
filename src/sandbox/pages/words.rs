//! The words of the pages, in Danish and in English.
//!
//! A table, so that a page cannot be half translated.

use crate::core::dinero::catalogue::scope_meaning;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Language {
    /// Danish.
    Danish,
    /// English.
    English,
}

impl Language {
    /// Danish when `ui_locales` (BCP 47 tags, the preferred first) names it before English.
    pub(in crate::sandbox) fn of(ui_locales: &str) -> Self {
        let known = ui_locales.split_whitespace().find_map(|tag| {
            let language = tag.split('-').next().unwrap_or_default();
            match language.to_ascii_lowercase().as_str() {
                "da" => Some(Self::Danish),
                "en" => Some(Self::English),
                _ => None,
            }
        });
        known.unwrap_or(Self::English)
    }

    /// Its words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::Danish => &DANISH,
            Self::English => &ENGLISH,
        }
    }
}

/// Everything that is said on the pages.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) banner: &'static str,
    pub(super) sign_in_title: &'static str,
    pub(super) sign_in_again_title: &'static str,
    pub(super) choose_title: &'static str,
    pub(super) sign_in_who: &'static str,
    pub(super) sign_in_button: &'static str,
    pub(super) sign_in_no_password: &'static str,
    pub(super) consent_title: &'static str,
    pub(super) consent_by: &'static str,
    pub(super) consent_uncertified: &'static str,
    pub(super) consent_then: &'static str,
    pub(super) accept: &'static str,
    pub(super) cancel: &'static str,
    pub(super) signed_in_as: &'static str,
    pub(super) somebody_else: &'static str,
    pub(super) callback_title: &'static str,
    pub(super) callback_no_script: &'static str,
    pub(super) callback_button: &'static str,
    pub(super) error_title: &'static str,
    pub(super) error_text: &'static str,
    pub(super) error_id: &'static str,
    pub(super) maintenance_title: &'static str,
    pub(super) maintenance_text: &'static str,
    pub(super) not_found_title: &'static str,
    pub(super) not_found_text: &'static str,
    meanings: &'static [(&'static str, &'static str)],
}

impl Words {
    /// What a scope allows.
    pub(super) fn meaning<'a>(&self, scope: &'a str) -> &'a str {
        let own = self.meanings.iter().find(|(name, _)| *name == scope);
        let own = own.map(|(_, meaning)| *meaning);
        own.or_else(|| scope_meaning(scope)).unwrap_or(scope)
    }
}

/// Danish.
const DANISH: Words = Words {
    lang: "da",
    banner: "Sandkasse i dineroscope. Hverken Visma eller Dinero, og ingen rigtige data.",
    sign_in_title: "Log ind",
    sign_in_again_title: "Log ind igen",
    choose_title: "Vælg en konto",
    sign_in_who: "Hvem er du?",
    sign_in_button: "Log ind",
    sign_in_no_password: "Her i sandkassen skal der ingen adgangskode til.",
    consent_title: "beder om adgang til dine data i Dinero",
    consent_by: "Udgivet af",
    consent_uncertified: "ikke certificeret partner",
    consent_then: "Svaret sendes til",
    accept: "Acceptér",
    cancel: "Annuller",
    signed_in_as: "Du er logget ind som",
    somebody_else: "En anden?",
    callback_title: "Du sendes tilbage til appen …",
    callback_no_script: "Din browser kører ikke scripts. Tryk på knappen for at sende svaret.",
    callback_button: "Fortsæt",
    error_title: "Der opstod en fejl",
    error_text: "Anmodningen kunne ikke behandles. Gå tilbage til appen, og prøv igen.",
    error_id: "Fejlens id:",
    maintenance_title: ENGLISH.maintenance_title,
    maintenance_text: ENGLISH.maintenance_text,
    not_found_title: ENGLISH.not_found_title,
    not_found_text: ENGLISH.not_found_text,
    meanings: &[
        (
            "dineropublicapi:read",
            "se fakturaer, kontakter og konti; ændre intet",
        ),
        (
            "dineropublicapi:write",
            "oprette, ændre, bogføre og slette på dine vegne",
        ),
        (
            "offline_access",
            "beholde adgangen, også når du ikke er logget ind",
        ),
        ("openid", "se, hvem der er logget ind"),
        ("profile", "se dit navn"),
        ("email", "se din e-mailadresse"),
    ],
};

/// English.
const ENGLISH: Words = Words {
    lang: "en",
    banner: "The sandbox of dineroscope. Neither Visma nor Dinero, and no real data.",
    sign_in_title: "Sign in",
    sign_in_again_title: "Sign in once more",
    choose_title: "Choose an account",
    sign_in_who: "Who are you?",
    sign_in_button: "Sign in",
    sign_in_no_password: "No password is needed here in the sandbox.",
    consent_title: "asks for access to your data in Dinero",
    consent_by: "Published by",
    consent_uncertified: "not a certified partner",
    consent_then: "The answer is sent to",
    accept: "Accept",
    cancel: "Cancel",
    signed_in_as: "You are signed in as",
    somebody_else: "Somebody else?",
    callback_title: "Taking you back to the application …",
    callback_no_script: "Your browser runs no scripts. Press the button to send the answer.",
    callback_button: "Continue",
    error_title: "Something went wrong",
    error_text: "The request could not be processed. Go back to the application and try again.",
    error_id: "Error id:",
    maintenance_title: "Back in a moment",
    maintenance_text: "This service is under maintenance.",
    not_found_title: "404 · Not found",
    not_found_text: "There is nothing at this address.",
    // The catalogue speaks to whoever writes the client; here the user is spoken to.
    meanings: &[
        (
            "dineropublicapi:write",
            "create, change, book and delete in your name",
        ),
        (
            "offline_access",
            "keep the access, also when you are not signed in",
        ),
        ("openid", "see who is signed in"),
        ("profile", "see your name"),
        ("email", "see your e-mail address"),
    ],
};

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_first_known_tag_decides() {
        for (tags, language) in [
            ("da-DK", Language::Danish),
            ("sv-SE da", Language::Danish),
            ("DA", Language::Danish),
            ("en-GB da-DK", Language::English),
            ("nb-NO", Language::English),
            ("dakota", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(tags), language, "{tags}");
        }
    }
}
