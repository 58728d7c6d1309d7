//! What came to the listener, as rows: time, request, what it was taken for.
//!
//! Steps 2 and 3 both show hits, so that nothing that came is passed over in silence.

use super::Scene;
use super::parts::{fact, group, prose};
use crate::core::oauth::callback::{Hit, Verdict, target};
use crate::core::wire::visible::Visible;
use crate::tui::pane::{Group, Mark, Row};

/// Most hits that are shown; the earlier ones are counted.
const SHOWN: usize = 8;

/// The group of hits, the last ones, in order.
pub(super) fn hits(scene: &Scene<'_>, label: &str, hits: &[&Hit], empty: &str) -> Group {
    let answers = hits.iter().filter(|hit| is_answer(&hit.verdict)).count();
    let right = match (hits.len(), answers) {
        (0, _) => String::new(),
        (count, 0) => format!("{count}, none of them this run's answer"),
        (count, _) => count.to_string(),
    };
    let mut rows: Vec<Row> = Vec::new();
    let earlier = hits.len().saturating_sub(SHOWN);
    if earlier > 0 {
        rows.push(prose(format!("{earlier} earlier")));
    }
    rows.extend(hits[earlier..].iter().map(|hit| row(scene, hit)));
    if rows.is_empty() {
        rows.push(prose(empty));
    }
    group(label, right, rows)
}

/// One hit.
fn row(scene: &Scene<'_>, hit: &Hit) -> Row {
    let mark = if is_answer(&hit.verdict) {
        Mark::Ok
    } else {
        Mark::Note
    };
    fact(
        mark,
        scene.time(hit.at),
        request(scene, hit),
        hit.verdict.note(),
    )
}

/// `GET /favicon.ico  404`; without the query, which may carry a code.
fn request(scene: &Scene<'_>, hit: &Hit) -> Visible {
    let Some(record) = scene.engine.record(hit.call) else {
        return Visible::default();
    };
    let status = record
        .outcome
        .response()
        .map(|response| format!("  {}", response.status))
        .unwrap_or_default();
    let path = target(&record.request.url).0;
    if record.request.method.is_empty() {
        return Visible::of(match hit.verdict {
            Verdict::TlsToPlain | Verdict::CertificateRefused(_) => "TLS handshake",
            _ => "no request",
        });
    }
    Visible::of(&format!("{} {path}{status}", record.request.method))
}

/// Whether a hit was the answer of this run.
pub(super) fn is_answer(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Captured | Verdict::Refused)
}
