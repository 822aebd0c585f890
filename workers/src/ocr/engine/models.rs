//! The models pages are read with: where the installed ones are, and those that are part of the program.

use std::path::{Path, PathBuf};

/// Folders in which distributions keep the language models, newest first.
const MODEL_FOLDERS: [&str; 4] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
];

/// The model everything is read with.
pub(super) const MODEL: &str = "vie";
/// A differently trained model beside it, asked about doubtful values; it need not be there.
pub const SECOND_MODEL: &str = "vie_best";
/// The model for typed pages: that of the distributions, trained on by `scripts/model/train.sh`.
pub(super) const TYPED_MODEL: &[u8] = include_bytes!("../../../../models/typed/vie.traineddata");
/// The model for handwriting, made by the same recipe.
pub(super) const WRITTEN_MODEL: &[u8] =
    include_bytes!("../../../../models/written/vie.traineddata");

/// Where the Vietnamese model is: `TESSDATA_PREFIX`, or the first folder of the distributions that
/// has it, or the usual one when none has.
pub fn model_folder() -> PathBuf {
    let prefix = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    // Tesseract's own manual is read both ways: the folder itself, or the one above it.
    let within = prefix.iter().map(|prefix| prefix.join("tessdata"));
    let folders: Vec<PathBuf> = prefix
        .iter()
        .cloned()
        .chain(within)
        .chain(MODEL_FOLDERS.map(PathBuf::from))
        .collect();
    let found = folders.iter().find(|folder| has_model(folder));
    found
        .cloned()
        .unwrap_or_else(|| PathBuf::from(MODEL_FOLDERS[0]))
}

/// Whether that folder holds the model everything is read with.
pub fn has_model(folder: &Path) -> bool {
    folder.join(format!("{MODEL}.traineddata")).is_file()
}

/// Whether that folder also holds the second model, [`SECOND_MODEL`].
pub fn has_second_model(folder: &Path) -> bool {
    folder.join(format!("{SECOND_MODEL}.traineddata")).is_file()
}
