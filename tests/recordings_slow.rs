//! Recordings over slow lines: steady readers get them whole, near-stopped ones are closed.

mod app;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::TestApp;
use bina::simulator::Sim;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Mutex;

/// A 16-bit recording of `length` bytes of sound, as Asterisk plays it.
fn wav(length: u32) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend((0..length).map(|at| (at % 251) as u8));
    file
}

/// The slots are the process's: one test after the other.
static ALONE: Mutex<()> = Mutex::const_new(());

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn app(name: &str) -> (Folder, Sim, TestApp) {
    let folder = std::env::temp_dir().join(format!("bina-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("longo.wav"), wav(480_000)).expect("a file");
    fs::write(folder.join("curto.wav"), wav(96_000)).expect("a file");
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let text = app::connection(&sim);
    let prompts = "[prompts]\nlongo = \"longo\"\ncurto = \"curto\"\n";
    let text = text.replacen(
        "[listen]\n",
        &format!("[listen]\nprompts_folder = \"{}\"\n", folder.display()),
        1,
    );
    let config = app::config(&format!("{text}{prompts}"));
    let source = app::client(&sim, "");
    let app = TestApp::serve(&config, std::sync::Arc::new(source));
    (Folder(folder), sim, app)
}

/// A connection that holds little of what it has not read, as a slow line does.
async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("an option");
    socket.connect(address).await.expect("the listener is open")
}

/// Fetches a recording at `rate` bytes a second; returns how much came, and how long it took.
async fn fetched(address: SocketAddr, name: &str, rate: usize) -> (usize, Duration) {
    let start = Instant::now();
    let mut stream = narrow(address).await;
    let request =
        format!("GET /prompts/{name}.wav HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut piece = vec![0; rate / 10];
    let mut came = 0;
    loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(length) => came += length,
        }
        // Paced by the clock, so that a busy machine does not make the line slower than it is.
        let due = start + Duration::from_secs_f64(came as f64 / rate as f64);
        tokio::time::sleep_until(due.into()).await;
    }
    (came, start.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_are_served_whole_on_slow_lines_and_ordinary_answers_beside_them() {
    let _alone = ALONE.lock().await;
    let (_folder, _sim, app) = app("slow-lines").await;
    let at = app.address;
    let rows = [("longo", 64_000), ("longo", 32_000), ("curto", 8_000), ("curto", 6_000)];
    let fetches = rows.map(|(name, rate)| tokio::spawn(fetched(at, name, rate)));
    for ((name, rate), fetch) in rows.into_iter().zip(fetches) {
        let (came, took) = fetch.await.expect("no panic");
        println!("{name} at {rate} bytes a second: {came} bytes in {took:?}");
        let whole = if name == "longo" { 480_044 } else { 96_044 };
        assert!(came > whole, "{name} at {rate} bytes a second: {came} bytes in {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hardly_reads_is_closed_and_takes_no_slot_from_others() {
    let _alone = ALONE.lock().await;
    let (_folder, _sim, app) = app("stopped-lines").await;
    let at = app.address;
    // More than there are slots for; those that stop are closed after two seconds, or ten.
    for _ in 0..140 {
        tokio::spawn(fetched(at, "longo", 100));
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(app.asterisk("anonymous").await[0].1, "no_number");
    let (came, _) = fetched(at, "curto", 1_000_000).await;
    assert!(came > 96_044, "who reads quickly needs no slot: {came} bytes");
    // The reader may notice late, as it takes what the system holds in small pieces.
    tokio::time::sleep(Duration::from_secs(14)).await;
    let (came, took) = fetched(at, "curto", 16_000).await;
    assert!(came > 96_044, "the slots are free again: {came} bytes in {took:?}");
}
