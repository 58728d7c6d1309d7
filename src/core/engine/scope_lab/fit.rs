//! How an answer fits the scope that the catalogue infers: where it does not, that is the news.

use crate::core::dinero::catalogue::{READ, Scope, WRITE};

/// How an answer fits the scope that the catalogue infers for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Granted and allowed.
    Granted,
    /// Not granted and refused.
    Lacking,
    /// Not granted, and allowed all the same: news.
    AllowedWithout,
    /// Granted, and refused for its scope all the same: news.
    RefusedWith,
    /// Nothing tells which scope it needs, and this one alone was enough.
    Suffices(&'static str),
    /// Nothing tells which scope it needs, and this one alone was not enough.
    IsTooLittle(&'static str),
    /// It says nothing about scopes.
    Silent,
}

impl Fit {
    /// Whether it differs from what the catalogue infers.
    pub const fn is_news(self) -> bool {
        matches!(self, Self::AllowedWithout | Self::RefusedWith)
    }

    /// How an answer fits.
    pub(super) fn of(scope: Scope, granted: &[String], status: u16, lacks_scope: bool) -> Self {
        let has = |scope: &str| granted.iter().any(|one| one == scope);
        let allowed = (200..300).contains(&status);
        if !allowed && !lacks_scope {
            return Self::Silent;
        }
        if scope == Scope::ReadOrWrite {
            let alone = match (has(READ), has(WRITE)) {
                (true, false) => "read",
                (false, true) => "write",
                (true, true) | (false, false) => return Self::Silent,
            };
            return if allowed {
                Self::Suffices(alone)
            } else {
                Self::IsTooLittle(alone)
            };
        }
        match (has(scope.name()), allowed) {
            (true, true) => Self::Granted,
            (false, false) => Self::Lacking,
            (false, true) => Self::AllowedWithout,
            (true, false) => Self::RefusedWith,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_news_only_where_the_catalogue_infers_otherwise() {
        let granted = |scopes: &[&str]| scopes.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        let (read, none) = (granted(&[READ]), granted(&["openid"]));
        let both = granted(&[READ, WRITE]);
        for (scope, scopes, status, lacks, expected) in [
            (Scope::Read, &read, 200, false, Fit::Granted),
            (Scope::Read, &none, 403, true, Fit::Lacking),
            (Scope::Read, &none, 200, false, Fit::AllowedWithout),
            (Scope::Read, &read, 403, true, Fit::RefusedWith),
            (Scope::Read, &read, 403, false, Fit::Silent),
            (Scope::Read, &none, 400, false, Fit::Silent),
            (Scope::ReadOrWrite, &read, 200, false, Fit::Suffices("read")),
            (
                Scope::ReadOrWrite,
                &read,
                403,
                true,
                Fit::IsTooLittle("read"),
            ),
            (Scope::ReadOrWrite, &both, 200, false, Fit::Silent),
        ] {
            let fit = Fit::of(scope, scopes, status, lacks);
            assert_eq!(fit, expected, "{scope:?} {scopes:?} {status}");
            let news = matches!(expected, Fit::AllowedWithout | Fit::RefusedWith);
            assert_eq!(fit.is_news(), news);
        }
    }
}
