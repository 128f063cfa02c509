//! What a fault of calls puts on the socket, byte for byte.

use std::io;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt as _;

use super::setting::Sleep;
use super::stream::Stream;
use crate::Reply;
use crate::fault::{At, CallHarm};

/// What is neither HTTP nor TLS.
pub(super) const GARBAGE: &[u8] = b"\x00\xff\xfe this is no HTTP \x80\x81\r\n\r\n";

/// What is done to a connection instead of answering on it.
pub(super) struct Harm {
    /// What is sent first, as fast as it goes.
    sent: Vec<u8>,
    then: Then,
}

/// How it goes on.
enum Then {
    Reset,
    Close,
    CloseWithoutNotify,
    Stall,
    /// These bytes at so many a second, and the end.
    Trickle(Vec<u8>, u32),
    /// So many blanks, and the end.
    Blanks(u64),
    /// A body in gzip and in chunks, followed by so many blanks.
    Gzip(Vec<u8>, u64),
}

impl Harm {
    pub(super) fn new(harm: CallHarm, reply: &Reply) -> Self {
        let length = reply.body.len();
        let head = |framing: &str| head(reply, framing);
        let whole = || head(&format!("content-length: {length}\r\n"));
        let cut = |at: At| -> Vec<u8> {
            let mut bytes = match at {
                At::Connect | At::Request | At::BeforeHeaders => return Vec::new(),
                At::InHeaders | At::AfterHeaders | At::Body(_) => whole(),
            };
            match at {
                At::InHeaders => bytes.truncate(bytes.len() / 2),
                At::Body(wanted) => {
                    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX).min(length.saturating_sub(1));
                    bytes.extend(reply.body.iter().take(wanted));
                }
                At::Connect | At::Request | At::BeforeHeaders | At::AfterHeaders => {}
            }
            bytes
        };
        match harm {
            CallHarm::Reset(at) => Self { sent: cut(at), then: Then::Reset },
            CallHarm::Close(at) => Self { sent: cut(at), then: Then::Close },
            CallHarm::CloseWithoutNotify(at) => Self { sent: cut(at), then: Then::CloseWithoutNotify },
            CallHarm::Stall(at) => Self { sent: cut(at), then: Then::Stall },
            CallHarm::Garbage(at) => Self { sent: [&cut(at), GARBAGE].concat(), then: Then::Close },
            CallHarm::Trickle(at, rate) => {
                let sent = cut(at);
                let rest = [whole(), reply.body.to_vec()].concat().split_off(sent.len());
                Self { sent, then: Then::Trickle(rest, rate.get()) }
            }
            CallHarm::ChunkedWithoutEnd => {
                let mut sent = head("transfer-encoding: chunked\r\n");
                sent.extend(chunk(&reply.body));
                Self { sent, then: Then::Close }
            }
            CallHarm::EnormousBody(bytes) => {
                let bytes = bytes.get().max(u64::try_from(length).unwrap_or(u64::MAX));
                let sent = [head(&format!("content-length: {bytes}\r\n")), reply.body.to_vec()].concat();
                Self { sent, then: Then::Blanks(bytes.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX))) }
            }
            CallHarm::GzipBomb(bytes) => {
                let blanks = bytes.get().saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
                let sent = head("content-encoding: gzip\r\ntransfer-encoding: chunked\r\n");
                Self { sent, then: Then::Gzip(reply.body.to_vec(), blanks) }
            }
            // Where to is in the reply's headers.
            CallHarm::Redirect(_) => Self { sent: [whole(), reply.body.to_vec()].concat(), then: Then::Close },
        }
    }

    /// Whether it ends only when the client goes away.
    pub(super) fn stalls(&self) -> bool {
        matches!(self.then, Then::Stall)
    }

    /// Does it, and gives back once the connection is gone. An error says how the client went away meanwhile.
    pub(super) async fn befall(self, mut stream: Stream, sleep: &Sleep, limit: Duration) -> io::Result<()> {
        if !self.sent.is_empty() {
            stream.write_all(&self.sent).await?;
            stream.flush().await?;
        }
        match self.then {
            Then::Reset => return stream.reset(),
            Then::Stall => return stream.stall().await,
            Then::CloseWithoutNotify => return stream.close_without_notify(limit).await,
            Then::Close => {}
            Then::Trickle(bytes, rate) => trickle(&mut stream, &bytes, rate, sleep).await?,
            Then::Blanks(count) => {
                let mut left = count;
                while left > 0 {
                    let some = BLANKS.get(..usize::try_from(left).unwrap_or(BLANKS.len())).unwrap_or(&BLANKS);
                    stream.write_all(some).await?;
                    left = left.saturating_sub(u64::try_from(some.len()).unwrap_or(left));
                }
            }
            Then::Gzip(body, blanks) => gzip(&mut stream, &body, blanks).await?,
        }
        stream.close(limit).await
    }
}

/// Blanks mean nothing at the end of JSON and of YAML: a body that they follow is right but for its length.
static BLANKS: [u8; 64 << 10] = [b' '; 64 << 10];

/// The head of a reply as HTTP/1.1. After each, the connection ends.
fn head(reply: &Reply, framing: &str) -> Vec<u8> {
    let reason = reply.status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", reply.status.as_u16()).into_bytes();
    for (name, value) in &reply.headers {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(format!("{framing}connection: close\r\n\r\n").into_bytes());
    head
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Sends so many bytes a second: a tenth of them each tenth of a second, or one at a time where that is less.
async fn trickle(stream: &mut Stream, bytes: &[u8], rate: u32, sleep: &Sleep) -> io::Result<()> {
    let at_once = usize::try_from(rate / 10).unwrap_or(usize::MAX).max(1);
    let pause = Duration::from_secs(1).saturating_mul(u32::try_from(at_once).unwrap_or(u32::MAX)) / rate;
    for some in bytes.chunks(at_once) {
        (sleep.0)(pause).await;
        stream.write_all(some).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// Sends a body and blanks as gzip, in chunks as they come out of the encoder.
async fn gzip(stream: &mut Stream, body: &[u8], blanks: u64) -> io::Result<()> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    let mut left = blanks;
    while left > 0 {
        let some = BLANKS.get(..usize::try_from(left).unwrap_or(BLANKS.len())).unwrap_or(&BLANKS);
        encoder.write_all(some)?;
        left = left.saturating_sub(u64::try_from(some.len()).unwrap_or(left));
        if encoder.get_ref().len() >= 4096 {
            let out = std::mem::take(encoder.get_mut());
            stream.write_all(&chunk(&out)).await?;
        }
    }
    stream.write_all(&chunk(&encoder.finish()?)).await?;
    stream.write_all(b"0\r\n\r\n").await
}
