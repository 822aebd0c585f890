//! Files that settings name: one that is not there, or that we may not read, is a wrong setting and no outage.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, Result};
use crate::messages::Message;

/// The text of a small file that `setting` names, without the end of its last line.
///
/// # Errors
/// `WrongSetting` where it is not there or not ours to read; `Unavailable` disk.
pub fn read_named(setting: &'static str, file: &Path) -> Result<String> {
    let read = std::fs::read_to_string(file);
    Ok(read
        .map_err(|error| wrong_file(setting, file, error))?
        .trim_end()
        .to_owned())
}

/// What it says of a setting that its file cannot be used.
pub fn wrong_file(setting: &'static str, file: &Path, error: std::io::Error) -> Error {
    let key = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "errors.setting.file_missing",
        ErrorKind::PermissionDenied => "errors.setting.file_not_ours",
        ErrorKind::InvalidData | ErrorKind::IsADirectory => "errors.setting.file_no_text",
        _ => return error.into(),
    };
    Error::wrong_setting(setting, Message::new(key).with("file", file.display()))
}
