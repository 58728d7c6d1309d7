//! Where the settings are: `config.toml` in this user's configuration folder.

use super::folders::Folders;
use crate::core::settings::Settings;
use std::io::ErrorKind;

/// This user's settings; where the file is wrong, the usual ones and what is wrong with it. Blocking.
pub fn of_this_user() -> (Settings, Option<String>) {
    let Some(folders) = Folders::of_this_user() else {
        return (Settings::default(), None);
    };
    let path = folders.configuration.join("config.toml");
    let read = match std::fs::read_to_string(&path) {
        Ok(text) => Settings::read(&text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(settings) => (settings, None),
        Err(why) => {
            let place = path.display();
            let trouble = format!(
                "`{place}` is not used, everything is as usual: {}",
                why.trim_end()
            );
            (Settings::default(), Some(trouble))
        }
    }
}
