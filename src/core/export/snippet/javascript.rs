//! The request as a module with `fetch`, for Node.js 18 and later.

use super::plan::{Content, Plan};
use super::quoting::{base64_lines, escaped, file_name, is_plain, sum};
use super::secrets::Text;
use std::fmt::Write as _;

/// Methods that `fetch` sends without a body, whatever it is given.
const WITHOUT_BODY: [&str; 2] = ["GET", "HEAD"];

/// Writes it.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let mut code = "// Node.js 18 or later, as a file that ends in .mjs.\n".to_owned();
    if !plan.variables.is_empty() {
        let _ = writeln!(code, "// In the environment: {}", plan.variables.join(", "));
    }
    if matches!(plan.content, Content::File { .. }) {
        code.push_str("import { readFile } from \"node:fs/promises\";\n");
    }
    code.push('\n');
    let mut argument = body(&mut code, plan);
    let has_body = !argument.is_empty();
    if has_body && WITHOUT_BODY.contains(&plan.method) {
        let _ = writeln!(code, "// fetch sends no body with {}.", plan.method);
        argument = String::new();
    }
    let _ = writeln!(
        code,
        "const response = await fetch({}, {{",
        expression(&plan.url)
    );
    let _ = writeln!(code, "  method: {},", literal(plan.method));
    headers(&mut code, plan);
    code.push_str(&argument);
    code.push_str(
        "});\n\
         console.log(response.status, response.statusText);\n\
         console.log(await response.text());\n",
    );
    if !plan.variables.is_empty() {
        code.push_str(
            "\nfunction variable(name) {\n  \
             if (!process.env[name]) throw new Error(`${name} is not set`);\n  \
             return process.env[name];\n}\n",
        );
    }
    let is_ascii = |(_, value): &(&str, Text)| value.plains().all(str::is_ascii);
    if !plan.headers.iter().all(is_ascii) {
        code.push_str(
            "\n// fetch sends one byte for each character of a header.\n\
             function utf8(text) {\n  \
             return String.fromCharCode(...new TextEncoder().encode(text));\n}\n",
        );
    }
    code
}

/// The headers: an object as everybody knows it, where each name is there once.
fn headers(code: &mut String, plan: &Plan<'_>) {
    if plan.headers.is_empty() {
        return;
    }
    let once = plan.joined_headers().len() == plan.headers.len() && !plan.names("__proto__");
    code.push_str(if once {
        "  headers: {\n"
    } else {
        "  headers: [\n"
    });
    for (name, value) in &plan.headers {
        let text = expression(value);
        let text = if value.plains().all(str::is_ascii) {
            text
        } else {
            format!("utf8({text})")
        };
        let name = literal(name);
        let _ = if once {
            writeln!(code, "    {name}: {text},")
        } else {
            writeln!(code, "    [{name}, {text}],")
        };
    }
    code.push_str(if once { "  },\n" } else { "  ],\n" });
}

/// Writes the lines that make the body; the argument that takes it along.
fn body(code: &mut String, plan: &Plan<'_>) -> String {
    let _ = match &plan.content {
        Content::Nothing => return String::new(),
        Content::Text(text) => writeln!(code, "const body = {};\n", expression(text)),
        Content::Bytes(bytes) => {
            let lines = base64_lines(bytes).join("\" +\n  \"");
            writeln!(
                code,
                "const body = Uint8Array.from(\n  atob(\n  \"{lines}\"),\n  \
                 (letter) => letter.charCodeAt(0));\n"
            )
        }
        Content::File {
            path,
            part,
            media_type,
        } => writeln!(
            code,
            "const file = new Blob([await readFile({})], {{ type: {} }});\n\
             const body = new FormData();\n\
             body.append({}, file, {});\n",
            literal(path),
            literal(media_type),
            literal(part),
            literal(file_name(path))
        ),
    };
    match plan.content {
        // Of text without a type fetch would say that it is plain.
        Content::Text(_) if !plan.names("content-type") => {
            "  body: new TextEncoder().encode(body),\n".to_owned()
        }
        _ => "  body,\n".to_owned(),
    }
}

/// A text as an expression.
fn expression(text: &Text) -> String {
    sum(text, literal, |name| format!("variable(\"{name}\")"))
}

/// A text as a literal: a template where it is one to the letter, and line by line where codes are needed.
fn literal(text: &str) -> String {
    if text.contains('\n') && is_plain(text) && !text.contains(['`', '\\']) && !text.contains("${")
    {
        return format!("`{text}`");
    }
    let is_apt = text.contains('"') && !text.contains('\'');
    let quote = if is_apt { '\'' } else { '"' };
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| format!("{quote}{}{quote}", escaped(line, quote, code)))
        .collect();
    match lines.as_slice() {
        [] => "\"\"".to_owned(),
        lines => lines.join(" +\n  "),
    }
}

/// The code of a character.
fn code(letter: char) -> String {
    format!("\\u{{{:x}}}", u32::from(letter))
}
