//! What becomes of a request in hand: its address, its body, what is wrong with it.

use super::*;
use proptest::prelude::*;

fn draft(name: &str) -> Draft {
    Draft::of(operation(name).unwrap())
}

fn target(draft: &Draft) -> Result<String, Vec<String>> {
    let known = Variables::default();
    let made = draft.call(Some("42"), &known, &mut BuiltIns::Preview);
    made.map(|made| made.call.target)
        .map_err(|trouble| trouble.iter().map(Unmade::words).collect())
}

#[test]
fn a_list_begins_with_a_small_page_and_what_is_required() {
    let list = draft("invoices.list");
    assert_eq!(target(&list).as_deref(), Ok("/v1/42/invoices?pageSize=25"));
    assert_eq!(list.changes(), 0);
    let entries = draft("entries.list");
    assert_eq!(
        target(&entries).as_deref(),
        Ok("/v1/42/entries?fromDate=&toDate=")
    );
}

#[test]
fn what_stands_in_a_path_stays_in_its_segment() {
    for (value, expected) in [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("æ", "%C3%A6"),
        ("{organizationId}", "%7BorganizationId%7D"),
    ] {
        let mut one = draft("contacts.get");
        one.set("guid", value);
        assert_eq!(target(&one), Ok(format!("/v1/42/contacts/{expected}")));
    }
    let empty = target(&draft("contacts.get")).unwrap_err();
    assert_eq!(empty, ["guid is empty: the path would lead elsewhere"]);
}

#[test]
fn a_query_is_encoded_once_and_what_is_off_stays_at_home() {
    let mut list = draft("contacts.list");
    list.set("queryFilter", "Name eq 'Ærø & Søn'");
    list.set("own", "1+1");
    list.parameters[1].on = false;
    assert_eq!(
        target(&list).as_deref(),
        Ok(
            "/v2/42/contacts?queryFilter=Name%20eq%20%27%C3%86r%C3%B8%20%26%20S%C3%B8n%27\
            &pageSize=25&own=1%2B1"
        )
    );
    assert_eq!(list.changes(), 2);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut one = draft("contacts.get");
    one.set("guid", "{{missing}}");
    one.headers.push(Row {
        name: "X A".to_owned(),
        value: "1".to_owned(),
        on: true,
    });
    let known = Variables::default();
    let trouble = one.call(None, &known, &mut BuiltIns::Preview).unwrap_err();
    assert_eq!(trouble.len(), 3, "{trouble:?}");
    assert_eq!(trouble[0], Unmade::NoOrganization);
}

#[test]
fn a_variable_in_json_cannot_end_its_string() {
    let mut one = draft("contacts.create");
    one.body = DraftBody::Text("{\"Name\":\"{{name}}\",\"n\":{{number}}}".to_owned());
    let mut known = Variables::default();
    known.remember("name", "a\"b\\c\n");
    known.remember("number", "1.10");
    let made = one.call(Some("1"), &known, &mut BuiltIns::Preview).unwrap();
    let body = String::from_utf8(made.call.body.0.to_vec()).unwrap();
    assert_eq!(body, "{\"Name\":\"a\\\"b\\\\c\\n\",\"n\":1.10}");
}

#[test]
fn a_free_request_keeps_its_own_query_and_encodes_what_is_filled_in() {
    let mut known = Variables::default();
    known.remember("id", "a/b");
    let free = Draft::free("get", "/v1/{organizationId}/x/{{id}}?a=b#c");
    let made = free
        .call(Some("7"), &known, &mut BuiltIns::Preview)
        .unwrap();
    assert_eq!(made.call.target, "/v1/7/x/a%2Fb?a=b#c");
    assert_eq!(made.call.method, "GET");
}

proptest! {
    #[test]
    fn whatever_is_typed_the_path_has_the_segments_of_its_operation(value in "\\PC{1,30}") {
        let mut one = draft("contacts.get");
        one.set("guid", &value);
        if let Ok(target) = target(&one) {
            prop_assert_eq!(target.split('/').count(), 5);
            prop_assert!(!target.contains(['?', '#', ' ']));
        }
    }
}
