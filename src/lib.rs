//! Sổ Gốc: reads, preserves, finds and reissues the paper of an education department.
//!
//! In reading order. Ground, which knows nothing of records: [`clock`], [`messages`], [`error`], [`config`],
//! [`catalogue`], [`vault`], [`tlog`], [`jobs`], [`sealed_value`]. The handle: [`archive`]. Holdings, each with its rules, SQL and
//! audit words, and each using only those before it: [`audit`], [`access`], [`masking`], [`viewing`], [`reference_data`], [`notify`],
//! [`holding`], [`unit`](mod@unit), [`fonds`], [`document`], [`page_flag`], [`batch`], [`scan`], [`upload`], [`record`], [`column_map`], [`page`],
//! [`correction`], [`seen`], [`discrepancy`], [`alto`], [`preservation`], [`searchable_pdf`], [`review`], [`inspection`],
//! [`workbook`], [`import`], [`search`], [`iiif`], [`seal`], [`copy_pdf`], [`finding_aid`], [`certified_copy`],
//! [`copy_request`], [`issue_book`],
//! [`search_case`], [`reuse`], [`queue`], [`fixity`], [`backup`]. Entrances: [`worker`], [`web`], [`lifecycle`], [`cli`].

pub mod access;
pub mod alto;
pub mod archive;
pub mod audit;
pub mod backup;
pub mod batch;
pub mod catalogue;
pub mod certified_copy;
pub mod cli;
pub mod clock;
pub mod column_map;
pub mod config;
pub mod copy_pdf;
pub mod copy_request;
pub mod correction;
pub mod discrepancy;
pub mod document;
pub mod error;
pub mod finding_aid;
pub mod fixity;
pub mod fonds;
pub mod holding;
pub mod iiif;
pub mod import;
pub mod inspection;
pub mod issue_book;
pub mod jobs;
pub mod lifecycle;
pub mod masking;
pub mod messages;
pub mod notify;
pub mod page;
pub mod page_flag;
pub mod preservation;
pub mod queue;
pub mod record;
pub mod reference_data;
pub mod reuse;
pub mod review;
pub mod scan;
pub mod seal;
pub mod sealed_value;
pub mod search;
pub mod search_case;
pub mod searchable_pdf;
pub mod seen;
pub mod tlog;
pub mod unit;
pub mod upload;
pub mod vault;
pub mod viewing;
pub mod web;
pub mod workbook;
pub mod worker;
