//! Rules about what a provider says of itself.

use super::{Case, Fixture, fixture};
use crate::stage::Point;
use dineroscope::core::oauth::Step;
use dineroscope::core::oauth::metadata::MetadataTrouble;

/// A profile whose issuer answered in that way.
fn answered(trouble: MetadataTrouble) -> Case {
    let record = Case::at(Point::Authorized).last().clone();
    Case::at(Point::Ready).with(|case| {
        case.profile.provider.issuer = Some("https://op.example".to_owned());
        case.metadata = Some((record, trouble));
    })
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Link, fires, silent);
    let other = || {
        answered(MetadataTrouble::OtherIssuer {
            named: "https://op.example/".to_owned(),
        })
    };
    vec![
        row(
            "metadata-issuer-mismatch",
            other(),
            answered(MetadataTrouble::NotJson("a web page")),
        ),
        row(
            "metadata-invalid",
            answered(MetadataTrouble::Lacks("token_endpoint")),
            other(),
        ),
    ]
}

#[test]
fn every_trouble_has_words_of_its_own() {
    let mut seen = Vec::new();
    for trouble in [
        MetadataTrouble::NoAnswer,
        MetadataTrouble::Status(404),
        MetadataTrouble::NotJson("empty"),
        MetadataTrouble::Lacks("token_endpoint"),
        MetadataTrouble::Insecure {
            member: "token_endpoint",
            url: "http://op.example/t".to_owned(),
        },
    ] {
        let found = answered(trouble).findings(Step::Link);
        assert_eq!(found[0].rule, "metadata-invalid");
        seen.push(found[0].headline.to_string());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "{seen:?}");
}
