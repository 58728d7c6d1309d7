//! The house itself: what each layer may know, and how a file looks.
//!
//! Rules that nobody checks do not hold. Layers are read from tokens and `use` trees, not from
//! substrings; every rule is itself tested with a planted violation.

mod paths;
mod planted;
mod rules;
mod sources;
mod tokens;

use paths::{Path, paths};
use rules::{
    ALSO_FORBIDDEN, BANNED_MACROS, CHANGING, CORE_CRATES, CORE_ORDER, DATA_TABLES, LAYERS, LONG,
    Layer, NETWORK_DOOR, TOO_LONG, TOP_LEVEL,
};
use sources::{Source, dependencies, module_of, sources};
use std::io::Write;
use tokens::{Token, tokens};

/// What a file says against its layer.
fn layering(source: &Source, dependencies: &[String]) -> Vec<String> {
    let module = module_of(&source.path);
    let name = module.join("::");
    let Some(layer) = LAYERS.iter().find(|layer| is_below(&name, layer.module)) else {
        return Vec::new();
    };
    let tokens = tokens(&source.text);
    let found = paths(&tokens, &module);
    let mut trouble = Vec::new();
    for path in &found {
        let named = path.segments.join("::");
        if let Some(why) = trouble_with(path, layer, &name, dependencies) {
            trouble.push(format!("{}:{}: `{named}`: {why}", source.path, path.line));
        }
    }
    if layer.module == "crate::core" {
        trouble.extend(changing_statics(source, &tokens));
    }
    trouble.dedup();
    trouble
}

/// Why a module may not name a path.
fn trouble_with(
    path: &Path,
    layer: &Layer,
    module: &str,
    dependencies: &[String],
) -> Option<String> {
    let named = path.segments.join("::");
    let own = layer.module.trim_start_matches("crate::");
    let first = path.segments.first()?.as_str();
    if first == "crate" {
        let other = path.segments.get(1)?.as_str();
        if other == "*" || (other != own && is_layer(other) && !layer.knows.contains(&other)) {
            return Some(format!("`{own}` may not know `{other}`"));
        }
    }
    let also = ALSO_FORBIDDEN
        .iter()
        .filter(|(module, _)| *module == layer.module);
    let forbidden = layer
        .forbidden
        .iter()
        .chain(also.flat_map(|(_, crates)| *crates));
    for rule in forbidden {
        if is_below(&named, rule) || glob_brings(&named, rule) {
            return Some(format!("`{own}` may not know `{rule}`"));
        }
    }
    let depends = dependencies.iter().any(|name| name == first);
    if own == "core" && (depends || first == "tokio") && !CORE_CRATES.contains(&first) {
        return Some(format!("`core` may not know `{first}`"));
    }
    if first == "reqwest" && !is_below(module, NETWORK_DOOR) {
        return Some(format!("the one door to the network is `{NETWORK_DOOR}`"));
    }
    out_of_order(&named, module)
}

/// Why a module of the core may not name another one.
fn out_of_order(named: &str, module: &str) -> Option<String> {
    let here = rank(module)?;
    let there = rank(named)?;
    (there > here).then(|| {
        format!(
            "`{}` comes before `{}`",
            CORE_ORDER[here], CORE_ORDER[there]
        )
    })
}

/// The place of a path's module in the reading order of the core.
fn rank(path: &str) -> Option<usize> {
    let name = path.strip_prefix("crate::core::")?.split("::").next()?;
    CORE_ORDER.iter().position(|module| *module == name)
}

/// Whether a name is a layer, or the program's `main`.
fn is_layer(name: &str) -> bool {
    LAYERS
        .iter()
        .any(|layer| layer.module == format!("crate::{name}"))
}

/// Whether a path is another one or lies in it.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a glob import brings a forbidden name unseen.
fn glob_brings(path: &str, forbidden: &str) -> bool {
    path.strip_suffix("::*")
        .is_some_and(|prefix| is_below(forbidden, prefix))
}

/// Statics whose value can change.
fn changing_statics(source: &Source, tokens: &[Token]) -> Vec<String> {
    let mut trouble = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mut text = tokens[at + 1..].iter().map(|token| token.text.as_str());
        let mutable = match token.text.as_str() {
            "static" => text
                .take_while(|word| !matches!(*word, "=" | ";"))
                .any(|word| {
                    word == "mut" || word.starts_with("Atomic") || CHANGING.contains(&word)
                }),
            "thread_local" => text.next() == Some("!"),
            _ => false,
        };
        if mutable {
            trouble.push(format!(
                "{}:{}: a static that changes",
                source.path, token.line
            ));
        }
    }
    trouble
}

/// What a file says against the way files look.
fn appearance(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut trouble = Vec::new();
    if !source.text.starts_with("//!") {
        trouble.push(format!(
            "{path}:1: opens without `//!`; say what it is and why"
        ));
    }
    if path.ends_with("/mod.rs") {
        trouble.push(format!(
            "{path}: name it after its folder, `foo.rs` beside `foo/`"
        ));
    }
    let lines = source.text.lines().count();
    if lines > TOO_LONG && !DATA_TABLES.contains(&path.as_str()) {
        trouble.push(format!("{path}: {lines} lines; cut it in two below {LONG}"));
    }
    let tokens = tokens(&source.text);
    for three in tokens.windows(3) {
        let [one, two, next] = three else { continue };
        let at = format!("{path}:{}", one.line);
        if path.starts_with("src/")
            && two.text == "!"
            && next.text != "="
            && BANNED_MACROS.contains(&one.text.as_str())
        {
            trouble.push(format!(
                "{at}: `{}!` has no place in what is shipped",
                one.text
            ));
        }
        if one.text == "[" && two.text == "allow" && next.text == "(" {
            trouble.push(format!(
                "{at}: `allow`; write `#[expect(…, reason = \"…\")]`"
            ));
        }
    }
    trouble
}

/// Fail with every complaint at once.
fn assert_none(trouble: &[String]) {
    assert!(
        trouble.is_empty(),
        "{} complaints:\n{}",
        trouble.len(),
        trouble.join("\n")
    );
}

#[test]
fn every_layer_knows_only_what_it_may() {
    let dependencies = dependencies();
    let trouble: Vec<_> = sources(&["src"])
        .iter()
        .flat_map(|source| layering(source, &dependencies))
        .collect();
    assert_none(&trouble);
}

#[test]
fn every_file_looks_as_the_house_wants() {
    let sources = sources(&["src", "tests"]);
    let trouble: Vec<_> = sources.iter().flat_map(appearance).collect();
    let long = sources
        .iter()
        .filter(|source| source.text.lines().count() > LONG);
    for source in long.filter(|source| !DATA_TABLES.contains(&source.path.as_str())) {
        writeln!(
            std::io::stderr(),
            "warning: {} is over {LONG} lines",
            source.path
        )
        .unwrap();
    }
    assert_none(&trouble);
}

#[test]
fn the_top_of_the_repository_holds_only_what_it_names() {
    let extra: Vec<_> = sources::top_level()
        .into_iter()
        .filter(|name| !TOP_LEVEL.contains(&name.as_str()))
        .collect();
    assert_none(&extra);
}

#[test]
fn what_the_foreign_tests_install_is_locked_without_download_addresses() {
    let lock = sources::text("tests/interop/package-lock.json");
    assert!(lock.contains("\"integrity\""), "no package is locked");
    let addresses: Vec<_> = lock
        .lines()
        .filter(|line| line.contains("\"resolved\""))
        .map(str::to_owned)
        .collect();
    assert_none(&addresses);
}

#[test]
fn every_exemption_is_of_a_file_that_exists() {
    let sources = sources(&["src"]);
    let rules = LAYERS.iter().map(|layer| layer.module);
    for module in rules.chain([NETWORK_DOOR]) {
        let named = sources
            .iter()
            .any(|source| module_of(&source.path).join("::") == module);
        assert!(named, "no file is `{module}`");
    }
    for module in CORE_ORDER {
        let path = format!("src/core/{module}.rs");
        assert!(
            sources.iter().any(|source| source.path == path),
            "no file `{path}`"
        );
    }
}
