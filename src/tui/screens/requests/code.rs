//! The request in hand as code, secrets left out.

use super::super::Scene;
use super::super::parts::{choice, prose};
use super::{Action, Draft, Drafting, Mark, Row, ready};
use crate::core::dinero::call;
use crate::core::dinero::draft::DraftBody;
use crate::core::dinero::upload::{PART, media_type};
use crate::core::export::snippet::{Payload, Subject, TOKEN_VARIABLE, snippet};
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::Picking;
use crate::tui::screens::parts;
use crate::tui::ui::Ui;

/// Longest body that is written as code while it is drawn.
const LONGEST: usize = 64 * 1024;

/// What `{{uuid}}` stands for in code: the same in every frame.
const EXAMPLE_UUID: [u8; 16] = [0x11; 16];

/// The code as rows.
pub(super) fn rows(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> Vec<Row> {
    let language = ui.drafting.language;
    let mut rows = vec![choice(
        Mark::None,
        format!("{} ▾", language.name()),
        format!("token from ${TOKEN_VARIABLE}"),
        Action::Drafting(Drafting::Pick(Picking::Language)),
    )];
    match code(scene, ui, draft) {
        Ok(text) => {
            let copy = Action::Drafting(Drafting::CopyCode);
            rows.push(choice(Mark::None, "copy it", "", copy));
            rows.push(Row::Raw(parts::bounded(Visible::lines(&text))));
        }
        Err(why) => rows.push(prose(why)),
    }
    rows
}

/// The request as a program; why not.
pub fn code(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> Result<String, String> {
    if let Some(lack) = ready::lack(scene, ui, draft) {
        return Err(lack.words());
    }
    if matches!(&draft.body, DraftBody::Text(text) if text.len() > LONGEST) {
        return Err("The body is too long to be shown as code.".to_owned());
    }
    let uuids = vec![EXAMPLE_UUID; draft.uuids()];
    let made = scene
        .engine
        .made(scene.now, draft, uuids)
        .map_err(|unmade| {
            let words: Vec<String> = unmade
                .iter()
                .map(crate::core::dinero::draft::Unmade::words)
                .collect();
            words.join("; ")
        })?;
    let Some(profile) = scene.engine.profile() else {
        return Err("There is no profile yet.".to_owned());
    };
    let request = call::request(&made.call, &profile.api.base_url, None);
    if request.body.len() > LONGEST {
        return Err("The body is too long to be shown as code.".to_owned());
    }
    let body = match (&made.file, std::str::from_utf8(&request.body.0)) {
        (Some(path), _) => Payload::File {
            path,
            part: PART,
            media_type: media_type(path, &[]),
        },
        (None, _) if request.body.is_empty() => Payload::Nothing,
        (None, Ok(text)) => Payload::Text(text),
        (None, Err(_)) => Payload::Bytes(&request.body.0),
    };
    let base_url = &profile.api.base_url;
    let grant = scene.engine.grant();
    let subject = Subject {
        method: &request.method,
        url: &request.url,
        headers: &request.headers.0,
        body,
        with_token: grant.is_some_and(|grant| call::takes_token(&made.call, base_url, grant)),
    };
    Ok(snippet(ui.drafting.language, &subject))
}
