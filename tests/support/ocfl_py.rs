//! A storage root judged by somebody else's validator, ocfl-py.

use std::path::{Path, PathBuf};
use std::process::Command;

use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};

use super::pip;

const REQUIREMENT: &str = "ocfl-py==2.1.0";

/// Panics with the validator's words unless `root` is a valid storage root of `objects` valid
/// objects.
pub fn assert_valid(root: &Path, objects: usize) {
    let said = pip::run(&mut validator(root));
    assert!(
        said.contains(&format!("objects={objects} valid={objects}")),
        "{said}"
    );
}

/// Panics with the validator's words unless every object below `root` is valid at this very instant.
pub fn assert_all_valid(root: &Path) {
    pip::run(&mut validator(root));
}

/// What the validator says of a root it must not like.
pub fn complaint(root: &Path) -> String {
    let output = validator(root).output().unwrap();
    assert!(
        !output.status.success(),
        "the validator found nothing to complain of"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn validator(root: &Path) -> Command {
    let python = pip::venv("ocfl-py", &[REQUIREMENT]).join("python");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/ocfl_validate.py");
    let mut command = Command::new(python);
    command.arg(script).arg(root);
    command
}

/// Copies everything in `store` below `target`, byte by byte, and returns the storage root there.
pub async fn mirror(store: &dyn ObjectStore, target: &Path) -> PathBuf {
    let files: Vec<_> = store.list(None).try_collect().await.unwrap();
    for file in files {
        let path = target.join(file.location.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = store
            .get(&file.location)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    target.join("ocfl")
}
