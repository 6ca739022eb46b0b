//! Parts of recordings: telephones seek and play audio by ranges, and receive exactly what they request.

mod app;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use app::TestApp;
use bina::simulator::{Sim, printed_example};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const FILE: &[u8] = include_bytes!("../dialplan/sounds/pt_BR/bina/aviso-geral.wav");
const PATH: &str = "/prompts/aviso-geral.wav";

/// A reply whose body may be any bytes.
struct Part {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Part {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Whether it is the whole recording, as without a range.
    fn is_whole(&self) -> bool {
        self.status == 200 && self.body == FILE && self.header("content-range").is_none()
    }
}

/// bina that serves the sample recordings.
async fn recordings() -> (Sim, TestApp) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dialplan/sounds/pt_BR/bina");
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let setting = format!("prompts_folder = \"{}\"\n[hubsoft]", folder.display());
    let connection = app::connection(&sim).replacen("[hubsoft]", &setting, 1);
    let config = app::config(&format!("{connection}{}", app::RULES));
    let source = app::client(&sim, "");
    (sim, TestApp::serve(&config, Arc::new(source)))
}

async fn query(app: &TestApp, method: &str, headers: &str) -> Part {
    let mut stream = TcpStream::connect(app.address).await.expect("the listener is open");
    let request =
        format!("{method} {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8(answer[..end].to_vec()).expect("ASCII");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Part { status, head, body: answer.split_off(end) }
}

async fn range(app: &TestApp, range: &str) -> Part {
    query(app, "GET", &format!("Range: {range}\r\n")).await
}

#[tokio::test]
async fn a_single_range_is_answered_with_that_part() {
    let (_sim, app) = recordings().await;
    let all = FILE.len();
    for (requested, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=0-43", 0, 43),
        ("bytes=44-1043", 44, 1_043),
        ("bytes=500-", 500, all - 1),
        ("bytes=-500", all - 500, all - 1),
        ("bytes=0-999999999999999999999", 0, all - 1),
        ("bytes=-999999999", 0, all - 1),
    ] {
        let part = range(&app, requested).await;
        assert_eq!(part.status, 206, "{requested}: {}", part.head);
        assert!(part.body == FILE[first..=last], "{requested}: {} bytes", part.body.len());
        let content_range = format!("bytes {first}-{last}/{all}");
        assert_eq!(part.header("content-range"), Some(&*content_range), "{requested}");
        let length = (last - first + 1).to_string();
        assert_eq!(part.header("content-length"), Some(&*length), "{requested}");
        for (name, value) in [
            ("accept-ranges", "bytes"),
            ("cache-control", "max-age=300"),
            ("content-type", "audio/wav"),
        ] {
            assert_eq!(part.header(name), Some(value), "{requested}");
        }
        assert!(part.header("etag").is_some(), "{requested}");
    }
}

#[tokio::test]
async fn a_range_without_a_byte_is_416_with_an_empty_body() {
    let (_sim, app) = recordings().await;
    let all = FILE.len();
    let rows = [
        format!("bytes={all}-"),
        format!("bytes={all}-{all}"),
        "bytes=999999999999999999999-".to_owned(),
        "bytes=-0".to_owned(),
    ];
    for requested in rows {
        let part = range(&app, &requested).await;
        assert_eq!((part.status, part.body.len()), (416, 0), "{requested}: {}", part.head);
        let content_range = format!("bytes */{all}");
        assert_eq!(part.header("content-range"), Some(&*content_range), "{requested}");
        assert_eq!(part.header("content-length"), Some("0"), "{requested}");
    }
}

#[tokio::test]
async fn several_ranges_and_malformed_ones_are_answered_as_without() {
    let (_sim, app) = recordings().await;
    for headers in [
        "Range: bytes=0-1,3-4\r\n",
        "Range: bytes=0-1\r\nRange: bytes=3-4\r\n",
        "Range: bytes=5-4\r\n",
        "Range: bytes=a-b\r\n",
        "Range: bytes\r\n",
        "Range: bytes=-\r\n",
        "Range: bytes=\u{e9}-1\r\n",
        "Range: seconds=0-1\r\n",
        "Range:\r\n",
    ] {
        let part = query(&app, "GET", headers).await;
        assert!(part.is_whole(), "{headers}: {}", part.head);
        assert_eq!(part.header("accept-ranges"), Some("bytes"), "{headers}");
    }
}

#[tokio::test]
async fn a_range_counts_only_while_the_recording_is_the_same() {
    let (_sim, app) = recordings().await;
    let whole = query(&app, "GET", "").await;
    let tag = whole.header("etag").expect("a tag");
    let with = |condition: String| format!("Range: bytes=0-9\r\n{condition}\r\n");
    let part = query(&app, "GET", &with(format!("If-Range: {tag}"))).await;
    assert_eq!((part.status, part.body.len()), (206, 10), "{}", part.head);
    for condition in [
        "If-Range: \"another\"".to_owned(),
        format!("If-Range: W/{tag}"),
        "If-Range: Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
        format!("If-Range: {tag}\r\nIf-Range: {tag}"),
    ] {
        let part = query(&app, "GET", &with(condition.clone())).await;
        assert!(part.is_whole(), "{condition}: {}", part.head);
    }
    // A part behind the end of another recording is no mistake: the whole new one is sent.
    let headers = "Range: bytes=999999999-\r\nIf-Range: \"another\"\r\n";
    assert!(query(&app, "GET", headers).await.is_whole());
    let known = query(&app, "GET", &with(format!("If-None-Match: {tag}"))).await;
    assert_eq!((known.status, known.body.len()), (304, 0), "{}", known.head);
}

#[tokio::test]
async fn head_has_the_headers_of_the_whole_recording() {
    let (_sim, app) = recordings().await;
    for headers in ["", "Range: bytes=0-9\r\n", "Range: bytes=999999999-\r\n"] {
        let head = query(&app, "HEAD", headers).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{}", head.head);
        assert_eq!(head.header("accept-ranges"), Some("bytes"));
        assert_eq!(head.header("content-length"), Some(&*FILE.len().to_string()));
        assert_eq!(head.header("content-range"), None);
    }
}

/// What curl gets, when it is there: the status and the body.
fn curl(app: &TestApp, arguments: &[&str]) -> Option<(String, Vec<u8>)> {
    let url = format!("http://{}{PATH}", app.address);
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "10", "-w", "%{stderr}%{http_code}"])
        .args(arguments)
        .arg(url)
        .output()
        .ok()?;
    Some((String::from_utf8_lossy(&output.stderr).into_owned(), output.stdout))
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_seeks_and_resumes() {
    let (_sim, app) = recordings().await;
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: there is no curl");
        return;
    }
    let got = |arguments: &[&str]| curl(&app, arguments).expect("curl is there");
    assert_eq!(got(&["-r", "100-199"]), ("206".to_owned(), FILE[100..200].to_vec()));
    assert_eq!(got(&["-r", "-10"]), ("206".to_owned(), FILE[FILE.len() - 10..].to_vec()));
    assert_eq!(got(&["-r", "999999999-"]), ("416".to_owned(), Vec::new()));
    assert_eq!(got(&[]), ("200".to_owned(), FILE.to_vec()));

    let file = std::env::temp_dir().join(format!("bina-resumed-{}.wav", std::process::id()));
    std::fs::write(&file, &FILE[..1_000]).expect("a file");
    let (status, _) = got(&["-C", "-", "-o", file.to_str().expect("UTF-8")]);
    let resumed = std::fs::read(&file).expect("it is there");
    std::fs::remove_file(&file).expect("it was there");
    assert_eq!(status, "206");
    assert!(resumed == FILE, "{} bytes", resumed.len());
}
