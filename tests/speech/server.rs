//! A server in OpenAI's form as the engine.

use std::path::Path;
use std::sync::Arc;

use bina::app::config::Config;
use bina::domain::speech_text::{SpeechWords, prepare};
use bina::sources::speech::{EngineError, EngineFailure, engine};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Duration;

/// Configures an engine at that address.
pub(crate) fn config(speech: &str) -> Config {
    let text = format!(
        "[hubsoft]\nbase_url = \"http://127.0.0.1:1\"\ninsecure_http = true\nclient_id = \"1\"\n\
         client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n[speech]\n{speech}"
    );
    Config::parse(&text, Path::new("built-in")).expect("it is valid")
}

/// Answers each request with `answer`, and keeps what it receives.
async fn server(answer: Vec<u8>) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let received = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 4_096];
            let mut text = String::new();
            while !text.ends_with('}') {
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                text += &String::from_utf8_lossy(&bytes[..count]);
                if count == 0 {
                    break;
                }
            }
            *kept.lock() = text;
            let _ = stream.write_all(&answer).await;
        }
    });
    (format!("http://{address}/v1/audio/speech"), received)
}

async fn spoken(url: &str) -> Result<Vec<u8>, EngineError> {
    let speech =
        format!("url = \"{url}\"\nmodel = \"kokoro\"\nvoice = \"pf_dora\"\ntimeout_s = 1\n");
    let settings = config(&speech).speech.engine.expect("an engine");
    let text = prepare("Rompimento de fibra", &SpeechWords::default()).expect("a text");
    engine(&settings).expect("a client").speak(&text).await
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_text_is_posted_in_openais_form_and_the_answer_is_the_wav() {
    let (url, received) = server(answer("200 OK", b"RIFF....")).await;
    assert_eq!(spoken(&url).await.expect("it answers"), b"RIFF....");
    let request = received.lock().clone();
    let body = request.split("\r\n\r\n").nth(1).expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let expected = serde_json::json!({
        "model": "kokoro", "input": "Rompimento de fibra.", "voice": "pf_dora",
        "response_format": "wav",
    });
    assert_eq!(body, expected);
    assert!(request.starts_with("POST /v1/audio/speech HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_server_that_fails_is_named_with_a_remedy_and_without_the_text() {
    for (reply, failure, part) in [
        (answer("401 Unauthorized", b"{}"), EngineFailure::Http, "speech.token_file"),
        (answer("404 Not Found", b"Rompimento"), EngineFailure::Http, "/v1/audio/speech"),
        (answer("500 Oops", b""), EngineFailure::Http, "server's log"),
        (answer("302 Found", b""), EngineFailure::Http, "302"),
        (answer("200 OK", b""), EngineFailure::Empty, "empty"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nRIFF".to_vec(),
            EngineFailure::Connect,
            "broke off",
        ),
        (b"nonsense".to_vec(), EngineFailure::Connect, "broke off"),
    ] {
        let (url, _) = server(reply).await;
        let error = spoken(&url).await.expect_err("it fails");
        assert_eq!(error.failure, failure, "{error}");
        let text = error.to_string();
        assert!(text.contains(part) && !text.contains("Rompimento"), "{text}");
    }
    let error = spoken("http://127.0.0.1:1/v1/audio/speech").await.expect_err("nobody is there");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_the_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1/audio/speech", listener.local_addr().expect("bound"));
    let start = std::time::Instant::now();
    let error = spoken(&url).await.expect_err("it says nothing");
    assert_eq!(error.failure, EngineFailure::Timeout);
    assert!(start.elapsed() < Duration::from_secs(10));
}
