//! `explain`: says what a text is and what is wrong with it. Offline; nothing is opened, fetched or written.

use crate::cli::arguments::Explain;
use crate::cli::choose::choose;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::core::diagnose::{self, Severity};
use crate::core::explain::{Explanation, Kind, explain};
use crate::core::profile::Profile;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::PathBuf;

/// Largest text that is read: 64 MiB.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Runs `explain`.
pub(super) fn run(
    arguments: &Explain,
    folder: Option<PathBuf>,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    if arguments.list {
        return list(arguments.json, printer);
    }
    if let Some(name) = &arguments.rule {
        return rule(name, arguments.json, printer);
    }
    let profile = match &arguments.profile {
        None => None,
        Some(name) => match choose(folder, name) {
            Ok(chosen) => Some(chosen.profile),
            Err(problem) => {
                problem.say(printer);
                return Ok(Exit::Profile);
            }
        },
    };
    let bytes = match read(arguments.file.as_deref(), printer) {
        Ok(bytes) => bytes,
        Err(reason) => {
            printer.talk(&Visible::of(&format!("error: {reason}")));
            return Ok(Exit::Usage);
        }
    };
    if bytes.len() as u64 > LARGEST {
        printer.talk(&Visible::of(
            "error: it is over 64 MiB: give only the part that failed",
        ));
        return Ok(Exit::NotRecognised);
    }
    told(&bytes, profile.as_ref(), arguments.json, printer)
}

/// Reads a file or standard input, a byte more than the limit at most.
fn read(file: Option<&str>, printer: &mut Printer<'_>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match file {
        None | Some("-") => {
            if io::stdin().is_terminal() {
                printer.talk(&Visible::of(
                    "Paste what you have, then press Ctrl-D on a line of its own (Ctrl-C gives up).",
                ));
            }
            io::stdin()
                .lock()
                .take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| format!("standard input cannot be read ({error})"))?;
        }
        Some(path) => {
            let unreadable =
                |error| format!("`{path}` cannot be read ({error}): name a file that you may read");
            let file = File::open(path).map_err(unreadable)?;
            file.take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(unreadable)?;
        }
    }
    Ok(bytes)
}

/// Says what the text is.
fn told(
    bytes: &[u8],
    profile: Option<&Profile>,
    as_json: bool,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let mut key = [0; 32];
    match super::marks() {
        Some(kept) => key = kept,
        None => super::random(&mut key)?,
    }
    let text = String::from_utf8_lossy(bytes);
    let Some(found) = explain(&text, profile, &Mask::new(key), Timestamp::now()) else {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.words()).collect();
        let what = if bytes.trim_ascii().is_empty() {
            "There is nothing in it"
        } else {
            "It is not recognised"
        };
        printer.talk(&Visible::of(&format!(
            "error: {what}. What can be explained: {}",
            kinds.join(", ")
        )));
        return Ok(Exit::NotRecognised);
    };
    let failed = found
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if as_json {
        printer.result(&Visible::of(&to_json(&found).to_string()))?;
    } else {
        in_words(&found, printer)?;
    }
    Ok(if failed { Exit::Refused } else { Exit::Done })
}

/// As lines: what it is, its parts, then what was found.
fn in_words(found: &Explanation, printer: &mut Printer<'_>) -> io::Result<()> {
    let also = if found.also.is_empty() {
        String::new()
    } else {
        let kinds: Vec<&str> = found.also.iter().map(|kind| kind.words()).collect();
        format!("; in it: {}", kinds.join(", "))
    };
    printer.result(&Visible::of(&format!(
        "This is {}{also}.",
        found.kind.words()
    )))?;
    let widest = found
        .parts
        .iter()
        .map(|part| part.name.as_str().chars().count())
        .max()
        .unwrap_or_default()
        .min(24);
    for part in &found.parts {
        let meaning = if part.meaning.is_empty() {
            String::new()
        } else {
            format!("   ({})", part.meaning)
        };
        let line = format!("  {:widest$}  {}{meaning}", part.name, part.value);
        printer.result(&Visible::of(line.trim_end()))?;
    }
    if found.findings.is_empty() {
        printer.result(&Visible::of("Nothing wrong was found in it."))?;
    }
    findings::write(printer, &found.findings)
}

/// As the documented object.
fn to_json(found: &Explanation) -> Value {
    let parts: Vec<Value> = found
        .parts
        .iter()
        .map(|part| {
            json!({
                "name": part.name.as_str(),
                "value": part.value.as_str(),
                "meaning": part.meaning.as_str(),
            })
        })
        .collect();
    json!({
        "v": 1,
        "kind": found.kind.name(),
        "also": found.also.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "parts": parts,
        "findings": findings::to_json(&found.findings),
    })
}

/// `--list`: every rule.
fn list(as_json: bool, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let mut rules: Vec<&diagnose::Rule> = diagnose::rules().collect();
    rules.sort_by_key(|rule| rule.name);
    if as_json {
        let rules: Vec<Value> = rules.iter().map(|rule| of_rule(rule)).collect();
        printer.result(&Visible::of(&json!({"v": 1, "rules": rules}).to_string()))?;
        return Ok(Exit::Done);
    }
    for rule in rules {
        let line = format!(
            "{:<36} {:<8} {}",
            rule.name,
            rule.severity.name(),
            rule.source
        );
        printer.result(&Visible::of(&line))?;
    }
    Ok(Exit::Done)
}

/// `--rule NAME`: one rule.
fn rule(name: &str, as_json: bool, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let Some(rule) = diagnose::rules().find(|rule| rule.name == name) else {
        let meant = crate::core::nearest::nearest(name, diagnose::rules().map(|rule| rule.name))
            .map(|meant| format!(": did you mean `{meant}`?"))
            .unwrap_or_default();
        printer.talk(&Visible::of(&format!(
            "error: there is no rule `{name}`{meant} (`explain --list` names them)"
        )));
        return Ok(Exit::Usage);
    };
    if as_json {
        let mut object = of_rule(rule);
        object["v"] = 1.into();
        printer.result(&Visible::of(&object.to_string()))?;
        return Ok(Exit::Done);
    }
    let steps: Vec<String> = rule
        .steps
        .iter()
        .map(|step| format!("{} {}", step.number(), step.facts().name))
        .collect();
    for line in [
        rule.name.to_owned(),
        format!("  severity: {}", rule.severity.name()),
        format!("  speaks at: {}", steps.join(", ")),
        format!("  source: {}", rule.source),
    ] {
        printer.result(&Visible::of(&line))?;
    }
    Ok(Exit::Done)
}

/// One rule as JSON.
fn of_rule(rule: &diagnose::Rule) -> Value {
    json!({
        "rule": rule.name,
        "severity": rule.severity.name(),
        "steps": rule.steps.iter().map(|step| step.facts().name).collect::<Vec<_>>(),
        "source": rule.source,
    })
}
