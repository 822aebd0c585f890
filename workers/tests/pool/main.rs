//! The pool against real children: this very program, started again with the hidden argument.

#![allow(clippy::unwrap_used)] // a test may panic; that is how it fails
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

mod confinement;
mod damage;
mod files;
mod formats;
mod hostile;
mod lives;
mod memory;
mod mutate;
mod paper;
mod pdf_pages;
mod support;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    match given[..] {
        [sogoc_workers::child::ARGUMENT] => sogoc_workers::child::main(),
        [lives::PARENT_ARGUMENT] => lives::be_a_parent_until_killed(),
        [confinement::ARGUMENT, allowed, secret] => confinement::try_to_get_out(allowed, secret),
        _ => {}
    }
    let trials: Vec<Trial> = [
        formats::trials(),
        files::trials(),
        pdf_pages::trials(),
        hostile::trials(),
        lives::trials(),
        confinement::trials(),
        memory::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
