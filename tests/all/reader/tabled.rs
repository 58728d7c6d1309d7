//! The table: items as rows, members as columns.

use super::Read;
use dineroscope::core::reader::ask::{Arrangement, Ask, View};

const PAGE: &str = r#"{"Pagination":{"Page":0},"Collection":[
 {"Number":1041,"Name":"Ørnevig","Total":18750.00,"Lines":[1,2,3],"Paid":true},
 {"Number":1040,"Name":"Æblegård","Total":-4312.5,"More":{"a":1},"Paid":null},
 {"Number":1039,"Name":"anders","Total":960}
]}"#;

fn cells(read: &Read) -> Vec<Vec<String>> {
    let rows = read.window.rows.iter();
    rows.map(|row| row.words.iter().map(|word| word.text.to_string()).collect())
        .collect()
}

fn names(read: &Read) -> Vec<String> {
    read.window
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect()
}

/// The first column of every row, sorted by a column.
fn sorted(read: &mut Read, name: &str, descends: bool) -> Vec<String> {
    read.ask(Ask::Arrange(Arrangement {
        sort: Some((name.to_owned(), descends)),
        hidden: Vec::new(),
    }));
    read.show(View::Table, 0);
    cells(read).into_iter().map(|row| row[0].clone()).collect()
}

#[test]
fn a_page_is_a_table_of_its_items() {
    let mut read = Read::json(PAGE);
    read.ask(Ask::Turn(View::Table));
    read.show(View::Table, 0);
    let table = read.status.table.clone().unwrap();
    assert_eq!((table.path.as_str(), table.rows), (".Collection", 3));
    assert_eq!(
        names(&read),
        ["Number", "Name", "Total", "Lines", "Paid", "More"]
    );
    assert_eq!(
        cells(&read)[0],
        ["1041", "Ørnevig", "18750.00", "3 items", "true", ""]
    );
    assert_eq!(cells(&read)[1][5], "{…}");
    assert!(read.window.columns[2].numbers && !read.window.columns[1].numbers);
    assert_eq!(read.cursor.as_ref().unwrap().item, Some(1));
}

#[test]
fn rows_are_sorted_by_any_column_and_columns_are_chosen() {
    let mut read = Read::json(PAGE);
    read.show(View::Table, 0);
    assert_eq!(sorted(&mut read, "Total", false), ["1040", "1039", "1041"]);
    assert_eq!(sorted(&mut read, "Total", true), ["1041", "1039", "1040"]);
    assert_eq!(sorted(&mut read, "Name", false), ["1039", "1040", "1041"]);
    assert_eq!(
        read.window.rows[0].number,
        Some(3),
        "the item keeps its number"
    );
    // What is missing comes last, whichever way.
    assert_eq!(sorted(&mut read, "Lines", true)[0], "1041");
    assert_eq!(sorted(&mut read, "Lines", false)[0], "1041");
    read.ask(Ask::Arrange(Arrangement {
        sort: None,
        hidden: vec!["Name".to_owned(), "Lines".to_owned()],
    }));
    read.show(View::Table, 0);
    assert_eq!(names(&read), ["Number", "Total", "Paid", "More"]);
    assert_eq!(cells(&read)[2], ["1039", "960", "", ""]);
}

#[test]
fn a_large_table_is_gone_through_and_sorted() {
    let items: Vec<String> = (0..20_000)
        .map(|number| {
            format!(
                "{{\"n\":{},\"t\":\"{}\"}}",
                (number * 7919) % 20_000,
                "x".repeat(number % 90)
            )
        })
        .collect();
    let mut read = Read::json(&format!("[{}]", items.join(" , ")));
    read.show(View::Table, 19_990);
    assert_eq!(cells(&read).len(), 10);
    assert_eq!(cells(&read)[0][0], ((19_990 * 7919) % 20_000).to_string());
    let first = sorted(&mut read, "n", false);
    assert_eq!(first[..4], ["0", "1", "2", "3"]);
    read.show(View::Table, 19_998);
    assert_eq!(
        cells(&read),
        [
            [
                "19998",
                &"x".repeat(usize::try_from(read.window.rows[0].number.unwrap() - 1).unwrap() % 90)
            ],
            [
                "19999",
                &"x".repeat(usize::try_from(read.window.rows[1].number.unwrap() - 1).unwrap() % 90)
            ]
        ]
    );
}

#[test]
fn what_is_no_table_says_so() {
    for body in [
        "[1,2,3]",
        "{\"a\":{\"b\":[]}}",
        "7",
        "[]",
        "{}",
        "[[{\"a\":1}]]",
    ] {
        let mut read = Read::json(body);
        read.show(View::Table, 0);
        let table = read.status.table.clone().unwrap();
        assert!(table.none.unwrap().contains("list of objects"), "{body}");
        assert!(read.window.rows.is_empty());
    }
}
