//! How a masked value is written down: `••••64~a3f1b2c3d4e5f607`, its length and a long mark.
//!
//! Of plain characters, so that a form, a query, a header or JSON that holds it is read as before; long, so
//! that no two values share one. In what leaves this machine the mark is an ordinal: `••••64~code-1`.

use std::ops::Range;

/// How every masked value begins.
pub const DOTS: &str = "••••";

/// Letters of the mark in what stays here.
const LONG: usize = 16;

/// A masked value, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptMark<'a> {
    /// Characters of the value.
    pub characters: usize,
    /// Its mark: 16 hexadecimal digits, or an ordinal.
    pub mark: &'a str,
}

impl<'a> KeptMark<'a> {
    /// Reads a value that is masked already; `None` when it is anything else.
    ///
    /// A JWT is kept with what may be shown of it: `header.claims.` and the mark of the whole.
    pub fn read(value: &'a str) -> Option<Self> {
        let at = value.find(DOTS)?;
        let (shown, masked) = value.split_at(at);
        if !shown.is_empty() && !is_head_of_a_jwt(shown) {
            return None;
        }
        let (length, mark) = masked.strip_prefix(DOTS)?.split_once('~')?;
        let is_length = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let characters = length.parse().ok().filter(|_| is_length)?;
        (is_long(mark) || is_ordinal(mark)).then_some(Self { characters, mark })
    }

    /// The first mark that stands anywhere in a text, and where; an ordinal is found by nobody, for it does not
    /// say where it ends.
    pub fn find(text: &'a str) -> Option<(Range<usize>, Self)> {
        let mut from = 0;
        while let Some(found) = text[from..].find(DOTS) {
            let start = from + found;
            let after = &text[start + DOTS.len()..];
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let (length, rest) = after.split_at(digits);
            let mark = rest.strip_prefix('~').and_then(|mark| mark.get(..LONG));
            if let (Ok(characters), Some(mark)) = (length.parse(), mark.filter(|it| is_long(it))) {
                let end = start + DOTS.len() + digits + 1 + LONG;
                return Some((start..end, Self { characters, mark }));
            }
            from = start + '•'.len_utf8();
        }
        None
    }

    /// The mark as it is shown: `#a3f1`, or the ordinal.
    pub fn shown(&self) -> String {
        if is_long(self.mark) {
            format!("#{}", &self.mark[..4])
        } else {
            self.mark.to_owned()
        }
    }
}

impl std::fmt::Display for KeptMark<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{DOTS}{}~{}", self.characters, self.mark)
    }
}

/// `header.claims.`
fn is_head_of_a_jwt(text: &str) -> bool {
    let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [header, claims, ""] => {
            !header.is_empty()
                && !claims.is_empty()
                && header.bytes().chain(claims.bytes()).all(of_base64)
        }
        _ => false,
    }
}

/// Sixteen hexadecimal digits.
fn is_long(mark: &str) -> bool {
    mark.len() == LONG
        && mark
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A name and a number.
fn is_ordinal(mark: &str) -> bool {
    let of_a_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    mark.rsplit_once('-').is_some_and(|(name, number)| {
        !name.is_empty()
            && name.len() <= 40
            && name.bytes().all(of_a_name)
            && !number.is_empty()
            && number.len() <= 6
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_wherever_it_stands() {
        let mark = "••••64~a3f1b2c3d4e5f607";
        for (before, after) in [("", ""), ("Bearer ", " x"), ("•", "0"), ("••••7~", "•")]
        {
            let text = format!("{before}{mark}{after}");
            let place = KeptMark::find(&text).map(|(place, _)| place);
            assert_eq!(place.map(|it| text[it].to_owned()).as_deref(), Some(mark));
        }
        for none in [
            "",
            "••••",
            "••••64~a3f1",
            "••••~a3f1b2c3d4e5f607",
            "•••• 64",
        ] {
            assert_eq!(KeptMark::find(none), None, "{none}");
        }
    }

    #[test]
    fn only_a_mark_is_read_as_one() {
        let kept = KeptMark::read("••••64~a3f1b2c3d4e5f607");
        assert_eq!(
            kept.map(|it| (it.characters, it.shown())),
            Some((64, "#a3f1".to_owned()))
        );
        let ordinal = KeptMark::read("••••64~access_token-12");
        assert_eq!(
            ordinal.map(|it| it.shown()),
            Some("access_token-12".to_owned())
        );
        assert_eq!(
            ordinal.map(|it| it.to_string()),
            Some("••••64~access_token-12".to_owned())
        );
        let jwt = KeptMark::read("eyJh.eyJp.••••640~a3f1b2c3d4e5f607");
        assert_eq!(jwt.map(|it| it.characters), Some(640));
        for other in [
            "",
            "eyJh.••••640~a3f1b2c3d4e5f607",
            "eyJh..••••640~a3f1b2c3d4e5f607",
            "hunter2.hunter2.x••••640~a3f1b2c3d4e5f607",
            "••••",
            "••••64",
            "••••64~",
            "••••~a3f1b2c3d4e5f607",
            "••••+6~a3f1b2c3d4e5f607",
            "••••64~A3F1B2C3D4E5F607",
            "••••64~a3f1b2c3d4e5f6071",
            "••••64~code",
            "••••64~-1",
            "••••64~the secret-1",
            "x••••64~a3f1b2c3d4e5f607",
        ] {
            assert_eq!(KeptMark::read(other), None, "{other}");
        }
    }
}
