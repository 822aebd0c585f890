//! Tells cargo to compile the migrations in anew when the folder changes.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
