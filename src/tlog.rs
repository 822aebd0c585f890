//! The tree over the log: RFC 6962 §2.1 hashes of the entries, stored as C2SP tlog-tiles with signed checkpoints
//! (<https://c2sp.org/tlog-tiles>, <https://c2sp.org/tlog-checkpoint>), so that any tool of transparency logs can check
//! it. Hashes, tiles and notes are those of the `tlog_tiles` and `signed_note` crates; this module stores the files.
//!
//! | file | holds |
//! | --- | --- |
//! | `checkpoint` | size and root of the newest tree, signed |
//! | `tile/<level>/<n>`, `….p/<width>` | hashes, 256 to a tile |
//! | `tile/entries/<n>`, `….p/<width>` | the entries themselves, each after its length in two bytes |
//! | `keys/<id>` | the public keys that checkpoints were signed with |

mod bundle;
mod comparison;
mod frontier;
mod key;
mod proof;
mod tiles;
mod whole;

pub use bundle::LARGEST_ENTRY;
pub use comparison::{Break, Comparison};
pub use key::{LogKey, NotGenuine, open_checkpoint, publish_key, published_keys};
pub use proof::{consistency, continues, inclusion};
pub use tiles::{Head, grow, parse_root, public_name};
pub use whole::{bundle_of, read_root};

/// Name of the file that holds the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
