//! The words of an alert, spoken by a real engine and played by a real Asterisk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::calls::Call;
use crate::pbx::{Asterisk, asterisk};
use crate::program::{Ahead, Program, hubsoft};
use crate::record::{Problems, Record};
use crate::snippets::{CURL, SNIPPETS};
use crate::{UNKNOWN, customers};

/// espeak-ng takes milliseconds; this is for a machine that is busy with other things.
const SPOKEN_WITHIN: Duration = Duration::from_secs(20);
/// Asterisk counts the header's 44 bytes as audio, and stops that much before the end, in the silence.
const HEADER_SAMPLES: usize = 22;
/// It takes as long as it is heard.
const RECORDED_WITHIN: Duration = Duration::from_secs(60);
const PREPARED: &str = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR)";

/// Writes a program that runs these lines of a shell.
fn engine(file: &Path, lines: &str) {
    // Another file in its place: one that runs cannot be written.
    let new = file.with_extension("new");
    fs::write(&new, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&new, file).unwrap();
}

fn espeak(asterisk: &Asterisk) -> String {
    let words = asterisk.speaker();
    let words = words.iter().map(|word| format!("'{}'", word.to_str().unwrap()));
    let words: Vec<_> = words.collect();
    format!("exec {} -v pt-br -s 145 -p 40 -b 1 --stdout", words.join(" "))
}

/// Waits until a prompt other than `before` is spoken.
fn spoken(ahead: &Ahead, before: &str) -> (String, Duration) {
    let began = Instant::now();
    loop {
        let prompt = ahead.prompt();
        if prompt.contains("/prompts/fala/") && prompt != before {
            return (prompt, began.elapsed());
        }
        assert!(began.elapsed() < SPOKEN_WITHIN, "not spoken: {prompt}");
        sleep(Duration::from_millis(50));
    }
}

/// The samples of a WAV of 16 bits.
fn samples(wav: &[u8]) -> Vec<i16> {
    let at = wav.windows(4).position(|name| name == b"data").unwrap() + 8;
    wav[at..].as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
}

/// What Asterisk plays for an address, recorded.
fn recorded(asterisk: &Asterisk, url: &str) -> Vec<i16> {
    let file = asterisk.run.join("spoken.wav");
    let set = |name: &str, value: &str| {
        asterisk.cli(&format!("dialplan set global {name} {value}"));
    };
    set("PLAYED", url);
    set("RECORDED", file.to_str().unwrap());
    asterisk.cli("channel originate Local/s@test-recorder/n extension s@test-player");
    let (began, mut length) = (Instant::now(), 0);
    loop {
        sleep(Duration::from_millis(500));
        let now = fs::metadata(&file).map_or(0, |about| about.len());
        let is_over = !String::from_utf8_lossy(&asterisk.cli("core show channels concise").stdout)
            .contains("test-recorder");
        if now > 1_000 && now == length && is_over {
            return samples(&fs::read(&file).unwrap());
        }
        length = now;
        assert!(began.elapsed() < RECORDED_WITHIN, "it is not recorded: {now} bytes");
    }
}

fn fetched(url: &str) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
        let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
        assert!(text.contains("cache-control: public, max-age=31536000, immutable"), "{text}");
        answer.split_off(head + 4)
    })
}

#[test]
fn an_alerts_words_are_heard_from_the_next_call_on_and_its_recording_without_an_engine() {
    let Some(asterisk) = asterisk() else { return };
    let program = asterisk.run.join("engine.sh");
    engine(&program, &espeak(asterisk));
    let hubsoft = hubsoft(customers());
    let ahead = Program::start_speaking(asterisk, &hubsoft.base_url(), &program);
    let call = |name: &str| -> Record {
        let call = Call::from(UNKNOWN, &CURL, ahead.bina.at(&CURL)).named(name);
        asterisk.place(&[call]).remove(0)
    };
    let mut problems = Problems::default();
    let said = |record: &Record, problems: &mut Problems| {
        record.has("source=local alerta=1 rule=rompimento playbackstatus=SUCCESS", problems);
        problems.check(
            record.played.len() == 2 && record.played[0] == "bina/equipe-a-caminho(pt_BR)",
            || format!("{}: played {:?}", record.name, record.played),
        );
    };

    let first = ahead.publish("Rompimento de fibra no Centro, volta às 18h30", "");
    let (prompt, took) = spoken(&ahead, "");
    println!("spoken after {took:?}: {prompt}");
    said(&call("spoken"), &mut problems);
    let url = prompt.split('&').find(|part| part.contains("://")).unwrap();
    let (rendered, heard) = (samples(&fetched(url)), recorded(asterisk, url));
    let audible = &rendered[..rendered.len() - HEADER_SAMPLES];
    let is_same = heard.windows(audible.len()).any(|part| part == audible);
    problems.check(is_same, || {
        format!("{} samples are not among the {} that were heard", rendered.len(), heard.len())
    });
    println!("{} samples, heard as rendered: {is_same}", rendered.len());

    let second = ahead.publish("Rompimento de fibra no Centro, volta às 20h", &first);
    let (changed, _) = spoken(&ahead, &prompt);
    let record = call("changed");
    said(&record, &mut problems);
    problems.check(record.get("prompt") == changed, || format!("{changed}\n{record}"));

    engine(&program, "exit 1");
    ahead.publish("Rompimento de fibra no Norte, sem previsão", &second);
    let calls: Vec<_> = SNIPPETS
        .iter()
        .map(|snippet| Call::from(UNKNOWN, snippet, ahead.bina.at(snippet)).named("dead engine"))
        .collect();
    for record in asterisk.place(&calls) {
        record.plays(PREPARED, "suporte", &mut problems);
        record.has("source=local alerta=1 rule=rompimento", &mut problems);
    }
    problems.none();
}
