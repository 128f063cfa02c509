//! Everything about the workspace as a whole, a module per concern.

mod architecture;
mod explanations;
mod generated;
mod hardening;
mod hosts;
mod kubernetes;
mod licences;
mod properties;
mod public_api;
#[path = "../readers.rs"]
mod readers;
mod roads;
mod saboteurs;
mod secrets;
mod security;
