//! How much room the disks of the archive have.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Archive, in_time};
use crate::error::{Error, Result};

/// Room on the disk of one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// `data`, or `vault` where that is a folder.
    pub place: &'static str,
    /// Bytes that the service may still write.
    pub free: u64,
    /// Bytes of the whole disk.
    pub size: u64,
}

impl Archive {
    /// Asks the disks of the data folder and of a vault in a folder; a disk that is frozen says so within two seconds.
    ///
    /// # Errors
    /// `Unavailable` disk.
    pub async fn space(&self) -> Result<Vec<Space>> {
        let mut places = vec![("data", self.config.data.clone())];
        places.extend(self.config.vault_folder().map(|folder| ("vault", folder)));
        let asked = move || {
            places
                .into_iter()
                .map(space_of)
                .collect::<Result<Vec<Space>>>()
        };
        in_time("disk", async {
            let told = tokio::task::spawn_blocking(asked).await;
            told.map_err(|error| Error::Internal(error.to_string()))?
        })
        .await
    }

    /// Whether the disks have room for `more` bytes beside what the settings leave free, so that the catalogue can always
    /// write what it must.
    ///
    /// # Errors
    /// `Unavailable` disk.
    pub async fn ensure_room(&self, more: u64) -> Result<()> {
        let least = self.config.web.least_free_mib << 20;
        for disk in self.space().await? {
            // Of a small disk the setting would leave nothing to work with.
            let kept = least.min(disk.size / 20);
            if disk.free < kept.saturating_add(more) {
                let full = std::io::Error::from(ErrorKind::StorageFull);
                return Err(Error::unavailable("disk", full));
            }
        }
        Ok(())
    }
}

fn space_of((place, folder): (&'static str, PathBuf)) -> Result<Space> {
    let disk = rustix::fs::statvfs(folder.as_path()).map_err(std::io::Error::from)?;
    Ok(Space {
        place,
        free: disk.f_bavail.saturating_mul(disk.f_frsize),
        size: disk.f_blocks.saturating_mul(disk.f_frsize),
    })
}
