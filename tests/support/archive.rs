//! A HAR file as a browser exports it: a sign-in among megabytes of pictures and scripts.

use std::fmt::Write as _;

/// A file of about that many bytes, whose exchange of the code was refused with invalid_grant, with that many
/// further calls of the API. The refused exchange stands at the end, where a whole read must come to.
pub(crate) fn archive(bytes: usize, calls: usize) -> String {
    let mut text = String::with_capacity(bytes + bytes / 8);
    text.push_str(
        "{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"creator\": {\"name\": \"WebInspector\", \
         \"version\": \"537.36\"},\n    \"pages\": [],\n    \"entries\": [\n",
    );
    for call in 0..calls {
        let body = format!("{{\\\"Collection\\\":[{{\\\"Name\\\":\\\"Kunde {call}\\\"}}]}}");
        entry(
            &mut text,
            "GET",
            &format!("https://api.dinero.dk/v1/123456/contacts?page={call}"),
            "",
            (200, "application/json", &body),
        );
        text.push_str(",\n");
    }
    let picture = "iVBORw0KGgoAAAANSUhEUgAA".repeat(2_000);
    let script = "function a(b){return \\\"<p class=\\\\\\\"x\\\\\\\">\\\"+b+\\\"</p>\\\\n\\\"}\\n"
        .repeat(700);
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        let (kind, body) = if number % 2 == 0 {
            ("image/png", &picture)
        } else {
            ("application/javascript", &script)
        };
        let url = format!("https://cdn.example/assets/{number}");
        entry(&mut text, "GET", &url, "", (200, kind, body));
        text.push_str(",\n");
    }
    let code = "4F1D3C5B7A9E8F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8";
    let posted = format!(
        "\"postData\": {{\"mimeType\": \"application/x-www-form-urlencoded\", \"text\": \
         \"grant_type=authorization_code&code={code}&redirect_uri=https%3A%2F%2Fapp.example.dk%2Fcb\
         &client_id=isv_acme&client_secret=Vq8notarealsecret\"}}, "
    );
    entry(
        &mut text,
        "POST",
        "https://connect.visma.com/connect/token",
        &posted,
        (
            400,
            "application/json",
            "{\\\"error\\\":\\\"invalid_grant\\\"}",
        ),
    );
    text.push_str("\n    ]\n  }\n}\n");
    text
}

/// One entry; the body as it stands in a JSON string.
fn entry(
    text: &mut String,
    method: &str,
    url: &str,
    posted: &str,
    (status, kind, body): (u16, &str, &str),
) {
    // A text is written without fail.
    let _ = write!(
        text,
        "      {{\"startedDateTime\": \"2026-11-23T11:02:04.118Z\", \"time\": 41.2, \"request\": {{\"method\": \
         \"{method}\", \"url\": \"{url}\", \"httpVersion\": \"HTTP/2.0\", {posted}\"headers\": [{{\"name\": \
         \"accept\", \"value\": \"*/*\"}}, {{\"name\": \"user-agent\", \"value\": \"Mozilla/5.0\"}}], \
         \"queryString\": [], \"cookies\": []}}, \"response\": {{\"status\": {status}, \"statusText\": \"\", \
         \"httpVersion\": \"HTTP/2.0\", \"headers\": [{{\"name\": \"content-type\", \"value\": \"{kind}\"}}], \
         \"cookies\": [], \"content\": {{\"size\": {size}, \"mimeType\": \"{kind}\", \"text\": \"{body}\"}}, \
         \"redirectURL\": \"\"}}, \"cache\": {{}}, \"timings\": {{\"wait\": 40}}}}",
        size = body.len(),
    );
}
