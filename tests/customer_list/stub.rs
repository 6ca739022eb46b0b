//! A HubSoft that answers each path as a test says, and may never complete a body.

use std::net::SocketAddr;
use std::sync::Arc;

use bina::sources::hubsoft::{HubSoft, HubsoftMetrics};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::app;

const TOKEN: &[u8] = br#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;

/// What the stub sends.
#[derive(Clone)]
pub(crate) struct StubAnswer {
    pub(crate) status: u16,
    pub(crate) header: &'static str,
    pub(crate) body: Vec<u8>,
    /// Bytes that are declared, and never sent.
    pub(crate) missing: usize,
}

impl StubAnswer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, header: "X-Stub: 1", body: body.into(), missing: 0 }
    }
}

type Answers = Arc<dyn Fn(&str) -> StubAnswer + Send + Sync>;

/// The running stub.
pub(crate) struct StubHubsoft {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StubHubsoft {
    /// Starts with the answer to each path and query; tokens are granted.
    pub(crate) async fn start(
        answers: impl Fn(&str) -> StubAnswer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answers, log): (Answers, _) = (Arc::new(answers), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answers), Arc::clone(&log)));
            }
        });
        Self { address, requests }
    }

    /// The paths and queries requested so far, without those for tokens.
    pub(crate) fn requests(&self) -> Vec<String> {
        let is_token = |path: &&String| path.starts_with("/oauth");
        self.requests.lock().iter().filter(|path| !is_token(path)).cloned().collect()
    }

    pub(crate) fn token_requests(&self) -> usize {
        let without_tokens = self.requests().len();
        self.requests.lock().len() - without_tokens
    }

    pub(crate) fn client(&self, settings: &str) -> HubSoft {
        self.client_with(settings, HubsoftMetrics::default())
    }

    pub(crate) fn client_with(&self, settings: &str, metrics: HubsoftMetrics) -> HubSoft {
        let text = format!(
            "[hubsoft]\nbase_url = \"http://{}\"\ninsecure_http = true\nclient_id = \"1\"\n\
             client_secret = \"s\"\nusername = \"u\"\npassword = \"p\"\n{settings}",
            self.address
        );
        let settings = app::config(&text).hubsoft;
        HubSoft::supervised(settings, &Default::default(), metrics).expect("a client")
    }
}

/// Answers one request, and closes the connection.
async fn serve(mut stream: TcpStream, answers: Answers, log: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![0; 16 * 1024];
    let length = stream.read(&mut head).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&head[..length]);
    let Some(path) = text.split(' ').nth(1).map(str::to_owned) else { return };
    log.lock().push(path.clone());
    let answer = match path.starts_with("/oauth") {
        true => StubAnswer::new(200, TOKEN),
        false => answers(&path),
    };
    let head = format!(
        "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n\r\n",
        answer.status,
        answer.body.len() + answer.missing,
        answer.header
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&answer.body).await;
    if answer.missing > 0 {
        // Until the client closes the connection.
        let _ = stream.read(&mut [0]).await;
    }
}
