//! From a name on the command line to a profile that can be used, or to what keeps it from that.

use crate::cli::printer::Printer;
use crate::core::nearest::nearest;
use crate::core::profile::{Origin, Profile, ProfileFile, ProfileProblem, check};
use crate::core::wire::visible::Visible;
use crate::edge::profiles::{Search, find, list, place};
use std::path::{Path, PathBuf};

/// A profile, and what is worth saying about it.
pub(super) struct Chosen {
    /// As the file says.
    pub(super) profile: Profile,
    /// A secret in plain text, and the like.
    pub(super) warnings: Vec<Visible>,
}

/// Why there is no profile.
pub(super) struct NotChosen {
    /// What happened, in one line.
    pub(super) reason: Visible,
    /// Every problem with its place, or what there is instead.
    pub(super) details: Vec<Visible>,
}

impl NotChosen {
    /// Says all of it.
    pub(super) fn say(&self, printer: &mut Printer<'_>) {
        printer.talk(&Visible::of(&format!("error: {}", self.reason)));
        for detail in &self.details {
            printer.talk(&Visible::of(&format!("  {detail}")));
        }
    }
}

/// The profile of that name.
pub(super) fn choose(folder: Option<PathBuf>, name: &str) -> Result<Chosen, NotChosen> {
    let search = Search::of_this_machine(folder);
    if let Some(broken) = search.named.as_deref().and_then(broken_folder) {
        return Err(broken);
    }
    let Some(file) = find(&search, name) else {
        return Err(unknown(name, &list(&search)));
    };
    let place = place(&file.origin);
    let told = |problem: &ProfileProblem| Visible::of(&at(&place, problem));
    match file.profile {
        Some(profile) if file.problems.is_empty() => Ok(Chosen {
            profile,
            warnings: file.warnings.iter().map(told).collect(),
        }),
        _ => Err(NotChosen {
            reason: Visible::of(&format!("the profile `{name}` cannot be used")),
            details: file.problems.iter().map(told).collect(),
        }),
    }
}

/// The problem of a folder that was named and cannot be read.
pub(super) fn broken_folder(folder: &Path) -> Option<NotChosen> {
    let only = Search {
        named: Some(folder.to_owned()),
        ..Search::default()
    };
    let files = list(&only);
    let broken = files.iter().find(
        |file| matches!(&file.origin, Origin::File { path, .. } if path.as_path() == folder),
    )?;
    let problem = broken.problems.first()?;
    Some(NotChosen {
        reason: Visible::of(&format!(
            "`--profiles {}`: {}",
            folder.display(),
            problem.message
        )),
        details: Vec::new(),
    })
}

/// No such profile: the nearest, and what there is.
pub(super) fn unknown(name: &str, files: &[ProfileFile]) -> NotChosen {
    let there = || files.iter().filter(|file| file.hidden_by.is_none());
    let reason = if let Err(wrong) = check::name(name) {
        // A file of such a name may be there all the same: it is never looked for.
        format!("there is no profile of that name: {wrong}")
    } else {
        let meant = nearest(name, there().map(|file| file.name.as_str()))
            .map(|meant| format!(": did you mean `{meant}`?"))
            .unwrap_or_default();
        format!("there is no profile `{name}`{meant}")
    };
    NotChosen {
        reason: Visible::of(&reason),
        details: there()
            .map(|file| Visible::of(&format!("`{}` ({})", file.name, place(&file.origin))))
            .collect(),
    }
}

/// `FILE:LINE: key: what is wrong and what is expected`.
pub(super) fn at(place: &str, problem: &ProfileProblem) -> String {
    let line = problem
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    let key = match problem.key.as_str() {
        "" => String::new(),
        key => format!("`{key}` "),
    };
    format!("{place}{line}: {key}{}", problem.message)
}
