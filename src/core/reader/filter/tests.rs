//! What a filter gives, and what it says when something is wrong.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use super::{FilterTrouble, Place, check, run};
use bytes::Bytes;
use std::io;

/// The lines of the output, and how it ended.
fn filtered(program: &str, input: &str) -> (String, Result<u64, String>) {
    let mut output = Vec::new();
    let ended =
        run(program, &input.to_owned().into(), &mut output).map_err(|trouble| trouble.to_string());
    (String::from_utf8(output).unwrap(), ended)
}

/// The output of a filter that works.
fn gives(program: &str, input: &str) -> String {
    let (output, ended) = filtered(program, input);
    assert_eq!(ended, Ok(output.lines().count() as u64), "{program}");
    output
}

/// What is said about a program that does not.
fn told(program: &str) -> String {
    let trouble = check(program).unwrap_err();
    let ran = run(program, &"null".into(), &mut Vec::new()).unwrap_err();
    assert_eq!(trouble, ran, "a check says what a run says");
    trouble.to_string()
}

#[test]
fn each_result_is_a_line_of_compact_json() {
    let input = r#" { "b" : [ 1 , {} , [] ], "a\u00e6" : "x\n\"\\\u0001/é\ud83d\ude00" } "#;
    assert_eq!(
        gives(".", input),
        "{\"b\":[1,{},[]],\"aæ\":\"x\\n\\\"\\\\\\u0001/é😀\"}\n"
    );
    assert_eq!(gives(".b[]", input), "1\n{}\n[]\n");
    assert_eq!(gives("empty", input), "");
    assert_eq!(gives("[true, false, null]", "0"), "[true,false,null]\n");
}

#[test]
fn each_value_of_the_input_is_filtered_by_itself() {
    assert_eq!(gives(".a", "{\"a\":1}\n{\"a\":2}{\"a\":3}"), "1\n2\n3\n");
    assert_eq!(gives(".", "1 2\t\"a\"[] null"), "1\n2\n\"a\"\n[]\nnull\n");
    assert_eq!(gives(".", " \n"), "");
    assert_eq!(gives(".", "\u{feff}1"), "1\n");
}

#[test]
fn numbers_stay_as_they_came() {
    for number in [
        "1.10",
        "12345678901234567890123",
        "-0",
        "-0.0",
        "1E400",
        "1e-7",
        "0.1000000000000000055511151231257827",
        "9007199254740993",
        "-9223372036854775809",
    ] {
        let input = format!("[{{\"a\":{number}}}]");
        assert_eq!(gives(".", &input), format!("{input}\n"));
        assert_eq!(gives(".[] | .a", &input), format!("{number}\n"));
        assert_eq!(
            gives("map(.a) | sort | .[0]", &input),
            format!("{number}\n")
        );
        assert_eq!(
            gives(".[0].a | tostring", &input),
            format!("\"{number}\"\n")
        );
    }
    assert_eq!(gives(".[0] + .[1]", "[1,2]"), "3\n");
}

#[test]
fn what_json_cannot_hold_is_what_jq_makes_of_it() {
    assert_eq!(gives("nan, infinite, -infinite", "0"), {
        "null\n1.7976931348623157e308\n-1.7976931348623157e308\n"
    });
    let (output, ended) = filtered("1, {(1): 2}", "0");
    assert_eq!(output, "1\n{");
    let said = "the name of a value in an object cannot be 1 (after 1 value)";
    assert_eq!(ended, Err(said.to_owned()));
    let (_, ended) = filtered("\"a\" | tobytes", "0");
    assert!(ended.unwrap_err().starts_with("bytes are no JSON"));
}

#[test]
fn the_last_of_two_equal_names_counts_and_half_a_character_is_marked() {
    assert_eq!(gives(".", r#"{"a":1,"b":2,"a":3}"#), "{\"a\":3,\"b\":2}\n");
    assert_eq!(gives(".", r#""\ud800x\udc00\ud800A""#), "\"�x��A\"\n");
    let mut output = Vec::new();
    run(".[0]", &Bytes::from_static(b"[\"\xff\xfe\"]"), &mut output).unwrap();
    assert_eq!(output, b"\"\xff\xfe\"\n", "bytes are not touched");
}

#[test]
fn a_program_that_is_not_finished_says_what_is_missing_and_where() {
    for (program, expected) in [
        ("", "the filter is empty: `.` is everything"),
        (
            ".Collection[",
            "`.Collection[` is not finished: a `]` is missing (column 13)",
        ),
        (
            "[.a | map(.b]",
            "`[.a | map(` is not finished: a `)` is missing (column 13)",
        ),
        (
            "\"abc",
            "`\"` is not finished: a `\"` is missing (column 5)",
        ),
        (
            ".a\n| {b: (.c",
            "`.a | {b: (` is not finished: a `)` is missing (line 2, column 10)",
        ),
        (
            ".a |",
            "`.a |` is not finished: expected a value such as `.name` (column 5)",
        ),
        (
            "if .a then 1",
            "`if .a then 1` is not finished: expected `elif`, `else` or `end` (column 13)",
        ),
        (
            "if .a",
            "`if .a` is not finished: expected `then` (column 6)",
        ),
        (
            "reduce .[] as",
            "`reduce .[] as` is not finished: expected a variable such as `$x`, `[$x]` or `{a: $x}` (column 14)",
        ),
    ] {
        assert_eq!(told(program), expected, "{program}");
    }
}

#[test]
fn a_word_that_stands_wrong_is_named() {
    for (program, expected) in [
        (
            ".æ)",
            "`æ` does not belong there: expected a word, a number, a string or an operator of jq (column 2)",
        ),
        (
            ".a)",
            "`)` does not belong there: expected what it closes before it (column 3)",
        ),
        (
            "[.a & .b]",
            "`&` does not belong there: expected a word, a number, a string or an operator of jq (column 5)",
        ),
        (
            ".a .b c",
            "`c` does not belong there: expected the end, or an operator such as `|` before it (column 7)",
        ),
        (
            "[1,]",
            "`]` does not belong there: expected a value such as `.name` (column 4)",
        ),
        (".[] | then", "there is no function `then` (column 7)"),
        (
            "\"a\\q\"",
            "`q` does not belong there: expected one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, `u`, `(` after `\\` (column 4)",
        ),
    ] {
        assert_eq!(told(program), expected, "{program}");
    }
}

#[test]
fn a_name_that_nothing_has_is_named_with_what_may_be_meant() {
    for (program, expected) in [
        ("foobarbaz", "there is no function `foobarbaz` (column 1)"),
        (
            ".[] | slect(.a)",
            "there is no function `slect` (column 7): did you mean `select`?",
        ),
        ("$x", "there is no variable `$x` (column 1)"),
        ("1 | break $out", "there is no label `$out` (column 11)"),
        ("map", "`map` takes 1 argument, not 0 (column 1)"),
        (
            "sub(\"a\", \"b\")",
            "`sub` takes 2 or 3 arguments with `;` between them, not 1 (column 1)",
        ),
        ("length(1)", "`length` takes no argument, not 1 (column 1)"),
    ] {
        assert_eq!(told(program), expected, "{program}");
    }
}

#[test]
fn nothing_of_this_machine_can_be_seen() {
    for program in [
        "env",
        "$ENV",
        "env.HOME",
        "input_filename",
        "input",
        "[inputs]",
        "localtime",
        "include \"a\"; .",
        "import \"a\" as a; a::b",
        "import \"a\" as $a; $a",
    ] {
        let said = told(program);
        assert!(said.contains("does not work here"), "{program}: {said}");
    }
    let said = told("import \"/etc/passwd\" as $a; $a");
    assert!(said.starts_with("`import \"/etc/passwd\"`"), "{said}");
}

#[test]
fn a_program_that_would_overflow_the_stack_is_refused() {
    for (open, close) in [
        ("-", ""),
        (".|", ""),
        ("1,", ""),
        ("1//", ""),
        ("try ", ""),
        (".a=", ""),
        ("[", "]"),
        ("(", ")"),
        ("{a:", "}"),
        (".[", "]"),
        ("map(", ")"),
        ("\"\\(", ")\""),
        ("if 1 then 1 else ", " end"),
        ("if ", " then 1 end"),
        ("reduce 1 as $x (1;", ")"),
        ("reduce ", " as $x (1; 1)"),
        ("def a:", "; 1"),
        ("label $a|", ""),
        ("1 as $a|", ""),
        (". as [", "]"),
    ] {
        // As deep as may be: this thread's stack holds it.
        for count in 1..=200 {
            let _ = check(&format!("{}1{}", open.repeat(count), close.repeat(count)));
        }
        let deep = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        assert_eq!(check(&deep), Err(FilterTrouble::TooLong), "{open}");
    }
    let long = format!("\"{}\"", "a".repeat(20_000));
    assert_eq!(check(&long), Err(FilterTrouble::TooLong));
    let wide = format!("{{{}}}", "a: (.b | .c + 1), ".repeat(500));
    assert_eq!(check(&wide), Ok(()));
}

#[test]
fn an_error_tells_after_how_many_values_it_came() {
    let (output, ended) = filtered(".[] | .a", r#"[{"a":1},{"a":2},3]"#);
    assert_eq!(output, "1\n2\n");
    let said = "cannot index 3 with \"a\" (after 2 values)";
    assert_eq!(ended, Err(said.to_owned()));
    let (_, ended) = filtered(".a", "1");
    assert_eq!(ended, Err("cannot index 1 with \"a\"".to_owned()));
    let (_, ended) = filtered("error(\"a\\nb\")", "1");
    assert_eq!(ended, Err("a b".to_owned()), "on one line");
    let (_, ended) = filtered(".a", &format!("[\"{}\"]", "x".repeat(100_000)));
    assert!(ended.unwrap_err().len() < 400, "it quotes the beginning");
}

#[test]
fn halt_is_an_end() {
    assert_eq!(filtered("1, halt, 2", "0"), ("1\n".to_owned(), Ok(1)));
    let (output, ended) = filtered("1, halt_error", "0");
    assert_eq!(output, "1\n");
    let said = "the filter ended itself with code 5 (after 1 value)";
    assert_eq!(ended, Err(said.to_owned()));
}

#[test]
fn input_that_is_no_json_says_where() {
    for (input, expected) in [
        ("<html>", "expected a value, found `<` (column 1)"),
        (
            "{\"a\":1",
            "it ends where `,` or `}` is expected (column 7)",
        ),
        (
            "[1,\n 2 3]",
            "expected `,` or `]`, found `3` (line 2, column 4)",
        ),
        ("[1,]", "expected a value, found `]` (column 4)"),
        ("{a:1}", "expected a name in quotes, found `a` (column 2)"),
        ("{\"a\" 1}", "expected `:`, found `1` (column 6)"),
        (
            "\"æ",
            "it ends where the `\"` that ends the string is expected (column 3)",
        ),
        (
            "\"\\x\"",
            "expected an escape such as `\\n`, found `x` (column 3)",
        ),
        (
            "\"\\u12g4\"",
            "expected four hexadecimal digits, found `1` (column 4)",
        ),
        (
            "\"\u{1}\"",
            "expected the `\"` that ends the string, found the byte 01 (column 2)",
        ),
        (
            "01",
            "expected the end of the value before it, found `1` (column 2)",
        ),
        ("1.", "it ends where a digit is expected (column 3)"),
        ("NaN", "expected a value, found `N` (column 1)"),
        ("+1", "expected a value, found `+` (column 1)"),
        (
            "nullx",
            "expected the end of the value before it, found `x` (column 5)",
        ),
        ("# a\n1", "expected a value, found `#` (column 1)"),
    ] {
        let (_, ended) = filtered(".", input);
        let expected = format!("the answer is no JSON: {expected}");
        assert_eq!(ended, Err(expected), "{input}");
    }
    let (output, ended) = filtered(".", "1 2 ]");
    assert_eq!(output, "1\n2\n", "what came before stays");
    assert!(ended.is_err());
}

#[test]
fn a_closed_output_ends_it() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let ended = run("repeat(1)", &"0".into(), &mut Closed);
    assert_eq!(ended, Err(FilterTrouble::Output(io::ErrorKind::BrokenPipe)));
}

#[test]
fn a_place_counts_characters_from_1() {
    let text = "aæ\nbc".as_bytes();
    let place = |line, column| Place { line, column };
    assert_eq!(Place::after(text, 0), place(1, 1));
    assert_eq!(Place::after(text, 3), place(1, 3));
    assert_eq!(Place::after(text, 5), place(2, 2));
    assert_eq!(Place::after(text, 99), place(2, 3));
}
