//! Exit codes: what a script learns without reading a word.

use std::process::ExitCode;

/// How the program ends. Where several fit, the first in the order 2, 3, 4, 5, 1 applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: the provider, the user or the API said no, or nobody answered in time.
    Refused,
    /// 2: the command line was not understood.
    Usage,
    /// 3: something is wrong with the profile, the configuration, or what is kept.
    Profile,
    /// 4: no HTTP answer to a request we sent, or an address that cannot be bound.
    Unreachable,
    /// 5: what `explain` was given is not recognised.
    NotRecognised,
    /// 3: what `filter-answer` was given is no JSON.
    NotJson,
    /// 4: the filter of `filter-answer` stopped at an error.
    Broke,
    /// 5: the filter of `filter-answer` needs more memory than it may take.
    Full,
    /// 130: Ctrl-C.
    Interrupted,
    /// 143: told to end.
    Terminated,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Profile | Self::NotJson => 3,
            Self::Unreachable | Self::Broke => 4,
            Self::NotRecognised | Self::Full => 5,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
