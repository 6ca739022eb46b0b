//! How long recordings are kept: in memory, over a reload, and in a folder.

use std::env::temp_dir;
use std::fs;
use std::process;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bina::answering::speech::{Settings, SpeechInputs};
use bina::sources::speech::SpeechEngine;

use crate::bench::{Bench, rule};
use crate::engine::StubEngine;

const FIBRE: &str = "Rompimento de fibra no Centro";

#[tokio::test(start_paused = true)]
async fn a_recording_is_kept_for_an_hour_after_its_alert() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.show(&[FIBRE]);
    bench.pass(2.0).await;
    let playlist = bench.played("rompimento", FIBRE).expect("it is spoken");
    bench.pass(7_200.0).await;
    bench.show(&[]);
    bench.pass(3_500.0).await;
    assert_eq!(bench.played("rompimento", FIBRE), None);
    assert!(bench.recording(&playlist).is_some(), "a PBX may fetch it late");
    bench.show(&[FIBRE]);
    bench.pass(1.0).await;
    assert_eq!(
        (bench.played("rompimento", FIBRE).as_ref(), bench.engine.count()),
        (Some(&playlist), 1)
    );
    bench.show(&[]);
    bench.pass(3_700.0).await;
    assert!(bench.recording(&playlist).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reload_keeps_what_has_been_spoken_and_another_engine_speaks_it_again() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.show(&[FIBRE]);
    bench.pass(2.0).await;
    let first = bench.played("rompimento", FIBRE).expect("it is spoken");
    let base_url = "http://10.0.0.5:8573/prompts/".to_owned();
    let settings = Settings { base_url, ..bench.inputs.settings.clone() };
    bench.speech.adjust(SpeechInputs { settings, ..bench.inputs.clone() });
    bench.pass(1.0).await;
    let moved = bench.played("rompimento", FIBRE).expect("it is spoken");
    assert_eq!(moved, first.replace("127.0.0.1", "10.0.0.5"));
    assert_eq!(bench.engine.count(), 1);

    let other = StubEngine::named("another voice");
    other.voice.store(7, Ordering::SeqCst);
    let engine = Some(Arc::clone(&other) as Arc<dyn SpeechEngine>);
    bench.speech.adjust(SpeechInputs { engine, ..bench.inputs.clone() });
    bench.pass(2.0).await;
    let second = bench.played("rompimento", FIBRE).expect("it is spoken");
    assert_ne!(first, second);
    assert_eq!((bench.engine.count(), other.count()), (1, 1));
    bench.speech.adjust(SpeechInputs { engine: None, ..bench.inputs.clone() });
    bench.pass(1.0).await;
    assert_eq!(bench.played("rompimento", FIBRE), None, "without an engine, play is heard");
}

#[tokio::test(start_paused = true)]
async fn a_reload_does_not_wait_for_an_engine_that_hangs() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.engine.hangs.store(true, Ordering::SeqCst);
    bench.show(&[FIBRE]);
    bench.pass(2.0).await;
    assert_eq!((bench.played("rompimento", FIBRE), bench.engine.count()), (None, 1));
    let other = StubEngine::named("another engine");
    let engine = Some(Arc::clone(&other) as Arc<dyn SpeechEngine>);
    bench.speech.adjust(SpeechInputs { engine, ..bench.inputs.clone() });
    bench.pass(2.0).await;
    assert!(bench.played("rompimento", FIBRE).is_some());
    assert_eq!((bench.engine.count(), other.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_the_folder_does_not_wait_for_the_engine() {
    let folder = temp_dir().join(format!("bina-fala-first-{}", process::id()));
    let bench = Bench::in_folder(vec![rule("rompimento")], Some(folder.clone()));
    let long = "Rompimento de fibra no Centro e na Vila Nova, equipe a caminho";
    bench.show(&[long]);
    bench.pass(3.0).await;
    drop(bench);
    let bench = Bench::in_folder(vec![rule("rompimento")], Some(folder.clone()));
    bench.engine.hangs.store(true, Ordering::SeqCst);
    // The shorter one is due first.
    bench.show(&[FIBRE, long]);
    bench.pass(2.0).await;
    assert!(bench.played("rompimento", long).is_some());
    assert_eq!((bench.played("rompimento", FIBRE), bench.engine.count()), (None, 1));
    fs::remove_dir_all(&folder).expect("it is ours");
}

#[tokio::test(start_paused = true)]
async fn short_texts_and_those_that_have_not_failed_are_spoken_first() {
    let bench = Bench::start(vec![rule("rompimento")]);
    bench.engine.is_broken.store(true, Ordering::SeqCst);
    let texts = ["Rompimento no bairro de São Sebastião", "Rompimento no Centro", "Rompimento"];
    bench.show(&texts);
    bench.pass(4.0).await;
    let spoken = bench.engine.texts.lock().clone();
    let lengths: Vec<_> = spoken.iter().map(String::len).collect();
    assert!(lengths.len() == 3 && lengths.is_sorted(), "{spoken:?}");
    bench.show(&[texts[0], texts[1], texts[2], "Rompimento de um cabo da rede em outro lugar"]);
    bench.pass(1.0).await;
    let last = bench.engine.texts.lock().last().cloned();
    assert!(last.is_some_and(|text| text.contains("outro lugar")), "{spoken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_folder_saves_the_engine_the_work_after_a_restart() {
    let folder = temp_dir().join(format!("bina-fala-{}", process::id()));
    let bench = Bench::in_folder(vec![rule("rompimento")], Some(folder.clone()));
    bench.show(&[FIBRE]);
    bench.pass(3.0).await;
    let playlist = bench.played("rompimento", FIBRE).expect("it is spoken");
    drop(bench);
    let bench = Bench::in_folder(vec![rule("rompimento")], Some(folder.clone()));
    bench.show(&[FIBRE]);
    bench.pass(3.0).await;
    assert_eq!((bench.played("rompimento", FIBRE), bench.engine.count()), (Some(playlist), 0));
    let files = || fs::read_dir(&folder).expect("it is there").flatten().collect::<Vec<_>>();
    assert_eq!(files().len(), 1);
    fs::write(files()[0].path(), b"RIFF").expect("writable");
    drop(bench);
    let bench = Bench::in_folder(vec![rule("rompimento")], Some(folder.clone()));
    bench.show(&[FIBRE]);
    bench.pass(3.0).await;
    assert_eq!(bench.engine.count(), 1, "a damaged file is spoken again");
    bench.show(&[]);
    bench.pass(3_700.0).await;
    assert!(files().is_empty(), "nothing is left that nobody wants");
    fs::remove_dir_all(&folder).expect("it is ours");
}
