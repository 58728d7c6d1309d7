//! The desktop around us: browser and clipboard helpers, started without a shell.
//!
//! Apart from the event loop and with a limit of time, because nobody knows what a launcher does.

use std::io;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use url::Url;

/// How long a launcher is watched: one that fails does so at once, one that is the browser itself stays.
const WATCHED: Duration = Duration::from_secs(2);

/// How the browser is opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Browser {
    /// As `$BROWSER` says, else as the system does.
    #[default]
    System,
    /// By this program with its arguments; the address is added as the last one.
    Command(Vec<String>),
}

/// Opens the browser; the reason when it cannot be. Only http and https addresses are opened.
pub async fn open(browser: &Browser, link: &str) -> Result<(), String> {
    let url = Url::parse(link).map_err(|error| format!("the link is no address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` links are not opened", url.scheme()));
    }
    let wanted = match browser {
        Browser::Command(words) => vec![words.clone()],
        Browser::System => from_environment(),
    };
    if wanted.is_empty() {
        return by_the_system(url).await;
    }
    let mut trouble = String::new();
    for words in wanted {
        match launch(&with_link(&words, url.as_str())).await {
            Ok(()) => return Ok(()),
            Err(reason) => trouble = reason,
        }
    }
    Err(trouble)
}

/// The commands in `$BROWSER`, separated by `:` as on every Unix; on other systems it has no meaning.
fn from_environment() -> Vec<Vec<String>> {
    if !cfg!(unix) {
        return Vec::new();
    }
    commands(&std::env::var("BROWSER").unwrap_or_default())
}

/// The commands of such a text.
fn commands(text: &str) -> Vec<Vec<String>> {
    text.split(':')
        .map(|command| command.split_whitespace().map(str::to_owned).collect())
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

/// A command with the link where `%s` stands, or at its end.
fn with_link(words: &[String], link: &str) -> Vec<String> {
    let has_place = words.iter().any(|word| word.contains("%s"));
    let mut words: Vec<String> = words.iter().map(|word| word.replace("%s", link)).collect();
    if !has_place {
        words.push(link.to_owned());
    }
    words
}

/// Starts a launcher and watches it for a while.
async fn launch(words: &[String]) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("no browser is named".to_owned());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`{program}` could not be started: {error}"))?;
    match tokio::time::timeout(WATCHED, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(format!("`{program}` failed ({status})")),
        Ok(Err(error)) => Err(format!("`{program}`: {error}")),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

/// Opens the browser as the system does, on a thread that nobody waits for at the end of the program.
async fn by_the_system(url: Url) -> Result<(), String> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let opening = std::thread::Builder::new().spawn(move || {
        let _ = sender.send(webbrowser::open(url.as_str()).map_err(|error| error.to_string()));
    });
    opening.map_err(|error| error.to_string())?;
    match tokio::time::timeout(WATCHED, receiver).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(_)) => Err("the launcher broke".to_owned()),
        Err(_) => Ok(()),
    }
}

/// A program that takes text for the clipboard on its standard input.
struct ClipboardHelper {
    program: &'static str,
    arguments: &'static [&'static str],
    /// The environment variable without which it does nothing.
    needs: Option<&'static str>,
    /// Whether it reads UTF-16 with a byte order mark.
    wide: bool,
}

/// The helpers, in the order in which they are tried.
const CLIPBOARD_HELPERS: &[ClipboardHelper] = &[
    ClipboardHelper {
        program: "wl-copy",
        arguments: &[],
        needs: Some("WAYLAND_DISPLAY"),
        wide: false,
    },
    ClipboardHelper {
        program: "xclip",
        arguments: &["-selection", "clipboard"],
        needs: Some("DISPLAY"),
        wide: false,
    },
    ClipboardHelper {
        program: "pbcopy",
        arguments: &[],
        needs: None,
        wide: false,
    },
    ClipboardHelper {
        program: "clip.exe",
        arguments: &[],
        needs: None,
        wide: true,
    },
];

/// Hands text to the first native clipboard helper that takes it; whether one did. None is asked over
/// SSH: its clipboard would be the other machine's.
pub async fn copy(text: &str) -> bool {
    let over_ssh = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| is_set(name));
    if over_ssh {
        return false;
    }
    for helper in CLIPBOARD_HELPERS {
        if helper.needs.is_some_and(|name| !is_set(name)) {
            continue;
        }
        let given = tokio::time::timeout(WATCHED, give(helper, text)).await;
        if matches!(given, Ok(Ok(true))) {
            return true;
        }
    }
    false
}

/// Whether an environment variable says anything.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Gives text to a helper; whether it took it.
async fn give(helper: &ClipboardHelper, text: &str) -> io::Result<bool> {
    let mut child = Command::new(helper.program)
        .args(helper.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        let bytes = if helper.wide {
            utf16(text)
        } else {
            text.as_bytes().to_vec()
        };
        input.write_all(&bytes).await?;
        input.shutdown().await?;
    }
    Ok(child.wait().await?.success())
}

/// UTF-16, little end first, with a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_one_argument_wherever_it_is_put() {
        let link = "https://x.test/?a=1&b='$(x)'";
        let made: Vec<_> = commands("firefox --new-window %s:w3m")
            .into_iter()
            .map(|words| with_link(&words, link))
            .collect();
        assert_eq!(
            made,
            [vec!["firefox", "--new-window", link], vec!["w3m", link]]
        );
        assert_eq!(commands(""), Vec::<Vec<String>>::new());
    }

    #[test]
    fn the_windows_clipboard_gets_utf16() {
        assert_eq!(utf16("å"), [0xff, 0xfe, 0xe5, 0]);
    }
}
