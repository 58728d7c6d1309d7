//! Step 6 as a person works it: found by three letters, filled in, sent, read, taken home as code.

mod filling;
mod keeping;
mod sending;

use crate::keys::{assert_one_meaning, assert_way_out, click};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{ORGANIZATIONS, Point, answer, at, bring, engine_at, list_organizations, visma};
use dineroscope::core::dinero::draft::{Draft, DraftBody};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::message::requests::RequestCommand;
use dineroscope::core::oauth::Step;
use dineroscope::tui::action::drafting::{AnswerTab, RequestTab};
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::drafting::Entry;
use dineroscope::tui::ui::popup::Popup;

/// A page of invoices.
const INVOICES: &str = r#"{"Collection":[
{"Guid":"0b5f4c1e-7a55-4f3a-9c53-0a5a4a2f9b11","Number":1041,"ContactName":"Ørnevig Bådebyg A/S","TotalInclVat":18750.00},
{"Guid":"5d2f1c77-0000-4f3a-9c53-0a5a4a2f9b12","Number":1040,"ContactName":"Smørblomst Bageri I/S","TotalInclVat":4312.50}],
"Pagination":{"MaxPageSizeAllowed":1000,"PageSize":2,"Result":2,"ResultWithoutFilter":92,"Page":0}}"#;

/// A program with a token, its companies listed and one of them chosen.
fn ready() -> Engine {
    let mut engine = engine_at(Point::Authorized);
    choose(&mut engine);
    engine
}

fn choose(engine: &mut Engine) {
    let call = list_organizations(engine, 130);
    answer(engine, 130, call, 200, ORGANIZATIONS);
    engine.command(at(131), Command::ChooseOrganization("316204".to_owned()));
}

/// Step 6 of a program.
fn on_requests(engine: Engine, size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine, 150, size);
    picture.ui.show(Step::Requests);
    picture.draw();
    picture
}

fn screen(size: (u16, u16)) -> Picture {
    on_requests(ready(), size)
}

/// The requests that a person sends, as the engine is asked.
fn drafts(reactions: &[Reaction]) -> Vec<Draft> {
    let sent = reactions.iter().filter_map(|reaction| match reaction {
        Reaction::Command(Command::Request(RequestCommand::Send(draft))) => Some((**draft).clone()),
        _ => None,
    });
    sent.collect()
}

/// Invoices were listed.
fn answered(size: (u16, u16)) -> Picture {
    let mut picture = screen(size);
    picture.press("/unp<enter>");
    picture.press("<enter>");
    let call = picture.engine.requests().sending.unwrap();
    answer(&mut picture.engine, 149, call, 200, INVOICES);
    picture.ui.show_answer();
    picture.draw();
    picture
}

/// An operation in hand.
fn on(name: &str, size: (u16, u16)) -> Picture {
    let mut picture = screen(size);
    picture.ui.drafting.take(name);
    picture.draw();
    picture
}

#[test]
fn the_screens_are_as_they_were_found_good() {
    hold("requests-first", screen);
    hold("requests-answered", answered);
    hold("requests-params", |size| {
        let mut picture = answered(size);
        picture.press("<tab><tab>");
        picture.ui.focus = dineroscope::tui::ui::Focus::Button;
        picture.press("<down><down><down>");
        picture
    });
    hold("requests-form", |size| {
        let mut picture = on("invoices.create", size);
        picture.press("<right><right><down><down>");
        picture
    });
    hold("requests-code", |size| {
        let mut picture = answered(size);
        picture.ui.focus = dineroscope::tui::ui::Focus::Button;
        picture.press("<right><right><right>");
        picture
    });
    hold("requests-danger", |size| {
        let mut picture = on("invoices.book", size);
        picture
            .ui
            .drafting
            .change(|draft| draft.set("guid", "0b5f"));
        picture.draw();
        picture.press("<enter>");
        picture
    });
    hold("requests-use", |size| {
        let mut picture = answered(size);
        picture.ui.focus = dineroscope::tui::ui::Focus::Answer;
        picture.press("<down><down><down><enter>");
        picture
    });
    hold("requests-history", |size| {
        let mut picture = keeping::kept(size);
        picture
            .ui
            .drafting
            .select_entry(Entry::Sent(keeping::ID.to_owned()));
        picture.ui.drafting.clear_filter();
        picture.draw();
        picture
    });
}

#[test]
fn three_letters_and_enter_send_a_list() {
    let mut picture = screen((120, 40));
    picture.press("/unp<enter>");
    assert_eq!(
        picture.ui.drafting.hand,
        Entry::Operation("invoices.list".to_owned())
    );
    let sent = drafts(&picture.press("<enter>"));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].operation.as_deref(), Some("invoices.list"));
    picture.press("<esc>");
    assert!(
        picture.ui.drafting.words().is_empty(),
        "esc shows all of them again"
    );
    assert_eq!(
        picture.ui.drafting.selected,
        Entry::Operation("invoices.list".to_owned()),
        "and what was found stays"
    );
}

#[test]
fn what_changes_something_is_gone_to_and_not_sent_from_the_list() {
    let mut picture = screen((120, 40));
    picture.press("/create a contact");
    assert_eq!(
        picture.ui.drafting.hand,
        Entry::Operation("contacts.create".to_owned())
    );
    // The button shows Enter once Enter is its own.
    assert!(picture.press("<enter>").is_empty());
    let text = picture.text();
    assert!(
        text.contains("[ Send ]") && text.contains("↵ go to the request"),
        "{text}"
    );
    assert!(picture.press("<enter>").is_empty());
    assert!(picture.text().contains("[ Send ↵ ]"), "{}", picture.text());
    assert!(picture.ui.popups.is_empty());
}

#[test]
fn what_a_request_lacks_is_named_by_its_button() {
    let picture = on_requests(engine_at(Point::Authorized), (120, 40));
    assert!(
        picture.text().contains("[ Send ↵ ]"),
        "the companies need none"
    );
    let mut picture = on_requests(engine_at(Point::Authorized), (120, 40));
    picture.ui.drafting.take("contacts.list");
    picture.draw();
    assert!(
        picture.text().contains("[ List the organizations ↵ ]"),
        "{}",
        picture.text()
    );
    let picture = on("contacts.get", (120, 40));
    assert!(
        picture.text().contains("[ Fill in guid ↵ ]"),
        "{}",
        picture.text()
    );
    let picture = on("files.upload", (120, 40));
    assert!(
        picture.text().contains("[ Fill in the file ↵ ]"),
        "{}",
        picture.text()
    );
}

#[test]
fn what_books_mails_or_costs_asks_and_the_safe_answer_has_the_focus() {
    for name in [
        "invoices.book",
        "invoices.email",
        "invoices.sms",
        "invoices.e-invoice",
    ] {
        let mut picture = on(name, (120, 40));
        picture.ui.drafting.change(|draft| {
            for parameter in ["guid", "voucherGuid"] {
                if draft.parameter(parameter).is_some() {
                    draft.set(parameter, "0b5f");
                }
            }
        });
        picture.draw();
        assert!(picture.press("<enter>").is_empty(), "{name}");
        let text = picture.text();
        assert!(
            text.contains("PRODUCTION. It ") && text.contains("(316204)"),
            "{text}"
        );
        assert!(
            picture.press("<enter>").is_empty(),
            "{name}: not sent by a second Enter"
        );
        picture.press("<enter>");
        assert_eq!(drafts(&picture.press("<right><enter>")).len(), 1, "{name}");
    }
}

#[test]
fn a_write_in_production_asks_unless_the_company_is_there_for_tests() {
    for (tests, asks) in [(vec![], true), (vec!["316204".to_owned()], false)] {
        let mut profile = visma();
        profile.api.test_organizations = tests;
        let mut engine = crate::stage::blank();
        bring(&mut engine, profile, Point::Authorized);
        choose(&mut engine);
        let mut picture = on_requests(engine, (120, 40));
        picture.ui.drafting.take("contacts.create");
        picture.draw();
        let reactions = picture.press("<enter>");
        assert_eq!(
            matches!(picture.ui.popups.last(), Some(Popup::Confirm(_))),
            asks
        );
        assert_eq!(drafts(&reactions).len(), usize::from(!asks));
    }
}

#[test]
fn a_value_of_an_answer_is_used_in_another_request() {
    let mut picture = answered((120, 40));
    picture.ui.focus = dineroscope::tui::ui::Focus::Answer;
    picture.press("<down><down><down>");
    picture.press("<enter>");
    let text = picture.text();
    assert!(text.contains("remember it as {{invoiceGuid}}"), "{text}");
    assert!(text.contains("GET  Invoices, one"), "{text}");
    picture.press("<enter>");
    let variables = &picture.engine.requests().variables;
    let value = variables
        .get("invoiceGuid")
        .map(|(value, _)| value.to_owned());
    assert_eq!(
        value.as_deref(),
        Some("0b5f4c1e-7a55-4f3a-9c53-0a5a4a2f9b11")
    );
    picture.press("<enter><down><down><enter>");
    let draft = picture.ui.drafting.draft();
    assert_eq!(
        draft.parameter("guid").unwrap().value,
        "0b5f4c1e-7a55-4f3a-9c53-0a5a4a2f9b11"
    );
}

#[test]
fn pages_are_turned_and_all_of_them_fetched() {
    let mut picture = answered((120, 40));
    assert!(picture.text().contains("1–2 of 92"), "{}", picture.text());
    picture.press("<tab>");
    let next = drafts(&picture.press(">"));
    assert_eq!(next[0].parameter("page").unwrap().value, "1");
    assert!(picture.press("<").is_empty(), "this is the first page");
    let mut picture = answered((120, 40));
    picture.press("<tab>");
    let all = picture.press("f");
    assert!(matches!(
        all.as_slice(),
        [Reaction::Command(Command::Request(
            RequestCommand::FetchAll(_)
        ))]
    ));
}

#[test]
fn a_scope_that_is_missing_is_said_and_a_run_with_it_offered() {
    let mut profile = visma();
    profile.scopes = vec!["dineropublicapi:read".to_owned()];
    let mut engine = crate::stage::blank();
    bring(&mut engine, profile, Point::Exchanging);
    let call = engine.run().exchange.unwrap();
    let tokens = r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"dineropublicapi:read"}"#;
    answer(&mut engine, 121, call, 200, tokens);
    choose(&mut engine);
    let mut picture = on_requests(engine, (120, 40));
    picture.ui.drafting.take("contacts.create");
    picture.draw();
    let text = picture.text();
    assert!(
        text.contains("The token lacks dineropublicapi:write"),
        "{text}"
    );
    assert!(text.contains("✗ write"), "the list says it too: {text}");
    let reactions = picture.press("<down><enter>");
    let Some(Reaction::Command(Command::NewRunWithLink(changes))) = reactions.first() else {
        panic!("{reactions:?}");
    };
    assert!(changes.words().contains("scope"), "{changes:?}");
}

#[test]
fn a_free_request_takes_any_method_and_path() {
    let mut picture = screen((120, 40));
    picture.ui.drafting.select_entry(Entry::Free);
    picture.draw();
    assert!(
        picture.text().contains("[ Fill in a path ↵ ]"),
        "{}",
        picture.text()
    );
    picture.press("<enter>/v1/{organizationId}/contacts?pageSize=1<enter>");
    let sent = drafts(&picture.press("<enter>"));
    assert_eq!(sent[0].path, "/v1/{organizationId}/contacts?pageSize=1");
}

#[test]
fn every_part_has_one_meaning_a_key_and_a_way_out_and_no_size_breaks_it() {
    let names = [
        "organizations.list",
        "invoices.create",
        "files.upload",
        "ledger.create",
        "invoices.book",
    ];
    for name in names {
        for size in [
            (60, 16),
            (72, 20),
            (80, 24),
            (120, 40),
            (200, 60),
            (300, 100),
        ] {
            let mut picture = on(name, size);
            for keys in [
                "", "<right>", "<right>", "<right>", "<tab>", "<tab>", "<tab>", "<tab>", "<tab>",
            ] {
                picture.press(keys);
                assert_one_meaning(&picture, name);
                assert_way_out(&picture, name);
            }
        }
    }
}

#[test]
fn the_mouse_goes_the_same_way() {
    let mut picture = answered((120, 40));
    click(&mut picture, "Body ");
    assert_eq!(picture.ui.drafting.tab, RequestTab::Body);
    click(&mut picture, "Headers  Timing");
    assert_eq!(picture.ui.drafting.answer, Some(AnswerTab::Headers));
    picture.press("<esc><esc>");
    click(&mut picture, "Filter");
    picture.press("pro");
    assert!(
        matches!(&picture.ui.drafting.hand, Entry::Operation(name) if name.starts_with("products"))
    );
    picture.press("<esc>");
    click(&mut picture, "▸ Accounts and years");
    assert!(
        picture.text().contains("GET  VAT types"),
        "{}",
        picture.text()
    );
    click(&mut picture, "GET  VAT types");
    assert_eq!(
        picture.ui.drafting.hand,
        Entry::Operation("vat-types.list".to_owned())
    );
}

#[test]
fn a_body_of_megabytes_holds_nobody_up() {
    let mut picture = on("invoices.create", (120, 40));
    let long = format!("{{\"Comment\":\"{}\"}}", "x".repeat(16 * 1024 * 1024));
    picture
        .ui
        .drafting
        .change(|draft| draft.body = DraftBody::Text(long));
    picture.press("<right><right><right><left><down>");
    assert!(
        picture.text().contains("too much for a form"),
        "{}",
        picture.text()
    );
}
