//! The HTTP server with a table of its own: it serves whatever endpoints it is handed, streams included.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bina::runtime::current::Active;
use bina::servers::http::{
    self, Application, Endpoint, EndpointTable, GET, Guard, HttpMetrics, HttpReply, HttpRequest,
    HttpServer, POST, ReplyBody, stream, whole,
};
use bina::servers::listener;
use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::timeout;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

/// An application without calls.
struct Live {
    pieces: Mutex<Option<mpsc::Receiver<Bytes>>>,
}

enum Action {
    Echo,
    Follow,
}

static TABLE: EndpointTable<Action> = EndpointTable::new(
    &[&[
        Endpoint::new("/echo/", &POST, Action::Echo),
        Endpoint::new("/follow", &GET, Action::Follow),
    ]],
    "there is no other listener",
);

impl Application for Live {
    type Action = Action;

    async fn answer(&self, action: &'static Action, request: &HttpRequest<'_>) -> HttpReply {
        match action {
            Action::Echo => whole(TEXT, format!("{} {}", request.rest, request.fields())),
            Action::Follow => match self.pieces.lock().await.take() {
                Some(pieces) => stream(TEXT, pieces),
                None => http::empty(404),
            },
        }
    }
}

struct Running {
    address: SocketAddr,
    pieces: mpsc::Sender<Bytes>,
    stop: watch::Sender<bool>,
}

fn start() -> Running {
    let (sender, pieces) = mpsc::channel(1);
    let application = Live { pieces: Mutex::new(Some(pieces)) };
    let (guard, metrics) = (Guard::default(), HttpMetrics::default());
    let server = HttpServer { application, guard, metrics };
    let server = Active::always(server);
    let (stop, stopping) = watch::channel(false);
    let listener = listener::open("http", ([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let stopped = stopping.clone();
    let serve = move |stream: TcpStream, peer: IpAddr| {
        http::serve(stream, peer, &TABLE, server.clone(), stopping.clone())
    };
    tokio::spawn(listener::run(listener, stopped, serve));
    Running { address, pieces: sender, stop }
}

async fn request(running: &Running, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(running.address).await.expect("the listener is open");
    let head = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    stream.write_all(head.as_bytes()).await.expect("it reads");
    stream
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = String::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_string(&mut rest)).await;
    read.expect("it ends").expect("UTF-8");
    rest
}

/// Reads until `text` has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&read).contains(text) {
            assert_ne!(stream.read_buf(&mut read).await.expect("it is open"), 0, "{text}");
        }
    };
    timeout(Duration::from_secs(5), reading).await.expect("it comes");
    String::from_utf8(read).expect("UTF-8")
}

#[tokio::test]
async fn a_row_is_all_the_server_needs_of_an_endpoint() {
    let running = start();
    let mut stream = request(&running, "POST /echo/here").await;
    stream.write_all(b"Content-Length: 3\r\n\r\na=1").await.expect("it reads");
    assert!(rest(&mut stream).await.ends_with("\r\n\r\nhere a=1"));
    for (target, status) in [("GET /echo/here", "405"), ("GET /asterisk?caller=", "404")] {
        let mut stream = request(&running, target).await;
        stream.write_all(b"\r\n").await.expect("it reads");
        let answer = rest(&mut stream).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn the_pieces_of_a_stream_arrive_one_by_one_until_it_ends() {
    let running = start();
    let mut stream = request(&running, "GET /follow").await;
    stream.write_all(b"\r\n").await.expect("it reads");
    let head = until(&mut stream, "\r\n\r\n").await;
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    for piece in ["first", "second"] {
        running.pieces.send(piece.into()).await.expect("it is read");
        until(&mut stream, piece).await;
    }
    drop(running.pieces);
    assert!(rest(&mut stream).await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn a_stream_ends_with_its_client() {
    let running = start();
    let mut stream = request(&running, "GET /follow").await;
    stream.write_all(b"\r\n").await.expect("it reads");
    until(&mut stream, "\r\n\r\n").await;
    drop(stream);
    let closed = async {
        // Nothing is noticed before something is sent.
        while running.pieces.send("piece".into()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), closed).await.expect("the sender learns of it");
}

#[tokio::test]
async fn a_stream_ends_with_the_service() {
    let running = start();
    let mut stream = request(&running, "GET /follow").await;
    stream.write_all(b"\r\n").await.expect("it reads");
    until(&mut stream, "\r\n\r\n").await;
    running.stop.send_replace(true);
    rest(&mut stream).await;
    timeout(Duration::from_secs(5), running.pieces.closed()).await.expect("it is dropped");
}

#[tokio::test]
async fn head_of_a_stream_names_no_length_and_has_no_body() {
    let running = start();
    let mut stream = request(&running, "HEAD /follow").await;
    stream.write_all(b"\r\n").await.expect("it reads");
    let head = rest(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(!head.contains("content-length: 0"), "{head}");
}

#[test]
fn a_small_body_is_not_boxed() {
    assert!(size_of::<ReplyBody>() <= size_of::<Bytes>() + 2 * size_of::<usize>());
}
