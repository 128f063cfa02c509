//! The client against a server that says what it is told.

mod requests;
