//! What the emulations answer, without a socket and over one.

mod asking;
mod cce;
mod clauses;
mod digitalocean;
mod fireworks;
mod robustness;
mod secrecy;
mod server;
mod ucs;
