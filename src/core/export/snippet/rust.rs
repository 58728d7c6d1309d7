//! The request as a program with reqwest and tokio.

use super::plan::{Content, Plan};
use super::quoting::{escaped, file_name, is_plain};
use super::secrets::{Piece, Text};
use std::fmt::Write as _;

/// Methods that the client has a function for.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// More marks than these no raw string may have around it.
const MOST_MARKS: usize = 200;

/// Bytes on one line.
const BYTES: usize = 16;

/// Writes it.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let is_file = matches!(plan.content, Content::File { .. });
    let reqwest = if is_file {
        "{ version = \"0.13\", features = [\"multipart\"] }"
    } else {
        "\"0.13\""
    };
    let mut code = format!(
        "// In Cargo.toml, under [dependencies]:\n\
         // reqwest = {reqwest}\n\
         // tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
    );
    if !plan.variables.is_empty() {
        let _ = writeln!(code, "// In the environment: {}", plan.variables.join(", "));
    }
    code.push('\n');
    code.push_str(if METHODS.contains(&plan.method) {
        "use reqwest::Client;\n"
    } else {
        "use reqwest::{Client, Method};\n"
    });
    if is_file {
        code.push_str("use reqwest::multipart::{Form, Part};\n");
    }
    code.push_str(
        "\n#[tokio::main]\n\
         async fn main() -> Result<(), Box<dyn std::error::Error>> {\n",
    );
    body(&mut code, &plan.content);
    code.push_str("    let response = Client::new()\n");
    let url = string(&plan.url);
    let _ = if METHODS.contains(&plan.method) {
        writeln!(code, "        .{}({url})", plan.method.to_ascii_lowercase())
    } else {
        let method = literal(plan.method);
        writeln!(
            code,
            "        .request(Method::from_bytes({method}.as_bytes())?, {url})"
        )
    };
    for (name, value) in &plan.headers {
        code.push_str(&header(name, value));
    }
    code.push_str(match plan.content {
        Content::Nothing => "",
        Content::Text(_) | Content::Bytes(_) => "        .body(body)\n",
        Content::File { .. } => "        .multipart(form)\n",
    });
    code.push_str(
        "        .send()\n        .await?;\n\
         \u{20}   println!(\"{}\", response.status());\n\
         \u{20}   println!(\"{}\", response.text().await?);\n\
         \u{20}   Ok(())\n\
         }\n",
    );
    if !plan.variables.is_empty() {
        code.push_str(
            "\nfn variable(name: &str) -> Result<String, String> {\n\
             \u{20}   std::env::var(name).map_err(|_| format!(\"{name} is not set\"))\n\
             }\n",
        );
    }
    code
}

/// The lines that make the body.
fn body(code: &mut String, content: &Content<'_>) {
    let _ = match content {
        Content::Nothing => Ok(()),
        Content::Text(text) => writeln!(code, "    let body = {};\n", string(text)),
        Content::Bytes(bytes) => writeln!(code, "    let body: &[u8] = {};\n", of_bytes(bytes)),
        Content::File {
            path,
            part,
            media_type,
        } => writeln!(
            code,
            "    let file = Part::bytes(std::fs::read({})?)\n\
             \u{20}       .file_name({})\n\
             \u{20}       .mime_str({})?;\n\
             \u{20}   let form = Form::new().part({}, file);\n",
            literal(path),
            literal(file_name(path)),
            literal(media_type),
            literal(part)
        ),
    };
}

/// A line for a header.
fn header(name: &str, value: &Text) -> String {
    if name.eq_ignore_ascii_case("authorization")
        && let Some(variable) = value.bearer()
    {
        return format!("        .bearer_auth({})\n", of_variable(variable));
    }
    let text = string(value);
    let bytes = match value.pieces() {
        // As text the client takes ASCII alone.
        _ if value.plains().all(str::is_ascii) => "",
        [_] => ".as_bytes()",
        _ => ".into_bytes()",
    };
    format!("        .header({}, {text}{bytes})\n", literal(name))
}

/// A text as an expression: a literal, or a `String`.
fn string(text: &Text) -> String {
    match text.pieces() {
        [] => literal(""),
        [Piece::Plain(text)] => literal(text),
        [Piece::Variable(name)] => of_variable(name),
        pieces => {
            let parts = pieces.iter().map(|piece| match piece {
                Piece::Plain(text) => literal(text),
                Piece::Variable(name) => format!("{}.as_str()", of_variable(name)),
            });
            let parts: Vec<String> = parts.collect();
            let all = parts.join(", ");
            format!("[{all}].concat()")
        }
    }
}

/// The value of an environment variable.
fn of_variable(name: &str) -> String {
    format!("variable(\"{name}\")?")
}

/// A text as a literal: raw where that reads better, and line by line where codes are needed.
fn literal(text: &str) -> String {
    let marks = text
        .match_indices('"')
        .map(|(at, _)| longest_start(&text[at + 1..]) + 1)
        .max()
        .unwrap_or_default();
    let reads_better = text.contains(['"', '\\', '\n']);
    if reads_better && is_plain(text) && marks <= MOST_MARKS {
        let marks = "#".repeat(marks);
        return format!("r{marks}\"{text}\"{marks}");
    }
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| format!("\"{}\"", escaped(line, '"', code)))
        .collect();
    match lines.as_slice() {
        [] => "\"\"".to_owned(),
        [line] => line.clone(),
        lines => format!("concat!(\n        {}\n    )", lines.join(",\n        ")),
    }
}

/// How many `#` a text begins with.
fn longest_start(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'#').count()
}

/// The code of a character.
fn code(letter: char) -> String {
    format!("\\u{{{:x}}}", u32::from(letter))
}

/// Bytes as a literal.
fn of_bytes(bytes: &[u8]) -> String {
    let lines = bytes.chunks(BYTES).map(|line| {
        line.iter().fold(String::new(), |mut made, byte| {
            let _ = write!(made, "\\x{byte:02x}");
            made
        })
    });
    let lines: Vec<String> = lines.collect();
    format!("b\"\\\n        {}\"", lines.join("\\\n        "))
}
