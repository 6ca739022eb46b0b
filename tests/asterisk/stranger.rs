//! A server that is not bina and stands at its address: it cuts, hangs, breaks off, talks nonsense.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// What it does with a request.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Reads it and closes.
    Close,
    /// Sends the first bytes at once and the rest one by one, slower than anybody waits.
    Drip(Vec<u8>),
    /// Reads nothing and closes, which makes it a reset.
    Reset,
    /// Sends these bytes and closes.
    Say(Vec<u8>),
    /// Sends these bytes and keeps the connection.
    SayAndHold(Vec<u8>),
}

/// Longer than the snippet waits.
const HOLD: Duration = Duration::from_secs(4);

/// Stands at a free port until the tests are over, and returns its URL.
pub(crate) fn stand(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    spawn(move || {
        for stream in listener.incoming() {
            let manner = manner.clone();
            // The other end may leave at any time; that is what is tested, not here but there.
            spawn(move || stream.and_then(|stream| serve(stream, manner)));
        }
    });
    url
}

fn serve(mut stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    if let Manner::Reset = manner {
        // Closing with unread bytes is a reset; they have to be there first.
        stream.peek(&mut [0])?;
        return Ok(());
    }
    let mut request = [0; 4096];
    let _ = stream.read(&mut request)?;
    match manner {
        Manner::Close | Manner::Reset => Ok(()),
        Manner::Drip(bytes) => bytes.iter().try_for_each(|byte| {
            sleep(HOLD / bytes.len() as u32);
            stream.write_all(&[*byte])
        }),
        Manner::Say(bytes) => stream.write_all(&bytes),
        Manner::SayAndHold(bytes) => {
            stream.write_all(&bytes)?;
            sleep(HOLD);
            Ok(())
        }
    }
}

/// A whole HTTP answer.
pub(crate) fn page(status: &str, body: &str) -> Vec<u8> {
    cut_page(status, body, body.len())
}

/// An HTTP answer that promises the whole body and has only so much of it.
pub(crate) fn cut_page(status: &str, body: &str, kept: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
    format!("{head}{}", &body[..kept]).into_bytes()
}
