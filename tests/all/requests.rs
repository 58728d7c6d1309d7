//! Requests in hand: what is sent of them, what is said instead, pages joined, pace obeyed, files taken along.

use crate::stage::{ORGANIZATIONS, Point, answer, at, engine_at, list_organizations, sent};
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::{Draft, DraftBody};
use dineroscope::core::dinero::page;
use dineroscope::core::dinero::upload::Upload;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::requests::{RequestCommand, RequestEffect, RequestEvent};
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::{Step, StepState};
use dineroscope::core::wire::{Body, CallId};

/// An operation with nothing chosen.
fn draft(name: &str) -> Draft {
    Draft::of(operation(name).unwrap())
}

/// A program with a token and a company.
fn ready() -> Engine {
    let mut engine = engine_at(Point::Authorized);
    let call = list_organizations(&mut engine, 130);
    answer(&mut engine, 130, call, 200, ORGANIZATIONS);
    engine.command(at(131), Command::ChooseOrganization("316204".to_owned()));
    engine
}

/// Does it; what keeps the run is left out of what follows.
fn request(engine: &mut Engine, seconds: i64, command: RequestCommand) -> Vec<Effect> {
    let mut effects = engine.command(at(seconds), Command::Request(command));
    effects.retain(|effect| !matches!(effect, Effect::KeepRun(_)));
    effects
}

fn send(engine: &mut Engine, seconds: i64, draft: Draft) -> Vec<Effect> {
    request(engine, seconds, RequestCommand::Send(Box::new(draft)))
}

/// The address of a call, below the API.
fn target(engine: &Engine, call: CallId) -> String {
    let url = &engine.record(call).unwrap().request.url;
    url.strip_prefix("https://api.dinero.dk")
        .unwrap()
        .to_owned()
}

/// A page of three items in all, one a page.
fn page(number: u64) -> String {
    format!(
        "{{\"Collection\":[{{\"n\":{number}.10}}],\"Pagination\":{{\"PageSize\":1,\"Result\":1,\
         \"ResultWithoutFilter\":3,\"Page\":{number}}}}}"
    )
}

/// Answers a page, and reads it as the edge would; the next call comes back.
fn answer_page(engine: &mut Engine, seconds: i64, call: CallId, number: u64) -> Vec<Effect> {
    answer(engine, seconds, call, 200, &page(number));
    let read = page::read(page(number).as_bytes());
    let event = RequestEvent::PageRead(call, read);
    engine.event(at(seconds), Event::Request(event))
}

/// What is to be joined, as text.
fn joined(effects: &[Effect]) -> Option<(String, u64)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Request(RequestEffect::Join { pages, count, .. }) => {
            let items = pages.iter().map(|(body, items)| &body.0[items.clone()]);
            let items: Vec<&str> = items
                .map(|items| std::str::from_utf8(items).unwrap())
                .collect();
            Some((items.join(","), *count))
        }
        _ => None,
    })
}

#[test]
fn a_request_goes_out_as_it_stands() {
    let mut engine = ready();
    let mut list = draft("invoices.list");
    list.set("statusFilter", "Overdue,Paid");
    let call = sent(&send(&mut engine, 140, list));
    assert_eq!(
        target(&engine, call),
        "/v1/316204/invoices?statusFilter=Overdue,Paid&pageSize=25"
    );
    assert!(engine.requests().is_busy());
    answer(&mut engine, 141, call, 200, "{}");
    assert_eq!(engine.step_state(Step::Requests), StepState::Done);
}

#[test]
fn what_cannot_be_made_is_not_sent_and_says_all_that_it_lacks() {
    let mut engine = ready();
    let mut one = draft("contacts.get");
    one.set("guid", "{{contact}}");
    one.set("x", "{{other}}");
    assert!(send(&mut engine, 140, one.clone()).is_empty());
    let unmade = engine.requests().unmade.join("; ");
    assert!(unmade.contains("{{contact}} has no value"), "{unmade}");
    assert!(unmade.contains("{{other}} has no value"), "{unmade}");
    assert_eq!(engine.step_state(Step::Requests), StepState::Failed);
    for name in ["contact", "other"] {
        let remember = RequestCommand::Remember(name.to_owned(), "a/b".to_owned());
        request(&mut engine, 141, remember);
    }
    let call = sent(&send(&mut engine, 142, one));
    assert_eq!(target(&engine, call), "/v1/316204/contacts/a%2Fb?x=a%2Fb");
    assert!(engine.requests().unmade.is_empty());
}

#[test]
fn each_uuid_of_a_request_is_another_one() {
    let mut engine = ready();
    let mut create = draft("contacts.create");
    create.body = DraftBody::Text("[\"{{uuid}}\",\"{{uuid}}\",\"{{today}}\"]".to_owned());
    let call = sent(&send(&mut engine, 140, create));
    let body = engine.record(call).unwrap().request.body.clone();
    let values: Vec<String> = serde_json::from_slice(&body.0).unwrap();
    assert_ne!(values[0], values[1]);
    assert_eq!(values[0].len(), 36);
    assert_eq!(values[2], "2026-11-23");
}

#[test]
fn every_page_is_fetched_and_joined_from_the_bytes_that_came() {
    let mut engine = ready();
    let all = RequestCommand::FetchAll(Box::new(draft("contacts.list")));
    let call = sent(&request(&mut engine, 140, all));
    assert_eq!(
        target(&engine, call),
        "/v2/316204/contacts?page=0&pageSize=1000"
    );
    let second = sent(&answer_page(&mut engine, 141, call, 0));
    assert_eq!(
        target(&engine, second),
        "/v2/316204/contacts?page=1&pageSize=1000"
    );
    assert!(
        !engine.allows(&Command::Request(RequestCommand::GoOn)),
        "it goes on already"
    );
    let third = sent(&answer_page(&mut engine, 142, second, 1));
    let last = answer_page(&mut engine, 143, third, 2);
    assert_eq!(
        joined(&last),
        Some(("{\"n\":0.10},{\"n\":1.10},{\"n\":2.10}".to_owned(), 3))
    );
    assert!(!engine.requests().is_busy());
}

#[test]
fn a_page_size_of_the_users_own_is_kept() {
    let mut engine = ready();
    let mut list = draft("contacts.list");
    list.set("pageSize", "7");
    list.set("page", "2");
    let call = sent(&request(
        &mut engine,
        140,
        RequestCommand::FetchAll(Box::new(list)),
    ));
    assert_eq!(
        target(&engine, call),
        "/v2/316204/contacts?page=0&pageSize=7"
    );
}

#[test]
fn a_refusal_in_the_middle_keeps_what_came_and_can_go_on_when_it_may() {
    let mut engine = ready();
    let all = RequestCommand::FetchAll(Box::new(draft("contacts.list")));
    let call = sent(&request(&mut engine, 140, all));
    let second = sent(&answer_page(&mut engine, 141, call, 0));
    answer(&mut engine, 142, second, 429, "API calls quota exceeded");
    let gathering = engine.requests().gathering.as_ref().unwrap();
    assert_eq!((gathering.items, gathering.total), (1, Some(3)));
    assert_eq!(
        gathering.stopped.as_deref(),
        Some("It was answered 429 Too Many Requests.")
    );
    let due = engine.retry_at().unwrap();
    assert!(
        due > at(201) && due < at(202),
        "a minute after the answer, inferred: {due}"
    );
    assert!(request(&mut engine, 150, RequestCommand::Retry).is_empty());
    assert_eq!(engine.next_deadline(), Some(due));
    assert!(engine.event(at(200), Event::Ticked).is_empty(), "not yet");
    let again = sent(&engine.event(due, Event::Ticked));
    assert_eq!(
        target(&engine, again),
        "/v2/316204/contacts?page=1&pageSize=1000"
    );
    let third = sent(&answer_page(&mut engine, 210, again, 1));
    let last = answer_page(&mut engine, 211, third, 2);
    assert_eq!(joined(&last).map(|(_, count)| count), Some(3));
}

#[test]
fn what_is_cancelled_between_two_pages_keeps_what_came() {
    let mut engine = ready();
    let all = RequestCommand::FetchAll(Box::new(draft("contacts.list")));
    let call = sent(&request(&mut engine, 140, all));
    answer(&mut engine, 141, call, 200, &page(0));
    // The page is still being read.
    assert!(engine.requests().is_busy());
    engine.command(at(142), Command::CancelSend);
    let stopped = engine
        .requests()
        .gathering
        .as_ref()
        .unwrap()
        .stopped
        .clone();
    assert_eq!(stopped.as_deref(), Some("You cancelled it."));
    let read = RequestEvent::PageRead(call, page::read(page(0).as_bytes()));
    let effects = engine.event(at(143), Event::Request(read));
    assert!(
        effects.is_empty(),
        "a late page changes nothing: {effects:?}"
    );
}

#[test]
fn a_wait_until_it_may_be_sent_again_can_be_given_up() {
    let mut engine = ready();
    let call = sent(&send(&mut engine, 140, draft("countries.list")));
    answer(&mut engine, 141, call, 429, "API calls quota exceeded");
    request(&mut engine, 142, RequestCommand::Retry);
    assert!(engine.allows(&Command::CancelSend));
    engine.command(at(143), Command::CancelSend);
    assert_eq!(engine.next_deadline(), None);
    assert!(engine.event(at(300), Event::Ticked).is_empty());
}

#[test]
fn a_file_goes_along_once_it_is_read() {
    let mut engine = ready();
    let mut upload = draft("files.upload");
    upload.body = DraftBody::File("/home/me/receipt.pdf".to_owned());
    let effects = send(&mut engine, 140, upload);
    let [Effect::Request(RequestEffect::ReadFile { call, path })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(path, "/home/me/receipt.pdf");
    let file = Ok(Upload {
        name: "receipt.pdf".to_owned(),
        bytes: Body::new(b"%PDF-1.7".as_slice()),
    });
    let event = RequestEvent::FileRead { call: *call, file };
    let sending = sent(&engine.event(at(141), Event::Request(event)));
    let request = &engine.record(sending).unwrap().request;
    let kind = request.headers.get("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(request.body.0.to_vec()).unwrap();
    assert!(body.starts_with(&format!("--{boundary}\r\n")), "{body}");
    assert!(
        body.contains("name=\"file\"; filename=\"receipt.pdf\""),
        "{body}"
    );
    assert!(
        body.contains("Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n"),
        "{body}"
    );
}

#[test]
fn a_file_that_vanished_is_said_and_nothing_is_sent() {
    let mut engine = ready();
    let mut upload = draft("files.upload");
    upload.body = DraftBody::File("gone.pdf".to_owned());
    let effects = send(&mut engine, 140, upload);
    let [Effect::Request(RequestEffect::ReadFile { call, .. })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let event = RequestEvent::FileRead {
        call: *call,
        file: Err("`gone.pdf` cannot be read".to_owned()),
    };
    let effects = engine.event(at(141), Event::Request(event));
    assert_eq!(sent(&effects), CallId(0), "nothing is sent: {effects:?}");
    assert_eq!(engine.requests().unmade, ["`gone.pdf` cannot be read"]);
    assert!(!engine.requests().is_busy());
}

#[test]
fn calls_are_counted_for_a_minute() {
    let mut engine = ready();
    for second in 0..3 {
        let call = sent(&send(&mut engine, 140 + second, draft("countries.list")));
        answer(&mut engine, 140 + second, call, 200, "[]");
    }
    assert_eq!(
        engine.calls_of_late(at(150)),
        4,
        "the organizations among them"
    );
    assert_eq!(engine.calls_of_late(at(201)), 1);
}

#[test]
fn another_profile_keeps_neither_answers_nor_what_was_remembered() {
    let mut engine = ready();
    request(
        &mut engine,
        140,
        RequestCommand::Remember("a".to_owned(), "1".to_owned()),
    );
    let mut other = crate::stage::visma();
    other.name = "other".to_owned();
    other.variables = vec![("own".to_owned(), "2".to_owned())];
    engine.settle_in(
        jiff::tz::TimeZone::UTC,
        vec![("DINERO_X".to_owned(), "3".to_owned())],
    );
    engine.command(at(150), Command::UseProfile(Box::new(other)));
    let variables = &engine.requests().variables;
    assert_eq!(variables.get("a"), None);
    assert_eq!(variables.get("own").map(|(value, _)| value), Some("2"));
    assert_eq!(variables.get("DINERO_X").map(|(value, _)| value), Some("3"));
}
