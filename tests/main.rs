//! One test program: each file is a room of the archive.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed
#![allow(clippy::disallowed_methods)] // it runs programs and waits for them; `clippy.toml` means the service

mod access;
mod api;
mod architecture_walks;
mod bad_input;
mod browser;
mod catalogue_story;
mod cli;
mod copy_pdf;
mod correction;
mod custody;
mod demo;
mod desk;
mod direction;
mod discrepancies;
mod door;
mod earlier_releases;
mod endurance;
mod fixed_waits;
mod flags;
mod foreign_commands;
mod found_by_name;
mod full_text;
mod iiif;
mod import_circles;
mod imports;
mod intake;
mod issue_book;
mod log_tree;
mod messages;
mod migration_numbers;
mod notify;
mod one_writer;
mod operations_files;
mod outage;
mod requests;
mod restart;
mod reuse;
mod rooms;
mod seal;
mod searchable_pdf;
mod security_document;
mod sign_in;
mod struck;
mod structure;
mod support;

mod two_persons;
mod vault_story;
mod viewing;
mod volumes;
mod walk;
