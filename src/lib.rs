//! Sổ Gốc: reads, keeps, finds and reissues the paper of an education department.
//!
//! Ground (knows nothing of records): [`clock`], [`catalogue`], [`jobs`], [`vault`], [`error`].
//! Holdings (rules, SQL, audit words): [`audit`], [`seal`], [`copy_paper`] …

pub mod access;
pub mod archive;
pub mod audit;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod copy_paper;
pub mod error;
pub mod fonds;
pub mod jobs;
pub mod law;
pub mod seal;
pub mod vault;
pub mod web;
