//! A request is sent: once, from anywhere, and said to be what it is.

use super::{INVOICES, drafts, on, on_requests, ready};
use crate::stage::{Point, answer, at, engine_at};
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::{Draft, DraftBody};
use dineroscope::core::engine::message::requests::RequestCommand;
use dineroscope::core::engine::message::{Command, Event};
use dineroscope::core::wire::{Failure, FailureKind, Outcome};
use dineroscope::tui::action::drafting::RequestTab;
use dineroscope::tui::ui::act::Reaction;

#[test]
fn enter_twice_does_not_cancel_what_it_sent() {
    let mut engine = ready();
    let draft = Box::new(Draft::of(operation("invoices.list").unwrap()));
    engine.command(at(150), Command::Request(RequestCommand::Send(draft)));
    let mut picture = on_requests(engine, (120, 40));
    assert!(
        picture.text().contains("[ Cancel the call"),
        "{}",
        picture.text()
    );
    assert!(picture.press("<enter>").is_empty());
    picture.now = at(152);
    picture.draw();
    let cancelled = picture.press("<enter>");
    assert_eq!(cancelled, [Reaction::Command(Command::CancelSend)]);
}

#[test]
fn a_write_that_was_cancelled_may_have_been_carried_out() {
    let mut engine = ready();
    let mut draft = Draft::of(operation("contacts.create").unwrap());
    draft.body = DraftBody::Text("{}".to_owned());
    engine.command(
        at(150),
        Command::Request(RequestCommand::Send(Box::new(draft))),
    );
    let call = engine.requests().sending.unwrap();
    let mut record = engine.record(call).cloned().unwrap();
    record.outcome = Outcome::Failed(Failure {
        kind: FailureKind::Cancelled,
        host: "api.dinero.dk".to_owned(),
        port: 443,
        detail: "cancelled".to_owned(),
    });
    engine.event(at(151), Event::Answered(Box::new(record)));
    let picture = on_requests(engine, (120, 40));
    assert!(
        picture.text().contains("it may have been carried out"),
        "{}",
        picture.text()
    );
}

#[test]
fn the_organizations_are_a_key_away_and_a_request_is_sent_from_its_rows() {
    let mut picture = on_requests(engine_at(Point::Authorized), (120, 40));
    let listed = drafts(&picture.press("g"));
    assert_eq!(listed[0].operation.as_deref(), Some("organizations.list"));
    let mut picture = on("invoices.list", (120, 40));
    let sent = drafts(&picture.press("<down><down>S"));
    assert_eq!(sent[0].operation.as_deref(), Some("invoices.list"));
    // From the button and from the list as well.
    let mut picture = on("invoices.list", (120, 40));
    assert_eq!(drafts(&picture.press("S")).len(), 1);
    let mut picture = on("invoices.list", (120, 40));
    picture.ui.focus = dineroscope::tui::ui::Focus::List;
    picture.draw();
    assert_eq!(drafts(&picture.press("S")).len(), 1);
}

#[test]
fn what_was_answered_a_moment_ago_is_not_sent_again_by_a_second_enter() {
    let mut engine = ready();
    let draft = Box::new(Draft::of(operation("invoices.list").unwrap()));
    engine.command(at(150), Command::Request(RequestCommand::Send(draft)));
    let call = engine.requests().sending.unwrap();
    answer(&mut engine, 150, call, 200, INVOICES);
    let mut picture = on_requests(engine, (120, 40));
    picture.ui.drafting.take("invoices.list");
    picture.draw();
    assert!(drafts(&picture.press("<enter>")).is_empty());
    assert!(
        picture.text().contains("It was sent a moment ago"),
        "{}",
        picture.text()
    );
    picture.now = at(152);
    picture.draw();
    assert_eq!(drafts(&picture.press("<enter>")).len(), 1);
}

#[test]
fn a_large_page_can_be_turned() {
    let item = format!("{{\"Comment\":\"{}\"}},", "x".repeat(2000));
    let items = item.repeat(200);
    let body = format!(
        "{{\"Collection\":[{}],\"Pagination\":{{\"PageSize\":200,\"Result\":200,\"ResultWithoutFilter\":900,\"Page\":0}}}}",
        items.trim_end_matches(',')
    );
    let mut engine = ready();
    let draft = Box::new(Draft::of(operation("invoices.list").unwrap()));
    engine.command(at(150), Command::Request(RequestCommand::Send(draft)));
    let call = engine.requests().sending.unwrap();
    answer(&mut engine, 151, call, 200, &body);
    let mut picture = on_requests(engine, (120, 40));
    assert!(
        picture.text().contains("1–200 of 900"),
        "{}",
        picture.text()
    );
    assert_eq!(drafts(&picture.press(">")).len(), 1);
}

#[test]
fn code_stands_for_what_would_be_sent_variables_too() {
    let mut picture = on("invoices.create", (120, 40));
    picture.ui.drafting.change(|draft| {
        draft.body =
            DraftBody::Text("{\"Guid\": \"{{uuid}}\", \"Date\": \"{{today}}\"}".to_owned());
    });
    picture.press("<right><right><right>");
    let text = picture.text();
    assert!(text.contains("11111111-1111-4111-"), "{text}");
    assert!(!text.contains("uuid}}") && !text.contains("%7B"), "{text}");
}

#[test]
fn what_dinero_refuses_is_said_in_its_row_until_that_is_changed() {
    let mut engine = ready();
    let mut draft = Draft::of(operation("invoices.create").unwrap());
    draft.body =
        DraftBody::Text(r#"{"ProductLines":[{"Description":"","Quantity":1}]}"#.to_owned());
    engine.command(
        at(150),
        Command::Request(RequestCommand::Send(Box::new(draft.clone()))),
    );
    let call = engine.requests().sending.unwrap();
    let error = r#"{"code":42,"message":"Validation","validationErrors":{"ProductLines[0].Description":"must not be empty"}}"#;
    answer(&mut engine, 151, call, 400, error);
    let mut picture = on_requests(engine, (120, 40));
    picture.ui.drafting.take("invoices.create");
    picture.ui.drafting.change(|now| *now = draft.clone());
    picture.ui.drafting.tab = RequestTab::Body;
    picture.ui.zoomed = Some(dineroscope::tui::ui::Pane::Main);
    picture.draw();
    assert!(
        picture.text().contains("Dinero: must not be empty"),
        "{}",
        picture.text()
    );
    picture.ui.drafting.change(|now| {
        now.body =
            DraftBody::Text(r#"{"ProductLines":[{"Description":"Work","Quantity":1}]}"#.to_owned());
    });
    picture.draw();
    assert!(
        !picture.text().contains("must not be empty"),
        "{}",
        picture.text()
    );
}
