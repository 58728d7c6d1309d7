//! Requests that were sent, on a disk: private, readable whatever happened to the file, and never in the way.

mod drafts;
mod saved;

use crate::leak::holds_a_token;
use crate::stage::at;
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::{Draft, Row};
use dineroscope::core::history::sent::{Fresh, SentBody, SentId};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::redact::Mask;
use dineroscope::core::wire::{
    Body, CallId, Connection, Direction, Headers, Outcome, Purpose, Record, Request, Response,
    Timing,
};
use dineroscope::edge::drafts::Drafts;
use dineroscope::edge::requests::{Requests, Retention, Said, Writer};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

fn mask() -> Mask {
    Mask::new([7; 32])
}

fn row(name: &str, value: &str) -> Row {
    Row {
        name: name.to_owned(),
        value: value.to_owned(),
        on: true,
    }
}

/// A request of that moment with that answer.
fn fresh(moment: Timestamp, number: u8, answer: &str) -> Box<Fresh> {
    let mut draft = Draft::of(operation("contacts.list").unwrap());
    draft
        .headers
        .push(row("Authorization", &format!("Bearer {TOKEN}")));
    draft.set("note", TOKEN);
    let mut sent = Headers::default();
    sent.push("Authorization", format!("Bearer {TOKEN}"));
    let mut headers = Headers::default();
    headers.push("Content-Type", "application/json");
    headers.push("Set-Cookie", format!("a={TOKEN}"));
    Box::new(Fresh {
        id: SentId::of(moment, [0, 0, number]),
        profile: "acme-dev".to_owned(),
        provider: "Visma Connect".to_owned(),
        organization: Some("42".to_owned()),
        draft,
        record: Record {
            call: CallId(1),
            purpose: Purpose::Api,
            direction: Direction::Outgoing,
            at: moment,
            request: Request {
                method: "GET".to_owned(),
                url: format!("https://api.dinero.dk/v2/42/contacts?note={TOKEN}"),
                headers: sent,
                body: Body::default(),
            },
            outcome: Outcome::Response(Response {
                status: 200,
                reason: "OK".to_owned(),
                version: "HTTP/1.1".to_owned(),
                headers,
                body: Body::text(answer),
                cut: None,
            }),
            timing: Timing::default(),
            peer: None,
            connection: Connection::default(),
            note: format!("answer of {TOKEN}"),
        },
        known: vec![Secret::new(TOKEN)],
    })
}

/// A writer into a folder, and what it says.
fn writer(folder: &Path) -> (Requests, Writer, Receiver<Said>) {
    let requests = Requests::in_folder(folder, Retention::default());
    let (said, heard) = channel();
    let listener = move |words| said.send(words).unwrap_or_default();
    let drafts = Drafts::in_folder(folder);
    let writer = Writer::new(requests.clone(), drafts, mask(), listener);
    (requests, writer, heard)
}

/// What went wrong, of what a writer said.
fn troubles(heard: &Receiver<Said>) -> Vec<String> {
    let said = heard.try_iter();
    said.filter_map(|said| match said {
        Said::Trouble(words) => Some(words),
        Said::Sent(_) => None,
    })
    .collect()
}

fn ids(requests: &Requests, limit: usize) -> Vec<String> {
    let loaded = requests.load(limit);
    assert_eq!(loaded.trouble, None);
    let ids = loaded.requests.iter().map(|sent| sent.id.to_string());
    ids.collect()
}

fn file(folder: &Path) -> String {
    fs::read_to_string(folder.join("requests.jsonl")).unwrap()
}

#[tokio::test]
async fn a_request_is_kept_listed_pinned_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, mut writer, heard) = writer(folder.path());
    assert_eq!(
        requests.load(9),
        dineroscope::edge::requests::Loaded::default()
    );
    let now = Timestamp::now();
    let of = |number: u8| fresh(now, number, &format!("{{\"number\" : {number}.10}}"));
    for number in 1..=4 {
        writer.keep(of(number));
    }
    writer.pin(of(1).id, true);
    writer.finish().await;
    let said: Vec<Said> = heard.try_iter().collect();
    assert_eq!(said.len(), 4);
    assert!(
        matches!(&said[0], Said::Sent(sent) if sent.body == SentBody::Kept),
        "{said:?}"
    );
    let loaded = requests.load(2);
    let listed: Vec<_> = loaded
        .requests
        .iter()
        .map(|it| (it.id.clone(), it.pinned))
        .collect();
    assert_eq!(listed, [(of(4).id, false), (of(1).id, true)]);
    assert_eq!(
        loaded.requests[1].lacks(),
        ["the parameter note", "the header field Authorization"]
    );
    let body = requests.body(&of(3).id).unwrap();
    assert_eq!(body.as_deref(), Some("{\"number\" : 3.10}"));
    writer.pin(of(1).id, false);
    writer.delete(of(3).id);
    writer.finish().await;
    assert_eq!(
        ids(&requests, 9),
        [of(4).id.as_str(), of(2).id.as_str(), of(1).id.as_str()]
    );
    assert!(
        !file(folder.path()).contains("3.10"),
        "its answer is gone too"
    );
    assert_eq!(requests.body(&of(3).id), Ok(None));
    assert!(requests.load(9).requests.iter().all(|sent| !sent.pinned));
    writer.clear();
    writer.keep(of(5));
    writer.finish().await;
    assert_eq!(ids(&requests, 9), [of(5).id.as_str()]);
    assert_eq!(troubles(&heard), Vec::<String>::new());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_it_and_no_token_stands_in_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("dineroscope");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (requests, mut writer, heard) = writer(&folder);
    let quoting = fresh(Timestamp::now(), 1, &format!("{{\"a\":\"{TOKEN}\"}}"));
    writer.keep(quoting.clone());
    writer.finish().await;
    let text = file(&folder);
    assert!(holds_a_token(TOKEN) && !holds_a_token(&text), "{text}");
    assert!(!text.contains("c2lnbmF0dXJl"), "{text}");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.join("requests.jsonl")), 0o600);
    assert_eq!(mode(&folder), 0o700);
    requests.delete(&SentId::of(at(0), [9; 3])).unwrap();
    requests.delete(&quoting.id).unwrap();
    assert_eq!(
        mode(&folder.join("requests.jsonl")),
        0o600,
        "when written anew"
    );
    drop(heard);
}

#[tokio::test]
async fn two_writers_at_once_tear_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::now();
    let long = "a".repeat(100_000);
    let (requests, ..) = writer(folder.path());
    let mut writers = [writer(folder.path()), writer(folder.path())];
    for number in 0..20_u8 {
        for (which, (_, writer, _)) in (0..).zip(&mut writers) {
            writer.keep(fresh(now, number * 2 + which, &format!("\"{long}\"")));
            if number % 5 == 4 {
                writer.delete(fresh(now, (number - 1) * 2 + which, "").id);
            }
        }
    }
    for (_, writer, _) in &mut writers {
        // Each wait ends after two seconds; on a busy machine one may not do.
        for _ in 0..20 {
            writer.finish().await;
        }
    }
    let loaded = requests.load(100);
    assert_eq!(loaded.notices, Vec::<String>::new());
    assert_eq!(loaded.requests.len(), 40 - 8);
    assert!(
        loaded
            .requests
            .iter()
            .all(|sent| sent.body == SentBody::Kept)
    );
}

#[tokio::test]
async fn a_torn_line_is_said_and_what_comes_next_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, mut writer, _heard) = writer(folder.path());
    let now = Timestamp::now();
    writer.keep(fresh(now, 1, "\"one\""));
    writer.keep(fresh(now, 2, "\"two\""));
    writer.finish().await;
    let text = file(folder.path());
    fs::write(
        folder.path().join("requests.jsonl"),
        &text[..text.len() - 4],
    )
    .unwrap();
    let loaded = requests.load(9);
    assert_eq!(loaded.notices, ["the last line was torn, and is left out"]);
    assert_eq!(loaded.requests[0].body, SentBody::Gone, "it was its answer");
    writer.keep(fresh(now, 3, "\"three\""));
    writer.finish().await;
    let loaded = requests.load(9);
    assert_eq!(
        loaded.notices,
        ["1 line could not be read, and is left out"]
    );
    assert_eq!(loaded.requests.len(), 3);
    let three = requests.body(&fresh(now, 3, "").id).unwrap();
    assert_eq!(three.as_deref(), Some("\"three\""));
}

#[tokio::test]
async fn a_program_that_ends_without_waiting_leaves_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, mut writer, heard) = writer(folder.path());
    for number in 0..10 {
        writer.keep(fresh(Timestamp::now(), number, "\"an answer\""));
    }
    drop(writer);
    // The thread ends when it has done what it was told; then nobody speaks any more.
    let said = heard.iter().count();
    let loaded = requests.load(100);
    assert_eq!((loaded.requests.len(), said), (10, 10));
    assert!(loaded.notices.is_empty());
}

#[tokio::test]
async fn a_place_that_takes_nothing_is_said_once_and_nothing_is_lost() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    fs::write(&folder, "in the way").unwrap();
    let (requests, mut writer, heard) = writer(&folder);
    let now = Timestamp::now();
    writer.keep(fresh(now, 1, "\"one\""));
    writer.keep(fresh(now, 2, "\"two\""));
    writer.finish().await;
    let said: Vec<Said> = heard.try_iter().collect();
    assert!(
        matches!(&said[0], Said::Trouble(words) if words.starts_with("Requests are not kept: "))
    );
    let here =
        |said: &Said| matches!(said, Said::Sent(sent) if matches!(sent.body, SentBody::Here(_)));
    assert!(
        here(&said[1]) && here(&said[2]) && said.len() == 3,
        "{said:?}"
    );
    fs::remove_file(&folder).unwrap();
    writer.delete(fresh(now, 1, "").id);
    writer.keep(fresh(now, 3, "\"three\""));
    writer.finish().await;
    assert_eq!(
        ids(&requests, 9).len(),
        2,
        "what was deleted meanwhile does not come back"
    );
    assert_eq!(troubles(&heard), Vec::<String>::new());
}

#[test]
fn what_had_its_days_goes_and_what_is_pinned_stays_without_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (requests, mut writer, heard) = writer(folder.path());
    let now = Timestamp::now();
    let ago = |days: i64| {
        fresh(
            now - SignedDuration::from_hours(24 * days),
            1,
            "\"an answer\"",
        )
    };
    for days in [100, 95, 20, 10, 0] {
        // The first one is let go at once: it had its days before it was written.
        writer.keep(ago(days));
        writer.pin(ago(95).id, true);
    }
    runtime.block_on(writer.finish());
    assert_eq!(ids(&requests, 9).len(), 4);
    requests.prune(now).unwrap();
    let loaded = requests.load(9);
    let bodies: Vec<_> = loaded
        .requests
        .iter()
        .map(|sent| sent.body.clone())
        .collect();
    assert_eq!(
        bodies,
        [
            SentBody::Kept,
            SentBody::Kept,
            SentBody::Gone,
            SentBody::Gone
        ]
    );
    assert!(loaded.requests[3].pinned);
    requests
        .prune(now + SignedDuration::from_hours(24 * 200))
        .unwrap();
    assert_eq!(ids(&requests, 9), [ago(95).id.as_str()]);
    let few = Requests::in_folder(
        folder.path(),
        Retention {
            requests: 1,
            ..Retention::default()
        },
    );
    runtime.block_on(async {
        writer.keep(ago(1));
        writer.keep(ago(2));
        writer.finish().await;
    });
    few.prune(now).unwrap();
    assert_eq!(ids(&requests, 9), [ago(1).id.as_str(), ago(95).id.as_str()]);
    assert_eq!(troubles(&heard), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_later_version_wrote_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let later = "{\"dineroscope\":\"requests\",\"v\":9}\n{\"sent\":1}\n";
    fs::write(&path, later).unwrap();
    let (requests, mut writer, heard) = writer(folder.path());
    let trouble = requests.load(9).trouble.unwrap();
    assert!(
        trouble.contains("a later version of dineroscope"),
        "{trouble}"
    );
    writer.keep(fresh(Timestamp::now(), 1, ""));
    writer.finish().await;
    assert_eq!(troubles(&heard).len(), 1);
    assert!(requests.prune(Timestamp::now()).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), later);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(requests.load(9).trouble.unwrap().contains("no file"));
    assert!(requests.body(&fresh(at(0), 1, "").id).is_err());
}

#[tokio::test]
async fn a_large_file_is_listed_and_one_answer_found_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, mut writer, _heard) = writer(folder.path());
    let now = Timestamp::now();
    writer.keep(fresh(now, 7, &format!("\"{}\"", "b".repeat(25_000))));
    writer.finish().await;
    let text = file(folder.path());
    let (head, lines) = text.split_once('\n').unwrap();
    let name = fresh(now, 7, "").id.to_string();
    let mut large = head.to_owned() + "\n";
    for number in 0..2_000 {
        large += &lines.replace(&name, &format!("{}{number:06x}", &name[..name.len() - 6]));
    }
    assert!(large.len() > 50_000_000);
    large += &"c".repeat(17 * 1024 * 1024);
    large += "\n";
    fs::write(folder.path().join("requests.jsonl"), large).unwrap();
    let loaded = requests.load(100);
    assert_eq!(loaded.requests.len(), 100);
    assert_eq!(
        loaded.notices,
        ["1 line could not be read, and is left out"]
    );
    let oldest = requests.load(2_000).requests.pop().unwrap().id;
    assert_eq!(requests.body(&oldest).unwrap().unwrap().len(), 25_002);
}
