//! hyper's hello-world: the least a Rust HTTP server can do, with an answer as long as bina's.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// As long as bina's answer to the caller of every round, which it resembles.
pub const BODY: &str = "status=found&source=cache&alerta=1&prompt=bina/rompimento-fibra%26bina/\
    equipe-a-caminho&rule=rompimento&route=suporte&nome=CLIENTE%20INVENTADO&codigo_cliente=1421&\
    id_cliente=421&servico_status=servico_habilitado&conectado=&mensagem=&avisado=0&previsao=&matches=1&\
    telefone=37988242968&end=1";

/// Serves on `port` for ever, on a runtime of one thread or of tokio's own choice.
pub fn run(port: u16, kind: &str) -> io::Result<()> {
    let mut builder = match kind {
        "one" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build()?.block_on(serve(port))
}

async fn serve(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let served = http1::Builder::new();
            let _ = served.serve_connection(TokioIo::new(stream), service_fn(hello)).await;
        });
    }
}

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(BODY.as_bytes()))))
}
