//! Everything about the workspace as a whole, a module per concern.

mod architecture;
mod careless;
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
mod saboteurs;
mod secrets;
mod security;
