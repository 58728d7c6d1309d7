//! Starts the screens on the real terminal and the real world.
//!
//! The order matters: the terminal is entered and the first frame drawn before a runtime thread, a key
//! stream, a signal or a socket exists.

mod editing;
mod keys;

use crate::core::engine::Setup;
use crate::core::settings::Settings;
use crate::core::wire::redact::Mask;
use crate::edge::archive::Archive;
use crate::edge::desktop;
use crate::edge::profiles::Search;
use crate::edge::reading::Bounds;
use crate::edge::runtime::{Options, Runtime};
use crate::edge::settings;
use crate::edge::vault::Vault;
use crate::tui::app::{self, Editing, End, Kept, Opening, Signal, Start, World};
use crate::tui::terminal::{self, Entered};
use crate::tui::theme::Theme;
use keys::Keys;
use std::cell::RefCell;
use std::io::{self, IsTerminal as _};
use std::rc::Rc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Runs the screens until the user or a signal ends them; the terminal is given back on every way out.
/// Fails when there is no terminal, or it is gone.
pub fn run(setup: Setup, opening: Opening, search: Search) -> io::Result<End> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(io::Error::other("standard input or output is none"));
    }
    let entered = Entered::new()?;
    let mut screen = entered.screen()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (settings, trouble) = settings::of_this_user();
    let start = Start {
        trouble,
        setup,
        opening,
        search,
        vault: Vault::of_this_user(),
        archive: Archive::of_this_user(),
        kept: Kept::of_this_user(),
        theme: Theme::from_environment(|name| std::env::var(name).ok()),
    };
    let world = Rc::new(RefCell::new(None));
    let ended = runtime.block_on(async move {
        let (input, keys, reader) = keys::keys();
        let kept = Rc::clone(&world);
        let make = move |mask| {
            tokio::spawn(reader.read());
            make_world(mask, &kept, keys, &settings)
        };
        let ended = app::run(&mut screen, input, start, make).await;
        drop(entered);
        let end = match ended {
            Ok(ended) => ended.settle(&mut io::stderr()).await,
            Err(error) => Err(error),
        };
        let runtime = world.borrow_mut().take();
        if let Some(mut runtime) = runtime {
            runtime.finish().await;
        }
        end
    });
    // A browser that is still starting, or a disk that hangs, does not keep the program.
    runtime.shutdown_background();
    ended
}

/// The world behind the loop; the runtime is kept where it can be finished after the loop.
fn make_world(
    mask: Mask,
    kept: &Rc<RefCell<Option<Runtime>>>,
    keys: Keys,
    settings: &Settings,
) -> World {
    let mut options = Options {
        archive: Archive::of_this_user(),
        reading: Some(Bounds::of(settings)),
        ..Options::new(mask)
    };
    options.hold(settings);
    let (runtime, events) = Runtime::new(options);
    *kept.borrow_mut() = Some(runtime);
    let performing = Rc::clone(kept);
    World {
        perform: Box::new(move |effect| {
            if let Some(runtime) = performing.borrow_mut().as_mut() {
                runtime.perform(effect);
            }
        }),
        events,
        signals: signals(),
        // A terminal that is gone has no mouse either; the next key tells.
        mouse: Box::new(|on| drop(terminal::mouse(on))),
        edit: Box::new(move |text| Editing(Box::pin(editing::edit(text, keys.clone())))),
        copy: Box::new(copy),
    }
}

/// Copies by the terminal, and by a helper of the desktop where there is one.
fn copy(text: &str) -> bool {
    let by_terminal = terminal::copy(&mut io::stdout(), text).unwrap_or(false);
    let owned = text.to_owned();
    tokio::spawn(async move { desktop::copy(&owned).await });
    by_terminal
}

/// The signals that end or interrupt the program.
#[cfg(unix)]
fn signals() -> UnboundedReceiver<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = unbounded_channel();
    let kinds = [
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::HangUp),
    ];
    for (kind, meaning) in kinds {
        let sender = sender.clone();
        // Where the system refuses, the signal does what it does by default: it ends the program.
        if let Ok(mut stream) = signal(kind) {
            tokio::spawn(async move {
                while stream.recv().await.is_some() && sender.send(meaning).is_ok() {}
            });
        }
    }
    receiver
}

/// Ctrl-C is a key here; there are no other signals.
#[cfg(not(unix))]
fn signals() -> UnboundedReceiver<Signal> {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && sender.send(Signal::Interrupt).is_ok() {}
    });
    receiver
}
