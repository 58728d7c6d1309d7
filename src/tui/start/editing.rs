//! The user's editor between two frames: the terminal is left for it, and taken again when it has ended.

use super::keys::Keys;
use crate::core::wire::visible::Visible;
use crate::edge::editor::Editor;
use crate::edge::scratch::Scratch;
use crate::tui::terminal::Lent;
use crate::tui::ui::drafting::outside::{Edited, Manuscript};
use std::io;

/// Has a text edited; the terminal is ours again afterwards, whatever came of it. Fails when the terminal is gone.
pub(super) async fn edit(manuscript: Manuscript, keys: Keys) -> io::Result<Edited> {
    let made = Editor::named(|name| std::env::var(name).ok())
        .and_then(|editor| Ok((editor, Scratch::new(manuscript.file, &manuscript.text)?)));
    let (editor, scratch) = match made {
        Ok(made) => made,
        Err(why) => return Ok(Err(why)),
    };
    let paused = keys.pause().await;
    let lent = Lent::to(&Visible::of(editor.program()));
    let ran = editor.run(scratch.path()).await;
    lent.take_back()?;
    drop(paused);
    Ok(ran.and_then(|()| scratch.taken()))
}
