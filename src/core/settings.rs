//! What a user may set once for the whole program: how much of an answer is held, what a filter may take.
//!
//! ```toml
//! # config.toml in the configuration folder; each line is there to be changed, none must be
//! [answers]
//! memory = "512 MB"    # of one answer; what is more goes into a file without a name
//! most = "4 GB"        # nothing is read beyond
//!
//! [filter]
//! seconds = 30
//! memory = "4 GB"
//! ```

use serde::Deserialize;

/// Everything that can be set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Answers of the API.
    pub answers: Answers,
    /// The filter of an answer.
    pub filter: Filter,
}

/// How much of an answer of the API is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// Most bytes of one that are held in memory.
    pub memory: Size,
    /// Most bytes of one that are read, unpacked.
    pub most: Size,
}

/// What a filter may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// How long it may run, in seconds.
    pub seconds: u32,
    /// How much memory it may take.
    pub memory: Size,
}

/// So many bytes, written as `512 MB`; a KB is 1,000 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Size(pub u64);

impl Default for Answers {
    fn default() -> Self {
        Self {
            memory: Size(512_000_000),
            most: Size(4_000_000_000),
        }
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            seconds: 30,
            memory: Size(4_000_000_000),
        }
    }
}

impl Settings {
    /// Reads them; fails with what is wrong and where.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

impl Size {
    /// As a count of bytes in memory.
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let written = text.trim();
        let digits = written.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let times = match written[digits.len()..].trim() {
            "B" => 1,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => 0,
        };
        let count: Option<u64> = digits.parse().ok();
        count
            .and_then(|count| count.checked_mul(times))
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no size: write it as `512 MB`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_as_usual() {
        assert_eq!(Settings::read(""), Ok(Settings::default()));
        let read = Settings::read("[answers]\nmemory = \"1 GB\"\n[filter]\nseconds = 5\n");
        let read = read.unwrap_or_default();
        assert_eq!(read.answers.memory, Size(1_000_000_000));
        assert_eq!(read.answers.most, Answers::default().most);
        assert_eq!(read.filter.seconds, 5);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("[answers]\nmemory = \"lots\"", "`lots` is no size"),
            ("[answers]\nmemory = \"0 MB\"", "`0 MB` is no size"),
            ("[answers]\nmemroy = \"1 MB\"", "memroy"),
            ("[filter]\nseconds = -1", "-1"),
            ("[answer", "line 1"),
        ] {
            let said = Settings::read(text).err().unwrap_or_default();
            assert!(said.contains(named), "{said}");
        }
    }
}
