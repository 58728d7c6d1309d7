//! What was typed and neither sent nor saved, on a disk.

use super::{TOKEN, mask, row, troubles, writer};
use dineroscope::core::dinero::draft::{Draft, DraftBody};
use dineroscope::core::dinero::drafts::{Change, DraftOf};
use dineroscope::edge::drafts::Drafts;
use dineroscope::edge::requests::{Requests, Writer};
use std::fs;
use std::path::Path;

fn change(path: &str) -> Change {
    Change {
        draft: Some(Draft::free("GET", path)),
        known: Vec::new(),
    }
}

const NONE: Change = Change {
    draft: None,
    known: Vec::new(),
};

/// The path of a draft that stands on the disk.
fn path(folder: &Path, profile: &str, of: &DraftOf) -> Option<String> {
    let (drafts, notices) = Drafts::in_folder(folder).load();
    assert_eq!(notices, Vec::<String>::new());
    drafts.get(profile, of).map(|draft| draft.path.clone())
}

#[tokio::test]
async fn the_latest_of_each_draft_is_there_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut writer, heard) = writer(folder.path());
    let saved = DraftOf::Saved("mine".to_owned());
    for number in 0..500 {
        writer.draft("acme", DraftOf::Free, change(&format!("/{number}")));
        writer.draft("other", saved.clone(), change("/other"));
    }
    writer.finish().await;
    assert_eq!(
        path(folder.path(), "acme", &DraftOf::Free).as_deref(),
        Some("/499")
    );
    writer.draft("other", saved.clone(), NONE);
    writer.finish().await;
    assert_eq!(path(folder.path(), "other", &saved), None);
    assert_eq!(troubles(&heard), Vec::<String>::new());
}

#[tokio::test]
async fn two_programs_keep_each_others_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut one, _one) = writer(folder.path());
    let (_, mut other, _other) = writer(folder.path());
    let operation = DraftOf::Operation("invoices.list".to_owned());
    for number in 0..20 {
        one.draft("acme", DraftOf::Free, change(&format!("/one/{number}")));
        other.draft(
            "acme",
            operation.clone(),
            change(&format!("/other/{number}")),
        );
    }
    one.finish().await;
    other.finish().await;
    assert_eq!(
        path(folder.path(), "acme", &DraftOf::Free).as_deref(),
        Some("/one/19")
    );
    assert_eq!(
        path(folder.path(), "acme", &operation).as_deref(),
        Some("/other/19")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_them_and_no_token_stands_in_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (_, mut writer, _heard) = writer(folder.path());
    let mut draft = Draft::free("POST", &format!("/x?access_token={TOKEN}"));
    draft
        .headers
        .push(row("Authorization", &format!("Bearer {TOKEN}")));
    draft.headers.push(row("X-Kept", "kept"));
    draft.body = DraftBody::Text(format!("{{\"password\":\"{TOKEN}\"}}"));
    let change = Change {
        draft: Some(draft),
        known: Vec::new(),
    };
    writer.draft("acme", DraftOf::Free, change);
    writer.finish().await;
    let file = folder.path().join("drafts.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        !text.contains("eyJ") && !text.contains("c2lnbmF0dXJl"),
        "{text}"
    );
    assert!(text.contains("X-Kept"), "{text}");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_damaged_file_is_put_aside_and_a_later_one_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drafts.json");
    for (number, text) in [(1, "{\"dineroscope\":\"dra"), (2, "\u{0}")] {
        fs::write(&file, text).unwrap();
        let (drafts, notices) = Drafts::in_folder(folder.path()).load();
        assert!(drafts.is_empty() && notices.len() == 1, "{notices:?}");
        let aside = folder.path().join(format!("drafts-damaged-{number}.json"));
        assert!(
            notices[0].contains(&aside.display().to_string()),
            "{notices:?}"
        );
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
        assert!(!file.exists());
    }
    let later = "{\"dineroscope\":\"drafts\",\"v\":9,\"drafts\":[]}";
    fs::write(&file, later).unwrap();
    let (_, mut writer, heard) = writer(folder.path());
    writer.draft("acme", DraftOf::Free, change("/x"));
    writer.finish().await;
    writer.draft("acme", DraftOf::Free, change("/y"));
    writer.finish().await;
    let said = troubles(&heard);
    assert!(
        said.len() == 1 && said[0].contains("a later version"),
        "{said:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), later);
    fs::remove_file(&file).unwrap();
    writer.finish().await;
    assert_eq!(
        path(folder.path(), "acme", &DraftOf::Free).as_deref(),
        Some("/y")
    );
}

#[tokio::test]
async fn what_the_disk_does_not_take_is_said_once_and_written_later() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    fs::write(&folder, "in the way").unwrap();
    let (_, mut writer, heard) = writer(&folder);
    let operation = DraftOf::Operation("invoices.list".to_owned());
    for number in 0..3 {
        writer.draft("acme", DraftOf::Free, change(&format!("/{number}")));
        writer.finish().await;
    }
    let said = troubles(&heard);
    assert!(
        said.len() == 1 && said[0].starts_with("Drafts are not kept: "),
        "{said:?}"
    );
    fs::remove_file(&folder).unwrap();
    writer.draft("acme", operation.clone(), change("/x"));
    writer.finish().await;
    assert_eq!(path(&folder, "acme", &DraftOf::Free).as_deref(), Some("/2"));
    assert_eq!(path(&folder, "acme", &operation).as_deref(), Some("/x"));
}

#[tokio::test]
async fn where_nothing_is_kept_nothing_is_said() {
    let (said, heard) = std::sync::mpsc::channel();
    let listener = move |words| said.send(words).unwrap_or_default();
    let mut writer = Writer::new(Requests::nowhere(), Drafts::nowhere(), mask(), listener);
    writer.draft("acme", DraftOf::Free, change("/x"));
    writer.finish().await;
    assert!(heard.try_iter().next().is_none());
    assert!(Drafts::nowhere().load().0.is_empty());
}
