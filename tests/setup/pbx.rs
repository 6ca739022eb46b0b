//! Which PBX setup finds, and what it does for each.

use std::fs;
use std::time::{Duration, Instant};

use crate::sim;
use crate::tree::{Tree, answers};

/// The files of each PBX, and what setup says for it.
const TREES: [(&str, &[&str], &[&str]); 8] = [
    (
        "Asterisk",
        &["etc/asterisk/extensions.conf"],
        &["bina.conf", "extensions.conf", "Paste this line"],
    ),
    (
        "FreePBX",
        &["etc/freepbx.conf", "etc/amportal.conf", "etc/asterisk/extensions.conf"],
        &["extensions_custom.conf", "Target       bina-destino,s,1", "Return       Yes"],
    ),
    (
        "Issabel",
        &["etc/issabel.conf", "etc/amportal.conf", "etc/asterisk/extensions.conf"],
        &["extensions_custom.conf", "Target       bina-destino,s,1"],
    ),
    (
        "VICIdial",
        &["etc/astguiclient.conf", "etc/asterisk/extensions.conf"],
        &["bina.conf", "#tryinclude bina.conf", "guides/vicidial.md"],
    ),
    (
        "MagnusBilling",
        &["var/www/html/mbilling/index.php", "etc/asterisk/extensions.conf"],
        &["bina.conf", "#tryinclude bina.conf", "guides/magnusbilling.md"],
    ),
    ("FreeSWITCH", &["etc/freeswitch/freeswitch.xml"], &["guides/freeswitch.md"]),
    ("FreeSWITCH", &["usr/local/freeswitch/conf/vars.xml"], &["guides/freeswitch.md"]),
    (
        "FusionPBX",
        &["etc/fusionpbx/config.conf", "etc/freeswitch/vars.xml"],
        &["guides/fusionpbx.md"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_pbx_is_found_by_its_files_and_told_its_own_way() {
    let sim = sim().await;
    for (name, files, parts) in TREES {
        let tree = Tree::new();
        files.iter().for_each(|file| tree.put(file, b"x\n"));
        tree.put("var/lib/asterisk/sounds/en/a.gsm", b"");
        let outcome = tree.answered(&(answers(&sim) + "try = false\nwrite = true\n"), &[]);
        outcome.have(0, &[&format!("PBX on this machine: {name} ")]);
        outcome.have(0, parts);
        assert_eq!(
            outcome.printed.matches("PBX on this machine").count(),
            1,
            "{}",
            outcome.printed
        );
        let has_snippet = tree.path("etc/asterisk/bina.conf").exists();
        assert_eq!(has_snippet, outcome.printed.contains("bina.conf"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_pbxs_none_is_taken_unless_it_is_named() {
    let (sim, tree) = (sim().await, Tree::new());
    tree.put("etc/asterisk/extensions.conf", b"");
    tree.put("etc/freeswitch/vars.xml", b"");
    tree.put("usr/share/asterisk/sounds/a", b"");
    let good = answers(&sim) + "try = false\nwrite = true\n";
    tree.answered(&good, &[]).have(0, &["machine: Asterisk", "machine: FreeSWITCH", "none): none"]);
    assert!(!tree.path("etc/asterisk/bina.conf").exists());
    tree.answered(&(good + "pbx = \"asterisk\"\ninclude = false\n"), &[])
        .have(0, &["Paste this line"]);
    assert!(tree.path("usr/share/asterisk/sounds/pt_BR/bina/massiva.wav").exists());
    assert_eq!(tree.read("etc/asterisk/extensions.conf"), "", "the line was not wanted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_that_hangs_is_not_waited_for_and_its_folder_is_asked() {
    let (sim, tree) = (sim().await, Tree::new());
    tree.put("etc/asterisk/extensions.conf", b"");
    tree.program("asterisk", "exec sleep 60");
    let good = answers(&sim) + "try = false\nwrite = true\n";
    let start = Instant::now();
    tree.answered(&good, &[]).have(2, &["`data_folder` is missing"]);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    tree.put("etc/asterisk/asterisk.conf", b"[directories]\nastdatadir => /srv/data\n");
    fs::create_dir_all(tree.path("srv/data")).expect("a folder");
    tree.answered(&(good + "reload = false\n"), &[]).have(0, &["/srv/data/sounds/pt_BR/bina"]);
    assert_eq!(tree.read("srv/data/sounds/pt_BR/bina/massiva.wav"), "RIFF m");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_is_started_when_that_is_wanted_and_only_then() {
    let sim = sim().await;
    let good = answers(&sim) + "try = false\nwrite = true\n";
    for (is_active, verbs) in
        [("exit 3", "enable bina\nstart bina\n"), ("exit 0", "enable bina\nrestart bina\n")]
    {
        let tree = Tree::new();
        tree.put("run/systemd/system/x", b"");
        let script = format!(
            "[ \"$1\" = is-active ] && {is_active}\necho \"$*\" >> \"$(dirname \"$0\")/calls\""
        );
        tree.program("systemctl", &script);
        tree.answered(&good, &[]).have(0, &["Next command: sudo systemctl enable --now bina"]);
        assert!(!tree.path("usr/sbin/calls").exists());
        let outcome = tree.answered(&(good.clone() + "service = true\n"), &[]);
        if outcome.printed.contains("The service runs") {
            assert_eq!(tree.read("usr/sbin/calls"), verbs);
        } else {
            outcome.have(0, &["Next command"]);
        }
    }
}
