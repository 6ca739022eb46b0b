//! What may come in on one connection: too slow, too much, or no HTTP at all (rows 1 to 5).

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::*;

const HEAD: &str = "GET /asterisk?caller=37999990001 HTTP/1.1\r\nHost: x\r\n";
const FORM: &str = "section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number=37999990001";
const AT_ONCE: Duration = Duration::from_millis(10);

/// Sends `first`, then `drip` again and again; returns after how long the connection was closed, and
/// what came until then.
async fn closed(address: SocketAddr, first: String, drip: &'static [u8]) -> (Duration, String) {
    let start = Instant::now();
    let stream = TcpStream::connect(address).await.expect("the listener is open");
    let (mut reading, mut writing) = stream.into_split();
    writing.write_all(first.as_bytes()).await.expect("it reads");
    let dripping = tokio::spawn(async move {
        let mut pace = interval(Duration::from_millis(200));
        // When it is closed, the reader reports it.
        while writing.write_all(drip).await.is_ok() {
            pace.tick().await;
        }
    });
    let mut answer = Vec::new();
    let _ = reading.read_to_end(&mut answer).await;
    dripping.abort();
    (start.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

/// Half of the times of seven clients that all do the same, and what each of them received.
async fn closed_in(
    address: SocketAddr,
    first: &str,
    drip: &'static [u8],
) -> (Duration, Vec<String>) {
    let mut clients = JoinSet::new();
    for _ in 0..7 {
        clients.spawn(closed(address, first.to_owned(), drip));
    }
    let (mut times, received): (Vec<_>, _) = clients.join_all().await.into_iter().unzip();
    (quantile(&mut times, 0.5), received)
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[tokio::test]
async fn slow_silent_and_idle_clients_are_closed_after_two_seconds() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    let idle = format!("{HEAD}\r\n");
    let ((silent, nothing), (half, half_answer), (slow, slow_answers), (idle, answers)) = tokio::join!(
        closed_in(app.address, "", b""),
        closed_in(app.address, "GET /asterisk?caller=1 HTTP/1.1\r\nHo", b""),
        closed_in(app.address, "GET /asterisk?caller=1 HTTP/1.1\r\nX: ", b"a"),
        closed_in(app.address, &idle, b""),
    );
    for time in [silent, half, slow, idle] {
        assert!((1_800..=2_200).contains(&time.as_millis()), "{time:?}");
    }
    assert!([nothing, half_answer, slow_answers].concat().iter().all(String::is_empty));
    assert!(answers.iter().all(|answer| answer.ends_with("&end=1")), "{answers:?}");
    let (silent, half, slow, idle) = (seconds(silent), seconds(half), seconds(slow), seconds(idle));
    report(
        1,
        "closed at 2 s ±0.2 (half of 7 each)",
        format_args!("silent {silent}, half a head {half}, a byte every 0.2 s {slow}, idle {idle}"),
    );
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answers_is_closed() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    let start = Instant::now();
    let mut stream = connect(&app).await;
    let requests = format!("{HEAD}\r\n").repeat(100);
    let pushing = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    assert!(timeout(Duration::from_secs(20), pushing).await.is_ok(), "it is kept for ever");
    println!("(a client that never reads is closed after {})", seconds(start.elapsed()));
    still_answers(&app).await;
}

#[tokio::test]
async fn an_oversized_head_is_refused_at_once() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    let line = format!("GET /asterisk?caller={} HTTP/1.1\r\nHost: x\r\n\r\n", "1".repeat(100_000));
    let long = |bytes: usize| {
        let rest = bytes - HEAD.len() - "X: \r\nConnection: close\r\n\r\n".len();
        format!("{HEAD}X: {}\r\nConnection: close\r\n\r\n", "a".repeat(rest))
    };
    let many = |count: usize| {
        let others = "X: b\r\n".repeat(count - 2);
        format!("{HEAD}{others}Connection: close\r\n\r\n")
    };
    let mut slowest = Duration::ZERO;
    for large in [&line, &long(16 * 1024 + 1), &long(20_000), &many(65), &many(500)] {
        slowest = slowest.max(refused_in(&app, large, 431).await);
    }
    for fits in [long(16 * 1024), many(64)] {
        assert_eq!(exchange(&app, fits.as_bytes()).await.status, 200, "{} bytes", fits.len());
    }
    still_answers(&app).await;
    assert!(slowest <= AT_ONCE, "{slowest:?}");
    report(
        2,
        "431 within 10 ms over 16 KiB or 64 headers",
        format_args!(
            "{} ms (5 kinds, half of 15 each); 16,384 bytes and 64 headers fit",
            ms(slowest)
        ),
    );
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /freeswitch/dialplan HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}")
}

/// A body of `bytes` bytes in chunks of 4 KiB.
fn chunked(bytes: usize) -> String {
    let whole = format!("1000\r\n{}\r\n", "a".repeat(4_096)).repeat(bytes / 4_096);
    format!("{whole}{:x}\r\n{}\r\n0\r\n\r\n", bytes % 4_096, "a".repeat(bytes % 4_096))
}

#[tokio::test]
async fn an_oversized_body_is_refused_and_a_missing_one_given_up() {
    const MAX: usize = 256 * 1024;
    let _alone = alone().await;
    let (_sim, app) = app().await;
    let declared = refused_in(&app, &post("Content-Length: 262145", ""), 413).await;
    let expecting = post("Content-Length: 262145\r\nExpect: 100-continue", "");
    let declared = declared.max(refused_in(&app, &expecting, 413).await);
    let chunks = "Transfer-Encoding: chunked\r\nConnection: close";
    let counted = refused_in(&app, &post(chunks, &chunked(MAX + 1)), 413).await;
    assert!(declared <= AT_ONCE && counted <= 5 * AT_ONCE, "{declared:?} {counted:?}");
    let length = format!("Content-Length: {MAX}\r\nConnection: close");
    for fits in [post(chunks, &chunked(MAX)), post(&length, &"a".repeat(MAX))] {
        assert_eq!(exchange(&app, fits.as_bytes()).await.status, 200, "256 KiB fit");
    }
    let broken = post(chunks, "zz\r\nab");
    refused_in(&app, &broken, 400).await;
    let missing = post("Content-Length: 100", "section=dialplan");
    let ((missing, received), (dripped, drip_answers)) = tokio::join!(
        closed_in(app.address, &missing, b""),
        closed_in(app.address, &missing, b"a"),
    );
    for late in [received, drip_answers].concat() {
        let reply = Reply::read(&late);
        assert_eq!((reply.status, reply.body.as_str()), (408, ""), "{late}");
    }
    for time in [missing, dripped] {
        assert!((900..=1_200).contains(&time.as_millis()), "{time:?}");
    }
    still_answers(&app).await;
    report(
        3,
        "413 at once over 256 KiB, 408 at 1 s",
        format_args!(
            "413 in {} ms declared, {} ms chunked; 408 at {} missing, {} dripped",
            ms(declared),
            ms(counted),
            seconds(missing),
            seconds(dripped)
        ),
    );
}

/// What is no request, each to be answered with 400 and nothing else.
const GARBAGE: [&[u8]; 14] = [
    b"GET /asterisk?caller=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /asterisk?caller=1&did=% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /asterisk?caller=37 9999 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /asterisk?caller=\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /asterisk?caller=\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /asterisk?caller=<1> HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /asterisk?caller=1 HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
    b"GET /asterisk?caller=1 HTTP/1.1\r\nHost : x\r\n\r\n",
    b"GET /asterisk?caller=1 HTTP/3.7\r\nHost: x\r\n\r\n",
    b"GET /asterisk?caller=1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xc0\xff\xee",
    b"agi_network: yes\nagi_request: agi://127.0.0.1/\nagi_channel: PJSIP/1\n\n",
    b"INVITE sip:37999990001@x SIP/2.0\r\nVia: SIP/2.0/UDP x\r\n\r\n",
    b"\x80\x81\x82\x83\r\n\r\n",
];

/// Counts panics, of the tasks of this process too.
fn panics_from_now_on() -> &'static AtomicUsize {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        before(panic);
    }));
    PANICS.store(0, Ordering::Relaxed);
    &PANICS
}

/// Bytes that are different each time and the same in each run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize
    }

    /// `request` with one to four bytes changed, lost or doubled.
    fn spoil(&mut self, request: &[u8]) -> Vec<u8> {
        let mut spoilt = request.to_vec();
        for _ in 0..=self.next() % 4 {
            let at = self.next() % spoilt.len();
            match self.next() % 3 {
                0 => spoilt[at] = self.next() as u8,
                1 => drop(spoilt.remove(at)),
                _ => spoilt.insert(at, spoilt[at]),
            }
        }
        spoilt
    }
}

#[tokio::test]
async fn input_that_is_not_http_gets_400_and_an_empty_body() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    let mut slowest = Duration::ZERO;
    for garbage in GARBAGE {
        slowest = slowest.max(refused_in(&app, garbage, 400).await);
    }
    assert!(slowest <= AT_ONCE, "{slowest:?}");
    let good = [format!("{HEAD}\r\n"), post("Transfer-Encoding: chunked", &chunked(FORM.len()))];
    let mut noise = Noise(1);
    let panics = panics_from_now_on();
    let (mut closed, mut answered, mut refused) = (0, 0, 0);
    for round in 0..2_000 {
        let mut stream = connect(&app).await;
        let _ = stream.write_all(&noise.spoil(good[round % 2].as_bytes())).await;
        let _ = stream.shutdown().await;
        let reported = answers(&rest(&mut stream).await);
        closed += usize::from(reported.is_empty());
        for reply in reported {
            let good = reply.status == 200;
            assert!(good || (400..500).contains(&reply.status), "{}", reply.head);
            assert!(good || reply.body.is_empty(), "{}", reply.head);
            *(if good { &mut answered } else { &mut refused }) += 1;
        }
    }
    assert_eq!(panics.load(Ordering::Relaxed), 0);
    assert!(closed > 0 && answered > 0 && refused > 0, "the noise is neither all bad nor all good");
    still_answers(&app).await;
    report(
        4,
        "400 with an empty body within 10 ms, no panic",
        format_args!(
            "{} ms (14 kinds, half of 15 each); 2,000 spoilt requests: {answered} answered, \
             {refused} refused without a body, {closed} closed",
            ms(slowest)
        ),
    );
}

/// Splits what came on one connection into its answers.
fn answers(text: &str) -> Vec<Reply> {
    let mut found = Vec::new();
    let mut left = text;
    while let Some((head, behind)) = left.split_once("\r\n\r\n") {
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").parse().expect("a number");
        found.push(Reply::read(&format!("{head}\r\n\r\n{}", &behind[..length])));
        left = &behind[length..];
    }
    assert_eq!(left, "", "nothing is left over");
    found
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_and_nothing_is_smuggled() {
    let _alone = alone().await;
    let numbers: Vec<_> = (0..10).map(|last| format!("3799999000{last}")).collect();
    let customers = numbers.iter().map(|number| customer(1, "JOANA", number)).collect();
    let sim = Sim::start(customers).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let mut noise = Noise(7);
    let order: Vec<_> = (0..100).map(|_| &numbers[noise.next() % 10]).collect();
    let get = |number: &str| format!("GET /asterisk?caller={number} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut stream = connect(&app).await;
    let all: String = order.iter().map(|number| get(number)).collect();
    stream.write_all(all.as_bytes()).await.expect("it reads");
    let reported = answers(&rest(&mut stream).await);
    let reported: Vec<_> =
        reported.iter().map(|reply| field(&pairs(&reply.body), "telefone").to_owned()).collect();
    assert!(reported.iter().eq(order.iter().copied()), "{reported:?}");

    let smuggled = get(&numbers[1]);
    let chunked = format!("0\r\n\r\n{smuggled}");
    let length = chunked.len();
    for (headers, status) in [
        (format!("Content-Length: {length}\r\nTransfer-Encoding: chunked"), 200),
        (format!("Transfer-Encoding: chunked\r\nContent-Length: {length}"), 200),
        (format!("Content-Length: {length}\r\nContent-Length: 5"), 400),
        (format!("Content-Length: +{length}"), 400),
        ("Transfer-Encoding: chunked, identity".to_owned(), 400),
        ("Transfer-Encoding: xchunked".to_owned(), 400),
    ] {
        let mut stream = connect(&app).await;
        stream.write_all(post(&headers, &chunked).as_bytes()).await.expect("it reads");
        let reported = answers(&rest(&mut stream).await);
        assert_eq!((reported.len(), reported[0].status), (1, status), "{headers}");
        assert!(!reported[0].body.contains(&numbers[1]), "{headers}");
    }
    report(
        5,
        "100 ordered answers; CL+TE closed, nothing smuggled",
        format_args!(
            "{} in order; 6 ways to smuggle: one answer each, then closed",
            reported.len()
        ),
    );
}

#[tokio::test]
async fn unusual_but_valid_requests_are_answered() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    for odd in [
        "GET /asterisk?caller=37999990001 HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /asterisk?caller=37999990001 HTTP/1.0\r\n\r\n",
        "GET /asterisk?caller=37999990001 HTTP/1.1\nHost: x\nConnection: close\n\n",
        "GET http://x/asterisk?caller=37999990001 HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n",
        "\r\nGET /asterisk?caller=37999990001 HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n",
    ] {
        let reply = exchange(&app, odd.as_bytes()).await;
        assert!(reply.status == 200 && reply.body.ends_with("&end=1"), "{odd}: {}", reply.head);
    }
    let mut stream = connect(&app).await;
    let length = format!("Content-Length: {}\r\nExpect: 100-continue", FORM.len());
    stream.write_all(post(&length, "").as_bytes()).await.expect("it reads");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("it answers");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(FORM.as_bytes()).await.expect("it reads");
    let reported = answers(&rest(&mut stream).await);
    assert!(
        reported[0].status == 200 && reported[0].body.contains("bina_status=found"),
        "{}",
        reported[0].body
    );
}
