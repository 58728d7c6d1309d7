//! HAR files of any size are read entry by entry, and large texts that are none from their beginning.

use crate::archive::archive;
use crate::quiet::Place;
use dineroscope::core::explain::{Explanation, Kind, explain};
use dineroscope::core::wire::redact::Mask;
use jiff::Timestamp;
use std::io::Write as _;
use std::process::Stdio;

/// What is said about a text.
fn explained(text: &str) -> Option<Explanation> {
    let now = Timestamp::from_second(1_795_435_200).unwrap();
    explain(text, None, &Mask::new([7; 32]), now)
}

/// The rules that spoke, the leading one first.
fn rules(found: &Explanation) -> Vec<&'static str> {
    found.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_refused_exchange_is_found_at_the_end_of_a_large_file() {
    let found = explained(&archive(6_000_000, 3)).unwrap();
    assert_eq!(found.kind, Kind::HttpArchive);
    assert_eq!(found.also, [Kind::ApiAnswer, Kind::TokenAnswer]);
    assert_eq!(rules(&found), ["invalid-grant"]);
}

#[test]
fn a_file_that_was_cut_off_tells_what_came_before() {
    let whole = archive(100_000, 2);
    for cut in [whole.len() - 3, whole.len() - 40] {
        let found = explained(&whole[..cut]).unwrap();
        assert_eq!(found.kind, Kind::HttpArchive);
    }
    assert!(explained("{\"log\":{\"entries\":[").is_none());
    assert!(explained("{\"log\":{\"entries\":[{},7,null,{\"request\":[]}]}}").is_none());
}

#[test]
fn of_ten_thousand_calls_a_part_is_kept_and_that_is_said() {
    let found = explained(&archive(0, 10_000)).unwrap();
    assert_eq!(rules(&found), ["invalid-grant", "input-cut"]);
    let urls = found
        .parts
        .iter()
        .filter(|part| part.name.as_str() == "url");
    assert!(urls.count() < 300);
    assert!(found.parts.len() < 1_000);
}

#[test]
fn of_a_large_text_the_beginning_is_read() {
    let filler = "2026-11-23 10:41:22 INFO nothing of interest happened here\n".repeat(80_000);
    let error = "{\"error\":\"invalid_client\"}\n";
    let found = explained(&format!("{error}{filler}")).unwrap();
    assert_eq!(rules(&found), ["invalid-client", "input-cut"]);
    assert!(explained(&format!("{filler}{error}")).is_none());
    // Not one line end, and a character of two bytes at the cut.
    assert!(explained(&"æ".repeat(3_000_000)).is_none());
    assert!(explained(&format!("{{{}", "[".repeat(5_000_000))).is_none());
}

#[test]
fn a_hundred_megabytes_of_anything_get_a_clear_answer() {
    let place = Place::new();
    for (piece, says) in [
        (vec![0_u8; 1 << 20], "it is over 64 MiB"),
        (vec![0xff_u8; 1 << 20], "it is over 64 MiB"),
    ] {
        let mut command = place.command(&["explain", "-"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        for _ in 0..100 {
            // It stops reading once it knows enough.
            if input.write_all(&piece).is_err() {
                break;
            }
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(5));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(says), "{said}");
    }
}
