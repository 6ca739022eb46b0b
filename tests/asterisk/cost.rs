//! What a lookup costs a call by each snippet, when bina answers from its cache: a call for each.
//!
//! What the lookup alone adds, many of them within one call, is measured by `benches/peers/run.sh --asterisk`.

use std::convert::Infallible;
use std::thread::spawn;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::calls::Call;
use crate::pbx::asterisk;
use crate::program::{Program, hubsoft};
use crate::record::Record;
use crate::snippets::{AGI, CURL, SNIPPETS, each};
use crate::{QUIET, customers};

/// Calls by each snippet.
const ROUNDS: usize = 200;

#[test]
fn fastagi_costs_a_call_about_as_much_as_curl() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(customers());
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let hello = hello();
    let round = || {
        let mut calls =
            each(|snippet| [Call::from(QUIET, snippet, bina.at(snippet)).to("entrada")]);
        calls.push(Call::from(QUIET, &CURL, &hello).to("plain-curl"));
        calls.push(Call::from(QUIET, &CURL, "globals").to("atendimento"));
        calls
    };
    // Alternating, so that other load on this machine affects all of them.
    let calls: Vec<_> = (0..ROUNDS).flat_map(|_| round()).collect();
    let calls = asterisk.place_in_turn(&calls);
    let (plain, empty) = (SNIPPETS.len(), SNIPPETS.len() + 1);
    let kinds = SNIPPETS.len() + 2;
    let times = |kind: usize| sorted(calls.iter().skip(kind).step_by(kinds));
    let none = times(empty);
    println!("added to a call, microseconds, {ROUNDS} calls each: median, 90 %, 99 %");
    let added = |times: &[Duration], of: usize| {
        times[times.len() * of / 100].saturating_sub(none[none.len() / 2]).as_micros()
    };
    let files = SNIPPETS.iter().map(|snippet| snippet.file).chain(["CURL() to hyper's hello"]);
    for (kind, file) in files.enumerate() {
        let times = times(kind);
        let [p50, p90, p99] = [50, 90, 99].map(|of| added(&times, of));
        println!("  {file:<24} {p50:>6} {p90:>6} {p99:>6}");
    }
    let found = calls.iter().filter(|call| call.get("status") == "found").count();
    assert_eq!(found, ROUNDS * SNIPPETS.len());
    let median = |file: &str| {
        added(&times(SNIPPETS.iter().position(|snippet| snippet.file == file).unwrap()), 50)
    };
    let (agi, curl) = (median(AGI.file), median(CURL.file));
    let hello = added(&times(plain), 50);
    let share = |own| own as f64 / hello as f64;
    println!("of CURL() to hyper's hello: FastAGI {:.2}, CURL {:.2}", share(agi), share(curl));
    assert!(agi * 2 < curl * 3, "FastAGI adds {agi} µs, CURL {curl} µs");
}

fn sorted<'r>(calls: impl Iterator<Item = &'r Record>) -> Vec<Duration> {
    let mut times: Vec<_> = calls.map(Record::took).collect();
    times.sort();
    times
}

/// Starts hyper's hello-world with an answer as long as bina's, and returns its URL; it has a thread of
/// its own.
fn hello() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let served = http1::Builder::new();
                tokio::spawn(served.serve_connection(TokioIo::new(stream), service_fn(say_hello)));
            }
        });
    });
    url
}

async fn say_hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    const ANSWER: [u8; 270] = [b'x'; 270];
    Ok(Response::new(Full::new(Bytes::from_static(&ANSWER))))
}
