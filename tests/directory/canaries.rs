//! Personal data: in no file of the state folder, no line of the log, no metric and no status.

use std::fs;
use std::path::Path;

use bina::simulator::{CANARIES, CANARY_SURNAME, Fault, Population};

use crate::program::{Program, bina};
use crate::scene::{CALLERS, Scene, settings};

/// A number in every form in which it may be written.
fn forms(phone: &str) -> Vec<String> {
    let (area, own) = phone.split_at(2);
    let short = own.strip_prefix('9').filter(|rest| rest.len() == 8).unwrap_or(own);
    let (head, tail) = short.split_at(short.len() - 4);
    vec![
        phone.to_owned(),
        own.to_owned(),
        format!("{area}{short}"),
        short.to_owned(),
        format!("{head}-{tail}"),
        format!("{head} {tail}"),
        format!("{head}%20{tail}"),
    ]
}

fn assert_none(place: &str, bytes: &[u8], population: &Population) {
    let contains = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    for canary in CANARIES.iter().chain(&[CANARY_SURNAME]) {
        assert!(!contains(canary), "{canary} in {place}");
    }
    for index in CALLERS {
        for phone in population.phones(index) {
            for form in forms(&phone) {
                assert!(!contains(&form), "{form} of {phone} in {place}");
            }
        }
    }
}

fn assert_none_in_files(folder: &Path, population: &Population) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_file() {
            let bytes = fs::read(entry.path()).expect("a file");
            assert_none(&entry.path().display().to_string(), &bytes, population);
            files += 1;
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_written_nowhere() {
    for names in ["", "names = true\n"] {
        let scene = Scene::before_start("canaries").await;
        scene.slow_pages(10);
        let settings = settings(&scene.folder, &format!("page_rows = 10\n{names}"));
        let program = Program::start("canaries", &scene.sim, &settings);
        program.when(|_| scene.folder.join("walk.sealed").exists()).await;
        assert_none_in_files(&scene.folder, &scene.population);
        program.when(|status| status.next_walk_in_s.is_some()).await;
        ask_and_forget(&program, &scene).await;
        // A report has the journal written first.
        assert_none("/v1/report", program.get("/v1/report").await.as_bytes(), &scene.population);
        // The directory, the forgotten numbers, the journal and its key.
        assert_eq!(assert_none_in_files(&scene.folder, &scene.population), 4);
        for path in ["/metrics", "/v1/directory"] {
            assert_none(path, program.get(path).await.as_bytes(), &scene.population);
        }
        let printed = bina(&program, &["directory", "status"]).1;
        assert!(printed.contains("customers"), "{printed}");
        assert_none("status", printed.as_bytes(), &scene.population);
        assert_none("log", program.log().as_bytes(), &scene.population);
        scene.sim.set_lookup_fault(Fault::HangUp);
        let answer = program.ask(&scene.population.phone(7).expect("a number")).await;
        assert_eq!(answer.contains(CANARY_SURNAME), !names.is_empty(), "{answer}");
        drop(program);
        let _ = fs::remove_dir_all(&scene.folder);
    }
}

/// Calls that HubSoft answers, calls that it does not, and a purge.
async fn ask_and_forget(program: &Program, scene: &Scene) {
    for index in 20..25 {
        let Some(phone) = scene.population.phone(index) else { continue };
        program.ask(&phone).await;
    }
    scene.sim.set_lookup_fault(Fault::Trace);
    for index in 25..30 {
        let Some(phone) = scene.population.phone(index) else { continue };
        program.ask(&phone).await;
        program.post("/v1/forget", &phone).await;
        program.post("/v1/forget/verify", &phone).await;
    }
    scene.sim.set_lookup_fault(Fault::Normal);
}
