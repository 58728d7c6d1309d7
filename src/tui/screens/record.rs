//! One record, whole: what was asked, what came, how long each phase took, and over what connection.
//!
//! ```text
//! ✓ POST https://connect.visma.com/connect/token        [ Back to 4 Exchange ↵ ]
//!   200 OK   131 ms   1.4 KB   record 3 of 4   198.51.100.24:443   TLS 1.3
//! Timing                                                                  131 ms
//!     name (DNS)      ━━━                                                   6 ms
//!     TLS                ━━━━━━━━━━━━                                      28 ms
//! Request, headers, fields decoded, raw; answer, headers, members, raw
//! ```

use super::parts::{counted, fact, folding, group, joined, nothing, outcome, prose, secret};
use super::{Scene, button, parts, time};
use crate::core::oauth::StepState;
use crate::core::oauth::changes::pairs;
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Direction, Headers, Outcome, PeerCertificate, Record};
use crate::tui::action::Action;
use crate::tui::pane::{Group, Mark, Pane, Row, WhenShort};
use crate::tui::ui::Ui;
use jiff::SignedDuration;
use serde_json::Value;

/// Most members of an answer that have a row of their own.
const MOST_MEMBERS: usize = 60;

/// Largest body that is taken apart while it is drawn.
const LARGEST: usize = 64 * 1024;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let back = button("Back", Action::Back);
    let record = ui.record_shown.and_then(|call| scene.engine.record(call));
    let Some(record) = record else {
        return Pane {
            title: Visible::of("Record"),
            state: StepState::Pending,
            headline: Visible::of("This record is not there any more"),
            button: Some(back),
            quiet: None,
            groups: Vec::new(),
        };
    };
    let mask = scene.engine.mask();
    let place = record
        .request
        .url
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    let mut groups = Vec::new();
    groups.extend(timing(record));
    groups.extend(certificates(scene, record));
    groups.extend(request(scene, record));
    groups.extend(answer(scene, record));
    groups.extend(parts::raw(scene, record, ("Raw request", "Raw answer")));
    groups.extend(as_sent(scene, record));
    Pane {
        title: Visible::of("Record"),
        state: state(record),
        headline: Visible::of(&format!("{} {}", record.request.method, mask.url(place))),
        button: Some(back),
        quiet: Some(Visible::of(&quiet(scene, record))),
        groups,
    }
}

/// How it ended.
fn state(record: &Record) -> StepState {
    match &record.outcome {
        Outcome::Pending if record.direction == Direction::Incoming => StepState::Done,
        Outcome::Pending => StepState::Running,
        Outcome::Response(response) if response.status < 400 => StepState::Done,
        Outcome::Response(_) | Outcome::Failed(_) => StepState::Failed,
    }
}

/// Answer, time, place in the transcript, and the connection.
fn quiet(scene: &Scene<'_>, record: &Record) -> String {
    let at = record.at.to_zoned_datetime(scene.zone.clone());
    let all = scene.engine.transcript();
    let place = all.iter().position(|it| it.call == record.call);
    let place = place.map(|place| format!("record {} of {}", place + 1, all.len()));
    let version = record
        .outcome
        .response()
        .map(|response| response.version.clone());
    let connection = &record.connection;
    let proxy = connection
        .proxy
        .as_ref()
        .map(|proxy| format!("through the proxy {proxy}"));
    let peer = record.peer.map(|peer| match record.direction {
        Direction::Outgoing => peer.to_string(),
        Direction::Incoming => format!("from {peer}"),
    });
    joined(&[
        outcome(record),
        at.strftime("%H:%M:%S%.3f").to_string(),
        record.note.clone(),
        place.unwrap_or_default(),
        peer.unwrap_or_default(),
        version.unwrap_or_default(),
        connection.tls.clone(),
        proxy.unwrap_or_default(),
    ])
}

/// The phases as bars on one scale, each beginning where the one above ends.
pub(in crate::tui) fn timing(record: &Record) -> Option<Group> {
    let timing = record.timing;
    let total = timing.total.filter(|total| !total.is_zero())?;
    let before = [timing.dns, timing.connect, timing.tls];
    let before = before.into_iter().flatten().sum::<SignedDuration>();
    let answered = matches!(record.outcome, Outcome::Response(_));
    let waited = timing
        .first_byte
        .map(|first| (first - before).max(SignedDuration::ZERO));
    let body = timing
        .first_byte
        .map(|first| (total - first).max(SignedDuration::ZERO));
    let length = record
        .outcome
        .response()
        .map(|response| time::size(response.body.len()));
    let sent = time::size(record.request.body.len());
    let phases = [
        ("name (DNS)", timing.dns, String::new()),
        ("connect", timing.connect, String::new()),
        ("TLS", timing.tls, record.connection.tls.clone()),
        ("waiting", waited, format!("{sent} sent")),
        (
            "body",
            body.filter(|_| answered),
            length.unwrap_or_default(),
        ),
    ];
    let mut begun = SignedDuration::ZERO;
    let mut rows = Vec::new();
    for (name, took, note) in phases {
        let Some(took) = took else { continue };
        let end = begun + took;
        rows.push(span(name, (begun, end), total, &note));
        begun = end;
    }
    if rows.is_empty() {
        let name = match record.direction {
            Direction::Incoming => "answered in",
            Direction::Outgoing if answered => "in all",
            Direction::Outgoing => "until the failure",
        };
        rows.push(span(name, (SignedDuration::ZERO, total), total, ""));
    } else if timing.first_byte.is_none() && begun < total {
        rows.push(span("until the failure", (begun, total), total, ""));
    }
    Some(group("Timing", time::duration(total), rows))
}

/// A phase as a bar.
fn span(
    name: &str,
    (from, until): (SignedDuration, SignedDuration),
    total: SignedDuration,
    note: &str,
) -> Row {
    let thousandths = |at: SignedDuration| {
        let part = at.as_micros() * 1000 / total.as_micros().max(1);
        u16::try_from(part.clamp(0, 1000)).unwrap_or(1000)
    };
    Row::Span {
        name: Visible::of(name),
        from: thousandths(from),
        until: thousandths(until),
        took: Visible::of(&time::duration(until - from)),
        note: Visible::of(note),
    }
}

/// The certificates that the other side showed, its own first.
fn certificates(scene: &Scene<'_>, record: &Record) -> Option<Group> {
    let chain = &record.connection.chain;
    let rows: Vec<Row> = chain
        .iter()
        .map(|it| certificate(scene, record, it))
        .collect();
    let right = if matches!(record.outcome, Outcome::Failed(_)) {
        "as shown in the handshake that failed"
    } else {
        "its own first"
    };
    (!rows.is_empty()).then(|| folding("Certificates", right, rows))
}

/// A certificate in short.
fn certificate(scene: &Scene<'_>, record: &Record, it: &PeerCertificate) -> Row {
    let day = |at: jiff::Timestamp| {
        let at = at.to_zoned_datetime(scene.zone.clone());
        at.strftime("%Y-%m-%d").to_string()
    };
    let is_valid = it.from <= record.at && record.at <= it.until;
    let mark = if is_valid { Mark::Ok } else { Mark::Error };
    let (name, further) = match it.names.as_slice() {
        [] => (common_name(&it.subject), String::new()),
        [one] => (one.clone(), String::new()),
        [one, rest @ ..] => {
            let rest = counted(rest.len(), "more name");
            (one.clone(), format!(", {rest}"))
        }
    };
    let issuer = if it.issuer == it.subject {
        format!("signed by itself{further}")
    } else {
        format!("signed by {}{further}", common_name(&it.issuer))
    };
    let valid = if record.at < it.from {
        format!("from {} on", day(it.from))
    } else {
        format!("until {}", day(it.until))
    };
    fact(mark, name, valid, issuer)
}

/// `CN=Name, O=…` as a person reads it.
fn common_name(distinguished: &str) -> String {
    let parts = distinguished.split(", ");
    let common = parts.clone().find_map(|part| part.strip_prefix("CN="));
    let organisation = parts.clone().find_map(|part| part.strip_prefix("O="));
    common.or(organisation).unwrap_or(distinguished).to_owned()
}

/// What was asked: headers, and the fields of query and form, decoded.
fn request(scene: &Scene<'_>, record: &Record) -> Vec<Group> {
    let request = &record.request;
    let target = target_of(&scene.engine.mask().url(&request.url).to_string());
    let mut lines = vec![prose(format!("{} {target} HTTP/1.1", request.method))];
    lines.extend(headers(scene, &request.headers));
    let mut groups = vec![folding(
        "Request headers",
        counted(request.headers.0.len(), "header"),
        lines,
    )];
    let query = request
        .url
        .split_once('?')
        .map(|(_, query)| query.split('#').next());
    let query = query.flatten().unwrap_or_default();
    let decoded = |text: &str| -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(text.as_bytes());
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    };
    if !query.is_empty() {
        groups.push(fields(scene, "Query, decoded", decoded(query)));
    }
    if !request.body.is_empty() && request.body.0.len() <= LARGEST && request.method != "GET" {
        let named = pairs(request);
        if !named.is_empty() {
            groups.push(fields(scene, "Fields, decoded", named));
        }
    }
    groups
}

/// What follows the authority of a URL.
fn target_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    match rest.find(['/', '?']) {
        Some(at) => rest[at..].to_owned(),
        None => "/".to_owned(),
    }
}

/// Named values; what is secret can be revealed, one at a time.
fn fields(scene: &Scene<'_>, label: &str, named: Vec<(String, String)>) -> Group {
    let count = named.len();
    let rows = named.into_iter().take(MOST_MEMBERS);
    let rows = rows
        .map(|(name, value)| named_value(scene, &name, &value))
        .collect();
    group(label, counted(count, "field"), rows)
}

/// A value beside its name.
fn named_value(scene: &Scene<'_>, name: &str, value: &str) -> Row {
    if value.is_empty() {
        return nothing(Mark::Note, name, "empty");
    }
    if scene.engine.mask().hides(name) {
        return secret(Mark::Note, name, &Secret::new(value), "");
    }
    let shown = parts::masked(scene, value);
    fact(Mark::Note, name, shown, "")
}

/// Header fields in order.
fn headers(scene: &Scene<'_>, headers: &Headers) -> Vec<Row> {
    let mask = scene.engine.mask();
    let lines = headers.0.iter().map(|(name, value)| {
        let words = mask.header_line(name, value);
        Visible::of(&format!("{name}: {words}"))
    });
    let known = scene.engine.secrets_of_run();
    let lines = parts::without(lines.collect(), scene, &known);
    lines.into_iter().map(prose).collect()
}

/// What came: status, headers, the members of a JSON object.
fn answer(scene: &Scene<'_>, record: &Record) -> Vec<Group> {
    let response = match &record.outcome {
        Outcome::Pending if record.direction == Direction::Incoming => return Vec::new(),
        Outcome::Pending => {
            return vec![group("Answer", "", vec![prose("None yet.")])];
        }
        Outcome::Failed(failure) => {
            let detail = parts::masked(scene, &failure.detail);
            let words = failure.words();
            return vec![group("Answer", "", vec![prose(words), prose(detail)])];
        }
        Outcome::Response(response) => response,
    };
    let status = format!("{} {}", response.version, parts::status(response));
    let mut lines = vec![prose(status.trim())];
    lines.extend(headers(scene, &response.headers));
    let mut groups = vec![folding(
        "Answer headers",
        counted(response.headers.0.len(), "header"),
        lines,
    )];
    if response.body.0.len() <= LARGEST
        && let Ok(Value::Object(members)) = serde_json::from_slice(&response.body.0)
    {
        let named = members.into_iter().map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            (name, text.unwrap_or_else(|| value.to_string()))
        });
        groups.push(fields(scene, "Answer, member by member", named.collect()));
    }
    groups
}

/// Bodies as they went over the wire, on one line, secrets masked.
fn as_sent(scene: &Scene<'_>, record: &Record) -> Option<Group> {
    let line = |label: &str, body: &Body| {
        let is_shown = !body.0.is_empty()
            && body.0.len() <= LARGEST
            && !crate::core::wire::body::is_binary(&body.0);
        is_shown.then(|| {
            let text = parts::masked(scene, &body.to_text());
            vec![Visible::of(label), Visible::of(&text)]
        })
    };
    let response = record.outcome.response();
    let lines = [
        line("request:", &record.request.body),
        response.and_then(|response| line("answer:", &response.body)),
    ];
    let lines: Vec<Visible> = lines.into_iter().flatten().flatten().collect();
    (!lines.is_empty()).then(|| Group {
        label: Visible::of("Bodies, byte by byte"),
        right: Visible::of("on one line, secrets masked"),
        short: WhenShort::Fold,
        rows: vec![Row::Raw(parts::bounded(lines))],
    })
}
