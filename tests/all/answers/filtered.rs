//! A filter makes another body of it, in a process of its own; one that does not end is ended.

use super::{Server, ask, head, list, look_at, rows, show, told, until_known, until_rows, world};
use crate::runtime::World;
use dineroscope::core::reader::ask::{Ask, Filter, Told, View};
use dineroscope::core::reader::rows::Window;
use dineroscope::core::settings::Settings;
use std::io::Write as _;

/// So many objects, and filters that may run as long as usual.
async fn listed(count: usize) -> World {
    listed_with(count, &Settings::default()).await
}

async fn listed_with(count: usize, settings: &Settings) -> World {
    let server = Server::new(move |stream| {
        let body = list(count);
        let _ = stream.write_all(head(body.len(), "application/json").as_bytes());
        let _ = stream.write_all(body.as_bytes());
    });
    let mut world = world(settings);
    look_at(&mut world, &server.origin).await;
    until_known(&mut world).await;
    world
}

/// Filters, until that has ended.
async fn filter(world: &mut World, program: &str) -> Filter {
    ask(world, Ask::Filter(program.to_owned()));
    told(world, |told| match told {
        Told::Filter(filter) if !filter.runs => Some(filter.clone()),
        _ => None,
    })
    .await
}

async fn rows_of(world: &mut World, count: usize) -> Vec<String> {
    show(world, View::Pretty, 0);
    let all = |window: &Window| window.total == count as u64 && !window.rows.is_empty();
    until_rows(world, all).await;
    rows(world)
}

#[tokio::test]
async fn what_a_filter_makes_is_shown_and_left_again() {
    let mut world = listed(100).await;
    let ended = filter(&mut world, ".[] | select(.number >= 98) | .name").await;
    assert_eq!(ended.trouble, None);
    assert_eq!(
        rows_of(&mut world, 2).await,
        ["\"Blåbærhuset 98\"", "\"Blåbærhuset 99\""]
    );
    assert_eq!(filter(&mut world, "map(.number) | add").await.trouble, None);
    assert_eq!(rows_of(&mut world, 1).await, ["4950"]);
    ask(&mut world, Ask::EndFilter);
    assert_eq!(rows_of(&mut world, 402).await[2], "\"number\": 0,");
}

#[tokio::test]
async fn a_filter_that_is_wrong_leaves_what_is_shown() {
    let mut world = listed(10).await;
    filter(&mut world, ".[0].number").await;
    let before = rows_of(&mut world, 1).await;
    let ended = filter(&mut world, ".[0].number | foo").await;
    assert!(ended.trouble.unwrap().contains("`foo`"));
    assert_eq!(rows_of(&mut world, 1).await, before);
    let ended = filter(&mut world, ".[0].number.x").await;
    assert!(ended.trouble.unwrap().contains("cannot index"));
}

#[tokio::test]
async fn a_filter_without_an_end_is_ended() {
    let mut settings = Settings::default();
    settings.filter.seconds = 1;
    let mut world = listed_with(10, &settings).await;
    let ended = filter(&mut world, "[repeat(1)]").await;
    assert!(ended.trouble.unwrap().contains("was stopped"));
    ask(&mut world, Ask::Filter("[repeat(2)]".to_owned()));
    ask(&mut world, Ask::EndFilter);
    let ended = told(&mut world, |told| match told {
        Told::Filter(filter) if filter.program.is_empty() => Some(()),
        _ => None,
    });
    ended.await;
    assert_eq!(
        rows_of(&mut world, 42).await.len(),
        40,
        "the body is shown again"
    );
}

#[tokio::test]
async fn what_a_filter_makes_is_a_table_where_it_is_a_list_or_several_objects() {
    let mut world = listed(50).await;
    for (program, rows) in [("map({n: .number})", 50), (".[:3][]", 3), (".[0]", 1)] {
        assert_eq!(filter(&mut world, program).await.trouble, None);
        show(&mut world, View::Table, 0);
        let told = |window: &Window| window.total == rows && !window.columns.is_empty();
        until_rows(&mut world, told).await;
    }
}
