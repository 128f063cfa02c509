//! What puts a [`Session`](crate::Session) on a socket.

pub mod server;

mod dispatch;
mod elsewhere;
mod wiremock;

pub use self::server::Server;
pub use self::wiremock::WiremockHost;
