//! The documents about FreeSWITCH: nothing that ends it, and the same in both languages.

use std::fs;
use std::path::{Path, PathBuf};

/// The pages about FreeSWITCH, each with its Portuguese one.
const PAGES: [(&str, &str); 3] = [
    ("dialplan/freeswitch/README.md", "dialplan/freeswitch/README.pt-BR.md"),
    ("dialplan/guides/freeswitch.md", "dialplan/guides/freeswitch.pt-BR.md"),
    ("dialplan/guides/fusionpbx.md", "dialplan/guides/fusionpbx.pt-BR.md"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text that is shipped or read by those who run bina.
fn texts() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect(&path, found);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["dialplan", "docs", "systemd", "src"] {
        collect(&root().join(folder), &mut found);
    }
    for file in ["README.md", "README.pt-BR.md", "CHANGELOG.md", "ARCHITECTURE.md"] {
        found.push((file.to_owned(), page(file)));
    }
    assert!(found.len() > 100, "the texts are found");
    found
}

/// FreeSWITCH 1.10 and 1.11 ended with a protection fault when they did this during look-ups.
#[test]
fn nothing_advises_to_unload_or_reload_mod_xml_curl() {
    let mut warned = 0;
    for (path, text) in texts() {
        for command in ["unload mod_xml_curl'", "reload mod_xml_curl'", "fs_cli -x 'unload"] {
            assert!(!text.contains(command), "{path}: {command}");
        }
        for paragraph in text.split("\n\n") {
            let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
            let lower = words.to_lowercase();
            let concerned = lower.contains("mod_xml_curl") || lower.contains("xml_curl.conf");
            let ends_it = lower.contains("unload") || lower.contains("reload mod_xml_curl");
            if concerned && ends_it {
                let warns = ["never", "nunca"].iter().any(|word| lower.contains(word));
                assert!(warns, "{path}: {words}");
                warned += 1;
            }
            // A table of symptoms is one paragraph: each of its rows is looked at by itself.
            let reload = paragraph.lines().any(|line| {
                line.contains("reload") && line.contains("bindings") && !line.contains("reloadxml")
            });
            assert!(!reload, "{path}: {words}");
        }
    }
    assert!(warned >= 4, "both languages warn of it: {warned}");
}

#[test]
fn the_way_out_is_to_kill_a_frozen_bina() {
    for path in PAGES.iter().flat_map(|(english, portuguese)| [english, portuguese]) {
        assert!(page(path).contains("sudo systemctl kill -s KILL bina"), "{path}");
    }
}

#[test]
fn undoing_mod_xml_curl_ends_the_requests() {
    for (path, heading) in [
        ("dialplan/freeswitch/README.md", "To undo:\n1."),
        ("dialplan/freeswitch/README.pt-BR.md", "Para desfazer:\n1."),
        ("dialplan/guides/freeswitch.pt-BR.md", "Para desfazer: o contexto"),
    ] {
        let text = page(path);
        let (_, undo) = text.split_once(heading).unwrap_or_else(|| panic!("{path}: {heading}"));
        let (undo, _) = undo.split_once("\n## ").expect("another section");
        for part in ["public", "load", "xml_curl.conf.xml", "systemctl restart freeswitch"] {
            assert!(undo.contains(part), "{path}: {part}");
        }
    }
}

#[test]
fn the_test_of_each_page_names_the_leg_and_does_not_hold_the_shell() {
    for path in PAGES.iter().flat_map(|(english, portuguese)| [english, portuguese]) {
        let text = page(path);
        for part in ["'bgapi originate ", "/3732221234-b", "`-a`", "uuid_dump UUID"] {
            assert!(text.contains(part), "{path}: {part}");
        }
        assert!(!text.contains("-x 'originate"), "{path}");
        assert!(!text.contains("all fifteen\n") && !text.contains("# as quinze"), "{path}");
    }
}

#[test]
fn the_pages_name_the_debug_switch_the_answer_of_a_reload_and_the_limit_of_recordings() {
    let both = [PAGES[0], PAGES[1]];
    for path in both.iter().flat_map(|(english, portuguese)| [english, portuguese]) {
        let text = page(path);
        for part in ["`debug`", "Module in use", "`default`", "/usr/share/bina", "bina-screen.xml"]
        {
            assert!(
                text.contains(part) || part == "`debug`" && text.contains("\"debug\""),
                "{path}: {part}"
            );
        }
    }
    let sounds = page("dialplan/sounds/README.md");
    assert!(sounds.contains("<param name=\"timeout\" value=\"2\"/>"));
    for path in [PAGES[0].0, PAGES[0].1] {
        for part in
            ["update-ca-certificates", "tls.client_ca_file", "force_transfer_context=default"]
        {
            assert!(page(path).contains(part), "{path}: {part}");
        }
    }
}

#[test]
fn both_languages_have_the_same_content() {
    for (english, portuguese) in PAGES {
        let count = |path: &str, mark: &str| {
            page(path).lines().filter(|line| line.starts_with(mark)).count()
        };
        for mark in ["| ", "```", "- "] {
            // The English guide sends to the README for mod_xml_curl, and so has no block for it.
            let whole = english == PAGES[0].0 || english == PAGES[2].0;
            let (there, here) = (count(english, mark), count(portuguese, mark));
            assert!(if whole { here == there } else { here >= there }, "{portuguese}: {mark}");
        }
        let text = page(portuguese);
        assert!(!text.contains("freeswitch/README.md"), "{portuguese} leans on the English page");
        assert!(!text.contains("em inglês"), "{portuguese}");
    }
}

#[test]
fn every_link_of_the_pages_leads_somewhere() {
    for path in PAGES.iter().flat_map(|(english, portuguese)| [english, portuguese]) {
        let text = page(path);
        let folder = root().join(path);
        let folder = folder.parent().expect("a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(path) } else { folder.join(file) };
            assert!(target.is_file(), "{path}: {link}");
            let there = fs::read_to_string(target).expect("UTF-8");
            let mut headings = there.lines().filter(|line| line.starts_with('#')).map(anchor_of);
            assert!(
                anchor.is_empty() || headings.any(|heading| heading == anchor),
                "{path}: {link}"
            );
        }
    }
}

/// The anchor of a heading, as web pages make it.
fn anchor_of(heading: &str) -> String {
    let title = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
