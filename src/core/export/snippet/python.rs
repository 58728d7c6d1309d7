//! The request as a script with requests.
//!
//! That library puts an address in order before it sends it, so one that would change is set again afterwards.
//! What urllib3 below it still changes means the same: `%c3` goes out as `%C3`, and `[`, `{`, `|` and their like
//! in the form `%XX`.

use super::plan::{Content, Plan};
use super::quoting::{base64_lines, escaped, file_name, is_plain, sum};
use super::secrets::Text;
use std::fmt::Write as _;

/// Writes it.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let mut code = "# pip install requests\n".to_owned();
    if !plan.variables.is_empty() {
        let _ = writeln!(code, "# In the environment: {}", plan.variables.join(", "));
    }
    if matches!(plan.content, Content::Bytes(_)) {
        code.push_str("import base64\n");
    }
    if !plan.variables.is_empty() {
        code.push_str("import os\n");
    }
    if code.contains("\nimport ") {
        code.push('\n');
    }
    code.push_str("import requests\n\n");
    let _ = writeln!(code, "url = {}", expression(&plan.url));
    headers(&mut code, plan);
    let (made, argument) = body(&plan.content);
    code.push_str(&made);
    code.push('\n');
    let method = literal(plan.method);
    let mut arguments = format!("{method}, url");
    if !plan.headers.is_empty() {
        arguments.push_str(", headers=headers");
    }
    arguments.push_str(argument);
    let changes_method = plan.method != plan.method.to_uppercase();
    if plan.has_normal_url() && !changes_method {
        let _ = writeln!(code, "response = requests.request({arguments})");
    } else {
        let _ = writeln!(code, "request = requests.Request({arguments}).prepare()");
        if !plan.has_normal_url() {
            code.push_str("request.url = url  # as it stands: it was put in order\n");
        }
        if changes_method {
            let _ = writeln!(code, "request.method = {method}  # as it stands");
        }
        code.push_str("response = requests.Session().send(request)\n");
    }
    code.push_str("print(response.status_code, response.reason)\nprint(response.text)\n");
    code
}

/// The headers, one of each name.
fn headers(code: &mut String, plan: &Plan<'_>) {
    if plan.headers.is_empty() {
        return;
    }
    code.push_str("headers = {\n");
    for (name, value) in plan.joined_headers() {
        let text = expression(&value);
        let text = match value.pieces() {
            // As text the library takes Latin-1 alone.
            _ if value.plains().all(str::is_ascii) => text,
            [_] => format!("{text}.encode()"),
            _ => format!("({text}).encode()"),
        };
        let _ = writeln!(code, "    {}: {text},", literal(name));
    }
    code.push_str("}\n");
}

/// The lines that make the body, and the argument that takes it along.
fn body(content: &Content<'_>) -> (String, &'static str) {
    match content {
        Content::Nothing => (String::new(), ""),
        Content::Text(text) => {
            let made = format!("body = {}\n", expression(text));
            (made, ", data=body.encode()")
        }
        Content::Bytes(bytes) => {
            let lines = base64_lines(bytes).join("\"\n    \"");
            let made = format!("body = base64.b64decode(\n    \"{lines}\"\n)\n");
            (made, ", data=body")
        }
        Content::File {
            path,
            part,
            media_type,
        } => {
            let made = format!(
                "files = {{\n    {}: ({}, open({}, \"rb\"), {}),\n}}\n",
                literal(part),
                literal(file_name(path)),
                literal(path),
                literal(media_type)
            );
            (made, ", files=files")
        }
    }
}

/// A text as an expression.
fn expression(text: &Text) -> String {
    sum(text, literal, |name| format!("os.environ[\"{name}\"]"))
}

/// A text as a literal: as it stands where that is exact, and line by line where codes are needed.
fn literal(text: &str) -> String {
    if text.contains('\n') && is_plain(text) && !text.ends_with('\\') {
        for quotes in ["'''", "\"\"\""] {
            if !text.contains(quotes) && !text.ends_with(&quotes[..1]) {
                return format!("r{quotes}{text}{quotes}");
            }
        }
    }
    let is_apt = text.contains('"') && !text.contains('\'');
    let quote = if is_apt { '\'' } else { '"' };
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| format!("{quote}{}{quote}", escaped(line, quote, code)))
        .collect();
    match lines.as_slice() {
        [] => "\"\"".to_owned(),
        [line] => line.clone(),
        lines => format!("(\n    {}\n)", lines.join("\n    ")),
    }
}

/// The code of a character.
fn code(letter: char) -> String {
    match u32::from(letter) {
        code @ 0..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}
