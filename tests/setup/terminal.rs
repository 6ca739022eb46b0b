//! Setup at a pseudo-terminal: what is asked again, what is not shown, and what Ctrl-C leaves.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use bina::simulator::{CLIENT_SECRET, PASSWORD, Sim};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::tree::{Outcome, Tree, lacks_secrets};
use crate::{PHONE, sim};

/// Longest wait for a question.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A setup at a terminal.
struct Session {
    program: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
    /// What of `shown` was waited for.
    read: usize,
}

impl Session {
    fn start(tree: &Tree, arguments: &[&str]) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keyboard).expect("ours");
        unlockpt(&keyboard).expect("ours");
        let name = ptsname(&keyboard, Vec::new()).expect("a name");
        let side =
            || Stdio::from(open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it"));
        let mut command = tree.command(arguments);
        let program =
            command.stdin(side()).stdout(side()).stderr(side()).spawn().expect("it starts");
        drop(command);
        let keyboard = File::from(keyboard);
        let mut output = keyboard.try_clone().expect("a second handle");
        let (send, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The last writer's end is an error here.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { program, keyboard, screen, shown: String::new(), read: 0 }
    }

    /// Waits until `text` is shown, behind what was waited for before.
    #[track_caller]
    fn wait(&mut self, text: &str) {
        let until = Instant::now() + ANSWER_MAX;
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            let bytes = self.screen.recv_timeout(left);
            let bytes = bytes.unwrap_or_else(|_| panic!("{text} is not in\n{}", self.shown));
            self.shown += &String::from_utf8_lossy(&bytes);
        }
    }

    fn type_line(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).expect("it reads");
    }

    /// Answers a question.
    #[track_caller]
    fn answer(&mut self, question: &str, line: &str) {
        self.wait(question);
        self.type_line(line);
    }

    fn end(mut self) -> Outcome {
        let code = self.program.wait().expect("our own").code();
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(300)) {
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        lacks_secrets(&self.shown);
        Outcome { code, printed: self.shown.clone() }
    }
}

/// The questions until the yes, each with a good answer.
fn questions(sim: &Sim) -> Vec<(&'static str, String)> {
    let who = sim.credentials();
    let row = |question, answer: &str| (question, answer.to_owned());
    vec![
        row("HubSoft's address", &sim.base_url()),
        row("client_id", who.client_id),
        row("client_secret (not shown): ", who.client_secret),
        row("username", who.username),
        row("password (not shown): ", who.password),
        row("Area code", "37"),
        row("Try the credentials", ""),
        row("PBX (", ""),
        row("Install the subroutines", ""),
        row("Add this at the end", ""),
        row("Write all of this (yes/no)? ", "yes"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_asked_again_alone_and_nothing_typed_is_shown() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let mut session = Session::start(&tree, &[]);
    let rows = questions(&sim);
    for (question, answer) in &rows[..7] {
        let wrong = if question.starts_with("client_secret") { "wrong-one" } else { answer };
        session.answer(question, wrong);
    }
    session.wait("HubSoft does not accept the client");
    session.answer("client_id [3]: ", "");
    session.answer("client_secret (not shown) [keep the present one]: ", CLIENT_SECRET);
    for (question, answer) in &rows[7..] {
        session.answer(question, answer);
    }
    session.answer("Reload the dialplan", "n");
    session.answer("test look-up", PHONE);
    let outcome = session.end();
    outcome.have(
        0,
        &[
            "list of all customers can be read",
            "has an alert",
            "GosubIf(${DIALPLAN_EXISTS(bina,s,1)}",
        ],
    );
    assert!(!outcome.printed.contains("wrong-one"), "{}", outcome.printed);
    assert_eq!(tree.read("etc/bina/client_secret"), CLIENT_SECRET);
    assert_eq!(tree.read("etc/bina/password"), PASSWORD);
    assert_eq!(sim.token_requests(), 3, "two trials and the look-up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_in_portuguese_asks_for_the_user_alone() {
    let (sim, tree) = (sim().await, Tree::new());
    let mut session = Session::start(&tree, &["--lang", "pt"]);
    session.answer("Endereço do HubSoft", "http://127.0.0.1:x");
    session.answer("não é um endereço", &sim.base_url());
    session.answer("client_id", "3");
    session.answer("client_secret (não aparece)", CLIENT_SECRET);
    session.answer("username", sim.credentials().username);
    session.answer("password (não aparece)", "outra");
    session.answer("DDD de quem liga", "20");
    session.answer("`20` não é um DDD", "");
    session.answer("Testar as credenciais", "talvez");
    session.answer("responda sim ou não", "s");
    session.wait("O HubSoft não aceita o usuário");
    session.answer("username", "");
    session.answer("[manter o atual]: ", PASSWORD);
    session.answer("PBX (", "");
    session.answer("Gravar tudo isso (sim/não)?", "sim");
    session.answer("Número de um cliente", "");
    session.end().have(0, &["Próximo comando: sudo systemctl enable --now bina"]);
    assert!(tree.read("etc/bina/bina.toml").starts_with("# Configuração do bina"), "its comments");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_or_the_end_of_input_at_each_question_changes_nothing() {
    let sim = sim().await;
    let rows = questions(&sim);
    let tree = Tree::asterisk();
    let before = tree.files();
    for last in 0..rows.len() {
        for is_signal in [true, false] {
            let mut session = Session::start(&tree, &[]);
            for (question, answer) in &rows[..last] {
                session.answer(question, answer);
            }
            session.wait(rows[last].0);
            if is_signal {
                let pid = Pid::from_child(&session.program);
                kill_process(pid, Signal::INT).expect("our own");
            } else {
                session.keyboard.write_all(&[4]).expect("it reads");
            }
            session.end().have(1, &["interrupted", "nothing was changed"]);
            assert_eq!(tree.files(), before, "at {}", rows[last].0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_changes_nothing_and_an_unreachable_hubsoft_can_be_left_for_later() {
    let tree = Tree::new();
    let before = tree.files();
    let mut session = Session::start(&tree, &[]);
    session.answer("HubSoft's address", "http://127.0.0.1:9");
    session.answer("client_id", "3");
    session.answer("client_secret", "one");
    session.answer("username", "a@b.example");
    session.answer("password", "two");
    session.answer("Area code", "");
    session.answer("Try the credentials", "y");
    session.answer("could not be tried", "y");
    session.answer("PBX (", "later");
    session.answer("Write all of this (yes/no)?", "");
    session.answer("answer yes or no", "no");
    session.end().have(0, &["refuses connections", "Nothing was changed."]);
    assert_eq!(tree.files(), before);
}
