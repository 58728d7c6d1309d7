//! Dinero behind the token: who may see what, paging, fields, filters, errors.

use super::walk::{Answer, encoded};
use super::{Stage, config, link};
use dineroscope::edge::sandbox_server::ConsentMode;
use serde_json::{Value, json};

const LARGE: u32 = 410_233;
const WITHOUT_PRO: u32 = 412_008;

/// A sandbox and a token that may read.
fn signed_in() -> (Stage, String) {
    let stage = Stage::accepting();
    let token = stage.access_token("dineropublicapi:read");
    (stage, token)
}

fn assert_refused(answer: &Answer, status: u16, code: u16, field: Option<&str>) {
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["code"]),
        (status, &json!(code)),
        "{answer:?}"
    );
    assert!(body["message"].is_string());
    match field {
        Some(field) => assert!(body["validationErrors"][field].is_string(), "{body}"),
        None => assert!(body["validationErrors"].is_null(), "{body}"),
    }
}

#[test]
fn the_users_organizations_are_listed() {
    let (stage, token) = signed_in();
    let whole = stage.get_with("/v1.1/organizations", &token).json();
    assert_eq!(whole.as_array().unwrap().len(), 4);
    assert_eq!(whole[0]["Name"], "Ærø Bådebyggeri ApS");
    assert_eq!(whole[2]["Subscription"]["HasPro"], false);
    let chosen = stage.get_with("/v1/organizations", &token).json();
    assert_eq!(
        chosen[0],
        json!({"id": LARGE, "name": "Ærø Bådebyggeri ApS", "isPro": true})
    );
    let typed = stage
        .get_with("/v1/organizations?fields=NAME,vatNumber", &token)
        .json();
    assert_eq!(
        typed[0],
        json!({"NAME": "Ærø Bådebyggeri ApS", "vatNumber": "38112207"})
    );
}

#[test]
fn without_a_good_token_nothing_is_seen() {
    let (stage, token) = signed_in();
    let url = "/v1.1/organizations";
    for (headers, challenge) in [
        (vec![], "Bearer"),
        (vec!["Authorization: Basic YTpi".to_owned()], "Bearer"),
        (
            vec!["Authorization: Bearer x.y.z".to_owned()],
            "invalid_token",
        ),
        (
            vec![format!("Authorization: Bearer {token}x")],
            "invalid_token",
        ),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = stage.request("GET", url, &headers, "");
        assert_eq!((answer.status, answer.body.as_str()), (401, ""));
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains(challenge)
        );
    }
    let another = Stage::accepting();
    assert_eq!(
        another.get_with(url, &token).status,
        401,
        "the token of another sandbox"
    );
    let writing = stage.access_token("dineropublicapi:write");
    assert_refused(&stage.get_with(url, &writing), 403, 41, None);
}

#[test]
fn an_organization_must_be_known_and_pay() {
    let (stage, token) = signed_in();
    let contacts =
        |organization: u32| stage.get_with(&format!("/v2/{organization}/contacts"), &token);
    assert_eq!(contacts(LARGE).status, 200);
    assert_refused(&contacts(WITHOUT_PRO), 403, 90, None);
    assert_refused(&contacts(999_999), 404, 40, None);
}

#[test]
fn another_user_sees_other_organizations() {
    let stage = Stage::start(config(ConsentMode::Ask, &[]));
    let login = stage.get(stage.get(&link(&[])).location());
    let answer = stage.decide_as(&login, "soeren@bogholder.example", "accept");
    let code = answer.input("callback", "code");
    let token = stage.exchange(&code, &[]).text("access_token");
    let theirs = stage.get_with("/v1/organizations?fields=name", &token);
    assert_eq!(theirs.json(), json!([{"name": "Østerlunds Rådgivning"}]));
    let other = stage.get_with(&format!("/v2/{LARGE}/contacts"), &token);
    assert_refused(&other, 403, 41, None);
}

#[test]
fn pages_add_up() {
    let (stage, token) = signed_in();
    let mut guids = Vec::new();
    for (page, result) in [(0, 40), (1, 40), (2, 12), (3, 0)] {
        let url = format!("/v1/{LARGE}/invoices?fields=Guid&pageSize=40&page={page}");
        let body = stage.get_with(&url, &token).json();
        assert_eq!(
            body["Pagination"],
            json!({"MaxPageSizeAllowed": 1000, "PageSize": 40, "Result": result,
                   "ResultWithoutFilter": 92, "Page": page})
        );
        guids.extend(
            body["Collection"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["Guid"].to_string()),
        );
    }
    let all = guids.len();
    guids.sort();
    guids.dedup();
    assert_eq!((all, guids.len()), (92, 92));
}

#[test]
fn fields_come_in_the_case_that_was_typed_and_amounts_keep_their_decimals() {
    let (stage, token) = signed_in();
    let url =
        format!("/v1/{LARGE}/invoices?fields=number,TOTALINCLVAT&pageSize=1&statusFilter=Paid");
    let answer = stage.get_with(&url, &token);
    let row = &answer.json()["Collection"][0];
    let names: Vec<&String> = row.as_object().unwrap().keys().collect();
    assert_eq!(names, ["number", "TOTALINCLVAT"]);
    let amount = answer.body.split("\"TOTALINCLVAT\":").nth(1).unwrap();
    let amount = amount.split('}').next().unwrap();
    assert_eq!(amount.split('.').nth(1).map(str::len), Some(2), "{amount}");
}

#[test]
fn lists_are_filtered() {
    let (stage, token) = signed_in();
    let rows = |list: &str, pairs: &[(&str, &str)]| -> Vec<Value> {
        let url = format!("/v1/{LARGE}/{list}?pageSize=1000&{}", encoded(pairs));
        let answer = stage.get_with(&url, &token).json();
        answer["Collection"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"))
            .clone()
    };
    let all = rows("contacts", &[]).len();
    let found = rows(
        "contacts",
        &[(
            "queryFilter",
            "name contains 'ærøskøbing';IsPerson eq 'false'",
        )],
    );
    assert!(!found.is_empty() && found.len() < all);
    assert!(
        found
            .iter()
            .all(|row| row["name"].as_str().unwrap().contains("Ærøskøbing"))
    );
    let one = rows(
        "contacts",
        &[("queryFilter", "Email eq 'kunde7@firma.example'")],
    );
    assert_eq!(one.len(), 1);
    let quoted = rows("contacts", &[("queryFilter", "Name eq 'O''Brien; Søn'")]);
    assert_eq!(quoted.len(), 0);
    let dated = rows(
        "invoices",
        &[
            ("startDate", "2026-02-01"),
            ("endDate", "2026-02-28"),
            ("fields", "Date,Status"),
        ],
    );
    let inside = |row: &Value| row["Date"].as_str().unwrap().starts_with("2026-02");
    assert!(dated.iter().any(inside));
    assert!(
        dated
            .iter()
            .all(|row| inside(row) || row["Status"] == "Draft")
    );
    let sorted = rows(
        "invoices",
        &[
            ("sort", "TotalInclVat"),
            ("sortOrder", "descending"),
            ("fields", "TotalInclVat"),
        ],
    );
    let amounts: Vec<f64> = sorted
        .iter()
        .map(|row| row["TotalInclVat"].as_f64().unwrap())
        .collect();
    assert!(amounts.is_sorted_by(|one, other| one >= other));
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let (stage, token) = signed_in();
    for (name, value, code) in [
        ("pageSize", "1001", 43),
        ("pageSize", "0", 43),
        ("pageSize", "mange", 42),
        ("page", "-1", 42),
        ("fields", "Guid,Bogus", 42),
        ("queryFilter", "Description", 42),
        ("queryFilter", "Description eq Faktura", 42),
        ("queryFilter", "Description like 'Faktura'", 42),
        ("queryFilter", "Description eq 'O'Brien'", 42),
        ("queryFilter", "Number eq '1'", 42),
        ("startDate", "2026-13-01", 42),
        ("changesSince", "i går", 42),
        ("sort", "Bogus", 42),
    ] {
        let url = format!("/v1/{LARGE}/invoices?{}", encoded(&[(name, value)]));
        assert_refused(&stage.get_with(&url, &token), 400, code, Some(name));
    }
    let half = stage.get_with(
        &format!("/v1/{LARGE}/invoices?startDate=2026-01-01"),
        &token,
    );
    assert_refused(&half, 400, 42, Some("endDate"));
}

#[test]
fn one_row_is_found_by_its_id() {
    let (stage, token) = signed_in();
    for (list, key, missing) in [
        ("contacts", "ContactGuid", (404, 40)),
        ("invoices", "Guid", (400, 63)),
    ] {
        let url = format!("/v1/{LARGE}/{list}");
        let rows = stage
            .get_with(&format!("{url}?fields={key}&pageSize=1"), &token)
            .json();
        let guid = rows["Collection"][0][key].as_str().unwrap().to_owned();
        let one = stage.get_with(&format!("{url}/{guid}"), &token).json();
        assert_eq!(one[key], guid.as_str());
        let none = stage.get_with(
            &format!("{url}/00000000-0000-4000-8000-000000000000"),
            &token,
        );
        assert_refused(&none, missing.0, missing.1, None);
    }
}

#[test]
fn a_path_that_is_not_there_is_a_web_page() {
    let (stage, token) = signed_in();
    for path in [
        "/",
        "/v1/organisations",
        "/v9/410233/contacts",
        "/v2/410233/invoices",
        "/v1/x/contacts",
    ] {
        let answer = stage.get_with(path, &token);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.starts_with("<!doctype html>"));
    }
    for (method, path, allowed) in [
        ("POST", "/v1.1/organizations", "GET"),
        ("DELETE", "/v1/410233/contacts", "GET, POST"),
        ("PATCH", "/v1/410233/invoices/x", "GET, DELETE"),
    ] {
        let answer = stage.request(method, path, &[], "");
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some(allowed))
        );
    }
}
