//! Everything about the workspace as a whole, a module per concern.

mod architecture;
mod explanations;
mod saboteurs;
mod secrets;
