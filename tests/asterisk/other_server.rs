//! A server other than bina at bina's address: it truncates, hangs, breaks off, sends garbage.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{sleep, spawn};
use std::time::Duration;

use crate::snippets::Speech;

/// What it does with a request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Reads it and closes.
    Close,
    /// Sends as many of these bytes as the path has (`/cut/17`) and closes.
    Cut(Vec<u8>),
    /// Sends the bytes one by one, slower than any client waits.
    Drip(Vec<u8>),
    /// Reads nothing and closes, which makes it a reset.
    Reset,
    /// Sends these bytes and closes.
    Say(Vec<u8>),
    /// Sends these bytes and keeps the connection.
    SayAndHold(Vec<u8>),
}

/// Longer than a snippet with a limit of its own waits.
pub(crate) const HOLD: Duration = Duration::from_secs(4);
/// No request of Asterisk's is longer.
const REQUEST_MAX: usize = 16_384;

/// Stands at a free port until the tests are over, and returns its URL for that snippet.
pub(crate) fn stand(speech: Speech, manner: Behaviour) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scheme = if speech == Speech::Agi { "agi" } else { "http" };
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    spawn(move || {
        for stream in listener.incoming() {
            let manner = manner.clone();
            // The other end may leave at any time; that is what is tested, not here but there.
            spawn(move || stream.and_then(|stream| serve(stream, manner)));
        }
    });
    url
}

fn serve(mut stream: TcpStream, manner: Behaviour) -> std::io::Result<()> {
    stream.set_read_timeout(Some(HOLD))?;
    if let Behaviour::Reset = manner {
        // Closing with unread bytes is a reset; they have to be there first.
        stream.peek(&mut [0])?;
        return Ok(());
    }
    let request = read_request(&mut stream)?;
    match manner {
        Behaviour::Close | Behaviour::Reset => return Ok(()),
        Behaviour::Cut(bytes) => stream.write_all(&bytes[..cut_at(&request)])?,
        Behaviour::Drip(bytes) => bytes.iter().try_for_each(|byte| {
            sleep(HOLD / bytes.len() as u32);
            stream.write_all(&[*byte])
        })?,
        Behaviour::Say(bytes) => stream.write_all(&bytes)?,
        Behaviour::SayAndHold(bytes) => {
            stream.write_all(&bytes)?;
            sleep(HOLD);
        }
    }
    stream.shutdown(Shutdown::Write)?;
    if request.starts_with("agi_") {
        // Asterisk's replies to the commands have to be read: closing over it would be a reset, and
        // take the commands with it.
        stream.take(1 << 20).read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

/// Reads up to the empty line that ends a request of both kinds.
fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !request.ends_with(b"\n\n") && !request.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut part)?;
        if length == 0 || request.len() > REQUEST_MAX {
            break;
        }
        request.extend(&part[..length]);
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}

fn cut_at(request: &str) -> usize {
    let (_, rest) = request.split_once("cut/").expect("the path has the length");
    let digits = rest.find(|c: char| !c.is_ascii_digit()).expect("the path goes on");
    rest[..digits].parse().expect("a number")
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

/// The fields in the form a snippet wants, without the head of HTTP.
pub(crate) fn written(speech: Speech, fields: &[(&str, &str)]) -> String {
    match speech {
        Speech::Agi => fields.iter().map(|(key, value)| command(key, value)).collect(),
        Speech::Hash => {
            let pair = |(key, value): &(&str, &str)| format!("{}={}", encoded(key), encoded(value));
            fields.iter().map(pair).collect::<Vec<_>>().join("&")
        }
        Speech::Json => {
            let quoted = |text: &str| serde_json::Value::from(text).to_string();
            let pair = |(key, value): &(&str, &str)| format!("{}:{}", quoted(key), quoted(value));
            format!("{{{}}}", fields.iter().map(pair).collect::<Vec<_>>().join(","))
        }
    }
}

/// A line cannot hold a newline.
fn command(key: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ");
    format!("SET VARIABLE BINA_{} \"{value}\"\n", key.to_uppercase())
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.~/-".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}
