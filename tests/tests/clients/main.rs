//! The four clients against the emulations on our own server: under every fault, waiting, many at once, and what comes of
//! it in one file.

mod faults;
mod support;
mod together;
mod waiting;
