//! What the emulations answer, without a socket and over one.

mod arming;
mod asking;
mod cce;
mod cce_newer;
mod clauses;
mod digitalocean;
mod fireworks;
mod kubernetes;
mod lke;
mod proper;
mod robustness;
mod secrecy;
mod server;
mod session;
mod ucs;
