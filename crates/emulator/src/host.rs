//! What puts a [`Session`](crate::Session) on a socket.

mod wiremock;

pub use self::wiremock::WiremockHost;
