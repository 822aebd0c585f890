//! Whether the children that open what strangers deliver are shut in on this machine.

use super::Archive;
use crate::error::{Error, Result};
use crate::messages::Message;

/// The setting by which an administrator goes without a fence.
const SETTING: &str = "reading.without_fences";

impl Archive {
    /// Refuses a machine whose kernel, or whose unit, lacks a fence that the administrator did not give up by name.
    ///
    /// # Errors
    /// `WrongSetting` naming the fence; `Unavailable` where no child starts.
    pub async fn check_fences(&self) -> Result<()> {
        let cage = self.cage.clone();
        // Starting a child blocks, and the kernel ends it with the thread that started it.
        let asked = tokio::task::spawn_blocking(move || cage.fences()).await;
        let asked = asked.map_err(|_| Error::unavailable("reading", "the program is ending"))?;
        let stands = asked.map_err(|failure| Error::unavailable("reading", failure.kind.code()))?;
        match stands.missing(&self.config.reading.without_fences) {
            None => Ok(()),
            Some(fence) => {
                let said = Message::new("errors.setting.fence_missing");
                let said = said.with("fence", fence.as_str());
                Err(Error::wrong_setting(SETTING, said))
            }
        }
    }
}
