//! The config: from the file to a resolved [`Project`](crate::project::Project).
//!
//! `find` (files) → `yaml` (text to tree) → `raw` (tree to what was written) → `resolve` (what it
//! means for one project at one root). Every mistake on the way is a
//! [`Problem`](crate::error::Problem) with its place, and all of them are reported together.

mod check;
mod choose;
mod collect;
pub mod detect;
pub mod find;
pub mod git;
pub mod keys;
mod load;
mod machine;
pub mod manifest;
mod manual;
mod names;
pub mod raw;
mod remarks;
pub mod report;
mod request;
pub mod resolve;
mod schema;
pub mod source;
mod starter;
pub mod tree;
pub mod yaml;

pub use check::{Checked, check, is_config};
pub use find::Origin;
pub use load::{Loaded, load, open, project};
pub use machine::Machine;
pub use manual::manual;
pub use names::{Names, names};
pub use request::Request;
pub use schema::schema;
pub use starter::starter;
