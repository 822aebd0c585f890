//! The acts a list goes through, and the list of these tests.

use std::io::Write;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::error::Error;
use sogoc::import::{self, Import, ImportConfirming, MappingGiven};
use sogoc_vietnamese::legacy::Encoding;

use super::STEADY;
use crate::support::archive::caller;

pub(super) async fn receive(archive: &Archive, name: &str, bytes: &[u8]) -> Import {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let me = caller(Role::Archivist);
    import::receive(archive, &me, name, file.path())
        .await
        .unwrap()
}

pub(super) async fn map(archive: &Archive, import: &Import, keep_as: Option<&str>) -> Import {
    let given = MappingGiven {
        seen: import.version,
        mapping: import.mapping.clone().unwrap(),
        keep_as: keep_as.map(str::to_owned),
    };
    let me = caller(Role::Archivist);
    import::map(archive, &me, &import.id, &given).await.unwrap()
}

pub(super) async fn confirm(
    archive: &Archive,
    who: &Caller,
    import: &Import,
) -> Result<Import, Error> {
    let given = ImportConfirming {
        seen: import.version,
        digest: import.digest.clone(),
    };
    import::confirm(archive, who, &import.id, &given).await
}

/// A list in TCVN3, with a difference from the record, somebody who stands twice, a date that cannot be and a column nobody
/// knows.
pub(super) fn list() -> Vec<u8> {
    let lines = [
        "STT;Họ và tên;Ngày sinh;Nơi sinh;Số hiệu bằng;Điểm cộng",
        &format!("1;{STEADY};19/05/1971;Quảng Ngãi;A 001111;ưu tiên"),
        "2;Đặng Thị Bích Thuỷ;5.9.74;Mộ Đức;B000002;",
        "3;Đặng Thị Bích Thuỷ;05091974;Mộ Đức;B000003;",
        "4;Võ Quốc Tuấn;31/02/1975;Bình Sơn;B000004;",
    ];
    let text = Encoding::Tcvn3.encode(&lines.join("\r\n"));
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect()
}
