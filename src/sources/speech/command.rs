//! A program that reads the text from its standard input and writes a WAV to its standard output.
//!
//! It is started without a shell, so that nothing in its arguments is interpreted, and the text is none of
//! them. It is a process group of its own, which is ended when it takes too long.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::domain::speech_text::Prepared;

use super::group::EngineGroup;
use super::voices::{VOICE_FOLDERS, missing_voice};
use super::{EngineError, EngineFailure, SpeechEngine, SpokenWav, WAV_BYTES_MAX};

/// How long the output of an engine that has ended is read while one that it started holds it open.
const REST: Duration = Duration::from_millis(500);
/// How long an engine that is killed may take to end: the kernel holds one that waits for a disk.
const REAPED: Duration = Duration::from_secs(1);
/// So much of an engine's error output is kept, for `bina say`.
const ERRORS_BYTES_MAX: usize = 4_096;
/// The kernel's scale ends at 1,000; the service has -500 in its unit.
const OOM_SCORE: &str = "500";
/// Variables of the service that are no concern of an engine.
const HIDDEN: [&str; 8] = [
    "CONFIGURATION_DIRECTORY",
    "CREDENTIALS_DIRECTORY",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LISTEN_FDS",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "STATE_DIRECTORY",
];

/// An engine that is a program.
pub(super) struct CommandEngine {
    words: Vec<String>,
    limit: Duration,
    id: String,
}

impl CommandEngine {
    /// The program and its arguments.
    pub(super) fn new(words: &[String], limit: Duration) -> Self {
        Self { words: words.to_vec(), limit, id: format!("command {words:?}") }
    }

    async fn spoken(&self, text: &str) -> Result<Vec<u8>, EngineError> {
        self.require_voice().await?;
        let mut child = self.started()?;
        // Dropped before `child` is, so that its number is still its own.
        let group = EngineGroup::of(&child);
        end_first(&child);
        let mut errors = Vec::new();
        let result = timeout(self.limit, exchanged(&mut child, text, &mut errors)).await;
        let result = result.unwrap_or_else(|_| Err(EngineError::timeout(self.limit)));
        match &result {
            Ok(EngineRun { status, left: Left::Nobody, .. }) if status.success() => group.release(),
            Ok(_) => group.end().await,
            Err(_) => {
                group.end().await;
                let _ = timeout(REAPED, child.wait()).await;
            }
        }
        let judged = result.and_then(|EngineRun { status, wav, .. }| self.judged(status, wav));
        judged.map_err(|error| error.with_output(&errors))
    }

    /// An engine that does not have its voice may speak with another one.
    async fn require_voice(&self) -> Result<(), EngineError> {
        let words = self.words.clone();
        let missing = spawn_blocking(move || missing_voice(&words, &VOICE_FOLDERS.map(Path::new)));
        match missing.await.ok().flatten() {
            Some(problem) => Err(EngineError::new(EngineFailure::Voice, problem.english)),
            None => Ok(()),
        }
    }

    fn started(&self) -> Result<Child, EngineError> {
        let [program, arguments @ ..] = &self.words[..] else {
            return Err(EngineError::new(EngineFailure::Start, "speech.command names no program"));
        };
        let mut command = Command::new(program);
        HIDDEN.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.args(arguments).current_dir("/").process_group(0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|error| {
            let remedy = match error.kind() {
                ErrorKind::NotFound => "install it, or write its whole path",
                ErrorKind::PermissionDenied => "let bina's user execute it",
                _ => "see whether it runs in a terminal",
            };
            let text = format!("speech.command: `{program}` cannot be started ({error}): {remedy}");
            EngineError::new(EngineFailure::Start, text)
        })
    }

    fn judged(&self, status: ExitStatus, wav: Vec<u8>) -> Result<Vec<u8>, EngineError> {
        let program = &self.words[0];
        if !status.success() {
            let text = format!(
                "speech.command: `{program}` ended with {status}: see why with \
                 `echo teste | {} > /tmp/x.wav`",
                shell_words(&self.words)
            );
            return Err(EngineError::new(EngineFailure::Exit, text));
        }
        if wav.is_empty() {
            let text = format!(
                "speech.command: `{program}` wrote nothing: it has to write a WAV to its standard output"
            );
            return Err(EngineError::new(EngineFailure::Empty, text));
        }
        Ok(wav)
    }
}

impl SpeechEngine for CommandEngine {
    fn speak<'a>(&'a self, text: &'a Prepared) -> SpokenWav<'a> {
        Box::pin(self.spoken(text.reveal()))
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// Under memory pressure the kernel ends the engine before the service: its text is tried again. Where that
/// cannot be set, it has the score of the service.
fn end_first(child: &Child) {
    if let Some(id) = child.id() {
        let _ = fs::write(format!("/proc/{id}/oom_score_adj"), OOM_SCORE);
    }
}

/// What an engine has written, and how it ended.
struct EngineRun {
    status: ExitStatus,
    wav: Vec<u8>,
    left: Left,
}

/// Who still had the engine's output when it had ended.
enum Left {
    Nobody,
    Somebody,
}

/// The command as a shell reads it.
fn shell_words(words: &[String]) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    let quoted = words.iter().map(|word| match word.as_str() {
        "" => "''".to_owned(),
        plain if plain.chars().all(is_plain) => plain.to_owned(),
        other => format!("'{}'", other.replace('\'', "'\\''")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Gives the program the text, and reads what it writes until it ends.
async fn exchanged(
    child: &mut Child,
    text: &str,
    errors: &mut Vec<u8>,
) -> Result<EngineRun, EngineError> {
    let (input, output, error_output) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut input) = input {
            // A program that has ended reads no more; its status says why.
            let _ = input.write_all(text.as_bytes()).await;
            let _ = input.write_all(b"\n").await;
        }
    };
    let mut wav = Vec::new();
    let (status, left) = {
        let pipes =
            async { tokio::join!(read(output, &mut wav), write, drained(error_output, errors)).0 };
        let mut pipes = pin!(pipes);
        tokio::select! {
            read = &mut pipes => {
                read?;
                (child.wait().await, Left::Nobody)
            }
            status = child.wait() => match timeout(REST, &mut pipes).await {
                Ok(read) => {
                    read?;
                    (status, Left::Nobody)
                }
                Err(_) => (status, Left::Somebody),
            },
        }
    };
    let status = status.map_err(|error| {
        EngineError::new(EngineFailure::Exit, format!("speech.command: {error}"))
    })?;
    Ok(EngineRun { status, wav, left })
}

async fn read(
    output: Option<impl AsyncRead + Unpin>,
    wav: &mut Vec<u8>,
) -> Result<(), EngineError> {
    let Some(output) = output else { return Ok(()) };
    let read = output.take(WAV_BYTES_MAX as u64 + 1).read_to_end(wav).await;
    match read {
        Ok(_) if wav.len() > WAV_BYTES_MAX => Err(EngineError::size(WAV_BYTES_MAX)),
        Ok(_) => Ok(()),
        Err(error) => {
            Err(EngineError::new(EngineFailure::Exit, format!("speech.command: {error}")))
        }
    }
}

/// Keeps the beginning of the error output, and drops the rest.
async fn drained(output: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut output) = output else { return };
    let mut read = [0; 4_096];
    while let Ok(count) = output.read(&mut read).await {
        if count == 0 {
            return;
        }
        let room = ERRORS_BYTES_MAX - kept.len();
        kept.extend_from_slice(&read[..count.min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::domain::speech_text::{SpeechWords, prepare};

    use super::*;

    /// With more time than a busy machine takes.
    fn shell(script: &str) -> CommandEngine {
        within(script, Duration::from_secs(20))
    }

    /// With less time than the script takes.
    fn hasty_shell(script: &str) -> CommandEngine {
        within(script, Duration::from_millis(500))
    }

    fn within(script: &str, limit: Duration) -> CommandEngine {
        let words = ["/bin/sh", "-c", script].map(str::to_owned);
        CommandEngine::new(&words, limit)
    }

    async fn spoken(engine: &CommandEngine) -> Result<Vec<u8>, EngineError> {
        let text = prepare("Rompimento de fibra", &SpeechWords::default()).expect("a text");
        engine.speak(&text).await
    }

    #[tokio::test]
    async fn the_text_goes_in_and_the_wav_comes_out() {
        let wav = spoken(&shell("cat")).await.expect("it repeats what it reads");
        assert_eq!(String::from_utf8(wav).expect("a text").trim(), "Rompimento de fibra.");
        let warning = shell("yes | head -c 300000 >&2; printf RIFF");
        assert_eq!(spoken(&warning).await.expect("its warnings are dropped"), b"RIFF");
        let unread = shell("exec printf RIFF");
        assert_eq!(spoken(&unread).await.expect("it reads nothing"), b"RIFF");
    }

    #[tokio::test]
    async fn the_kernel_ends_the_engine_before_the_service() {
        let score = shell("cat > /dev/null; sleep 0.2; cat /proc/self/oom_score_adj");
        assert_eq!(spoken(&score).await.expect("it has a score").trim_ascii(), b"500");
    }

    #[tokio::test]
    async fn a_program_that_fails_is_named_with_a_remedy_and_without_the_text() {
        for (engine, failure, part) in [
            (shell("cat >&2; exit 3"), EngineFailure::Exit, "exit status: 3"),
            (shell("cat > /dev/null"), EngineFailure::Empty, "wrote nothing"),
            (hasty_shell("yes >&2"), EngineFailure::Timeout, "speech.timeout_s"),
            (hasty_shell("sleep 5"), EngineFailure::Timeout, "speech.timeout_s"),
            (shell("yes | head -c 40000000"), EngineFailure::Size, "32 MiB"),
        ] {
            let error = spoken(&engine).await.expect_err("it fails");
            assert_eq!(error.failure, failure, "{error}");
            let text = error.to_string();
            assert!(text.contains(part) && !text.contains("Rompimento"), "{text}");
        }
        let missing =
            CommandEngine::new(&["bina-no-such-program".to_owned()], Duration::from_secs(1));
        let error = spoken(&missing).await.expect_err("it is not there");
        assert_eq!(error.failure, EngineFailure::Start);
        assert!(error.to_string().contains("install it"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_ended() {
        let file = std::env::temp_dir().join(format!("bina-engine-{}", std::process::id()));
        let script = format!("echo $$ > {}; exec sleep 30", file.display());
        let start = Instant::now();
        spoken(&hasty_shell(&script)).await.expect_err("it takes too long");
        assert!(start.elapsed() < Duration::from_secs(10));
        let id = fs::read_to_string(&file).expect("it was started");
        fs::remove_file(&file).expect("it is ours");
        assert!(!Path::new("/proc").join(id.trim()).exists(), "it is ended and reaped");
    }
}
