//! Somebody who calls the API of a sandbox with a token that may do everything, and makes what is needed first.

use super::Stage;
use super::walk::Answer;
use serde_json::{Value, json};

/// A company with much in its books.
pub(crate) const COMPANY: u32 = 410_233;

/// A sandbox and a token.
pub(crate) struct Caller {
    pub(crate) stage: Stage,
    pub(crate) token: String,
}

impl Caller {
    /// One who may read and write.
    pub(crate) fn new() -> Self {
        let stage = Stage::accepting();
        let token = stage.access_token("dineropublicapi:read dineropublicapi:write");
        Self { stage, token }
    }

    /// A call below a company, whose path is `v1/contacts`: the company is put in.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        let (version, rest) = path.split_once('/').unwrap();
        let target = format!("/{version}/{COMPANY}/{rest}");
        self.send(method, &target, &["Content-Type: application/json"], body)
    }

    /// A request with further headers.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &[&str], body: &str) -> Answer {
        let bearer = format!("Authorization: Bearer {}", self.token);
        let mut all = vec![bearer.as_str()];
        all.extend(headers);
        self.stage.request(method, target, &all, body)
    }

    /// A call that goes well; its JSON, null where it says nothing.
    pub(crate) fn well(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.call(method, path, &body);
        assert_eq!(answer.status, 200, "{method} {path} {body}: {answer:?}");
        if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    /// What is read.
    pub(crate) fn read(&self, path: &str) -> Value {
        self.well("GET", path, &Value::Null)
    }

    /// Makes one; its id, under that name.
    pub(crate) fn make(&self, path: &str, key: &str, body: &Value) -> String {
        let made = self.well("POST", path, body);
        let id = made[key].as_str().map(str::to_owned);
        id.unwrap_or_else(|| panic!("no `{key}`: {made}"))
    }

    /// A call that is refused with 400 or another status, a code, and fields that are wrong.
    pub(crate) fn refused(
        &self,
        (method, path, body): (&str, &str, &Value),
        (status, code): (u16, u16),
        fields: &[&str],
    ) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.call(method, path, &body);
        assert_refused(&answer, (status, code), fields)
    }

    /// A new contact.
    pub(crate) fn contact(&self) -> String {
        self.make("v1/contacts", "ContactGuid", &contact())
    }

    /// A new draft at that path, for a new contact.
    pub(crate) fn draft(&self, path: &str) -> String {
        let contact = self.contact();
        self.make(
            path,
            "Guid",
            &json!({"ContactGuid": contact, "ProductLines": [line()]}),
        )
    }

    /// A new sale at that path, booked.
    pub(crate) fn booked(&self, path: &str) -> String {
        let id = self.draft(path);
        self.book(&format!("{path}/{id}"));
        id
    }

    /// Books the draft at that path.
    pub(crate) fn book(&self, path: &str) {
        let version = self.version(path);
        self.well(
            "POST",
            &format!("{path}/book"),
            &json!({"Timestamp": version}),
        );
    }

    /// The version of what is at that path, however it is spelled there.
    pub(crate) fn version(&self, path: &str) -> String {
        let row = self.read(path);
        let version = ["TimeStamp", "Timestamp"]
            .iter()
            .find_map(|name| row[name].as_str());
        version
            .unwrap_or_else(|| panic!("no version: {row}"))
            .to_owned()
    }

    /// Uploads a file; its id.
    pub(crate) fn upload(&self, path: &str) -> String {
        let answer = self.send_file(path, "bilag.pdf", "application/pdf", "%PDF-1.4 bilag");
        answer.text("FileGuid")
    }

    /// Sends a file.
    pub(crate) fn send_file(&self, path: &str, name: &str, media: &str, text: &str) -> Answer {
        let (version, rest) = path.split_once('/').unwrap();
        let target = format!("/{version}/{COMPANY}/{rest}");
        let kind = "Content-Type: multipart/form-data; boundary=grænse".replace('æ', "ae");
        let body = format!(
            "--graense\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {media}\r\n\r\n{text}\r\n--graense--\r\n"
        );
        self.send("POST", &target, &[&kind], &body)
    }
}

/// Holds that an answer refuses so; its body.
pub(crate) fn assert_refused(
    answer: &Answer,
    (status, code): (u16, u16),
    fields: &[&str],
) -> Value {
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["code"]),
        (status, &json!(code)),
        "{answer:?}"
    );
    assert!(body["message"].is_string(), "{body}");
    for field in fields {
        assert!(
            body["validationErrors"][field].is_string(),
            "no `{field}`: {body}"
        );
    }
    if fields.is_empty() {
        assert!(body["validationErrors"].is_null(), "{body}");
    }
    body
}

/// The body of a contact.
pub(crate) fn contact() -> Value {
    json!({
        "Name": "Æblehavens Mosteri ApS", "CountryKey": "DK", "IsPerson": false, "IsMember": false,
        "UseCvr": false, "Email": "most@example.dk", "VatNumber": "12345678",
    })
}

/// A line of a sale.
pub(crate) fn line() -> Value {
    json!({
        "BaseAmountValue": 100, "Quantity": 2, "AccountNumber": 1000, "Discount": 0,
        "Description": "Most", "Unit": "litre",
    })
}
