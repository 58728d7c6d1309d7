//! The answer of step 6 as a person reads it: laid out, as a table, as it came, searched, filtered, compared.

mod typed;

use crate::keys::{assert_one_meaning, assert_way_out, click};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{ORGANIZATIONS, Point, answer, at, engine_at, list_organizations};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use dineroscope::core::dinero::draft::Draft;
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::message::requests::RequestCommand;
use dineroscope::core::oauth::Step;
use dineroscope::core::reader::ask::{Ask, Filter, Told, View};
use dineroscope::core::reader::diff::{Difference, Side};
use dineroscope::core::wire::{Body, Headers};
use dineroscope::tui::action::drafting::AnswerTab;
use dineroscope::tui::ui::Focus;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::popup::Popup;
use dineroscope::tui::view::Target;
use jiff::SignedDuration;
use std::sync::Arc;

/// A page of so many invoices, of 92.
fn invoices(count: usize) -> String {
    let names = [
        "Ørnevig Bådebyg A/S",
        "Smørblomst Bageri I/S",
        "Tågelund Cykler",
        "Ærlig Øl ApS",
    ];
    let one = |number: usize| {
        format!(
            "{{\"Guid\":\"0b5f4c1e-7a55-4f3a-9c53-0a5a4a2f{number:04}\",\"Number\":{},\"ContactName\":\"{}\",\"Date\":\"2026-11-{:02}\",\"TotalInclVat\":{}.50,\"Status\":\"Booked\",\"Lines\":[{{\"Quantity\":{number}}}],\"Note\":null}}",
            1041 - number,
            names[number % 4],
            28 - number % 28,
            18750 - number % 25 * 731,
        )
    };
    let items: Vec<String> = (0..count).map(one).collect();
    format!(
        "{{\"Collection\":[{}],\"Pagination\":{{\"MaxPageSizeAllowed\":1000,\"PageSize\":{count},\"Result\":{count},\"ResultWithoutFilter\":92,\"Page\":0}}}}",
        items.join(",")
    )
}

/// Step 6 with that answer to a list of invoices, the focus on it.
fn answered(body: &str, size: (u16, u16)) -> Picture {
    let mut engine = engine_at(Point::Authorized);
    let call = list_organizations(&mut engine, 130);
    answer(&mut engine, 130, call, 200, ORGANIZATIONS);
    engine.command(at(131), Command::ChooseOrganization("316204".to_owned()));
    let draft =
        Draft::of(dineroscope::core::dinero::catalogue::operation("invoices.list").unwrap());
    engine.command(
        at(148),
        Command::Request(RequestCommand::Send(Box::new(draft))),
    );
    let call = engine.requests().sending.unwrap();
    answer(&mut engine, 149, call, 200, body);
    let mut picture = Picture::new(engine, 150, size);
    picture.ui.show(Step::Requests);
    picture.ui.drafting.take("invoices.list");
    picture.ui.focus = Focus::Answer;
    picture.draw();
    picture
}

fn page(size: (u16, u16)) -> Picture {
    answered(&invoices(25), size)
}

/// The commands to the reader among what keys led to.
fn asked(reactions: &[Reaction]) -> Vec<Ask> {
    let asks = reactions.iter().filter_map(|reaction| match reaction {
        Reaction::Command(Command::Request(RequestCommand::Read(ask))) => Some(ask.clone()),
        _ => None,
    });
    asks.collect()
}

#[test]
fn the_screens_are_as_they_were_found_good() {
    hold("answer-pretty", |size| {
        let mut picture = page(size);
        picture.press("<down><down><down><down>");
        picture
    });
    hold("answer-table", |size| {
        let mut picture = page(size);
        picture.press("<right><right><right><right><right><right>oo<down><down>");
        picture
    });
    hold("answer-raw", |size| {
        let mut picture = page(size);
        picture.press("<right>v<down>");
        picture
    });
    hold("answer-timing", |size| {
        let mut picture = page(size);
        picture.press("vvvv");
        picture
    });
    hold("answer-search", |size| {
        let mut picture = page(size);
        picture.press("/Tågelund");
        picture
    });
    hold("answer-filter", |size| {
        let mut picture = page(size);
        picture.press("|.Collection[] | .Numbr +");
        let call = picture.engine.requests().viewing_call().unwrap();
        let trouble =
            "`.Collection[] | .Numbr +` is not finished: a value is missing behind `+` (column 26)";
        picture.tell(
            call,
            Told::Filter(Filter {
                program: ".Collection[] | .Numbr +".to_owned(),
                runs: false,
                trouble: Some(trouble.to_owned()),
            }),
        );
        picture.draw();
        picture
    });
    hold("answer-broken", |size| {
        answered(
            "{\"Collection\": [\n  {\"Number\": 1041},\n  {\"Number\" 1040}\n]}",
            size,
        )
    });
    hold("answer-difference", |size| {
        let mut picture = page(size);
        let equal: Vec<String> = (0..12)
            .map(|line| format!("    \"Line{line}\": {line},"))
            .collect();
        let mut lines: Vec<(Side, &str)> = equal
            .iter()
            .map(|line| (Side::Both, line.as_str()))
            .collect();
        lines.insert(6, (Side::Other, "    \"Status\": \"Draft\","));
        lines.insert(7, (Side::This, "    \"Status\": \"Booked\","));
        let call = picture.engine.requests().viewing_call().unwrap();
        picture.tell(call, Told::Differs(Arc::new(Difference::of(&lines))));
        picture.draw();
        picture
    });
    hold("answer-binary", |size| {
        let bytes: Vec<u8> = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
            .iter()
            .copied()
            .chain((0..=255).cycle().take(4000))
            .collect();
        binary(bytes, size)
    });
}

/// An invoice as a document.
fn binary(bytes: Vec<u8>, size: (u16, u16)) -> Picture {
    let mut picture = page(size);
    let call = picture.engine.requests().viewing_call().unwrap();
    let mut record = picture.engine.record(call).unwrap().clone();
    let dineroscope::core::wire::Outcome::Response(response) = &mut record.outcome else {
        panic!("no answer");
    };
    response.headers = Headers(vec![(
        "Content-Type".to_owned(),
        "application/pdf".to_owned(),
    )]);
    response.body = Body::new(bytes);
    let draft = Draft::free("GET", "/v1/316204/invoices/0b5f/pdf");
    picture.engine.command(
        at(151),
        Command::Request(RequestCommand::Send(Box::new(draft))),
    );
    record.call = picture.engine.requests().sending.unwrap();
    "https://api.dinero.dk/v1/316204/invoices/0b5f/pdf".clone_into(&mut record.request.url);
    let event = dineroscope::core::engine::message::Event::Answered(Box::new(record));
    picture.engine.event(at(152), event);
    picture.now = at(153);
    picture.ui.begin_answer();
    picture.draw();
    picture
}

/// Makes a picture.
type Make<'a> = &'a dyn Fn() -> Picture;

#[test]
fn keys_have_one_meaning_and_a_way_out_in_every_part() {
    let binary = |size| binary(vec![0, 1, 2, 3], size);
    let pictures: [(&str, Make<'_>); 4] = [
        ("a page", &|| page((120, 40))),
        ("not JSON", &|| answered("<h1>hello</h1>", (80, 24))),
        ("no text", &|| binary((120, 40))),
        ("nothing", &|| answered("", (120, 40))),
    ];
    for (name, make) in pictures {
        let mut picture = make();
        for keys in [
            "", "v", "v", "v", "v", "v", "v", "/x", "<enter>", "|", "<esc>", "#1", "<enter>", "D",
        ] {
            picture.press(keys);
            let what = format!("{name}, {keys}");
            assert_one_meaning(&picture, &what);
            assert_way_out(&picture, &what);
        }
    }
}

#[test]
fn the_cursor_stays_at_its_place_from_part_to_part() {
    let mut picture = page((120, 40));
    for _ in 0..34 {
        picture.press("<down>");
    }
    let path = |picture: &Picture| {
        picture
            .engine
            .requests()
            .viewing
            .as_ref()
            .unwrap()
            .cursor
            .as_ref()
            .unwrap()
            .path
            .clone()
            .unwrap()
    };
    assert_eq!(path(&picture), ".Collection[2].Date");
    picture.press("<right>");
    assert_eq!(picture.ui.drafting.line, 2, "the row of the item");
    picture.press("v");
    assert!(
        path(&picture).starts_with(".Collection[2]"),
        "{}",
        path(&picture)
    );
    picture.press("<left><enter>");
    assert_eq!(path(&picture), ".Collection[2].Date");
    picture.press("<right><down><enter>");
    assert_eq!(path(&picture), ".Collection[3]");
}

#[test]
fn the_table_is_sorted_by_mouse_and_key_and_leads_to_its_items() {
    let mut picture = page((120, 40));
    click(&mut picture, "Table");
    assert_eq!(picture.ui.drafting.answer, Some(AnswerTab::Table));
    click_column(&mut picture, 2);
    click_column(&mut picture, 2);
    assert!(
        picture.text().contains("ContactName ↑"),
        "{}",
        picture.text()
    );
    picture.press("o");
    assert!(
        picture.text().contains("ContactName ↓"),
        "{}",
        picture.text()
    );
    picture.press("c");
    assert!(matches!(
        picture.ui.popups.last(),
        Some(Popup::Choose { .. })
    ));
    picture.press("<enter><esc>");
    let viewing = picture.engine.requests().viewing.as_ref().unwrap();
    let (_, window) = viewing.rows.as_ref().unwrap();
    assert!(window.columns.iter().all(|column| column.name != "Guid"));
    picture.press("<end>");
    assert_eq!(picture.ui.drafting.line, 25);
    assert!(
        picture.text().contains("▸ next page: 26–50 of 92"),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<enter>");
    let sends = reactions.iter().any(|reaction| {
        matches!(
            reaction,
            Reaction::Command(Command::Request(RequestCommand::Send(_)))
        )
    });
    assert!(sends, "the last row asks for the next page");
}

/// Clicks the head of a column.
fn click_column(picture: &mut Picture, column: usize) {
    let found = picture
        .areas
        .targets
        .iter()
        .rev()
        .find(|(_, target)| *target == Target::Column(column));
    let (area, _) = found.unwrap();
    let event = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: area.x,
        row: area.y,
        modifiers: KeyModifiers::NONE,
    };
    picture.input(crossterm::event::Event::Mouse(event));
}

#[test]
fn what_comes_is_said_with_its_rate_and_what_was_cut_is_marked() {
    use dineroscope::core::engine::message::Event;
    use dineroscope::core::engine::message::requests::{Progress, RequestEvent};
    let mut picture = page((120, 40));
    let draft = Draft::free("GET", "/v1/316204/entries");
    picture.engine.command(
        at(160),
        Command::Request(RequestCommand::Send(Box::new(draft))),
    );
    let call = picture.engine.requests().sending.unwrap();
    let before = picture.engine.requests().answered.unwrap();
    let mut head = picture
        .engine
        .record(before)
        .unwrap()
        .outcome
        .response()
        .unwrap()
        .clone();
    head.body = Body::elsewhere(
        Vec::new(),
        0,
        Arc::new(bytes::Bytes::from_static(b"[1, 2, ")),
    );
    let arriving = RequestEvent::Arriving(call, Box::new(head.clone()));
    picture.engine.event(at(161), Event::Request(arriving));
    let progress = Progress {
        received: 12_300_000,
        announced: Some(97_600_000),
        ..Progress::default()
    };
    picture.engine.event(
        at(162),
        Event::Request(RequestEvent::Progressed(call, progress)),
    );
    picture.now = at(162);
    picture.ui.begin_answer();
    picture.draw();
    let text = picture.text();
    assert!(
        text.contains("200 OK   12.3 MB of 97.6 MB came   6.1 MB/s"),
        "{text}"
    );

    let mut record = picture.engine.record(before).unwrap().clone();
    record.call = call;
    record.timing.total = Some(SignedDuration::from_secs(3));
    head.body = Body::text("[1, 2, ");
    head.cut = Some(dineroscope::core::wire::Cut::Cancelled);
    record.outcome = dineroscope::core::wire::Outcome::Response(head);
    picture
        .engine
        .event(at(163), Event::Answered(Box::new(record)));
    picture.draw();
    let text = picture.text();
    assert!(text.contains("cut: you stopped it"), "{text}");
    assert!(text.contains("… cut here: you stopped it"), "{text}");
}

#[test]
fn a_terminal_may_become_any_size_meanwhile() {
    let mut picture = page((120, 40));
    for view in [View::Pretty, View::Raw, View::Table] {
        picture.ask(Ask::Turn(view));
        for size in [
            (200, 60),
            (60, 16),
            (80, 24),
            (59, 15),
            (61, 17),
            (300, 20),
            (120, 40),
        ] {
            picture.size = size;
            picture.draw();
            picture.press("<pgdn><up>v");
        }
    }
}
