//! The level of the log follows the file, also when the setting is taken back.

mod app;
#[allow(dead_code, reason = "the tests of operation use the rest")]
#[path = "operation/served.rs"]
mod served;

use std::time::{Duration, Instant};

use bina::simulator::{Fault, Sim, printed_example};
use served::{File, Served};

/// Reloads with `settings` and returns whether a call's line, which is news of level info, and lines of
/// level debug are written then.
async fn levels(served: &Served, file: &File, sim: &Sim, settings: &str) -> (bool, bool) {
    file.write(sim, settings);
    let before = served.log().len();
    let reloads = reloads(served).await;
    served.signal("HUP");
    let start = Instant::now();
    while self::reloads(served).await == reloads {
        assert!(start.elapsed() < Duration::from_secs(5), "{}", served.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A truncated head is logged at level debug only.
    let _ = app::exchange(served.http, b"GET /asterisk?caller=anonymous HTTP/1.0\r\n\r\n").await;
    let _ = app::exchange(served.http, b"GET /asterisk?caller=1 HTTP/1.1\r\nHo").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let log = served.log()[before..].to_owned();
    (log.contains("call answered"), log.contains("connection closed"))
}

/// The line of `/metrics` that counts readings of a valid file.
async fn reloads(served: &Served) -> String {
    let page = app::exchange(served.metrics, b"GET /metrics HTTP/1.0\r\n\r\n").await;
    let line = page.lines().find(|line| line.contains("reloads_total{result=\"good\"}"));
    line.expect("it is counted").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_level_can_be_set_and_reset_by_a_reload() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let file = File::new("levels", &sim, "");
    let served = Served::start(&file);
    for (settings, expected) in [
        ("[log]\nlevel = \"debug\"\n", (true, true)),
        ("", (true, false)),
        ("[log]\nlevel = \"warn\"\n", (false, false)),
        ("[log]\n", (true, false)),
        ("[log]\nlevel = \"error\"\n", (false, false)),
        ("[log]\nformat = \"text\"\n", (true, false)),
    ] {
        assert_eq!(levels(&served, &file, &sim, settings).await, expected, "{settings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_goes_before_the_file_and_stays() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let file = File::new("levels-env", &sim, "");
    let served = Served::in_shell(&file, "export BINA_LOG=debug; exec \"$@\"");
    for settings in ["[log]\nlevel = \"error\"\n", ""] {
        assert_eq!(levels(&served, &file, &sim, settings).await, (true, true), "{settings:?}");
    }
}
