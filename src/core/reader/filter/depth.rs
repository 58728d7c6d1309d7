//! How deep a program nests, seen before it is compiled.
//!
//! The compiler of jq calls itself for each bracket and operator, and a stack that overflows ends the whole
//! program; whoever checks a filter while it is typed may have a small one.

/// What stands for the opening of a definition, which ends with `;`.
const DEFINITION: u8 = b'd';

/// How much of the compiler's stack a program needs, in operators: one operator inside of another, or after
/// another, is 1; a bracket or a word that opens something is 2. It is never less than what is needed.
pub(super) fn depth(program: &str) -> usize {
    let bytes = program.as_bytes();
    let mut levels = Levels::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let rest = &bytes[at..];
        match byte {
            b'\\' if levels.in_string() => {
                if rest.first() == Some(&b'(') {
                    levels.open(b'(');
                }
                at += 1;
            }
            b'"' if levels.in_string() => levels.close(),
            _ if levels.in_string() => {}
            b'"' | b'(' | b'[' | b'{' => levels.open(byte),
            b')' | b']' | b'}' => levels.close(),
            b'#' => at += length(rest, |byte| byte != b'\n'),
            b';' if levels.opener() == DEFINITION => levels.close(),
            b';' => levels.begin_anew(),
            b',' if levels.opener() == b'{' => levels.begin_anew(),
            b'-' | b'+' | b'*' | b'/' | b'%' | b'|' | b',' | b'=' | b'<' | b'>' => levels.add(1),
            _ if byte.is_ascii_alphabetic() => {
                let after = length(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
                match &bytes[at - 1..at + after] {
                    b"def" => levels.open(DEFINITION),
                    word if opens(word) => levels.add(2),
                    _ => {}
                }
                at += after;
            }
            _ => {}
        }
    }
    levels.deepest
}

/// How many bytes at the beginning are of a kind.
fn length(bytes: &[u8], kind: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !kind(*byte));
    end.unwrap_or(bytes.len())
}

/// Whether other terms stand inside of what a word begins.
fn opens(word: &[u8]) -> bool {
    let words: [&[u8]; 11] = [
        b"and", b"as", b"catch", b"elif", b"else", b"foreach", b"if", b"label", b"or", b"reduce",
        b"try",
    ];
    words.contains(&word)
}

/// What is open, innermost last, with how much each needs.
#[derive(Default)]
struct Levels {
    open: Vec<(u8, usize)>,
    /// What stands in no bracket.
    outside: usize,
    sum: usize,
    deepest: usize,
}

impl Levels {
    fn opener(&self) -> u8 {
        self.open.last().map_or(0, |(opener, _)| *opener)
    }

    fn in_string(&self) -> bool {
        self.opener() == b'"'
    }

    fn innermost(&mut self) -> &mut usize {
        match self.open.last_mut() {
            Some((_, count)) => count,
            None => &mut self.outside,
        }
    }

    fn open(&mut self, opener: u8) {
        self.open.push((opener, 0));
        self.add(2);
    }

    fn close(&mut self) {
        if let Some((_, count)) = self.open.pop() {
            self.sum -= count;
        }
    }

    fn add(&mut self, count: usize) {
        *self.innermost() += count;
        self.sum += count;
        self.deepest = self.deepest.max(self.sum);
    }

    /// What comes next stands beside what came before, not in it.
    fn begin_anew(&mut self) {
        let bracket = if self.open.is_empty() { 0 } else { 2 };
        let before = std::mem::replace(self.innermost(), bracket);
        self.sum = self.sum + bracket - before;
    }
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn what_stands_beside_each_other_is_not_deep() {
        for (program, expected) in [
            (".", 0),
            (".a | .b | .c", 2),
            ("[.a[0][1], (.b)]", 5),
            ("{a, b, c, d: (1 + 2)}", 5),
            ("def a: 1 | 2; def b: 1 | 2; a", 3),
            ("def a: def b: 1; 2 | 3; a | b", 4),
            ("f(1 | 2; 3; 4 | 5)", 3),
            ("\"- - - \\\" [[[ \\(1 - 1) -\" # - - -\n - 1", 5),
            ("if .a then 1 else 2 end", 4),
            (".iffy | .try_", 1),
            (")]}\"", 2),
        ] {
            assert_eq!(depth(program), expected, "{program}");
        }
    }
}
