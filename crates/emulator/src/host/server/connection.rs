use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Interval, timeout};
use tokio_rustls::TlsAcceptor;

use super::api;
use super::connections::Connection;
use super::door::Door;
use super::harm::{GARBAGE, Harm};
use super::service::{self, Context};
use super::site::Site;
use super::stream::{Stream, drain};
use super::tls::Http;
use crate::fault::{ConnectionHarm, TlsHarm};
use crate::host::dispatch::lock;

/// Serves one connection until it ends or the server stops, and notes how it ended.
pub(super) async fn serve(site: Arc<Site>, door: Door, stream: TcpStream, number: u64) {
    // Small writes would wait for the client's acknowledgement, which it may put off for 40 ms. Who is gone by now needs none.
    let _ = stream.set_nodelay(true);
    let harm = site.connect(&door);
    let under_way = Under { site: Arc::clone(&site), door, number };
    let ended = match harm {
        Some(harm) => {
            let mut stopping = site.stopping();
            tokio::select! {
                ended = under_way.harmed(stream, harm) => {
                    under_way.note(|connection| connection.end = Some(harm.explanation().to_owned()));
                    ended.map_err(|error| error.to_string())
                }
                _ = stopping.wait_for(|stops| *stops) => Ok(()),
            }
        }
        None => under_way.unharmed(stream).await,
    };
    let ended_at = under_way.site.now();
    under_way.note(|connection| {
        connection.end.get_or_insert_with(|| ended.err().unwrap_or_else(|| "closed".to_owned()));
        connection.ended_at = Some(ended_at);
        under_way.site.events.ended(connection);
    });
}

/// A connection under way.
struct Under {
    site: Arc<Site>,
    door: Door,
    number: u64,
}

impl Under {
    fn note(&self, what: impl FnOnce(&mut Connection)) {
        if let Some(connection) = lock(&self.site.connections).get_mut(self.number) {
            what(connection);
        }
    }

    async fn harmed(&self, stream: TcpStream, harm: ConnectionHarm) -> io::Result<()> {
        let limit = self.site.limits.time;
        match harm {
            // Nobody listens then, and nobody comes here.
            ConnectionHarm::Refuse | ConnectionHarm::Reset => Stream::from(stream).reset(),
            ConnectionHarm::Close => Stream::from(stream).close(limit).await,
            ConnectionHarm::Stall => Stream::from(stream).stall().await,
            ConnectionHarm::Garbage => {
                let mut stream = stream;
                stream.write_all(GARBAGE).await?;
                Stream::from(stream).close(limit).await
            }
            ConnectionHarm::Tls(TlsHarm::Tls11Only) if self.site.certificates.is_some() => {
                tls_1_1_only(stream, limit).await
            }
            ConnectionHarm::Tls(harm) => {
                let config = self.site.certificates.as_ref().and_then(|certificates| certificates.bad(harm));
                let Some(config) = config else { return Stream::from(stream).close(limit).await };
                // A client that minds says so with an alert, which is the error here; another one is served.
                let tls = TlsAcceptor::from(config).accept(stream).await?;
                self.spoken("tls http/1.1");
                self.http1(Stream::Tls(Box::new(tls))).await.map_err(io::Error::other)
            }
        }
    }

    async fn unharmed(&self, stream: TcpStream) -> Result<(), String> {
        let limit = self.site.limits.time;
        let mut first = [0];
        let peeked = timeout(limit, stream.peek(&mut first)).await;
        if peeked.map_err(|_| SLOW)?.map_err(|error| error.to_string())? == 0 {
            return Ok(());
        }
        let is_tls = first == [TLS_HANDSHAKE];
        match (self.tls()?, is_tls, &self.door) {
            (Some(config), true, _) => {
                let accepting = TlsAcceptor::from(config).accept(stream);
                let tls = timeout(limit, accepting).await.map_err(|_| SLOW)?.map_err(|error| error.to_string())?;
                let is_h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
                let stream = Stream::Tls(Box::new(tls));
                if is_h2 {
                    self.spoken("tls h2");
                    self.http2(stream).await
                } else {
                    self.spoken("tls http/1.1");
                    self.http1(stream).await
                }
            }
            (Some(_), false, Door::Providers(_) | Door::Api(_)) => {
                let told = tell(stream, "this port speaks HTTPS; ask with https://\n", limit).await;
                told.map_err(|error| error.to_string())?;
                Err("plain HTTP was spoken where TLS is".to_owned())
            }
            (None, true, _) => Err("TLS was spoken where plain HTTP is".to_owned()),
            _ => {
                let begun = timeout(limit, begun(stream)).await;
                let (stream, is_h2) = begun.map_err(|_| SLOW)?.map_err(|error| error.to_string())?;
                if is_h2 {
                    self.spoken("h2");
                    self.http2(stream).await
                } else {
                    self.spoken("http/1.1");
                    self.http1(stream).await
                }
            }
        }
    }

    /// How TLS is spoken, where it is.
    fn tls(&self) -> Result<Option<Arc<ServerConfig>>, String> {
        if let Door::Api(at) = self.door {
            return api::tls(&self.site, at).map(Some);
        }
        let http = if self.site.is_faulty(&self.door) { Http::One } else { Http::OneOrTwo };
        Ok(self.site.certificates.as_ref().map(|certificates| certificates.good(http)))
    }

    fn spoken(&self, protocol: &'static str) {
        self.note(|connection| connection.protocol = Some(protocol));
    }

    /// Serves HTTP/1.1, until a fault takes the connection over.
    async fn http1(&self, stream: Stream) -> Result<(), String> {
        let (harms, mut harmed) = mpsc::channel(1);
        let context = Arc::new(Context { harms: Some(harms), ..self.context(&stream) });
        let service = {
            let context = Arc::clone(&context);
            service_fn(move |request| service::answer(Arc::clone(&context), request))
        };
        let limits = self.site.limits;
        let mut connection = http1::Builder::new()
            // One look at the clock now and then for the whole connection, instead of a timer for each request.
            .header_read_timeout(None)
            .max_header_size(limits.head_bytes)
            .max_buf_size(limits.head_bytes.max(SMALLEST_BUFFER))
            .serve_connection(TokioIo::new(stream), service);
        let mut stopping = self.site.stopping();
        let mut looks = Looks::every(limits.time);
        loop {
            tokio::select! {
                ended = &mut connection => return ended.map_err(|error| told(&error)),
                () = looks.see_no_progress(&context) => return Err(SLOW.to_owned()),
                Some(harm) = harmed.recv() => {
                    let harm: Harm = harm;
                    let stalls = harm.stalls();
                    let stream = connection.into_parts().io.into_inner();
                    // The exchange says what was done; how the client took it is for the connection to tell.
                    let mut stopping = self.site.stopping();
                    return tokio::select! {
                        ended = harm.befall(stream, &self.site.sleep, limits.time) => ended.map_err(|error| error.to_string()),
                        // An answer may end, as any other that is under way.
                        _ = stopping.wait_for(|stops| *stops), if stalls => Ok(()),
                    };
                }
                _ = stopping.changed() => std::pin::Pin::new(&mut connection).graceful_shutdown(),
            }
        }
    }

    /// Serves HTTP/2, until a fault is armed: faults are of HTTP/1.1, which the client finds with its next connection.
    async fn http2(&self, stream: Stream) -> Result<(), String> {
        let context = Arc::new(self.context(&stream));
        let service = {
            let context = Arc::clone(&context);
            service_fn(move |request| service::answer(Arc::clone(&context), request))
        };
        let limits = self.site.limits;
        let head_bytes = u32::try_from(limits.head_bytes).unwrap_or(u32::MAX);
        let mut connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(limits.time))
            .keep_alive_timeout(limits.time)
            .max_header_list_size(head_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let mut stopping = self.site.stopping();
        let mut faults = self.site.faults();
        // Who answers pings need not ask for anything.
        let mut looks = Looks::every(limits.time);
        loop {
            tokio::select! {
                ended = &mut connection => return ended.map_err(|error| told(&error)),
                () = looks.see_no_progress(&context) => return Err(SLOW.to_owned()),
                _ = stopping.changed() => std::pin::Pin::new(&mut connection).graceful_shutdown(),
                _ = faults.changed() => std::pin::Pin::new(&mut connection).graceful_shutdown(),
            }
        }
    }

    fn context(&self, stream: &Stream) -> Context {
        Context {
            site: Arc::clone(&self.site),
            door: self.door.clone(),
            connection: self.number,
            client_certificate: stream.client_certificate(),
            harms: None,
            begun: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        }
    }
}

/// Looks now and then whether a connection is of use.
struct Looks {
    interval: Interval,
    seen: Option<u64>,
}

impl Looks {
    fn every(time: Duration) -> Self {
        let mut interval = tokio::time::interval(time);
        // The first would be at once.
        interval.reset();
        Self { interval, seen: Some(0) }
    }

    /// Ends when no request has come, and none was being answered, from one look to the next.
    async fn see_no_progress(&mut self, context: &Context) {
        loop {
            self.interval.tick().await;
            let progress = context.progress();
            if progress.is_some() && progress == self.seen {
                return;
            }
            self.seen = progress;
        }
    }
}

/// Reads as much as it takes to tell HTTP/2 by prior knowledge from HTTP/1.1, in however many pieces it comes.
async fn begun(mut stream: TcpStream) -> io::Result<(Stream, bool)> {
    let mut read = Vec::with_capacity(PREFACE.len());
    while read.len() < PREFACE.len() && PREFACE.starts_with(&read) {
        let left = PREFACE.len() - read.len();
        if (&mut stream).take(left as u64).read_buf(&mut read).await? == 0 {
            break;
        }
    }
    let is_h2 = read == PREFACE;
    Ok((Stream::Plain(stream, read.into()), is_h2))
}

/// How HTTP/2 begins (RFC 9113, 3.4), and no request of HTTP/1.1.
const PREFACE: &[u8] = b"PRI";

const SLOW: &str = "the client was too slow";

/// The first byte of a TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;

/// hyper refuses a smaller one.
const SMALLEST_BUFFER: usize = 8192;

/// What hyper says of a connection, with its cause.
fn told(error: &hyper::Error) -> String {
    if error.is_timeout() {
        return SLOW.to_owned();
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Answers whoever speaks plain HTTP to a port that speaks TLS.
async fn tell(mut stream: TcpStream, message: &str, limit: Duration) -> io::Result<()> {
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{message}",
        message.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    Stream::from(stream).close(limit).await
}

/// Takes a ClientHello and answers as a server that knows nothing later than TLS 1.1.
async fn tls_1_1_only(mut stream: TcpStream, limit: Duration) -> io::Result<()> {
    /// Type, version and length, which come before what a TLS record holds.
    const RECORD_HEAD: usize = 5;
    let mut head = [0; RECORD_HEAD];
    stream.read_exact(&mut head).await?;
    let [_, _, _, high, low] = head;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    stream.read_exact(&mut hello).await?;
    stream.write_all(&server_hello_of_tls_1_1()).await?;
    drain(stream, limit).await
}

/// A ServerHello (RFC 4346, 7.4.1.3) of version 3.2, which is TLS 1.1: no session, TLS_RSA_WITH_AES_128_CBC_SHA.
fn server_hello_of_tls_1_1() -> Vec<u8> {
    const VERSION: [u8; 2] = [3, 2];
    // Any will do: the client goes by the version.
    let random = [0x20; 32];
    // An empty renegotiation_info (RFC 5746), for want of which OpenSSL would complain of that instead of the version.
    let extensions = [0, 5, 0xff, 0x01, 0, 1, 0];
    let body = [&VERSION[..], &random, &[0], &[0x00, 0x2f], &[0], &extensions].concat();
    let length = u8::try_from(body.len()).unwrap_or_default();
    let handshake = [&[2, 0, 0, length][..], &body].concat();
    let length = u8::try_from(handshake.len()).unwrap_or_default();
    [&[TLS_HANDSHAKE][..], &VERSION, &[0, length], &handshake].concat()
}
