//! FastAGI from both sides: a responder as usually written, and the part of Asterisk that calls.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// What bina sets, in its order; each contestant sets as many.
pub const VARIABLES: [(&str, &str); 17] = [
    ("STATUS", "found"),
    ("SOURCE", "cache"),
    ("ALERTA", "1"),
    ("PROMPT", "bina/rompimento-fibra&bina/equipe-a-caminho"),
    ("RULE", "rompimento"),
    ("ROUTE", "suporte"),
    ("NOME", "CLIENTE INVENTADO"),
    ("CODIGO_CLIENTE", "1421"),
    ("ID_CLIENTE", "421"),
    ("SERVICO_STATUS", "servico_habilitado"),
    ("CONECTADO", ""),
    ("MENSAGEM", ""),
    ("AVISADO", "0"),
    ("PREVISAO", ""),
    ("MATCHES", "1"),
    ("TELEFONE", "37988242968"),
    ("END", "1"),
];

/// What Asterisk 22 sends of a call before it takes commands.
pub const ENVIRONMENT: &str = "agi_network: yes\nagi_network_script: lookup\n\
    agi_request: agi://127.0.0.1/lookup\nagi_channel: PJSIP/trunk-0000002a\n\
    agi_language: pt_BR\nagi_type: PJSIP\nagi_uniqueid: 1795417824.42\nagi_version: 22.10.1\n\
    agi_callerid: 37988242968\nagi_calleridname: unknown\nagi_callingpres: 0\n\
    agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 3730001000\n\
    agi_rdnis: unknown\nagi_context: bina-agi\nagi_extension: lookup\nagi_priority: 12\n\
    agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 139912345678912\n\n";

const DONE: &[u8] = b"200 result=1\n";
/// A peer that is silent for this long is not measured any further.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves on `port` for ever: reads the environment, then sets one variable after the other, or, for
/// the least there can be, writes all commands and half-closes.
pub fn run(port: u16, kind: &str) -> io::Result<()> {
    let at_once = kind == "at-once";
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(async move {
                let _ = respond(stream, at_once).await;
            });
        }
    })
}

async fn respond(mut stream: tokio::net::TcpStream, at_once: bool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reading, mut writing) = stream.split();
    let mut reading = tokio::io::BufReader::new(reading);
    let mut line = String::new();
    while line != "\n" {
        line.clear();
        if reading.read_line(&mut line).await? == 0 {
            return Ok(());
        }
    }
    let command = |(name, value)| format!("SET VARIABLE BINA_{name} \"{value}\"\n");
    if at_once {
        writing.write_all(VARIABLES.map(command).concat().as_bytes()).await?;
        writing.shutdown().await?;
        return reading.read_to_end(&mut Vec::new()).await.map(|_| ());
    }
    for command in VARIABLES.map(command) {
        writing.write_all(command.as_bytes()).await?;
        line.clear();
        reading.read_line(&mut line).await?;
    }
    Ok(())
}

/// Makes one call as Asterisk does, and returns how many variables were set.
pub fn call(port: u16) -> io::Result<usize> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let reading = stream.try_clone()?;
    converse(reading, &mut stream)
}

/// Makes one call of a server that writes every command at once, and replies to all of them at once:
/// how many pieces single replies arrive in is chance, and counts of instructions must not be.
pub fn call_at_once(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(ENVIRONMENT.as_bytes())?;
    let mut commands = String::new();
    stream.read_to_string(&mut commands)?;
    stream.write_all(&DONE.repeat(commands.lines().count()))
}

/// Sends the environment, and executes each command that comes, until the other side closes.
pub fn converse(reading: impl Read, writing: &mut impl Write) -> io::Result<usize> {
    writing.write_all(ENVIRONMENT.as_bytes())?;
    let mut set = 0;
    for line in BufReader::new(reading).lines() {
        let line = line?;
        if line.to_ascii_uppercase().starts_with("SET VARIABLE ") {
            set += 1;
        }
        // Who has half-closed may be gone by the time of the last replies.
        if writing.write_all(DONE).and_then(|()| writing.flush()).is_err() {
            break;
        }
    }
    if set == VARIABLES.len() {
        return Ok(set);
    }
    Err(io::Error::other(format!("{set} variables were set, and not {}", VARIABLES.len())))
}
