//! The request as a program with `HttpClient`, for .NET 8 and later.

use super::plan::{Content, Plan};
use super::quoting::{base64_lines, escaped, file_name, is_plain, longest_run, sum};
use super::secrets::Text;
use std::fmt::Write as _;

/// Methods that have a name, with their names.
const METHODS: [(&str, &str); 7] = [
    ("GET", "Get"),
    ("POST", "Post"),
    ("PUT", "Put"),
    ("PATCH", "Patch"),
    ("DELETE", "Delete"),
    ("HEAD", "Head"),
    ("OPTIONS", "Options"),
];

/// Headers that .NET takes at the body alone, beside those that begin with `Content-`.
const OF_THE_BODY: [&str; 3] = ["allow", "expires", "last-modified"];

/// Writes it.
pub(super) fn write(plan: &Plan<'_>) -> String {
    let mut code = "// .NET 8 or later: `dotnet new console`, and this as Program.cs.\n".to_owned();
    if !plan.variables.is_empty() {
        let _ = writeln!(code, "// In the environment: {}", plan.variables.join(", "));
    }
    code.push_str("using System;\n");
    if matches!(plan.content, Content::File { .. }) {
        code.push_str("using System.IO;\n");
    }
    code.push_str("using System.Net.Http;\n");
    let is_ascii = |(_, value): &(&str, Text)| value.plains().all(str::is_ascii);
    let is_latin = plan.headers.iter().all(is_ascii);
    if matches!(plan.content, Content::Text(_)) || !is_latin {
        code.push_str("using System.Text;\n");
    }
    code.push('\n');
    if is_latin {
        code.push_str("using var client = new HttpClient();\n");
    } else {
        code.push_str(
            "using var client = new HttpClient(new SocketsHttpHandler\n{\n    \
             RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,\n});\n",
        );
    }
    let known = METHODS.iter().find(|(method, _)| *method == plan.method);
    let method = known.map_or_else(
        || format!("new HttpMethod({})", literal(plan.method)),
        |(_, name)| format!("HttpMethod.{name}"),
    );
    let mut url = expression(&plan.url);
    if !plan.has_normal_url() {
        // Otherwise `Uri` puts it in order, and other bytes are sent.
        url = format!(
            "new Uri(\n    {url},\n    \
             new UriCreationOptions {{ DangerousDisablePathAndQueryCanonicalization = true }})"
        );
    }
    let _ = writeln!(
        code,
        "using var request = new HttpRequestMessage({method}, {url});"
    );
    let (of_body, others): (Vec<_>, Vec<_>) = plan
        .headers
        .iter()
        .partition(|(name, _)| is_of_the_body(name));
    for (name, value) in others {
        code.push_str(&header("request", name, value));
    }
    body(&mut code, &plan.content, !of_body.is_empty());
    for (name, value) in of_body {
        code.push_str(&header("request.Content", name, value));
    }
    code.push_str(
        "\nusing var response = await client.SendAsync(request);\n\
         Console.WriteLine($\"{(int)response.StatusCode} {response.ReasonPhrase}\");\n\
         Console.WriteLine(await response.Content.ReadAsStringAsync());\n",
    );
    if !plan.variables.is_empty() {
        code.push_str(
            "\nstatic string Variable(string name) =>\n    \
             Environment.GetEnvironmentVariable(name)\n        \
             ?? throw new InvalidOperationException($\"{name} is not set\");\n",
        );
    }
    code
}

/// The lines that make the body; an empty one where headers need it.
fn body(code: &mut String, content: &Content<'_>, is_needed: bool) {
    let _ = match content {
        Content::Nothing if is_needed => {
            writeln!(code, "request.Content = new ByteArrayContent([]);")
        }
        Content::Nothing => Ok(()),
        Content::Text(text) => writeln!(
            code,
            "\nvar body = {};\n\
             request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));",
            expression(text)
        ),
        Content::Bytes(bytes) => {
            let lines = base64_lines(bytes).join("\" +\n    \"");
            writeln!(
                code,
                "\nvar body = Convert.FromBase64String(\n    \"{lines}\");\n\
                 request.Content = new ByteArrayContent(body);"
            )
        }
        Content::File {
            path,
            part,
            media_type,
        } => writeln!(
            code,
            "\nusing var file = new StreamContent(File.OpenRead({}));\n\
             file.Headers.TryAddWithoutValidation(\"Content-Type\", {});\n\
             request.Content = new MultipartFormDataContent {{ {{ file, {}, {} }} }};",
            literal(path),
            literal(media_type),
            literal(part),
            literal(file_name(path))
        ),
    };
}

/// A line for a header.
fn header(of: &str, name: &str, value: &Text) -> String {
    format!(
        "{of}.Headers.TryAddWithoutValidation({}, {});\n",
        literal(name),
        expression(value)
    )
}

/// Whether a header belongs to the body.
fn is_of_the_body(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("content-") || OF_THE_BODY.contains(&name.as_str())
}

/// A text as an expression.
fn expression(text: &Text) -> String {
    sum(text, literal, |name| format!("Variable(\"{name}\")"))
}

/// A text as a literal: raw where that reads better, and line by line where codes are needed.
fn literal(text: &str) -> String {
    let quotes = "\"".repeat(longest_run(text, '"').max(2) + 1);
    let reads_better = text.contains(['"', '\\', '\n']);
    if reads_better && is_plain(text) {
        let on_one_line = !text.contains('\n') && !text.starts_with('"') && !text.ends_with('"');
        if on_one_line {
            return format!("{quotes}{text}{quotes}");
        }
        if text.contains('\n') {
            let lines: Vec<String> = text.split('\n').map(indented).collect();
            let lines = lines.join("\n");
            // Lines end in the text as they end in the file, which may be as on Windows.
            return format!("{quotes}\n{lines}\n    {quotes}.ReplaceLineEndings(\"\\n\")");
        }
    }
    let lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| format!("\"{}\"", escaped(line, '"', code)))
        .collect();
    match lines.as_slice() {
        [] => "\"\"".to_owned(),
        lines => lines.join(" +\n    "),
    }
}

/// A line of a raw string, as far in as its closing quotes.
fn indented(line: &str) -> String {
    if line.is_empty() {
        String::new()
    } else {
        format!("    {line}")
    }
}

/// The code of a character; `\x` takes as many digits as follow, so it is never that one.
fn code(letter: char) -> String {
    match u32::from(letter) {
        code @ 0..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What literals joined by `+` say, by the rules of C# 11. It fails where the compiler would.
    fn read(code: &str) -> String {
        let mut said = String::new();
        let mut rest = code;
        loop {
            let quotes = rest.bytes().take_while(|byte| *byte == b'"').count();
            if quotes >= 3 {
                let (text, behind) = raw(rest, quotes);
                said.push_str(&text);
                rest = behind;
            } else {
                rest = escaped_literal(&rest[1..], &mut said);
            }
            let Some(behind) = rest.strip_prefix(" +\n    ") else {
                assert_eq!(rest, "");
                return said;
            };
            rest = behind;
        }
    }

    /// A raw string, and what stands behind it.
    fn raw(code: &str, quotes: usize) -> (String, &str) {
        let marks = &code[..quotes];
        let (inside, behind) = code[quotes..].split_once(marks).unwrap();
        assert!(!behind.starts_with('"'), "more quotes than it began with");
        let Some(lines) = inside.strip_prefix('\n') else {
            assert!(!inside.contains('\n') && !inside.is_empty());
            return (inside.to_owned(), behind);
        };
        let (lines, indent) = lines.rsplit_once('\n').unwrap();
        assert!(indent.bytes().all(|byte| byte == b' '));
        let lines = lines.split('\n').map(|line| match line {
            "" => "",
            line => line.strip_prefix(indent).unwrap(),
        });
        let lines: Vec<&str> = lines.collect();
        let behind = behind.strip_prefix(".ReplaceLineEndings(\"\\n\")").unwrap();
        (lines.join("\n"), behind)
    }

    /// A string with escapes, behind its first quote; what stands behind it.
    fn escaped_literal<'a>(code: &'a str, said: &mut String) -> &'a str {
        let mut letters = code.char_indices();
        loop {
            let (at, letter) = letters.next().unwrap();
            assert!(!matches!(
                letter,
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
            ));
            match letter {
                '"' => return &code[at + 1..],
                '\\' => {
                    let (_, escape) = letters.next().unwrap();
                    said.push(match escape {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        '"' | '\\' => escape,
                        'u' => hexadecimal(&mut letters, 4),
                        'U' => hexadecimal(&mut letters, 8),
                        other => panic!("no escape: {other}"),
                    });
                }
                letter => said.push(letter),
            }
        }
    }

    /// A character by its digits.
    fn hexadecimal(letters: &mut std::str::CharIndices<'_>, digits: usize) -> char {
        let digits: String = letters.take(digits).map(|(_, letter)| letter).collect();
        char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_literal_says_what_the_text_says(
            text in "[\"\\\\\n ax{}\r\t\0\u{85}\u{2028}\u{202e}\u{feff}\u{e0041}æ€🧾]{0,30}"
        ) {
            prop_assert_eq!(read(&literal(&text)), text);
        }
    }

    #[test]
    fn a_text_is_raw_where_that_reads_better() {
        for (text, code) in [
            ("", "\"\""),
            ("{x} %", "\"{x} %\""),
            ("C:\\temp", "\"\"\"C:\\temp\"\"\""),
            ("a \"b\" c", "\"\"\"a \"b\" c\"\"\""),
            ("a \"b\"", "\"a \\\"b\\\"\""),
            ("a \"\"\" c", "\"\"\"\"a \"\"\" c\"\"\"\""),
            (
                "\"a\"\n\n b",
                "\"\"\"\n    \"a\"\n\n     b\n    \"\"\".ReplaceLineEndings(\"\\n\")",
            ),
            ("a\tb\n\0", "\"a\\tb\\n\" +\n    \"\\u0000\""),
        ] {
            assert_eq!(literal(text), code);
            assert_eq!(read(code), text);
        }
    }

    #[test]
    fn a_header_stands_where_dotnet_takes_it_and_an_address_goes_out_as_it_stands() {
        let headers = [
            ("Content-Type".to_owned(), "text/plain".to_owned()),
            ("X-Danish".to_owned(), "æ".to_owned()),
        ];
        let subject = |url| super::super::Subject {
            method: "PURGE",
            url,
            headers: &headers,
            body: super::super::Payload::Nothing,
            with_token: false,
        };
        let code = write(&Plan::of(&subject("https://a.example/?x=%7E")));
        for line in [
            "request.Content = new ByteArrayContent([]);\n\
             request.Content.Headers.TryAddWithoutValidation(\"Content-Type\", \"text/plain\");",
            "request.Headers.TryAddWithoutValidation(\"X-Danish\", \"æ\");",
            "RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,",
            "new HttpMethod(\"PURGE\")",
            "DangerousDisablePathAndQueryCanonicalization = true",
        ] {
            assert!(code.contains(line), "no {line} in\n{code}");
        }
        for url in ["https://a.example/x?a=%C3%A6%20&b='c'", "https://a.example"] {
            let code = write(&Plan::of(&subject(url)));
            assert!(!code.contains("Canonicalization"), "{code}");
        }
    }
}
