//! `operations` as a person and a script meet it: the list, what words find, and one operation whole.

use crate::quiet::{Ended, Place};
use dineroscope::core::dinero::catalogue::catalogue;
use serde_json::{Value, json};

/// Runs `operations` with these arguments.
fn operations(arguments: &[&str]) -> Ended {
    let mut all = vec!["operations"];
    all.extend(arguments);
    Place::new().run(&all)
}

/// What it prints when all is well.
fn output(arguments: &[&str]) -> String {
    let ended = operations(arguments);
    assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
    assert!(ended.talk.is_empty(), "{arguments:?} {ended:?}");
    ended.output
}

/// What it says as JSON.
fn told(arguments: &[&str]) -> Value {
    let ended = operations(&[arguments, &["--json"]].concat());
    assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
    let objects = ended.objects();
    let [object] = objects.as_slice() else {
        panic!("{ended:?}");
    };
    assert_eq!(object["v"], 1, "{object}");
    object.clone()
}

/// The first word of each line.
fn names(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

/// Whether a text has a line that begins, at this indentation, with this.
fn has_line(text: &str, beginning: &str) -> bool {
    text.lines().any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let indent = line.len() - line.trim_start().len();
        format!("{}{}", " ".repeat(indent), columns.join(" ")).starts_with(beginning)
    })
}

#[test]
fn the_list_has_every_operation_in_a_line() {
    let text = output(&["list"]);
    let all: Vec<&str> = catalogue()
        .operations
        .iter()
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(names(&text), all);
    assert_eq!(all.len(), 136);
    for line in [
        "invoices.book POST /v1/{organizationId}/invoices/{guid}/book write final books",
        "invoices.fetch POST /v1/{organizationId}/invoices/fetch read? read calculates",
        "invoices.sms POST /v1/{organizationId}/sms/{voucherGuid}/send-sms write costs sends",
    ] {
        assert!(has_line(&text, line), "{line}\n{text}");
    }
}

#[test]
fn words_find_the_best_first_and_say_so_when_nothing_is_found() {
    let found = output(&["list", "unp"]);
    assert_eq!(names(&found).first(), Some(&"invoices.list"), "{found}");
    let one = output(&["list", "credit", "MAIL"]);
    assert_eq!(names(&one).first(), Some(&"credit-notes.email"), "{one}");
    assert_eq!(one, output(&["list", "credit MAIL"]));

    let nothing = operations(&["list", "zzz\u{1b}[2J"]);
    assert_eq!(nothing.exit, 0, "{nothing:?}");
    assert!(nothing.output.is_empty(), "{nothing:?}");
    assert!(nothing.talk.contains("zzz"), "{nothing:?}");
    assert!(!nothing.talk.contains('\u{1b}'), "{nothing:?}");
}

#[test]
fn a_paged_list_is_told_with_its_parameters_and_its_fields() {
    let text = output(&["show", "invoices.list"]);
    for line in [
        "  GET /v1/{organizationId}/invoices",
        "  scope: dineropublicapi:read (inferred",
        "  danger: reads",
        "Path",
        "  organizationId whole number; required",
        "Query",
        "  statusFilter several of Draft, Booked",
        "  pageSize whole number; default 100; 1000 at most",
        "  sortOrder one of ascending, descending",
        "  where `fields` is left out: Guid, ContactName, Date, Description",
        "  `fields` may name: Guid, TimeStamp,",
        "  `queryFilter` may name: ExternalReference, ContactGuid, Description",
        "Answer: a page: `Collection`, an array of Invoice",
        "  (partial: Dinero has more",
    ] {
        assert!(has_line(&text, line), "{line}\n{text}");
    }
    assert!(!text.contains("Body"), "{text}");
    let (_, answer) = text.split_once("Answer:").unwrap();
    assert!(!answer.contains("required"), "of an answer: {answer}");
}

#[test]
fn a_body_is_told_field_by_field_the_nested_ones_below_theirs() {
    let text = output(&["show", "invoices.create"]);
    for line in [
        "  scope: dineropublicapi:write (inferred",
        "  danger: changes data",
        "Body: a JSON object, InvoiceCreateModel",
        "  ProductLines JSON array of ProductLine; required (one at least)",
        "    BaseAmountValue number; required (the price of one)",
        "    Quantity number; required; default 1",
        "  ContactGuid UUID (needed to book)",
        "Answer: a JSON object, Created",
    ] {
        assert!(has_line(&text, line), "{line}\n{text}");
    }
    let optional = output(&["show", "contacts.state-of-account-email"]);
    assert!(has_line(&optional, "  danger: sends something"));
}

#[test]
fn a_file_an_older_version_and_an_unknown_scope_are_told() {
    for (name, lines) in [
        (
            "files.upload",
            &["Body: one file, as multipart", "  fileName text"][..],
        ),
        ("files.get", &["Answer: the bytes of a file"]),
        (
            "contacts.update-v1",
            &["  deprecated: ", "  newer: contacts.update takes"],
        ),
        (
            "invoices.fetch",
            &["  scope: read or write, not known", "  danger: reads"],
        ),
        ("invoices.book", &["  danger: cannot be undone"]),
        ("attachments.add", &["Answer: nothing but the status"]),
    ] {
        let text = output(&["show", name]);
        for line in lines {
            assert!(has_line(&text, line), "{name}: {line}\n{text}");
        }
    }
}

#[test]
fn an_unknown_name_ends_with_2_and_names_the_nearest() {
    for (name, words) in [
        ("invoice.lst", "did you mean `invoices.list`?"),
        ("xyzzy", "`operations list WORDS`"),
        ("", "`operations list WORDS`"),
    ] {
        for json in [&[][..], &["--json"]] {
            let ended = operations(&[&["show", name], json].concat());
            assert_eq!(ended.exit, 2, "{name} {ended:?}");
            assert!(ended.output.is_empty(), "{name} {ended:?}");
            assert!(ended.talk.contains(words), "{name} {ended:?}");
        }
    }
    for arguments in [&[][..], &["show"], &["list", "--profiles", "trusted"]] {
        let ended = operations(arguments);
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
    }
}

#[test]
fn json_is_complete() {
    let list = told(&["list"]);
    let all = list["operations"].as_array().unwrap();
    assert_eq!(all.len(), 136);
    let fetch = all.iter().find(|it| it["name"] == "invoices.fetch");
    assert_eq!(
        fetch,
        Some(&json!({
            "name": "invoices.fetch",
            "resource": "Invoices",
            "label": "totals only",
            "summary": "calculates an invoice and stores nothing",
            "method": "POST",
            "path": "/v1/{organizationId}/invoices/fetch",
            "scope": null,
            "danger": "read",
            "deprecated": false,
            "newer": null,
        }))
    );
    let found = told(&["list", "unp"]);
    assert_eq!(found["operations"][0]["name"], "invoices.list");
    assert_eq!(told(&["list", "zzz"])["operations"], json!([]));
}

#[test]
fn every_operation_can_be_shown_and_its_json_holds_every_model_it_names() {
    let place = Place::new();
    for operation in &catalogue().operations {
        let name = operation.name.as_str();
        let text = place.run(&["operations", "show", name]);
        assert_eq!(text.exit, 0, "{text:?}");
        assert!(text.output.starts_with(name), "{text:?}");
        let object = told(&["show", name]);
        assert_eq!(
            object["in_path"].as_array().unwrap().len(),
            operation.in_path.len()
        );
        let models = object["models"].as_array().unwrap();
        let mut named: Vec<&Value> = vec![&object["body"]["model"], &object["answer"]["model"]];
        for model in models {
            let fields = model["fields"].as_array().unwrap();
            named.extend(fields.iter().map(|field| &field["model"]));
        }
        for model in named.into_iter().filter(|model| !model.is_null()) {
            let held = models.iter().filter(|it| it["name"] == *model).count();
            assert_eq!(held, 1, "{name}: {model}");
        }
    }
}

#[test]
fn json_tells_kinds_values_and_defaults() {
    let list = told(&["show", "invoices.list"]);
    assert_eq!(
        list["fields"],
        json!(["Guid", "ContactName", "Date", "Description"])
    );
    assert_eq!(list["answer"], json!({"kind": "page", "model": "Invoice"}));
    assert_eq!(list["body"], Value::Null);
    let query = list["in_query"].as_array().unwrap();
    let size = query.iter().find(|it| it["name"] == "pageSize").unwrap();
    assert_eq!(size["default"], "100");
    assert_eq!(size["most"], 1000);
    let order = query.iter().find(|it| it["name"] == "sortOrder").unwrap();
    assert_eq!(order["kind"], "choice");
    assert_eq!(order["values"], json!(["ascending", "descending"]));

    let upload = told(&["show", "files.upload"]);
    assert_eq!(upload["body"]["kind"], "file");
    let create = told(&["show", "invoices.create"]);
    assert_eq!(create["body"]["model"], "InvoiceCreateModel");
}

#[test]
fn a_closed_stdout_ends_quietly() {
    for arguments in [
        &["operations", "list"][..],
        &["operations", "show", "invoices.list"],
        &["operations", "list", "--json"],
    ] {
        let place = Place::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(arguments);
        let child = command.stdout(writer).spawn().unwrap();
        drop(command);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        assert!(ended.talk.is_empty(), "{arguments:?} {ended:?}");
    }
}
