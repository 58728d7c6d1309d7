//! Requests that are kept: saved under a title, sent before, typed and not sent.

use super::{answered, drafts, on};
use crate::picture::Picture;
use crate::stage::at;
use dineroscope::core::dinero::saved::Saved;
use dineroscope::core::history::sent::{Fresh, Sent, SentId};
use dineroscope::edge::saved::SavedRequests;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::drafting::Entry;
use dineroscope::tui::ui::drafting::keeping::KeepRequest;

pub(super) const ID: &str = "20261123T110200000-0a0b0c";

/// The name of one that was sent after it.
const NEWER: &str = "20261123T110200000-0a0b0a";

/// With a saved request and one in the history.
pub(super) fn kept(size: (u16, u16)) -> Picture {
    let mut picture = answered(size);
    let engine = &picture.engine;
    let draft = engine.requests().sent.clone().unwrap();
    let record = engine
        .requests()
        .answered
        .and_then(|call| engine.record(call))
        .cloned()
        .unwrap();
    let fresh = Fresh {
        id: SentId::read(ID).unwrap(),
        profile: "acme-dev".to_owned(),
        provider: "Visma Connect".to_owned(),
        organization: Some("316204".to_owned()),
        draft: draft.clone(),
        record,
        known: Vec::new(),
    };
    let sent = Sent::of(&fresh, engine.mask());
    let drafting = &mut picture.ui.drafting;
    drafting.use_profile("acme-dev", std::iter::empty());
    drafting.was_sent(sent);
    let saved = Saved {
        name: "overdue".to_owned(),
        title: "Overdue in November".to_owned(),
        note: String::new(),
        draft,
    };
    let folder = tempfile::tempdir().unwrap();
    let place = SavedRequests::of(picture.engine.profile().unwrap(), Some(folder.path())).unwrap();
    place.create(&saved, picture.engine.mask(), &[]).unwrap();
    let listed = place.list();
    drafting.take_saved(listed.requests, listed.broken);
    picture.draw();
    picture
}

#[test]
fn what_was_saved_and_what_was_sent_is_found_with_the_operations() {
    let mut picture = kept((120, 40));
    picture.press("/overdue nov");
    assert_eq!(picture.ui.drafting.hand, Entry::Saved("overdue".to_owned()));
    picture.press("<esc>");
    picture.press("/invoices");
    let entries = picture.ui.drafting.entries();
    assert!(entries.contains(&Entry::Sent(ID.to_owned())), "{entries:?}");
}

#[test]
fn a_request_of_the_history_is_sent_again_pinned_and_deleted() {
    let mut picture = kept((120, 40));
    picture.ui.drafting.select_entry(Entry::Sent(ID.to_owned()));
    picture.ui.drafting.clear_filter();
    picture.ui.focus = dineroscope::tui::ui::Focus::List;
    picture.draw();
    assert!(
        picture.text().contains("What came then"),
        "{}",
        picture.text()
    );
    picture.now = at(200);
    picture.draw();
    assert_eq!(drafts(&picture.press("<enter>")).len(), 1);
    let id = SentId::read(ID).unwrap();
    assert_eq!(
        picture.press("p"),
        [Reaction::Keep(KeepRequest::Pin(id.clone(), true))]
    );
    assert!(
        picture.press("<delete><enter>").is_empty(),
        "kept unless one says so"
    );
    let reactions = picture.press("<delete><right><enter>");
    assert_eq!(reactions, [Reaction::Keep(KeepRequest::DeleteSent(id))]);
    // Once it is gone its neighbour is selected, not the top of the list.
    let mut newer = picture.ui.drafting.sent(ID).cloned().unwrap();
    newer.id = SentId::read(NEWER).unwrap();
    picture.ui.drafting.was_sent(newer);
    let newer = Entry::Sent(NEWER.to_owned());
    picture.ui.drafting.select_entry(newer);
    let id = SentId::read(NEWER).unwrap();
    picture.ui.drafting.forget_sent(&id);
    assert_eq!(picture.ui.drafting.selected, Entry::Sent(ID.to_owned()));
}

#[test]
fn a_request_is_saved_under_a_title_and_changes_to_it_in_place() {
    let mut picture = kept((120, 40));
    picture.press("<esc>");
    let reactions = picture.press("cMine<enter>");
    assert!(
        matches!(&reactions[..], [Reaction::Keep(KeepRequest::Create { title, .. })] if title == "Mine"),
        "{reactions:?}"
    );
    picture
        .ui
        .drafting
        .select_entry(Entry::Saved("overdue".to_owned()));
    picture.draw();
    assert!(picture.press("s").is_empty(), "nothing was changed");
    picture.ui.drafting.change(|draft| draft.set("page", "3"));
    picture.draw();
    let reactions = picture.press("s");
    assert!(
        matches!(&reactions[..], [Reaction::Keep(KeepRequest::Save { name, .. })] if name == "overdue"),
        "{reactions:?}"
    );
}

#[test]
fn nothing_that_was_typed_is_lost() {
    let mut picture = on("contacts.list", (120, 40));
    picture.ui.drafting.change(|draft| draft.set("page", "3"));
    picture.press("<esc><esc>");
    picture.ui.drafting.take("invoices.list");
    picture.ui.drafting.use_profile("other", std::iter::empty());
    assert_eq!(
        picture.ui.drafting.draft().parameter("page").unwrap().value,
        "0"
    );
    picture
        .ui
        .drafting
        .use_profile("acme-dev", std::iter::empty());
    let touched = picture.ui.drafting.take_touched();
    assert!(!touched.is_empty(), "it is handed on to be written down");
}
