//! One connection, with or without TLS: reads whole requests, writes bytes.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::reply::Reply;
use super::request::{Reading, ReceivedRequest, read};

/// How long a TLS handshake may take; ours take milliseconds.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// How long a client has to read the last reply; closing at once could reset it away.
const LINGER: Duration = Duration::from_secs(1);
const READ_PIECE: usize = 16 * 1024;

/// A connection and what has arrived on it.
pub(super) struct ClientConnection {
    stream: Box<dyn Stream>,
    received: Vec<u8>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl ClientConnection {
    /// Takes a connection, after the TLS handshake if there is a certificate.
    pub(super) async fn open(
        stream: TcpStream,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        // A dripped byte must not wait for the next one.
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match tls {
            None => Box::new(stream),
            Some(tls) => {
                let handshake = TlsAcceptor::from(tls).accept(stream);
                Box::new(timeout(HANDSHAKE_MAX, handshake).await??)
            }
        };
        Ok(Self { stream, received: Vec::new() })
    }

    /// Waits for the next whole request. None if the client has closed or sent nothing for `idle`,
    /// or if it sent something else, which is answered with a 4xx.
    pub(super) async fn request(
        &mut self,
        idle: Duration,
        body_max: usize,
    ) -> io::Result<Option<ReceivedRequest>> {
        loop {
            match read(&self.received, body_max) {
                Reading::Bad(status) => {
                    let reply = Reply::html(status, "").with("Connection", "close");
                    self.send(&reply.bytes()).await?;
                    let _ = timeout(LINGER, self.hold()).await;
                    return Ok(None);
                }
                Reading::Partial => {
                    let mut piece = [0; READ_PIECE];
                    match timeout(idle, self.receive(&mut piece)).await {
                        Err(_) => return Ok(None),
                        Ok(count) => match count? {
                            0 => return Ok(None),
                            count => self.received.extend_from_slice(&piece[..count]),
                        },
                    }
                }
                Reading::Whole(request, taken) => {
                    self.received.drain(..taken);
                    return Ok(Some(request));
                }
            }
        }
    }

    pub(super) async fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match poll_fn(|context| Pin::new(&mut self.stream).poll_write(context, bytes)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => bytes = &bytes[count..],
            }
        }
        poll_fn(|context| Pin::new(&mut self.stream).poll_flush(context)).await
    }

    /// Reads and discards until the client closes.
    pub(super) async fn hold(&mut self) {
        let mut piece = [0; READ_PIECE];
        while self.receive(&mut piece).await.is_ok_and(|count| count > 0) {}
    }

    /// Closes the connection in order, with TLS's close notification.
    pub(super) async fn close(mut self) -> io::Result<()> {
        let end = poll_fn(|context| Pin::new(&mut self.stream).poll_shutdown(context));
        timeout(LINGER, end).await?
    }

    /// Breaks the connection with a TCP reset, and TLS with it.
    pub(super) fn reset(self) -> io::Result<()> {
        // Closing a socket with a linger of zero sends a reset instead of an end.
        self.stream.socket().set_zero_linger()
    }

    async fn receive(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(piece);
        poll_fn(|context| Pin::new(&mut self.stream).poll_read(context, &mut buffer)).await?;
        Ok(buffer.filled().len())
    }
}

impl Stream for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Stream for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}
