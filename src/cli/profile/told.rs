//! A profile file in words and in JSON: its place, its problems, its warnings.

use crate::cli::choose::at;
use crate::core::profile::{Origin, ProfileFile, ProfileProblem};
use crate::edge::profiles::place;
use serde_json::{Value, json};

/// The problems and the warnings, each on a line with its place.
pub(super) fn lines(file: &ProfileFile) -> Vec<String> {
    let place = place(&file.origin);
    let told = |kind: &str, problems: &[ProfileProblem]| -> Vec<String> {
        let line = |problem| format!("{kind}: {}", at(&place, problem));
        problems.iter().map(line).collect()
    };
    let mut lines = told("problem", &file.problems);
    lines.extend(told("warning", &file.warnings));
    lines
}

/// What every `--json` says of a file.
pub(super) fn to_json(file: &ProfileFile) -> Value {
    let (path, trusted) = match &file.origin {
        Origin::File { path, trusted } => (Some(path.display().to_string()), *trusted),
        Origin::BuiltIn | Origin::Memory => (None, true),
    };
    json!({
        "name": file.name,
        "title": file.profile.as_ref().and_then(|profile| profile.title.as_ref()),
        "path": path,
        "trusted": trusted,
        "hidden_by": file.hidden_by,
        "problems": problems(&file.problems),
        "warnings": problems(&file.warnings),
    })
}

fn problems(problems: &[ProfileProblem]) -> Value {
    problems
        .iter()
        .map(|problem| {
            json!({
                "key": problem.key,
                "line": problem.line,
                "message": problem.message,
            })
        })
        .collect()
}
