//! The index from outside: real folders, real commits, facts as names.

mod following;
mod formats;
mod hostile;
mod model;
mod people;
mod ranking;
mod values;
