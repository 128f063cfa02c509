use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// A connection, with TLS or without.
pub(super) enum Stream {
    /// With what was read of it already.
    Plain(TcpStream, Bytes),
    Tls(Box<TlsStream<TcpStream>>),
}

impl From<TcpStream> for Stream {
    fn from(tcp: TcpStream) -> Self {
        Self::Plain(tcp, Bytes::new())
    }
}

impl Stream {
    /// Ends the connection with a TCP reset: what was sent and not yet taken is lost.
    pub(super) fn reset(self) -> io::Result<()> {
        self.into_tcp().set_zero_linger()
    }

    /// Ends the connection as one that has said everything: with `close_notify` on TLS.
    pub(super) async fn close(mut self, limit: Duration) -> io::Result<()> {
        self.shutdown().await?;
        drain(self.into_tcp(), limit).await
    }

    /// Ends the connection without the `close_notify` of TLS.
    pub(super) async fn close_without_notify(self, limit: Duration) -> io::Result<()> {
        let mut tcp = self.into_tcp();
        tcp.shutdown().await?;
        drain(tcp, limit).await
    }

    /// Says nothing until the client goes away.
    pub(super) async fn stall(self) -> io::Result<()> {
        read_out(self.into_tcp()).await
    }

    /// What the client presented of itself over TLS, DER.
    pub(super) fn client_certificate(&self) -> Option<Vec<u8>> {
        match self {
            Self::Plain(..) => None,
            Self::Tls(tls) => tls.get_ref().1.peer_certificates()?.first().map(|certificate| certificate.to_vec()),
        }
    }

    fn into_tcp(self) -> TcpStream {
        match self {
            Self::Plain(tcp, _) => tcp,
            Self::Tls(tls) => tls.into_inner().0,
        }
    }
}

/// Reads what still comes, until the client goes away or the time is up: to close a socket that holds unread bytes would
/// reset it.
pub(super) async fn drain(tcp: TcpStream, limit: Duration) -> io::Result<()> {
    // Who stays longer has heard all that there was to hear.
    timeout(limit, read_out(tcp)).await.unwrap_or(Ok(()))
}

async fn read_out(mut tcp: TcpStream) -> io::Result<()> {
    let mut taken = [0; 4096];
    while tcp.read(&mut taken).await? > 0 {}
    Ok(())
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp, read) if read.is_empty() => Pin::new(tcp).poll_read(cx, buf),
            Self::Plain(_, read) => {
                buf.put_slice(&read.split_to(read.len().min(buf.remaining())));
                Poll::Ready(Ok(()))
            }
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp, _) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp, _) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp, _) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp, _) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Self::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(tcp, _) => tcp.is_write_vectored(),
            Self::Tls(tls) => tls.is_write_vectored(),
        }
    }
}
