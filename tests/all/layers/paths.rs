//! Every path that a source file names, written out from its root: `use` trees, aliases, `self`, `super`.
//!
//! `use std::net; net::TcpStream::connect(…)` must be found as `std::net::TcpStream::connect`.

use super::tokens::Token;
use std::collections::HashMap;

/// A path from its root (a crate, or `crate`), and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// `["std", "net", "TcpStream"]`; a glob import ends in `*`.
    pub(crate) segments: Vec<String>,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// The paths named by a file of this module, `["crate", "core", "wire"]`.
pub(crate) fn paths(tokens: &[Token], module: &[String]) -> Vec<Path> {
    let mut walk = Walk {
        tokens,
        at: 0,
        depth: 0,
        modules: vec![(module.to_vec(), 0)],
        names: HashMap::new(),
        found: Vec::new(),
    };
    // Names may be used above the `use` that brings them: the first passage collects them.
    walk.run();
    walk.at = 0;
    walk.found.clear();
    walk.run();
    walk.found
}

/// One passage over the tokens.
struct Walk<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// The module one is in, outermost first, with the depth of braces at which it was opened.
    modules: Vec<(Vec<String>, usize)>,
    /// Per module: what a name stands for.
    names: HashMap<(Vec<String>, String), Vec<String>>,
    found: Vec<Path>,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(token) = self.tokens.get(self.at) {
            let (text, line) = (token.text.as_str(), token.line);
            match text {
                "use" => self.use_item(line),
                "mod" => self.module(),
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.modules.len() > 1 && self.module_depth() > self.depth {
                        self.modules.pop();
                    }
                    self.at += 1;
                }
                ":" if self.is("::", self.at) && !self.after_path() => {
                    self.at += 2;
                    self.inline(line);
                }
                _ if token.is_word() => self.inline(line),
                _ => self.at += 1,
            }
        }
    }

    /// `mod name;` binds a name, `mod name {` also opens it.
    fn module(&mut self) {
        let Some(name) = self.tokens.get(self.at + 1).filter(|name| name.is_word()) else {
            self.at += 1;
            return;
        };
        let mut inner = self.here().to_vec();
        inner.push(name.text.clone());
        self.bind(name.text.clone(), inner.clone());
        if self.is("{", self.at + 2) {
            self.depth += 1;
            self.modules.push((inner, self.depth));
        }
        self.at += 3;
    }

    /// A whole `use` item; `use` inside `impl … + use<'a>` is none.
    fn use_item(&mut self, line: usize) {
        self.at += 1;
        if self.is("<", self.at) {
            return;
        }
        if self.is("::", self.at) {
            self.at += 2;
        }
        self.tree(&[], line);
    }

    /// One branch of a `use` tree, below `prefix`.
    fn tree(&mut self, prefix: &[String], line: usize) {
        let mut path = prefix.to_vec();
        loop {
            let Some(token) = self.tokens.get(self.at) else {
                return;
            };
            let text = token.text.clone();
            self.at += 1;
            match text.as_str() {
                "{" => {
                    while !self.is("}", self.at) && self.at < self.tokens.len() {
                        self.tree(&path, line);
                        if self.is(",", self.at) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                // `a::{self}` names `a` itself.
                "self" if !path.is_empty() => {}
                _ => path.push(text),
            }
            if !self.is("::", self.at) {
                break;
            }
            self.at += 2;
        }
        self.leaf(&path, line);
    }

    /// The end of a branch: what it brings, and under which name.
    fn leaf(&mut self, path: &[String], line: usize) {
        let full = self.resolve(path);
        let mut name = path.last().cloned().unwrap_or_default();
        if self.is("as", self.at) {
            name = self
                .tokens
                .get(self.at + 1)
                .map_or(name, |alias| alias.text.clone());
            self.at += 2;
        }
        if name != "*" {
            self.bind(name, full.clone());
        }
        self.found.push(Path {
            segments: full,
            line,
        });
    }

    /// A path in an expression or a type.
    fn inline(&mut self, line: usize) {
        let mut path = Vec::new();
        while let Some(token) = self.tokens.get(self.at).filter(|token| token.is_word()) {
            path.push(token.text.clone());
            self.at += 1;
            if !self.is("::", self.at) {
                break;
            }
            self.at += 2;
        }
        let segments = self.resolve(&path);
        if segments.len() > 1 {
            self.found.push(Path { segments, line });
        }
    }

    /// Written out from the root.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let Some(first) = path.first() else {
            return Vec::new();
        };
        let known = self.known(first);
        let (mut full, rest) = match first.as_str() {
            "crate" | "dineroscope" => (vec!["crate".to_owned()], &path[1..]),
            "self" => (self.here().to_vec(), &path[1..]),
            "super" => {
                let up = path
                    .iter()
                    .take_while(|segment| *segment == "super")
                    .count();
                let here = self.here();
                (here[..here.len().saturating_sub(up)].to_vec(), &path[up..])
            }
            _ => match known {
                Some(full) if full != path => (full.clone(), &path[1..]),
                // The standard library under its other names.
                None if matches!(first.as_str(), "core" | "alloc") && path.len() > 1 => {
                    (vec!["std".to_owned()], &path[1..])
                }
                // `use similar;` stands for itself.
                Some(_) | None => return path.to_vec(),
            },
        };
        full.extend_from_slice(rest);
        full
    }

    /// What a name stands for here, or in a module around this one (`use super::*`).
    fn known(&self, name: &str) -> Option<&Vec<String>> {
        self.modules
            .iter()
            .rev()
            .find_map(|(module, _)| self.names.get(&(module.clone(), name.to_owned())))
    }

    fn bind(&mut self, name: String, full: Vec<String>) {
        self.names.insert((self.here().to_vec(), name), full);
    }

    fn here(&self) -> &[String] {
        self.modules.last().map_or(&[], |(module, _)| module)
    }

    fn module_depth(&self) -> usize {
        self.modules.last().map_or(0, |(_, depth)| *depth)
    }

    /// Whether these signs stand there.
    fn is(&self, signs: &str, at: usize) -> bool {
        let mut words = self.tokens[at.min(self.tokens.len())..].iter();
        if signs == "::" {
            return words.next().is_some_and(|token| token.text == ":")
                && words.next().is_some_and(|token| token.text == ":");
        }
        words.next().is_some_and(|token| token.text == signs)
    }

    /// Whether `::` here goes on from something, as in `<T as Trait>::name`.
    fn after_path(&self) -> bool {
        self.at
            .checked_sub(1)
            .is_some_and(|before| matches!(self.tokens[before].text.as_str(), ">" | ")" | "]"))
    }
}

mod tests {
    use super::super::tokens::tokens;
    use super::paths;

    /// The paths of a file `src/edge/http.rs` with this content, one a line.
    fn check(source: &str, expected: &[&str]) {
        let module = ["crate", "edge", "http"].map(str::to_owned);
        let found: Vec<_> = paths(&tokens(source), &module)
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect();
        assert_eq!(found, expected, "in {source}");
    }

    #[test]
    fn use_trees_are_written_out() {
        check(
            "use a::{b, c::{self, d as e}, *}; pub(crate) use ::f;",
            &["a::b", "a::c", "a::c::d", "a::*", "f"],
        );
    }

    #[test]
    fn names_stand_for_what_they_were_brought_from() {
        check(
            "fn f() { n::TcpStream::connect(); } use std::net as n;",
            &["std::net::TcpStream::connect", "std::net"],
        );
        check(
            "use std::time::Instant; fn f(at: Instant) { Instant::now(); }",
            &[
                "std::time::Instant",
                "std::time::Instant",
                "std::time::Instant::now",
            ],
        );
    }

    #[test]
    fn relative_paths_start_from_the_module() {
        check(
            "use super::super::sandbox::Router; mod inner { use super::x; use super::super::y; } self::z();",
            &[
                "crate::sandbox::Router",
                "crate::edge::http::x",
                "crate::edge::y",
                "crate::edge::http::z",
            ],
        );
        check(
            "pub mod tls; use tls::Acceptor;",
            &["crate::edge::http::tls::Acceptor"],
        );
    }

    #[test]
    fn the_standard_library_has_one_name() {
        check(
            "core::mem::take(); ::std::fs::read();",
            &["std::mem::take", "std::fs::read"],
        );
    }

    #[test]
    fn macros_and_attributes_are_read_too() {
        check(
            "#[tokio::main] fn f() { tokio::select! {} }",
            &["tokio::main", "tokio::select"],
        );
    }
}
