//! What tests stand on: real servers, foreign validators, and callers as types.

pub mod alto;
pub mod archive;
pub mod authority;
pub mod child;
pub mod clock;
pub mod diploma;
pub mod holdings;
pub mod hostile_pdf;
pub mod iiif;
pub mod line;
pub mod ocfl_py;
pub mod pdf;
pub mod person;
pub mod pip;
pub mod playwright;
pub mod postgres;
pub mod pyhanko;
pub mod schemathesis;
pub mod seaweed;
pub mod server;
pub mod service;
pub mod tlog;
pub mod wait;
