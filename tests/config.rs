//! The config from file to project.
#![allow(clippy::unwrap_used)] // a test may stop where it stands

#[path = "config/acceptance.rs"]
mod acceptance;
#[path = "config/broken.rs"]
mod broken;
#[path = "config/choosing.rs"]
mod choosing;
#[path = "config/hostile.rs"]
mod hostile;
#[path = "config/meaning.rs"]
mod meaning;
#[path = "config/place.rs"]
mod place;
#[path = "config/schema.rs"]
mod schema;
#[path = "config/supervision.rs"]
mod supervision;
