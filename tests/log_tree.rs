//! The log as a signed tree: what a foreign implementation says of it, and what shows when somebody changes the
//! catalogue, the vault, or both with the key in hand.

mod broken;
mod foreign;
mod kept;
mod outside;
mod story;
