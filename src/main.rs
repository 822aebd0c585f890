//! Sổ Gốc.
fn main() {}
