//! One masked value is shown for a while.

use super::act::Stage;
use super::{Focus, REVEALED_FOR, Revealed, Ui};
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::tui::flow::SpotKind;
use crate::tui::pane::Value;
use crate::tui::view::Areas;
use jiff::Timestamp;

impl Ui {
    /// Shows the masked value that has the focus, else the first one; again hides it.
    pub(super) fn reveal(&mut self, stage: &Stage<'_>) {
        if self.revealed.take().is_some() || stage.engine.kept_run().is_some() {
            return;
        }
        let secrets: Vec<(usize, &Secret)> = secrets(stage.areas).collect();
        let focused = match self.focus {
            Focus::Row(row) => secrets.iter().find(|(spot, _)| *spot == row),
            _ => None,
        };
        if let Some((row, secret)) = focused.or(secrets.first()) {
            self.focus = Focus::Row(*row);
            let at = self.at();
            self.touched[at] = *row;
            self.revealed = Some(Revealed {
                secret: (*secret).clone(),
                until: stage
                    .now
                    .checked_add(REVEALED_FOR)
                    .unwrap_or(Timestamp::MAX),
            });
            self.say(stage.now, Visible::of("Shown for 30 s; m hides it"));
        }
    }
}

/// The masked values of the pane in view, with their rows.
fn secrets(areas: &Areas) -> impl Iterator<Item = (usize, &Secret)> {
    areas
        .spots
        .iter()
        .enumerate()
        .filter_map(|(row, spot)| match &spot.kind {
            SpotKind::Fact(fact) => match &fact.value {
                Value::Secret(secret) => Some((row, secret)),
                _ => None,
            },
            _ => None,
        })
}

/// Whether the pane in view holds a masked value.
pub fn has_secret(areas: &Areas) -> bool {
    secrets(areas).next().is_some()
}
