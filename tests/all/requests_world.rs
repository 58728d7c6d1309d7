//! Requests of step 6 over real sockets: pages of the sandbox joined, files that go out in pieces, what fails
//! in the middle.

use crate::runtime::World;
use crate::stage;
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::{Draft, DraftBody};
use dineroscope::core::dinero::page;
use dineroscope::core::engine::Gathering;
use dineroscope::core::engine::message::requests::RequestCommand;
use dineroscope::core::engine::message::{Command, Consent};
use dineroscope::core::fault::Fault;
use dineroscope::core::oauth::{RunPhase, Step};
use std::fs;

/// The large company of the sandbox.
const LARGE: &str = "410233";

/// A program with a token for the sandbox, and a company chosen.
async fn authorized() -> World {
    let mut world = World::sandbox(stage::sandbox(), &[]).await;
    world.walk(Consent::Accept).await;
    world.command(Command::Exchange);
    world
        .until(|engine| engine.run().phase == RunPhase::Authorized)
        .await;
    world.command(Command::ChooseOrganization(LARGE.to_owned()));
    world
}

fn draft(name: &str) -> Draft {
    Draft::of(operation(name).unwrap())
}

async fn send(world: &mut World, draft: Draft) -> (u16, String) {
    world.command(Command::Request(RequestCommand::Send(Box::new(draft))));
    let (status, body) = answered(world).await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Status and body of the call under way, once it is answered.
async fn answered(world: &mut World) -> (u16, Vec<u8>) {
    world.until(|engine| !engine.requests().is_busy()).await;
    let engine = &world.engine;
    let record = engine
        .requests()
        .answered
        .and_then(|call| engine.record(call))
        .unwrap();
    let response = record.outcome.response().unwrap();
    (response.status, response.body.0.to_vec())
}

#[tokio::test]
async fn all_pages_of_a_list_are_one_answer() {
    let mut world = Box::pin(authorized()).await;
    let mut list = draft("invoices.list");
    list.set("pageSize", "40");
    world.command(Command::Request(RequestCommand::FetchAll(Box::new(list))));
    world
        .until(|engine| engine.requests().joined.is_some())
        .await;
    let requests = world.engine.requests();
    let (_, joined) = requests.joined.as_ref().unwrap();
    let whole = page::read(&joined.body.0).unwrap();
    assert_eq!((whole.count, whole.total), (92, Some(92)));
    assert_eq!(requests.gathering.as_ref().map(Gathering::pages), Some(3));
    assert_eq!(requests.viewing_call(), requests.answered);
}

#[tokio::test]
async fn a_refused_page_keeps_what_came_and_goes_on_once_it_may() {
    let mut world = Box::pin(authorized()).await;
    let mut list = draft("invoices.list");
    list.set("pageSize", "40");
    world.command(Command::Request(RequestCommand::FetchAll(Box::new(list))));
    world
        .until(|engine| {
            engine
                .requests()
                .gathering
                .as_ref()
                .is_some_and(|all| all.items > 0)
        })
        .await;
    world.command(Command::SwitchFault(Fault::Api429));
    world
        .until(|engine| !engine.requests().is_busy() && engine.requests().viewing.is_some())
        .await;
    let stopped = world.engine.requests().gathering.clone().unwrap();
    if stopped.stopped.is_none() {
        // The pages were quicker than the switch: then all of them are there.
        assert_eq!(stopped.items, 92);
        return;
    }
    assert!(stopped.items >= 40, "{stopped:?}");
    assert!(world.engine.retry_at().is_some());
    world.command(Command::SwitchFault(Fault::Api429));
    world.command(Command::Request(RequestCommand::GoOn));
    world
        .until(|engine| {
            engine
                .requests()
                .gathering
                .as_ref()
                .is_some_and(|all| all.items == 92)
        })
        .await;
}

#[tokio::test]
async fn a_file_is_uploaded_listed_and_comes_back_as_it_was() {
    let mut world = Box::pin(authorized()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kvittering æ.pdf");
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..1_000_000_u32).map(|number| u8::try_from(number % 251).unwrap()));
    fs::write(&path, &bytes).unwrap();
    let mut upload = draft("files.upload");
    upload.body = DraftBody::File(path.display().to_string());
    world.command(Command::Request(RequestCommand::Send(Box::new(upload))));
    world
        .until(|engine| {
            engine
                .requests()
                .progress
                .is_some_and(|progress| progress.sent > 0)
        })
        .await;
    let progress = world.engine.requests().progress.unwrap();
    assert!(progress.to_send > bytes.len() as u64, "{progress:?}");
    let (_, body) = answered(&mut world).await;
    let created: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let guid = created["FileGuid"].as_str().unwrap().to_owned();
    let mut get = draft("files.get");
    get.set("fileGuid", &guid);
    world.command(Command::Request(RequestCommand::Send(Box::new(get))));
    let (_, body) = answered(&mut world).await;
    assert_eq!(body, bytes);
}

#[tokio::test]
async fn what_is_no_file_is_said_and_not_sent() {
    let mut world = Box::pin(authorized()).await;
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pdf");
    fs::write(&empty, "").unwrap();
    for (path, said) in [
        (folder.path().join("gone.pdf"), "cannot be read"),
        (folder.path().to_owned(), "is no file"),
    ] {
        let mut upload = draft("files.upload");
        upload.body = DraftBody::File(path.display().to_string());
        world.command(Command::Request(RequestCommand::Send(Box::new(upload))));
        world.until(|engine| !engine.requests().is_busy()).await;
        let unmade = world.engine.requests().unmade.join(" ");
        assert!(unmade.contains(said), "{unmade}");
    }
    let mut upload = draft("files.upload");
    upload.body = DraftBody::File(empty.display().to_string());
    let (status, _) = send(&mut world, upload).await;
    assert_eq!(status, 400, "an empty file may be sent, and is refused");
}

#[tokio::test]
async fn over_six_megabytes_is_refused_by_the_server_and_explained() {
    let mut world = Box::pin(authorized()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pdf");
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(6 * 1024 * 1024 + 1, b' ');
    fs::write(&path, &bytes).unwrap();
    let mut upload = draft("files.upload");
    upload.body = DraftBody::File(path.display().to_string());
    let (status, _) = send(&mut world, upload).await;
    assert_eq!(status, 413);
    let findings = world
        .engine
        .findings(jiff::Timestamp::now(), Step::Requests);
    assert_eq!(
        findings.first().map(|first| first.rule),
        Some("api-file-too-large")
    );
}

#[tokio::test]
async fn what_is_created_is_read_by_the_value_that_came_back() {
    let mut world = Box::pin(authorized()).await;
    let mut create = draft("contacts.create");
    create.body = DraftBody::Text(
        "{\"Name\":\"{{name}}\",\"CountryKey\":\"DK\",\"IsPerson\":false,\"IsMember\":false,\"UseCvr\":false}"
            .to_owned(),
    );
    let remember = |name: &str, value: &str| {
        Command::Request(RequestCommand::Remember(name.to_owned(), value.to_owned()))
    };
    world.command(remember("name", "Ærlig \"Øl\" ApS"));
    let (status, body) = send(&mut world, create).await;
    assert!(status < 300, "{status} {body}");
    let created: serde_json::Value = serde_json::from_str(&body).unwrap();
    world.command(remember(
        "contactGuid",
        created["ContactGuid"].as_str().unwrap(),
    ));
    let mut get = draft("contacts.get");
    get.set("guid", "{{contactGuid}}");
    let (status, body) = send(&mut world, get).await;
    assert_eq!(status, 200);
    let contact: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(contact["Name"], "Ærlig \"Øl\" ApS");
}
