//! A client that sees every byte, and the requests the tests make with it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bina::simulator::{self, Fault, Sim};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const PHONE: &str = "37999990001";
/// Long enough to be sure that nothing comes.
pub(crate) const SILENCE: Duration = Duration::from_millis(300);

pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    pub(crate) unread: Vec<u8>,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn ids(&self) -> Vec<u64> {
        let customers = self.json()["clientes"].as_array().unwrap().clone();
        customers.iter().map(|customer| customer["id_cliente"].as_u64().unwrap()).collect()
    }
}

impl Client {
    pub(crate) async fn to(sim: &Sim) -> Self {
        Self::at(sim.addr()).await
    }

    pub(crate) async fn at(addr: SocketAddr) -> Self {
        Self::over(TcpStream::connect(addr).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    pub(crate) async fn say(&mut self, request: &str) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    pub(crate) async fn exchange(&mut self, request: &str) -> Reply {
        self.say(request).await;
        self.reply().await
    }

    /// One reply with a Content-Length; the rest stays unread.
    pub(crate) async fn reply(&mut self) -> Reply {
        let (status, head) = self.head().await;
        let mut reply = Reply { status, head, body: Vec::new() };
        let length = reply.header("Content-Length").unwrap().parse().unwrap();
        while self.unread.len() < length {
            assert_ne!(self.stream.read_buf(&mut self.unread).await.unwrap(), 0, "closed early");
        }
        reply.body = self.unread.drain(..length).collect();
        reply
    }

    pub(crate) async fn head(&mut self) -> (u16, String) {
        loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.unread.drain(..end + 4).collect();
                let head = String::from_utf8(head).unwrap();
                return (head[9..12].parse().unwrap(), head);
            }
            assert_ne!(self.stream.read_buf(&mut self.unread).await.unwrap(), 0, "closed early");
        }
    }

    /// Everything up to the end of the connection, and how it ended.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, io::Result<usize>) {
        let end = self.stream.read_to_end(&mut self.unread).await;
        (std::mem::take(&mut self.unread), end)
    }
}

pub(crate) fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: sim\r\n{headers}\r\n")
}

pub(crate) fn lookup(token: &str, query: &str) -> String {
    let headers = format!("Accept: application/json\r\nAuthorization: Bearer {token}\r\n");
    get(&format!("/api/v1/integracao/cliente?{query}"), &headers)
}

/// A request below the API.
pub(crate) fn below_api(token: &str, path_and_query: &str) -> String {
    let headers = format!("Accept: application/json\r\nAuthorization: Bearer {token}\r\n");
    get(&format!("/api/v1/integracao/{path_and_query}"), &headers)
}

/// A request for a page of the bulk list.
pub(crate) fn page(token: &str, number: u32, rows: u32, more: &str) -> String {
    let query = format!("pagina={number}&itens_por_pagina={rows}{more}");
    below_api(token, &format!("cliente/todos?{query}"))
}

pub(crate) fn by_phone(token: &str) -> String {
    lookup(token, &format!("busca=telefone&termo_busca={PHONE}&limit=20"))
}

pub(crate) fn account(sim: &Sim) -> Value {
    let account = sim.credentials();
    json!({
        "grant_type": "password",
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "username": account.username,
        "password": account.password,
    })
}

pub(crate) fn token_request(body: &str) -> String {
    format!(
        "POST /oauth/token HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) async fn token(sim: &Sim) -> String {
    let reply = Client::to(sim).await.exchange(&token_request(&account(sim).to_string())).await;
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn start() -> Sim {
    let alerted =
        simulator::with_alert(simulator::customer(1, "JOÃO LUZ", PHONE), &["Fibra rompida/centro"]);
    Sim::start(vec![alerted]).await.unwrap()
}

/// A simulator with that fault, but for its tokens, and a client that has just sent a lookup.
pub(crate) async fn client_with(fault: Fault) -> (Sim, Client) {
    let sim = start().await;
    sim.set_token_fault(Fault::Normal);
    sim.set_fault(fault);
    let mut client = Client::to(&sim).await;
    client.say(&by_phone(&token(&sim).await)).await;
    (sim, client)
}

pub(crate) async fn reply_in(fault: Fault) -> Reply {
    let (_sim, mut client) = client_with(fault).await;
    client.reply().await
}
