//! What tests stand on: a real server, and callers as types.

pub mod server;
