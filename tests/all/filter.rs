//! A filter in a process of its own: what comes of it, and that it always ends.

use dineroscope::core::wire::source::Source;
use dineroscope::edge::filter::{Filtering, Limits, Told, filter};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Enough for everything that ends.
const AMPLE: Limits = Limits {
    time: Duration::from_mins(1),
    memory: 2_000_000_000,
    output: 100_000_000,
};

/// A filter that runs, and what is heard of it.
fn begin(jq: &str, input: impl Into<bytes::Bytes>, limits: Limits) -> (Filtering, Receiver<Told>) {
    begin_as(env!("CARGO_BIN_EXE_dineroscope"), jq, input, limits)
}

/// The same with another program.
fn begin_as(
    program: &str,
    jq: &str,
    input: impl Into<bytes::Bytes>,
    limits: Limits,
) -> (Filtering, Receiver<Told>) {
    let (sender, told) = channel();
    let input: Arc<dyn Source> = Arc::new(input.into());
    let tell = move |it| {
        let _ = sender.send(it);
    };
    (filter(Path::new(program), jq, input, limits, tell), told)
}

/// Everything that is heard until the end. The channel closes after it, so no thread is left.
fn heard(told: &Receiver<Told>) -> (String, Result<u64, String>) {
    let (mut output, mut end) = (Vec::new(), None);
    while let Ok(it) = told.recv() {
        assert_eq!(end, None, "something came after the end");
        match it {
            Told::Bytes(bytes) => output.extend(bytes),
            Told::Ended(ended) => end = Some(ended),
        }
    }
    let end = end.unwrap();
    if let Ok(count) = end {
        assert_eq!(count, output.len() as u64);
    }
    (String::from_utf8(output).unwrap(), end)
}

/// A filter from beginning to end.
fn filtered(
    jq: &str,
    input: impl Into<bytes::Bytes>,
    limits: Limits,
) -> (String, Result<u64, String>) {
    let (_filtering, told) = begin(jq, input, limits);
    heard(&told)
}

#[test]
fn the_results_come_a_line_each() {
    let (output, ended) = filtered(".[] | .a", r#"[{"a":1},{"a":"æ"}]"#, AMPLE);
    assert_eq!(output, "1\n\"æ\"\n");
    assert_eq!(ended, Ok(7));
}

#[test]
fn a_filter_that_begins_with_a_hyphen_is_no_option() {
    assert_eq!(filtered("-.", "1", AMPLE).0, "-1\n");
    assert_eq!(filtered("--help", "1", AMPLE).1.unwrap_err(), {
        "there is no function `help` (column 3)"
    });
}

#[test]
fn numbers_stay_as_they_came() {
    let input = r#"{"a":1.10,"b":12345678901234567890123,"c":-0}"#;
    assert_eq!(filtered(".", input, AMPLE).0, format!("{input}\n"));
    assert_eq!(
        filtered(".a, .b", input, AMPLE).0,
        "1.10\n12345678901234567890123\n"
    );
}

#[test]
fn more_than_the_pipes_hold_goes_through() {
    let input = format!("[{}1]", "1234567,".repeat(500_000));
    let (output, ended) = filtered(".", input.clone(), AMPLE);
    assert_eq!(ended, Ok(input.len() as u64 + 1));
    assert!(output.trim_end() == input);
}

#[test]
fn what_is_wrong_with_the_filter_is_told_though_much_was_to_be_read() {
    let input = format!("[{}1]", "1234567,".repeat(500_000));
    let (output, ended) = filtered(".Collection[", input, AMPLE);
    assert_eq!(output, "");
    let said = "`.Collection[` is not finished: a `]` is missing (column 13)";
    assert_eq!(ended, Err(said.to_owned()));
}

#[test]
fn what_came_before_an_error_stays() {
    let (output, ended) = filtered(".[] | .a", r#"[{"a":1},{"a":2},3]"#, AMPLE);
    assert_eq!(output, "1\n2\n");
    let said = "cannot index 3 with \"a\" (after 2 values)";
    assert_eq!(ended, Err(said.to_owned()));
}

#[test]
fn input_that_is_cut_off_is_no_json() {
    let (output, ended) = filtered(".", r#"[{"a":1},{"a"#, AMPLE);
    assert_eq!(output, "");
    let said = ended.unwrap_err();
    assert!(
        said.starts_with("the answer is no JSON: it ends where"),
        "{said}"
    );
}

#[test]
fn an_endless_filter_is_stopped_in_time() {
    let limits = Limits {
        time: Duration::from_millis(300),
        ..AMPLE
    };
    for endless in ["last(repeat(1))", "[repeat(1)]", "def f: f; f"] {
        let (_, ended) = filtered(endless, "0", limits);
        let said =
            "The filter ran for 0.3 s without an end and was stopped: narrow it, or give it longer";
        assert_eq!(ended, Err(said.to_owned()), "{endless}");
    }
}

#[test]
fn an_endless_filter_can_be_cancelled() {
    let (filtering, told) = begin("[repeat(1)]", "0", AMPLE);
    filtering.cancel();
    assert_eq!(heard(&told).1, Err("You stopped it".to_owned()));
}

#[test]
fn a_filter_that_writes_can_be_cancelled_by_dropping_it() {
    let (filtering, told) = begin("repeat(1)", "0", AMPLE);
    assert!(matches!(told.recv(), Ok(Told::Bytes(_))), "it is at work");
    drop(filtering);
    assert_eq!(heard(&told).1, Err("You stopped it".to_owned()));
}

#[test]
fn what_was_cancelled_after_its_end_has_ended_well() {
    let (filtering, told) = begin(".", "1", AMPLE);
    assert_eq!(heard(&told), ("1\n".to_owned(), Ok(2)));
    filtering.cancel();
}

#[cfg(unix)]
#[test]
fn a_filter_that_eats_memory_is_stopped() {
    let limits = Limits {
        memory: 300_000_000,
        ..AMPLE
    };
    for eater in [
        "[range(1e12)]",
        "reduce range(1e9) as $i ([]; . + [$i])",
        "\"ab\" * 1000000000000",
        "\"ab\" * 9000000000000000000",
    ] {
        let (_, ended) = filtered(eater, "0", limits);
        let said = "The filter needed more than 300.0 MB of memory and was stopped: narrow it, or give it more";
        assert_eq!(ended, Err(said.to_owned()), "{eater}");
    }
    let little = Limits {
        memory: 20_000_000,
        ..AMPLE
    };
    let input = format!("[{}1]", "1234567,".repeat(4_000_000));
    let said = filtered(".", input, little).1.unwrap_err();
    assert!(said.contains("20.0 MB of memory"), "{said}");
}

#[test]
fn a_filter_that_writes_too_much_is_stopped_and_what_came_stays() {
    let limits = Limits {
        output: 1_000_001,
        ..AMPLE
    };
    let (output, ended) = filtered("repeat(1)", "0", limits);
    assert_eq!(output.len(), 1_000_001);
    let said = "The filter wrote more than 1.0 MB and was stopped: what came stays; narrow it to see the rest";
    assert_eq!(ended, Err(said.to_owned()));
    let exactly = Limits { output: 2, ..AMPLE };
    assert_eq!(filtered(".", "1", exactly), ("1\n".to_owned(), Ok(2)));
}

#[test]
fn deep_input_is_filtered_or_refused_in_words() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(filtered(".", deep.clone(), AMPLE).0.trim_end(), deep);
    assert_eq!(filtered("length", deep.clone(), AMPLE).0, "1\n");
    let open = "[".repeat(100_000);
    let said = filtered(".", open, AMPLE).1.unwrap_err();
    assert!(said.contains("it ends where a value is expected"), "{said}");
}

#[test]
fn a_filter_that_calls_itself_without_an_end_is_told_of() {
    let (_, ended) = filtered("def f: 1 + f; f", "0", AMPLE);
    let said = ended.unwrap_err();
    assert!(
        said.contains("went too deep") || said.contains("of memory"),
        "{said}"
    );
}

#[test]
fn the_environment_is_not_there() {
    let said = filtered("env.PATH", "0", AMPLE).1.unwrap_err();
    assert!(said.starts_with("`env` does not work here"), "{said}");
}

#[test]
fn a_program_that_is_not_there_and_a_filter_that_cannot_be_given_are_told() {
    for (program, jq) in [
        ("/nonexistent/dineroscope", "."),
        (env!("CARGO_BIN_EXE_dineroscope"), ".\0"),
    ] {
        let (_filtering, told) = begin_as(program, jq, "1", AMPLE);
        let said = heard(&told).1.unwrap_err();
        assert!(said.starts_with("The filter cannot be started ("), "{said}");
    }
}

#[test]
fn it_is_not_in_the_help() {
    let place = crate::quiet::Place::new();
    assert!(!place.run(&["--help"]).output.contains("filter-answer"));
    let ended = place.run(&["filter-answer", "."]);
    assert_eq!((ended.exit, ended.output.as_str()), (0, ""));
}
