//! A HubSoft that has every number: quick, without a limit, and as slow as configured.
//!
//! The simulator inside bina keeps a list of customers and of every request; this one invents a
//! customer for each number, so that a hundred thousand can be requested.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::time::sleep;

use crate::process::{Process, free_port, wait_for};

/// One invented customer in the shape of HubSoft's printed example, with NUMBER for the number.
const CUSTOMER: &str = include_str!("customer.json");
const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":2592000,"access_token":"invented"}"#;
/// So many digits of what is searched for are the number.
const DIGITS: usize = 11;

/// One that runs until it is dropped.
pub struct Running {
    pub port: u16,
    _process: Process,
}

impl Running {
    pub fn start(delay_ms: &str) -> io::Result<Self> {
        let port = free_port()?;
        let process = Process::own(&["hubsoft", &port.to_string(), delay_ms])?;
        wait_for(port)?;
        Ok(Self { port, _process: process })
    }
}

/// Serves on `port` for ever; each search takes `delay_ms`.
pub fn run(port: u16, delay_ms: u64) -> io::Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let answer = service_fn(|request| answer(request, delay_ms));
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    })
}

async fn answer(
    request: Request<Incoming>,
    delay_ms: u64,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let query = request.uri().query().unwrap_or_default();
    let reply = match query.split('&').find_map(|pair| pair.split_once("termo_busca=")) {
        None => TOKEN.to_owned(),
        Some((_, term)) => {
            if delay_ms > 0 {
                sleep(Duration::from_millis(delay_ms)).await;
            }
            found(term)
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(reply)));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

/// What HubSoft returns of the only customer with the number in `term`.
fn found(term: &str) -> String {
    let digits: String = term.chars().filter(char::is_ascii_digit).collect();
    let number = &digits[digits.len().saturating_sub(DIGITS)..];
    let customer = CUSTOMER.trim_end().replace("NUMBER", number);
    format!(
        r#"{{"status":"success","msg":"Dados consultados com sucesso","clientes":[{customer}]}}"#
    )
}
