//! One test program: each file is a room of the archive.

mod api;
mod support;
