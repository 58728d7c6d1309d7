//! What happens when the program breaks: the terminal is given back, and no secret is told.

use std::io::Write as _;

/// A panic gives the terminal back before it is told, and tells where, not what: the message may hold
/// what must not be seen. On another thread it ends only that task, and the engine is told.
pub fn when_broken(give_back: fn()) {
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != main {
            return;
        }
        give_back();
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(
            std::io::stderr(),
            "dineroscope broke at {place}; please report this with what you did before it"
        );
    }));
}
