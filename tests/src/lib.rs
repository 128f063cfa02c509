//! The workspace's own tests are in `tests/`.
