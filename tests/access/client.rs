//! Sends requests from a chosen loopback address, in plain text or over TLS.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::app::Reply;
use crate::certificates::Authority;

pub(crate) const OWN: [u8; 4] = [127, 0, 0, 1];
pub(crate) const NEIGHBOUR: [u8; 4] = [127, 0, 0, 2];

/// A client at an address.
pub(crate) struct Client {
    from: IpAddr,
    headers: String,
}

impl Client {
    pub(crate) fn from(address: [u8; 4]) -> Self {
        Self { from: address.into(), headers: String::new() }
    }

    /// The same with `header` in each request, as it is, with its end of line.
    pub(crate) fn showing(self, header: &str) -> Self {
        Self { headers: header.to_owned(), ..self }
    }

    pub(crate) async fn connect(&self, address: SocketAddr) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((self.from, 0).into()).expect("an address of loopback");
        socket.connect(address).await.expect("the listener is open")
    }

    pub(crate) async fn get(&self, address: SocketAddr, target: &str) -> Reply {
        self.query(address, "GET", target).await
    }

    pub(crate) async fn query(&self, address: SocketAddr, method: &str, target: &str) -> Reply {
        Reply::read(&self.say(address, &self.request(method, target)).await)
    }

    pub(crate) async fn post(&self, address: SocketAddr, target: &str, form: &str) -> Reply {
        let length = format!("Content-Length: {}\r\n\r\n{form}", form.len());
        let request = self.request("POST", target);
        let head = request.strip_suffix("\r\n").expect("the end of a head");
        Reply::read(&self.say(address, &format!("{head}{length}")).await)
    }

    /// A request whose answer ends the connection.
    pub(crate) fn request(&self, method: &str, target: &str) -> String {
        let headers = &self.headers;
        format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")
    }

    /// Sends `count` requests on one connection, as fast as it goes.
    pub(crate) async fn get_many(
        &self,
        address: SocketAddr,
        target: &str,
        count: usize,
    ) -> Vec<Reply> {
        let mut stream = self.connect(address).await;
        let mut replies = Vec::new();
        for _ in 0..count {
            let headers = &self.headers;
            let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
            stream.write_all(request.as_bytes()).await.expect("it reads");
            replies.push(reply(&mut stream).await);
        }
        replies
    }

    /// Writes `text` and reads to the end; a connection closed at once returns nothing.
    pub(crate) async fn say(&self, address: SocketAddr, text: &str) -> String {
        let stream = self.connect(address).await;
        exchange(stream, text).await
    }

    /// Whether the connection ends within a moment, with no byte sent by either side.
    pub(crate) async fn is_closed_at_once(&self, address: SocketAddr) -> bool {
        let mut stream = self.connect(address).await;
        let mut bytes = [0; 1];
        let ended = timeout(Duration::from_millis(200), stream.read(&mut bytes)).await;
        matches!(ended, Ok(Ok(0) | Err(_)))
    }

    /// Agrees upon TLS with who is at `address`.
    pub(crate) async fn meet(
        &self,
        address: SocketAddr,
        config: ClientConfig,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = self.connect(address).await;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    /// Sends a request over TLS; a missing client certificate may show only after the first byte.
    pub(crate) async fn get_tls(
        &self,
        address: SocketAddr,
        config: ClientConfig,
        target: &str,
    ) -> std::io::Result<Reply> {
        let stream = self.meet(address, config).await?;
        let answer = exchange(stream, &self.request("GET", target)).await;
        match answer.is_empty() {
            true => Err(std::io::ErrorKind::ConnectionReset.into()),
            false => Ok(Reply::read(&answer)),
        }
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, text: &str) -> String {
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.flush().await;
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("answers are UTF-8")
}

/// Reads one answer, and leaves the connection open.
async fn reply(stream: &mut TcpStream) -> Reply {
    let mut answer = Vec::new();
    loop {
        let read = stream.read_buf(&mut answer).await.expect("an answer");
        let text = String::from_utf8_lossy(&answer).into_owned();
        let parts = text.split_once("\r\n\r\n");
        let length = |head: &str| {
            let value = head.split("content-length: ").nth(1)?;
            value.split("\r\n").next()?.parse().ok()
        };
        match parts {
            Some((head, body)) if length(head) == Some(body.len()) => return Reply::read(&text),
            _ => assert!(read > 0, "it ended: {text}"),
        }
    }
}

/// A client that trusts `authority`, supports `versions`, and presents a certificate if it has one.
pub(crate) fn tls(
    authority: &Authority,
    versions: &[&'static SupportedProtocolVersion],
    own: Option<&str>,
) -> ClientConfig {
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM");
    let mut roots = RootCertStore::empty();
    roots.add(certificate(authority.pem())).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_protocol_versions(versions).expect("versions");
    let builder = builder.with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).expect("a key");
            builder.with_client_auth_cert(vec![certificate(pem)], key).expect("a pair")
        }
    }
}
