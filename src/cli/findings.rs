//! Findings as talk and as JSON: the same words on both.

use crate::cli::printer::Printer;
use crate::core::diagnose::Finding;
use crate::core::wire::visible::Visible;
use serde_json::{Value, json};
use std::io;

/// Says findings, the leading one first.
pub(super) fn say(printer: &mut Printer<'_>, findings: &[Finding]) {
    for line in findings.iter().flat_map(lines) {
        printer.talk(&line);
    }
}

/// Says findings of a command that has no run of its own, for the profile of that name: where the screens
/// begin a new run, one signs in by another command.
pub(super) fn say_without_a_run(printer: &mut Printer<'_>, findings: &[Finding], name: &str) {
    let findings: Vec<Finding> = findings
        .iter()
        .map(|finding| Finding {
            fix: finding
                .fix
                .iter()
                .map(|fix| Visible::of(&without_a_run(fix.as_str(), name)))
                .collect(),
            ..finding.clone()
        })
        .collect();
    say(printer, &findings);
}

/// Writes findings as the result itself. Fails when standard output is closed or full.
pub(super) fn write(printer: &mut Printer<'_>, findings: &[Finding]) -> io::Result<()> {
    findings
        .iter()
        .flat_map(lines)
        .try_for_each(|line| printer.result(&line))
}

/// A finding as lines.
pub(super) fn lines(finding: &Finding) -> Vec<Visible> {
    let head = format!(
        "{}: {} [{}]",
        finding.severity.name(),
        finding.headline,
        finding.rule
    );
    let mut lines = vec![Visible::of(&head)];
    for (label, text) in [("seen", &finding.evidence), ("cause", &finding.cause)] {
        if !text.is_empty() {
            lines.push(Visible::of(&format!("  {label}: {text}")));
        }
    }
    let advised = finding.fix.iter().map(|fix| advice(fix.as_str()));
    lines.extend(advised.map(|advice| Visible::of(&advice)));
    lines
}

/// How the screens say it, and how it is said where there are no keys.
const WITHOUT_KEYS: [(&str, &str); 8] = [
    ("ctrl-n begins a new run", "run the command again"),
    ("ctrl-n tries again", "run the command again"),
    (", then ctrl-n: a new run", ", then run the command again"),
    (", then ctrl-n", ", then run the command again"),
    (" (o opens it, y copies it)", ""),
    ("f asks again", "run the command again"),
    ("y copy the errorId", "copy the errorId"),
    ("with `p` in step 2", "on the screen with `p` in step 2"),
];

/// How the screens say it, and how it is said by a command without a run; the longer texts first.
const WITHOUT_A_RUN: [(&str, &str); 15] = [
    ("ctrl-n begins a new run and gets a new grant", SIGN_IN),
    ("ctrl-n begins a new run and gets a new token", SIGN_IN),
    ("ctrl-n begins a new run and gets a new one", SIGN_IN),
    ("ctrl-n begins a new run that asks for it", SIGN_IN),
    ("ctrl-n begins a new run", SIGN_IN),
    (
        "ctrl-n and sign in as the right user",
        "sign in as the right user with `dineroscope login NAME`",
    ),
    ("1 begins at the link; a token comes at step 5", SIGN_IN),
    ("↵ sends the call again", "run the command again"),
    ("↵ sends it again", "run the command again"),
    ("u refreshes again", "run the command again"),
    (
        "u refreshes and keeps",
        "`dineroscope token NAME refresh` keeps",
    ),
    ("u refreshes it now", REFRESH),
    ("u refreshes it", REFRESH),
    (
        "u sends it once more",
        "`dineroscope token NAME refresh --anyway` sends it once more",
    ),
    (
        "choose another place under `kept` on step 5",
        "choose another place as `keep_tokens` in the profile",
    ),
];

const SIGN_IN: &str = "sign in with `dineroscope login NAME`";
const REFRESH: &str = "`dineroscope token NAME refresh` refreshes it";

/// Advice as a command without a run gives it.
fn without_a_run(fix: &str, name: &str) -> String {
    WITHOUT_A_RUN
        .iter()
        .fold(fix.to_owned(), |fix, (keys, words)| {
            fix.replace(keys, &words.replace("NAME", name))
        })
}

/// What to do. Advice that begins with a key is for the screens, and says so.
fn advice(fix: &str) -> String {
    let fix = WITHOUT_KEYS
        .iter()
        .fold(fix.to_owned(), |fix, (keys, words)| {
            fix.replace(keys, words)
        });
    match fix.split_once(' ') {
        Some((key, rest)) if key.chars().count() == 1 || key.starts_with("ctrl-") => {
            format!("  on the screen: `{key}` {rest}")
        }
        _ => format!("  try: {fix}"),
    }
}

/// Findings as `--json` writes them, the leading one marked.
pub(super) fn to_json(findings: &[Finding]) -> Value {
    findings
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            json!({
                "rule": finding.rule,
                "severity": finding.severity.name(),
                "headline": finding.headline.as_str(),
                "evidence": finding.evidence.as_str(),
                "cause": finding.cause.as_str(),
                "fix": finding.fix.iter().map(Visible::as_str).collect::<Vec<_>>(),
                "source": finding.source,
                "leading": index == 0,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{advice, without_a_run};

    #[test]
    fn a_key_is_not_taken_for_a_verb() {
        assert_eq!(
            advice("ctrl-n begins a new run with it"),
            "  try: run the command again with it"
        );
        assert_eq!(
            advice("p paste the answer"),
            "  on the screen: `p` paste the answer"
        );
        assert_eq!(
            advice("end the other program, then ctrl-n"),
            "  try: end the other program, then run the command again"
        );
        assert_eq!(
            advice("register another port"),
            "  try: register another port"
        );
    }

    #[test]
    fn a_command_without_a_run_names_the_command_that_has_one() {
        let told = |fix: &str| advice(&without_a_run(fix, "acme"));
        assert_eq!(
            told("ctrl-n begins a new run and gets a new grant"),
            "  try: sign in with `dineroscope login acme`"
        );
        assert_eq!(
            told("↵ sends the call again, once that is right: it refreshes first"),
            "  try: run the command again, once that is right: it refreshes first"
        );
        assert_eq!(
            told("u sends it once more all the same; if it was not taken, all is well"),
            "  try: `dineroscope token acme refresh --anyway` sends it once more all the same; if it was \
             not taken, all is well"
        );
    }
}
