//! `bina setup`: what it asks, tries, writes and leaves alone.

#[path = "setup/pbx.rs"]
mod pbx;
#[path = "setup/terminal.rs"]
mod terminal;
#[path = "setup/tree.rs"]
mod tree;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use bina::app::config::Config;
use bina::simulator::{CLIENT_SECRET, Fault, ListFault, PASSWORD, Sim, customer, with_alert};
use serde_json::Value;
use tree::{DIALPLAN, Tree, answers};

const PHONE: &str = "37988242968";
/// Every step after the trial.
const ALL: &str = "default_ddd = 37\nwrite = true\nreload = true\nlookup = \"37988242968\"\n";

fn customers() -> Vec<Value> {
    vec![with_alert(customer(1, "JOANA CANARIO DA SILVA", PHONE), &["Rompimento de fibra"])]
}

async fn sim() -> Sim {
    Sim::start(customers()).await.expect("loopback")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asterisk_is_set_up_by_answers_alone() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let outcome = tree.answered(&(answers(&sim) + ALL), &[]);
    outcome.have(
        0,
        &[
            "Asterisk 22.10.1 (/etc/asterisk/extensions.conf)",
            "received after",
            "is played (rule rompimento)",
        ],
    );
    let config = Config::load(&tree.path("etc/bina/bina.toml")).expect("valid");
    assert_eq!(config.hubsoft.credentials.password.reveal(), PASSWORD);
    assert_eq!(config.numbers.default_ddd.map(|ddd| ddd.to_string()).as_deref(), Some("37"));
    assert!(tree.read("etc/bina/bina.toml").starts_with("# bina's configuration."), "its comments");
    for (name, mode) in [("bina.toml", 0o644), ("client_secret", 0o600), ("password", 0o600)] {
        assert_eq!(tree.mode(&format!("etc/bina/{name}")), mode, "{name}");
    }
    assert_eq!(tree.read("etc/asterisk/bina.conf"), include_str!("../dialplan/asterisk/bina.conf"));
    assert_eq!(tree.read("var/lib/data/sounds/pt_BR/bina/massiva.wav"), "RIFF m");
    let expected = [DIALPLAN, b"\n#tryinclude bina.conf\n"].concat();
    assert_eq!(fs::read(tree.path("etc/asterisk/extensions.conf")).expect("there"), expected);
    assert_eq!(tree.read("usr/sbin/reloads"), "reloaded\n");
}

/// The package for Red Hat's systems creates the user of the service, to whom systemd hands no secrets over.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_for_the_group_of_the_service_where_there_is_one() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let own = fs::metadata(tree.path("etc/bina")).expect("a folder").gid();
    // Only root can give a file to another group.
    let group = if own == 0 { 987 } else { own };
    tree.put("etc/group", format!("root:x:0:\nbina:x:{group}:\n").as_bytes());
    tree.answered(&(answers(&sim) + ALL), &[]).have(0, &[]);
    for name in ["client_secret", "password"] {
        let about = fs::metadata(tree.path(&format!("etc/bina/{name}"))).expect(name);
        assert_eq!((about.mode() & 0o777, about.gid()), (0o640, group), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_setup_changes_nothing_that_is_as_it_should_be() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    tree.answered(&(answers(&sim) + ALL), &[]).have(0, &[]);
    let mut before = tree.files();
    let secrets = ["client_secret", "password"];
    let without = |line: &&str| !secrets.iter().any(|key| line.starts_with(key));
    let again = answers(&sim) + "write = true\n";
    let again: Vec<_> = again.lines().filter(without).collect();
    let outcome = tree.answered(&again.join("\n"), &["--lang", "pt"]);
    outcome.have(
        0,
        &[
            "client_secret (não aparece): manter o atual",
            "Nada a gravar:",
            "bina.toml já está como deve",
            "2 já estão lá e ficam",
        ],
    );
    before.remove(&tree.path("usr/sbin/reloads"));
    let mut after = tree.files();
    after.remove(&tree.path("usr/sbin/reloads"));
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_brings_no_subroutines_is_no_success() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    tree.put("usr/sbin/not-included", b"");
    tree.answered(&(answers(&sim) + ALL), &[]).have(1, &["has not the subroutines of bina"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_administrator_are_kept() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let own = "# Mine.\n[hubsoft]\nbase_url = 'https://old.example' # old\nclient_id = \"9\"\nusername = \"o\"\n\
               password = \"inside\"\nlimit = 7\n\n[prompts]\nx = \"y\"\n";
    tree.put("etc/bina/bina.toml", own.as_bytes());
    tree.put("etc/bina/bina.toml.bak-1", b"older");
    tree.put("etc/asterisk/bina.conf", b"; mine\n");
    tree.put("var/lib/data/sounds/pt_BR/bina/massiva.wav", b"my voice");
    tree.answered(&(answers(&sim) + ALL), &[])
        .have(0, &["bina.toml.bak-2", "bina.conf.bak-1", "1 are there already"]);
    let written = tree.read("etc/bina/bina.toml");
    let kept =
        ["# Mine.\n", "' # old\n", "limit = 7\n\n[prompts]\nx = \"y\"\n", "insecure_http = true\n"];
    assert!(written.contains(kept[0]) && written.contains(kept[2]), "{written}");
    assert!(written.contains(&format!("base_url = \"{}\" # old\n", sim.base_url())), "{written}");
    assert!(
        written.contains("password_file = \"password\"\n") && !written.contains("inside"),
        "{written}"
    );
    assert_eq!(tree.read("etc/bina/bina.toml.bak-2"), own);
    assert_eq!(tree.read("etc/bina/bina.toml.bak-1"), "older");
    assert_eq!(tree.read("etc/asterisk/bina.conf.bak-1"), "; mine\n");
    assert_eq!(tree.read("var/lib/data/sounds/pt_BR/bina/massiva.wav"), "my voice");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_a_package_is_replaced_by_that_in_the_readers_language() {
    let (sim, tree) = (sim().await, Tree::new());
    tree.put("etc/bina/bina.toml", include_bytes!("../systemd/bina.toml"));
    let outcome = tree.answered(&(answers(&sim) + "write = true\n"), &["--lang", "pt"]);
    outcome.have(0, &["Nenhum PBX foi achado", "Próximo comando"]);
    assert!(tree.read("etc/bina/bina.toml").starts_with("# Configuração do bina"));
    assert!(!tree.path("etc/bina/bina.toml.bak-1").exists(), "nothing of anybody's is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_permitted_is_named_with_its_cost_and_its_remedy() {
    let (sim, tree) = (sim().await, Tree::new());
    sim.set_list_faults(vec![ListFault::ForbiddenList]);
    let outcome = tree.answered(&(answers(&sim) + "write = true\n"), &[]);
    outcome.have(
        0,
        &[
            "warning  list",
            "without the list there is no directory",
            "give the user the permission",
        ],
    );
    sim.set_lookup_fault(Fault::StatusError);
    let tree = Tree::new();
    let outcome = tree.answered(&(answers(&sim) + "write = true\n"), &[]);
    outcome.have(1, &["failed   lookup", "written: ", "something above failed"]);
    assert!(tree.path("etc/bina/bina.toml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_named_and_nothing_is_written() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let before = tree.files();
    for (right, named) in [
        (CLIENT_SECRET, "check client_id and client_secret"),
        (PASSWORD, "check username and password"),
    ] {
        let wrong = answers(&sim).replace(right, "wrong") + ALL;
        tree.answered(&wrong, &[]).have(1, &[named, "nothing was changed"]);
        assert_eq!(tree.files(), before);
    }
    let dead = answers(&sim).replace(&sim.base_url(), "http://127.0.0.1:9") + ALL;
    tree.answered(&dead, &[]).have(1, &["untested = true", "nothing was changed"]);
    assert_eq!(tree.files(), before);
    let later = dead.replace("lookup = \"37988242968\"", "untested = true");
    tree.answered(&later, &[]).have(1, &["written: "]);
    assert!(tree.path("etc/bina/bina.toml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_a_value_and_never_more_of_the_file() {
    let (sim, tree) = (sim().await, Tree::new());
    let own = format!("{}try = false\nwrite = true\n", answers(&sim));
    for hostile in [r#"3\" # "#, r#"x\"\\\"\"\" [general]"#, r"3'''", "ação ☎", r"[[rule]]"] {
        let text = own.replace("client_id = \"3\"", &format!("client_id = \"{hostile}\""));
        tree.answered(&text, &[]).have(0, &[]);
        let config = Config::load(&tree.path("etc/bina/bina.toml")).expect(hostile);
        let expected = hostile.replace("\\\"", "\"").replace("\\\\", "\\");
        assert_eq!(config.hubsoft.credentials.client_id, expected.trim());
    }
    let before = tree.files();
    for (key, value, part) in [
        ("client_id", r"3\n[general]\nprompt = 1", "invisible character"),
        ("username", r"a\u0007", "invisible character"),
        ("base_url", r"https://a.example\n[x]", "no address"),
        ("base_url", r"\u001b[31mred", "no address"),
    ] {
        let line = own.lines().find(|line| line.starts_with(key)).expect(key);
        let outcome = tree.answered(&own.replace(line, &format!("{key} = \"{value}\"")), &[]);
        outcome.have(2, &[part, "nothing was changed"]);
        assert!(!outcome.printed.contains('\u{1b}') && !outcome.printed.contains('\u{7}'));
        assert_eq!(tree.files(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_pbx_have_the_owner_of_their_neighbours() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let dialplan = tree.path("etc/asterisk/extensions.conf");
    let is_root = chown(&dialplan, Some(1_234), Some(1_235)).is_ok();
    if is_root {
        chown(tree.path("var/lib/data/sounds"), Some(1_234), Some(1_236)).expect("as root");
    }
    tree.answered(&(answers(&sim) + ALL), &[]).have(0, &[]);
    let owner = |name: &str| {
        let about = fs::metadata(tree.path(name)).expect(name);
        (about.uid(), about.gid())
    };
    assert_eq!(owner("etc/asterisk/bina.conf"), owner("etc/asterisk/extensions.conf"));
    assert_eq!(owner("etc/asterisk/extensions.conf").0 == 1_234, is_root);
    for name in ["pt_BR", "pt_BR/bina", "pt_BR/bina/massiva.wav"] {
        assert_eq!(
            owner(&format!("var/lib/data/sounds/{name}")),
            owner("var/lib/data/sounds"),
            "{name}"
        );
    }
    assert_eq!(owner("etc/bina/password"), owner("etc/bina/.keep"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_another_user_is_not_followed_and_an_own_one_stays_a_link() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let (dialplan, target) =
        (tree.path("etc/asterisk/extensions.conf"), tree.path("git/extensions.conf"));
    fs::create_dir(tree.path("git")).expect("a folder");
    fs::rename(&dialplan, &target).expect("ours");
    symlink(&target, &dialplan).expect("ours");
    if lchown(&dialplan, Some(1_234), Some(1_234)).is_ok() {
        tree.answered(&(answers(&sim) + ALL), &[])
            .have(1, &["a link to a file of another user", "nothing was changed"]);
        assert_eq!(fs::read(&target).expect("there"), DIALPLAN);
        lchown(&dialplan, Some(0), Some(0)).expect("as root");
    }
    tree.answered(&(answers(&sim) + ALL), &[]).have(0, &[]);
    assert!(fs::symlink_metadata(&dialplan).expect("there").is_symlink());
    assert!(tree.read("git/extensions.conf").ends_with("\n#tryinclude bina.conf\n"));
}

/// What is in a folder of the PBX's user is read and written as him, so that no link of his leads root astray.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_the_pbx_is_worked_in_as_its_user() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let asterisk = tree.path("etc/asterisk");
    if chown(&asterisk, Some(1_234), Some(1_235)).is_err() {
        eprintln!("SKIPPED: a folder of another user needs root");
        return;
    }
    let roots = tree.path("roots");
    fs::create_dir(&roots).expect("a folder");
    tree.put("roots/secret", b"root's secret");
    fs::set_permissions(tree.path("roots/secret"), fs::Permissions::from_mode(0o600))
        .expect("ours");
    // His link to root's file, made root's by a trick: as him it cannot be read.
    fs::remove_file(asterisk.join("extensions.conf")).expect("there");
    symlink(tree.path("roots/secret"), asterisk.join("extensions.conf")).expect("ours");
    tree.answered(&(answers(&sim) + ALL), &[])
        .have(1, &["Permission denied", "nothing was changed"]);
    assert_eq!(tree.read("roots/secret"), "root's secret");
    fs::remove_file(asterisk.join("extensions.conf")).expect("there");
    tree.put("etc/asterisk/extensions.conf", b"[a]\n");
    chown(asterisk.join("extensions.conf"), Some(1_234), Some(1_235)).expect("as root");
    tree.answered(&(answers(&sim) + ALL), &[]).have(0, &[]);
    for name in ["bina.conf", "extensions.conf"] {
        let about = fs::metadata(asterisk.join(name)).expect(name);
        assert_eq!((about.uid(), about.gid()), (1_234, 1_235), "{name}");
    }
    // The recordings' folder is root's, and stays so.
    assert_eq!(fs::metadata(tree.path("var/lib/data/sounds/pt_BR")).expect("there").uid(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_root_may_write_is_refused_at_once() {
    let (sim, tree) = (sim().await, Tree::new());
    let folder = tree.path("etc/bina");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("ours");
    let answers_file = tree.path("answers.toml");
    fs::write(&answers_file, answers(&sim) + ALL).expect("a file");
    let mut command = tree.command(&["--answers"]);
    command.arg(&answers_file);
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if is_root {
        command.uid(65_534);
    }
    let output = command.output().expect("other users can start the program");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("run `sudo bina setup`"));
    assert_eq!(sim.connections(), 0);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_and_a_file_in_the_way_write_nothing() {
    let (sim, tree) = (sim().await, Tree::asterisk());
    let before = tree.files();
    let outcome = tree.answered(&(answers(&sim) + ALL), &["--dry-run"]);
    outcome.have(
        0,
        &[
            "This will be written:",
            "extensions.conf:\n  #tryinclude bina.conf",
            "Nothing was changed.",
        ],
    );
    assert_eq!(tree.files(), before);
    tree.put("etc/asterisk/bina.conf/x", b"");
    let before = tree.files();
    tree.answered(&(answers(&sim) + ALL), &[])
        .have(1, &["bina.conf is no file", "nothing was changed"]);
    assert_eq!(tree.files(), before);
    // The first file that fails ends it: the one before is whole, those behind are as they were.
    fs::remove_dir_all(tree.path("etc/asterisk/bina.conf")).expect("ours");
    tree.put("etc/asterisk/bina.conf.new/x", b"");
    let outcome = tree.answered(&(answers(&sim) + ALL), &[]);
    outcome.have(
        1,
        &["bina.toml\n", "not written: ", "could not be written", "run `sudo bina setup` again"],
    );
    assert_eq!(fs::read(tree.path("etc/asterisk/extensions.conf")).expect("there"), DIALPLAN);
}

/// The example of answers in a document.
fn example(document: &str) -> String {
    let behind = document.split_once("```toml\n").expect("an example").1;
    behind.split_once("```").expect("its end").0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_answers_have_every_question_and_work_as_they_stand() {
    let sim = sim().await;
    for document in
        [include_str!("../docs/install.md"), include_str!("../docs/instalacao.pt-BR.md")]
    {
        let (tree, example) = (Tree::asterisk(), example(document));
        tree.put("secret", CLIENT_SECRET.as_bytes());
        tree.put("password", PASSWORD.as_bytes());
        let known = tree.answered("unknown = 1\n", &[]).printed;
        let known = known.split("expected one of ").nth(1).expect("the list").trim();
        for key in known.split(", ") {
            assert!(example.contains(&format!("{key} = ")), "{key} is not in\n{example}");
        }
        let text = example
            .replace("\"minhanet\"", &format!("\"{}\"", sim.base_url()))
            .replace("bina@minhanet.example", sim.credentials().username)
            .replace("/root/client_secret", &tree.path("secret").display().to_string())
            .replace("/root/password", &tree.path("password").display().to_string());
        tree.answered(&text, &[]).have(0, &["is played (rule rompimento)", "Next command"]);
        assert_eq!(tree.read("etc/bina/password"), PASSWORD);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_or_read_is_refused_with_the_remedy() {
    let (sim, tree) = (sim().await, Tree::new());
    let before = tree.files();
    let output = tree.command(&[]).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--answers FILE"));
    let good = answers(&sim) + "try = false\n";
    tree.answered(&good, &[]).have(2, &["the answer `write` is missing", "nothing was changed"]);
    tree.answered(&(good.clone() + "wirte = true\n"), &[])
        .have(2, &["unknown setting `wirte`", "data_folder", "did you mean `write`?"]);
    tree.answered(&good.replace("password = ", "# "), &[]).have(2, &["`password` is missing"]);
    tree.answered(&(good + "pbx = \"avaya\"\n"), &[]).have(2, &["freepbx, issabel"]);
    assert_eq!(tree.files(), before);
    assert_eq!(sim.connections(), 0);
    tree.put("etc/bina/bina.toml", b"[hubsoft\n");
    tree.answered(&(answers(&sim) + ALL), &[]).have(2, &["bina.toml:1", "nothing was changed"]);
    tree.put("etc/bina/bina.toml", b"hubsoft.client_id = \"3\"\n");
    tree.answered(&(answers(&sim) + ALL), &[]).have(2, &["by hand", "nothing was changed"]);
}
