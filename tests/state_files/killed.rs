//! A process that is killed while it saves leaves the whole old or the whole new file.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bina::domain::phone::Phone;
use bina::runtime::state_folder::StateFolder;
use bina::sources::directory::{DirectoryFiles, Forgotten, SealedFacts, SealedKind};

use crate::scratch::{FACTS, NOW, Scratch, keys, load};

/// The folder in which the process below saves.
const FOLDER: &str = "BINA_TEST_STATE_FOLDER";
const KILLS: u64 = 30;
/// So many pieces that most of the time a save is under way.
const BYTES: usize = 3_000_000;

#[test]
#[ignore = "the test below runs it in a process of its own, and kills it"]
fn a_process_that_saves_all_the_time() {
    let folder = StateFolder::open(Path::new(&std::env::var(FOLDER).expect("a folder")));
    let folder = std::sync::Arc::new(folder.expect("the one before has ended"));
    let forgotten = Forgotten::open(std::sync::Arc::clone(&folder)).expect("readable");
    let files = DirectoryFiles::new(folder, keys());
    // Should nobody end it.
    for number in 1..2_000_u64 {
        let content = vec![number as u8; BYTES];
        let facts = SealedFacts { generation: number, ..FACTS };
        let saved = files.save(SealedKind::Directory, facts, |to| to.write_all(&content));
        saved.expect("there is room");
        forgotten.insert(&phone(number), number).expect("there is room");
        println!("\nsaved {number}");
        std::io::stdout().flush().expect("a pipe");
    }
}

fn phone(number: u64) -> Phone {
    Phone::parse(&format!("379{:08}", 99_990_000 - number), None).expect("a number")
}

fn start(scratch: &Scratch) -> Child {
    let mut program = Command::new(std::env::current_exe().expect("this test"));
    let name = "killed::a_process_that_saves_all_the_time";
    program.args(["--exact", name, "--ignored", "--nocapture"]).env(FOLDER, &scratch.0);
    program.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts")
}

/// Kills it `after` its first save, and returns the number of the last save that it reported.
fn kill(mut child: Child, after: Duration) -> u64 {
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let number = |line: String| line.strip_prefix("saved ")?.parse().ok();
    let mut numbers = lines.map_while(Result::ok).filter_map(number);
    let first = numbers.next().expect("it saves");
    std::thread::sleep(after);
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
    numbers.last().unwrap_or(first)
}

#[test]
fn a_process_killed_at_any_moment_leaves_a_whole_file() {
    let scratch = Scratch::new();
    let mut unfinished = 0;
    for round in 0..KILLS {
        // From one save to a few, at moments that repeat in no round.
        let after = Duration::from_micros(round * 1_733 % 29_000);
        let reported = kill(start(&scratch), after);
        unfinished += scratch.names().iter().filter(|name| name.ends_with(".new")).count();
        let folder = scratch.open();
        let forgotten = Forgotten::open(std::sync::Arc::clone(&folder)).expect("readable");
        assert!((1..=reported).all(|number| forgotten.contains(&phone(number))), "round {round}");
        let files = DirectoryFiles::new(folder, keys());
        let content = load(&files).expect("whole").expect("it saved once");
        assert!(content.len() == BYTES && content.iter().all(|byte| *byte == content[0]));
        let facts = files.open(SealedKind::Directory, NOW, |facts, from| {
            std::io::copy(from, &mut std::io::sink()).map(|_| facts.generation)
        });
        let (_, generation) = facts.expect("whole").expect("a file");
        assert!(generation == reported || generation == reported + 1, "round {round}");
        assert_eq!(content[0], generation as u8);
        assert!(scratch.names().iter().all(|name| !name.ends_with(".new")));
    }
    assert!(unfinished > 0, "no kill hit a save");
}
