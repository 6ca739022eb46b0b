//! Settings that can each be read and make no sense, alone or together: refused or warned of.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bina::app::config::{Config, Invalid};

const GOOD: &str = r#"
[hubsoft]
base_url = "https://api.provedor.hubsoft.com.br"
client_id = "3"
client_secret = "segredo"
username = "bina@provedor.com.br"
password = "senha"
"#;

fn read(text: &str) -> Result<Config, Invalid> {
    Config::parse(text, Path::new("bina.toml"))
}

/// What is wrong with `GOOD` and what is added; one thing only.
fn refused(added: &str) -> String {
    let invalid = read(&format!("{GOOD}{added}")).expect_err(added);
    assert_eq!(invalid.problems.len(), 1, "{added}: {invalid}");
    assert!(invalid.problems[0].place.line > 0, "{invalid}");
    invalid.problems[0].text.to_string()
}

fn warnings(text: &str) -> Vec<String> {
    let config = read(text).unwrap_or_else(|invalid| panic!("{invalid}"));
    config.warnings.iter().map(ToString::to_string).collect()
}

/// What is warned of in `GOOD` and what is added; one thing only.
fn warned(added: &str) -> String {
    let warnings = warnings(&format!("{GOOD}{added}"));
    assert_eq!(warnings.len(), 1, "{added}: {warnings:?}");
    warnings[0].clone()
}

#[test]
fn ages_and_waits_that_contradict_each_other_are_warned_of() {
    assert_eq!(warnings(GOOD), Vec::<String>::new());
    for (added, expected) in [
        ("[lookup]\nalert_s = 0\n", "no alert is ever played"),
        ("[lookup]\nalert_s = 30\n", "lookup.alert_s (30) is below lookup.fresh_s (60)"),
        ("[lookup]\nstale_s = 30\n", "lookup.stale_s (30) is below lookup.fresh_s (60)"),
        ("[lookup]\nstale_on_error_s = 300\n", "(300) is below lookup.stale_s (600)"),
        ("[lookup]\npatience_ms = 900\n", "above lookup.deadline_ms (800)"),
        ("[lookup]\ndeadline_ms = 2000\n", "raise its time limits to 2.4 s"),
        ("[asterisk]\nprompt_prefix = \"bina\"\n", "does not end with `/`"),
        ("attempt_ms = 500\n", "hubsoft.attempt_ms (500) is below lookup.deadline_ms (800)"),
        ("connect_ms = 5000\n", "hubsoft.connect_ms (5000) is above hubsoft.attempt_ms (3000)"),
        ("body_bytes_max = 268435456\n", "allow 5120 MiB of concurrent responses"),
        ("[lookup]\nflights_max = 1000\n", "allow 4000 MiB of concurrent responses"),
        ("[lookup]\nrecords_max = 10000000\n", "lookup.records_max allows 5340 MiB"),
    ] {
        let warning = warned(added);
        assert!(warning.contains(expected), "{warning}");
    }
    for good in [
        "[lookup]\nfresh_s = 0\nnobody_s = 0\n",
        "[lookup]\nalert_s = 60\nstale_s = 60\nstale_on_error_s = 60\n",
        "attempt_ms = 800\nconnect_ms = 800\n",
        "[lookup]\nrecords_max = 250000\n",
        "body_bytes_max = 8388608\n",
    ] {
        assert_eq!(warnings(&format!("{GOOD}{good}")), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn nothing_is_kept_for_more_than_a_day() {
    for key in ["fresh_s", "nobody_s", "stale_s", "stale_on_error_s", "alert_s"] {
        let problem = refused(&format!("[lookup]\n{key} = 604800\n"));
        let expected = format!("lookup.{key} must be a whole number from 0 to 86400");
        assert_eq!(problem, expected);
    }
}

#[test]
fn listeners_that_overlap_are_refused() {
    const NETWORKS: &str = "[access]\nnetworks = [\"192.0.2.0/24\"]\n";
    for (http, agi, overlap) in [
        ("0.0.0.0:4000", "127.0.0.1:4000", true),
        ("127.0.0.1:4000", "0.0.0.0:4000", true),
        ("[::]:4000", "127.0.0.1:4000", true),
        ("[::]:4000", "[::1]:4000", true),
        ("[::]:4000", "0.0.0.0:4000", true),
        ("[::ffff:127.0.0.1]:4000", "127.0.0.1:4000", true),
        ("0.0.0.0:4000", "[::1]:4000", false),
        ("0.0.0.0:4000", "127.0.0.1:4001", false),
        ("127.0.0.1:4000", "127.0.0.2:4000", false),
        ("127.0.0.1:0", "0.0.0.0:0", false),
    ] {
        let text = format!("[listen]\nhttp = \"{http}\"\nagi = \"{agi}\"\n{NETWORKS}");
        let reported = read(&format!("{GOOD}{text}"));
        assert_eq!(reported.is_err(), overlap, "{http} {agi}");
        if let Err(invalid) = reported {
            assert!(invalid.to_string().contains("give each its own port"), "{invalid}");
        }
    }
}

#[test]
fn a_pbx_must_be_within_the_networks() {
    for odd in ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"] {
        let problem = refused(&format!("[listen]\npbx = [\"{odd}\"]\n"));
        assert!(problem.contains(&format!("`{odd}` cannot be the address of a PBX")));
    }
    let networks = |pbx: &str| {
        format!("[listen]\npbx = [\"{pbx}\"]\n[access]\nnetworks = [\"192.0.2.0/24\"]\n")
    };
    let warning = warned(&networks("198.51.100.7"));
    assert!(warning.starts_with("`198.51.100.7` is in listen.pbx but in none of"), "{warning}");
    for inside in ["192.0.2.7", "127.0.0.1", "::1", "::ffff:192.0.2.7"] {
        assert_eq!(warnings(&format!("{GOOD}{}", networks(inside))), Vec::<String>::new());
    }
}

#[test]
fn networks_that_together_allow_every_address_are_refused() {
    for all in ["\"0.0.0.0/1\", \"128.0.0.0/1\"", "\"2000::/3\"", "\"::/1\", \"8000::/1\""] {
        let problem = refused(&format!("[access]\nnetworks = [{all}]\n"));
        assert!(problem.starts_with("access.networks together admit every address"), "{problem}");
    }
}

#[test]
fn sounds_are_names_of_files_without_their_endings() {
    let sound = |sound: &str| format!("[prompts]\nx = \"{sound}\"\n");
    for odd in [".", "-", "a/", "a//b", "./a", "-a", "a/-b", "/a", "a/.b"] {
        let problem = refused(&sound(odd));
        assert!(problem.starts_with("the sound of prompt `x` "), "{problem}");
    }
    for ending in ["wav", "gsm", "ulaw", "alaw", "sln", "g722", "g729", "mp3", "WAV", "wav16"] {
        let problem = refused(&sound(&format!("x.{ending}")));
        assert!(problem.contains("leave it out"), "{problem}");
    }
    let warning = warned(&sound("bina/rompimento"));
    assert!(warning.contains("is played as bina/bina/rompimento"), "{warning}");
    assert!(warning.contains("leave that folder out"), "{warning}");
    let elsewhere = "[asterisk]\nprompt_prefix = \"/srv/sons/\"\n";
    let warning = warned(&format!("{elsewhere}{}", sound("sons/aviso")));
    assert!(warning.contains("/srv/sons/sons/aviso"), "{warning}");
    for good in ["aviso", "aviso-2", "_a", "2026/aviso.v2", "binario/x", "a/b/c"] {
        assert_eq!(warnings(&format!("{GOOD}{}", sound(good))), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn a_prefix_that_is_an_address_is_a_whole_one() {
    for section in ["asterisk", "freeswitch"] {
        let prefix = |prefix: &str| format!("[{section}]\nprompt_prefix = \"{prefix}\"\n");
        for odd in
            ["http://", "https:///x/", "://x/", "http://:80/x/", "http://x/prompts", "http://x"]
        {
            let problem = refused(&prefix(odd));
            assert!(
                problem.contains("(expected e.g. \"http://127.0.0.1:8573/prompts/\")"),
                "{odd}: {problem}"
            );
        }
        for good in ["http://127.0.0.1:8573/prompts/", "http://audio/", "/srv/sons/", "", "bina-"] {
            assert!(read(&format!("{GOOD}{}", prefix(good))).is_ok(), "{good}");
        }
    }
}

fn with_base_url(url: &str) -> String {
    GOOD.replace("https://api.provedor.hubsoft.com.br", url)
}

#[test]
fn a_base_url_is_hubsofts_and_whole() {
    for (odd, expected) in [
        ("https://api.x.com.br/\\n", "contains a blank, a quote or a line break"),
        ("https://api.x\\n.com.br", "contains a blank, a quote or a line break"),
        ("https://api.x.com.br\\\"", "contains a blank, a quote or a line break"),
        ("https://api.x.com.br'", "contains a blank, a quote or a line break"),
        ("https://api.x .com.br", "contains a blank, a quote or a line break"),
        ("https://api.x.com.br:0", "has port `0`"),
        ("https://api.x.com.br/api/v1", "must end before /api"),
        ("https://api.x.com.br/api/v1/", "must end before /api"),
        ("https://api.x.com.br/API", "must end before /api"),
        ("https://api.x.com.br/oauth/token", "must end before /api or /oauth"),
        ("https://api.x.com.br/api/v1/integracao/cliente", "/api/v1/integracao"),
    ] {
        let reported = read(&with_base_url(odd));
        // A line break at the end is often pasted; it is harmless.
        if odd == "https://api.x.com.br/\\n" {
            assert!(reported.is_ok());
            continue;
        }
        let invalid = reported.expect_err(odd).to_string();
        assert!(invalid.contains("bina.toml:3:1: hubsoft.base_url "), "{invalid}");
        assert!(invalid.contains(expected), "{odd}: {invalid}");
    }
    let panel = warnings(&with_base_url("https://provedor.hubsoft.com.br"));
    assert_eq!(panel.len(), 1, "{panel:?}");
    assert!(panel[0].contains("like https://api.provedor.hubsoft.com.br"), "{panel:?}");
    let shipped = warnings(&with_base_url("https://api.PROVIDER.hubsoft.com.br"));
    assert!(shipped[0].contains("replace PROVIDER by the name of your provider"), "{shipped:?}");
    let proxied = with_base_url("https://proxy.provedor.com.br/hubsoft/");
    assert_eq!(warnings(&proxied), Vec::<String>::new());
}

#[test]
fn the_credentials_are_complete() {
    for (was, odd) in [
        ("bina@provedor.com.br", "bina@\\nprovedor.com.br"),
        ("bina@provedor.com.br", "bina@provedor.com.br\\n"),
        ("bina@provedor.com.br", "bina@provedor.com.br "),
        ("client_id = \"3", "client_id = \"\\u00003"),
    ] {
        let invalid = read(&GOOD.replace(was, odd)).expect_err(odd).to_string();
        assert!(invalid.contains("break") || invalid.contains("blank"), "{invalid}");
    }
    let shipped = warnings(&GOOD.replace("bina@provedor.com.br", "api@example.com"));
    assert_eq!(shipped.len(), 1, "{shipped:?}");
    assert!(shipped[0].starts_with("hubsoft.username is still the example:"), "{shipped:?}");
}

/// A file with a secret, removed at the end.
struct SecretFile(PathBuf);

impl SecretFile {
    fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-sense-{}", std::process::id()));
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("ours");
        Self(path)
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_secret_is_one_line_and_no_example() {
    let inline =
        |secret: &str| GOOD.replace("password = \"senha\"", &format!("password = {secret}"));
    for odd in ["\"xyzzy\\ntwo\"", "\"xyzzy\\u0000\"", "\"\"\"xyzzy\ntwo\"\"\""] {
        let invalid = read(&inline(odd)).expect_err(odd).to_string();
        assert!(invalid.contains("hubsoft.password "), "{invalid}");
        assert!(!invalid.contains("xyzzy"), "{invalid}");
    }
    for odd in ["\"changeme\"", "\"senha \"", "\" senha\"", "\"…\""] {
        let reported = warnings(&inline(odd));
        assert_eq!(reported.len(), 1, "{odd}: {reported:?}");
        assert!(reported[0].starts_with("hubsoft.password "), "{reported:?}");
    }
    let file = |text: &str| {
        let file = SecretFile::new(text);
        let setting = format!("password_file = \"{}\"", file.0.display());
        let shown = |config: Config| -> Vec<String> {
            config.warnings.iter().map(ToString::to_string).collect()
        };
        read(&GOOD.replace("password = \"senha\"", &setting)).map(shown)
    };
    assert_eq!(file("senha\r\n").expect("good"), Vec::<String>::new());
    let two = file("senha\noutra\n").expect_err("two lines").to_string();
    assert!(two.contains("has more than one line: write only the secret"), "{two}");
    assert!(file("senha \n").expect("odd")[0].contains("begins or ends with a blank"));
    assert!(file("changeme\n").expect("odd")[0].contains("is still an example"));
    let long = file(&"x".repeat(100_000)).expect_err("too long").to_string();
    assert!(long.contains("it is longer than 64 KiB"), "{long}");
}

#[test]
fn a_secret_in_the_place_of_a_file_name_is_not_repeated() {
    for key in ["client_secret", "password"] {
        let text = GOOD.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>();
        let text = format!("{}\n{key}_file = \"aZ83kkQ/x+inventado\"\n", text.join("\n"));
        let problem = read(&text).expect_err(key).to_string();
        assert!(problem.contains("the secret itself goes into that file"), "{problem}");
        assert!(problem.contains(&format!("hubsoft.{key}_file: cannot read")), "{problem}");
        assert!(!problem.contains("inventado"), "{problem}");
        let named = text.replace("aZ83kkQ/x+inventado", key);
        let problem = read(&named).expect_err(key).to_string();
        assert!(problem.contains(&format!("cannot read {key} (")), "{problem}");
    }
    let problem = refused("[access]\ntoken_files = [\"aZ83kk-inventado-xyz\"]\n");
    assert!(!problem.contains("inventado"), "{problem}");
}

#[test]
fn a_state_folder_is_an_absolute_path() {
    for named in ["", "state", "./state"] {
        let problem = refused(&format!("[service]\nstate_folder = \"{named}\"\n"));
        assert!(problem.contains("is not an absolute path"), "{problem}");
    }
    assert_eq!(
        warnings(&format!("{GOOD}[service]\nstate_folder = \"/x\"\n")),
        Vec::<String>::new()
    );
}

#[test]
fn a_short_key_names_its_setting() {
    let path = std::env::temp_dir().join(format!("bina-short-key-{}", std::process::id()));
    fs::write(&path, "abc").expect("a file");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("set");
    let problem = refused(&format!("[directory]\nkey_file = \"{}\"\n", path.display()));
    fs::remove_file(&path).expect("it is there");
    assert!(problem.starts_with("directory.key_file: the key has 3 bytes"), "{problem}");
}
