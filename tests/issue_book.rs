//! The issue book under everything that can happen to it at once, and the book as files.

mod clock_back;
pub mod files;
mod interleaved;
mod pages;
mod whole;
