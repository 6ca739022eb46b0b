//! What the configuration file may contain, and that all problems are reported at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bina::answering::outage;
use bina::answering::render::Play;
use bina::app::config::{AGI_DEFAULT, Config, Invalid};
use bina::runtime::logging::{LEVELS, LogFormat};

const GOOD: &str = r#"
[hubsoft]
base_url = "https://api.example.com"
client_id = "3"
client_secret = "segredo"
username = "bina@provedor.com.br"
password = "senha"
"#;

fn read(text: &str) -> Result<Config, Invalid> {
    Config::parse(text, Path::new("bina.toml"))
}

/// `line: text` of each problem of a file that is `GOOD` but for what is added.
fn problems(added: &str) -> Vec<String> {
    let invalid = read(&format!("{GOOD}{added}")).expect_err(added);
    invalid
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.place.line, problem.text))
        .collect()
}

fn one_problem(added: &str) -> String {
    let problems = problems(added);
    assert_eq!(problems.len(), 1, "{added}: {problems:?}");
    problems[0].clone()
}

/// A folder of this test's own, with files in it; removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("bina-config-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        for (file, text) in files {
            fs::write(path.join(file), text).expect("a file");
        }
        Self(path)
    }

    fn load(&self) -> Result<Config, Invalid> {
        Config::load(&self.0.join("bina.toml"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_minimal_configuration_has_every_default() {
    let config = read(GOOD).unwrap_or_else(|invalid| panic!("{invalid}"));
    assert_eq!(config.http.to_string(), "127.0.0.1:8573");
    assert_eq!(config.lookup.deadline.as_millis(), 800);
    assert_eq!(config.lookup.records_max.get(), 100_000);
    let wanted = &config.hubsoft.wanted;
    assert_eq!((wanted.limit, wanted.cancelado, wanted.ultima_conexao), (20, false, false));
    assert_eq!(config.freeswitch.entry_context, "bina");
    assert_eq!(config.freeswitch.play, Play::Never);
    assert!(config.rules.general.is_none());
    assert!(config.warnings.is_empty());
}

#[test]
fn the_shipped_example_is_valid_with_the_secrets() {
    let shipped = include_str!("../systemd/bina.toml");
    let files = [("bina.toml", shipped), ("client_secret", "segredo\n"), ("password", "senha\r\n")];
    let config =
        Folder::new("shipped", &files).load().unwrap_or_else(|invalid| panic!("{invalid}"));
    assert_eq!(config.hubsoft.credentials.client_secret.reveal(), "segredo");
    assert_eq!(config.hubsoft.credentials.password.reveal(), "senha");
    assert_eq!(config.rules.list().len(), 6);
    assert!(config.rules.general.is_none(), "staff type alerts for other reasons than outages");
}

#[test]
fn the_shipped_example_is_valid_with_everything_enabled() {
    // Every setting that is commented out is a line that begins with a key and `=`.
    let switched_on: String = include_str!("../systemd/bina.toml")
        .lines()
        .map(|line| {
            let is_setting = |rest: &&str| match rest.split_once(" = ") {
                Some((key, _)) => !key.is_empty() && !key.contains(' '),
                None => rest.starts_with("[["),
            };
            let setting = line.strip_prefix("# ").filter(is_setting);
            setting.unwrap_or(line).to_owned() + "\n"
        })
        .filter(|line| !line.starts_with("client_secret =") && !line.starts_with("password ="))
        // tests/access.rs has certificates.
        .filter(|line| !line.starts_with("ca_file") && !line.contains(".pem\""))
        .collect();
    let switched_on = switched_on.replace("ultima_conexao = \"nao\"", "ultima_conexao = \"sim\"");
    let files = [
        ("bina.toml", &*switched_on),
        ("client_secret", "segredo"),
        ("password", "senha"),
        ("directory_key", "fedcba98765432100123456789abcdef"),
        ("token", "0123456789abcdef"),
        ("token-next", "fedcba9876543210"),
        ("pbx-password", "pbx:0123456789abcdef"),
        ("speech_token", "0123456789abcdef"),
        ("console_password", "uma senha inventada"),
    ];
    // One engine is enough.
    let switched_on =
        switched_on.replace("command = [\"RHVoice-test\"", "# command = [\"RHVoice-test\"");
    let files = files.map(|(name, text)| match name {
        "bina.toml" => (name, &*switched_on),
        _ => (name, text),
    });
    let config = Folder::new("all", &files).load().unwrap_or_else(|invalid| panic!("{invalid}"));
    assert_eq!(config.rules.list().len(), 8);
    assert_eq!(config.numbers.default_ddd_by_did.len(), 2);
    assert_eq!(config.freeswitch.handback.file.as_deref(), Some("/etc/freeswitch/bina-ura.xml"));
}

#[test]
fn the_shipped_example_shows_every_setting_and_its_default() {
    let shipped = include_str!("../systemd/bina.toml");
    let sections = [
        "listen",
        "service",
        "log",
        "hubsoft",
        "numbers",
        "lookup",
        "directory",
        "limiter",
        "access",
        "tls",
        "general",
        "outage",
        "asterisk",
        "freeswitch",
    ];
    let unknown: String = sections.iter().map(|section| format!("[{section}]\nzz = 1\n")).collect();
    let invalid = read(&format!("{unknown}[[rule]]\nzz = 1\n")).expect_err("unknown settings");
    let mut seen = 0;
    for problem in &invalid.problems {
        let Some((_, known)) = problem.text.english.split_once("expected one of ") else {
            continue;
        };
        for key in known.split(", ") {
            let shown = shipped.lines().any(|line| {
                let line = line.trim_start_matches("# ");
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.starts_with(" = ") || rest.starts_with(']'))
                    || line.contains(&format!(".{key}]"))
                    || line.starts_with(&format!("[{key}]"))
                    || line.starts_with(&format!("[[{key}]]"))
            });
            assert!(shown, "{key} is not in systemd/bina.toml");
            seen += 1;
        }
    }
    assert!(seen > 40, "only {seen} settings were looked at");
}

#[test]
fn all_problems_are_reported_at_once_with_their_lines() {
    let text = "[listen]\nhttp = \"nowhere\"\n[hubsoft]\nbase_url = \"ftp://x\"\nclient_id = 3\n\
                [lookup]\ndeadlin_ms = 5\ndeadline_ms = 50\n[[rule]]\nplay = \"nada\"\n";
    let invalid = read(text).expect_err("all wrong");
    let lines: Vec<_> = invalid.problems.iter().map(|problem| problem.place.line).collect();
    for line in [2, 4, 5, 7, 8, 9, 10] {
        assert!(lines.contains(&line), "line {line}: {invalid}");
    }
    let text = invalid.to_string();
    for part in [
        "bina.toml:2:1: listen.http",
        "hubsoft.client_id must be a text in quotes",
        "unknown setting `lookup.deadlin_ms`; expected one of",
        "lookup.deadline_ms must be a whole number from 100 to 3000",
        "unknown prompt `nada`",
        "the rule has no name",
        "hubsoft.username is missing",
        "hubsoft.password is missing",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_syntax_error_is_located_without_quoting_secrets() {
    let invalid = read("[hubsoft]\npassword = \"segredo\nusername = 1").expect_err("no TOML");
    let lines: Vec<_> = invalid.problems.iter().map(|problem| problem.place.line).collect();
    assert_eq!(lines, [2], "what follows from it is not reported: {invalid}");
    assert!(!invalid.to_string().contains("segredo"), "{invalid}");
}

#[test]
fn unknown_settings_and_sections_are_refused() {
    assert!(one_problem("[lookp]\n").contains("unknown setting `lookp`"));
    assert!(one_problem("[general]\nprompts = \"x\"\n").contains("general.prompts"));
    assert!(one_problem("cor = 1\n").starts_with("8: unknown setting `hubsoft.cor`"));
}

#[test]
fn listeners_default_to_loopback() {
    for address in ["0.0.0.0:8573", "192.0.2.1:8573", "[::]:8573"] {
        let problem = one_problem(&format!("[listen]\nhttp = \"{address}\"\n"));
        assert!(problem.contains("would expose customer data"), "{problem}");
    }
    for address in ["127.0.0.1:0", "[::1]:8573", "127.5.5.5:1"] {
        assert!(read(&format!("{GOOD}[listen]\nhttp = \"{address}\"\n")).is_ok(), "{address}");
    }
}

#[test]
fn plain_http_requires_an_explicit_setting() {
    let plain = GOOD.replace("https://api.example.com", "http://127.0.0.1:9");
    let refused = read(&plain).expect_err("plain http").to_string();
    assert!(refused.contains("insecure_http = true"), "{refused}");
    let allowed = read(&format!("{plain}insecure_http = true\n")).expect("allowed");
    assert!(allowed.warnings.is_empty());
    let shown = GOOD.replace("https://api.example.com", "http://192.0.2.1");
    let warned = read(&format!("{shown}insecure_http = true\n")).expect("allowed");
    assert_eq!(warned.warnings.len(), 1);
}

#[test]
fn a_base_url_is_an_address_and_nothing_more() {
    for odd in [
        "",
        "api.example.com",
        "https://",
        "https://u:p@x",
        "https://x/api/v1/integracao/",
        "https://x/?a=1",
        "https://x/#a",
    ] {
        let text = GOOD.replace("https://api.example.com", odd);
        let refused = read(&text).expect_err(odd).to_string();
        assert!(refused.contains("hubsoft.base_url"), "{refused}");
    }
}

#[test]
fn secrets_come_from_exactly_one_place() {
    let both = one_problem("password_file = \"x\"\n");
    assert!(both.contains("both set"), "{both}");
    let text = GOOD.replace("password = \"senha\"", "password_file = \"/nowhere/password\"");
    let missing = read(&text).expect_err("no file").to_string();
    assert!(
        missing.contains("bina.toml:7:1: hubsoft.password_file: cannot read /nowhere/password"),
        "{missing}"
    );
    let text = GOOD.replace("password = \"senha\"", "password_file = \"secret\"");
    for blank in ["\n", "  \r\n", "\u{feff}\n"] {
        let files = [("bina.toml", &*text), ("secret", blank)];
        let empty = Folder::new("empty", &files).load().expect_err("an empty file").to_string();
        assert!(empty.contains("is empty"), "{empty}");
    }
    let files = [("bina.toml", &*text), ("secret", "\u{feff}senha com espaço\r\n")];
    let config = Folder::new("marked", &files).load().unwrap_or_else(|invalid| panic!("{invalid}"));
    assert_eq!(config.hubsoft.credentials.password.reveal(), "senha com espaço");
}

#[test]
fn one_called_number_written_twice_is_an_error() {
    let by_did = "[numbers.default_ddd_by_did]\n\"+553732001000\" = 11\n\"3732001000\" = 37\n";
    assert!(one_problem(by_did).contains("is there twice"));
}

#[test]
fn a_secret_that_others_can_read_is_reported() {
    let text = GOOD.replace("password = \"senha\"", "password_file = \"secret\"");
    let folder = Folder::new("open", &[("bina.toml", &text), ("secret", "senha")]);
    let warnings = |mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.0.join("secret"), permissions).expect("its own file");
        folder.load().unwrap_or_else(|invalid| panic!("{invalid}")).warnings
    };
    assert!(warnings(0o600).is_empty());
    assert!(warnings(0o644)[0].english.contains("chmod 600"), "{:?}", warnings(0o644));
}

#[test]
fn no_secret_is_ever_printed() {
    let config = read(GOOD).expect("good");
    let shown = format!("{config:?}");
    assert!(!shown.contains("segredo") && !shown.contains("senha"), "{shown}");
}

#[test]
fn a_ca_file_holds_a_certificate() {
    let missing = one_problem("ca_file = \"/nowhere/ca.pem\"\n");
    assert!(missing.contains("cannot read /nowhere/ca.pem"), "{missing}");
    let text = format!("{GOOD}ca_file = \"ca.pem\"\n");
    let odd = Folder::new("ca", &[("bina.toml", &text), ("ca.pem", "nothing")]).load();
    let odd = odd.expect_err("no certificate").to_string();
    assert!(odd.contains("no readable PEM certificate"), "{odd}");
}

const PROMPTS: &str = "[prompts]\nfibra = \"rompimento-fibra\"\n";

#[test]
fn sounds_are_names_and_never_paths_or_addresses() {
    for sound in ["", "/etc/passwd", "../x", "a b", "a&b", "http://x/y", "x.wav", "${x}", "ã"] {
        let problem = one_problem(&format!("[prompts]\nx = \"{sound}\"\n"));
        assert!(problem.contains("the sound of prompt `x`"), "{problem}");
    }
    let problem = one_problem("[prompts]\n\"A b\" = \"x\"\n");
    assert!(problem.contains("prompt name"), "{problem}");
    assert!(problems("[general]\nprompt = \"x\"\n")[0].contains("unknown prompt `x`"));
    assert!(problems("[outage]\nhedged_prompt = \"x\"\n")[0].contains("unknown prompt `x`"));
    assert!(problems("[outage]\nsuspect_prompt = \"x\"\n")[0].contains("unknown prompt `x`"));
    assert!(read(&format!("{GOOD}[general]\nprompt = \"\"\n")).is_ok(), "switched off");
}

#[test]
fn the_prompts_of_an_outage_are_off_unless_they_are_set() {
    let config = read(GOOD).expect("good");
    assert_eq!(config.outage, outage::Settings::default());
    let text = "[outage]\nhedged_prompt = \"fibra\"\ntold_s = 0\njournal_days = 365\n";
    let outage = read(&format!("{GOOD}{PROMPTS}{text}")).expect("good").outage;
    let hedged = outage.hedged_prompt.expect("a prompt");
    assert_eq!((&*hedged.asterisk, outage.suspect_prompt), ("bina/rompimento-fibra", None));
    assert!(outage.told.is_zero() && outage.journal == Duration::from_secs(365 * 24 * 60 * 60));
    for odd in ["told_s = 86401", "journal_days = 0", "journal_days = 366"] {
        assert!(one_problem(&format!("[outage]\n{odd}\n")).contains("outage."), "{odd}");
    }
}

#[test]
fn prefixes_may_be_folders_or_addresses() {
    let text = format!(
        "{GOOD}{PROMPTS}[general]\nprompt = \"fibra\"\n[asterisk]\nprompt_prefix = \
         \"http://127.0.0.1:8573/prompts/\"\nprompt_suffix = \".wav\"\n[freeswitch]\n\
         prompt_prefix = \"/srv/sons/\"\n"
    );
    let config = read(&text).expect("good");
    let play = &config.rules.general.expect("a general prompt").play;
    assert_eq!(play.asterisk, "http://127.0.0.1:8573/prompts/rompimento-fibra.wav");
    assert_eq!(play.freeswitch, "/srv/sons/rompimento-fibra.wav");
    for odd in ["a b/", "../", "x&", "${x}/", "a,b"] {
        let problem = one_problem(&format!("[asterisk]\nprompt_prefix = \"{odd}\"\n"));
        assert!(problem.contains("asterisk.prompt_prefix"), "{problem}");
    }
}

#[test]
fn a_freeswitch_call_cannot_loop() {
    let problem = one_problem("[freeswitch]\nentry_context = \"public\"\n");
    assert!(problem.contains("calls would loop"), "{problem}");
    let file = "[freeswitch]\nentry_context = \"public\"\ntransfer_file = \"/etc/f/ura.xml\"\n";
    assert!(read(&format!("{GOOD}{file}")).is_ok());
    for (key, odd) in
        [("entry_context", "a b"), ("transfer_context", "${x}"), ("transfer_file", "ura.xml")]
    {
        let problem = one_problem(&format!("[freeswitch]\n{key} = \"{odd}\"\n"));
        assert!(problem.contains(key), "{problem}");
    }
    assert!(one_problem("[freeswitch]\nplay = \"always\"\n").contains("\"never\" or \"early\""));
}

#[test]
fn area_codes_exist() {
    assert!(
        one_problem("[numbers]\ndefault_ddd = \"20\"\n")
            .contains("is not a Brazilian area code (expected e.g. \"37\")")
    );
    let by_did = one_problem("[numbers.default_ddd_by_did]\n\"1000\" = \"00\"\n");
    assert!(by_did.contains("is not a Brazilian area code (expected e.g. \"37\")"), "{by_did}");
    let text = format!("{GOOD}[numbers]\ndefault_ddd = 37\n");
    assert!(read(&text).expect("good").numbers.default_ddd.is_some());
}

#[test]
fn the_log_has_a_format_and_a_level() {
    let log = |text: &str| read(&format!("{GOOD}[log]\n{text}\n")).map(|good| good.log);
    assert_eq!(log("").expect("good").format, LogFormat::Text);
    let json = log("format = \"json\"\nlevel = \"warn\"").expect("good");
    assert_eq!((json.format, json.level), (LogFormat::Json, Some(LEVELS[1].1)));
    assert!(one_problem("[log]\nlevel = \"loud\"\n").contains("\"error\" or \"warn\""));
}

#[test]
fn the_worker_threads_are_left_to_the_machine_or_counted() {
    let threads = |setting: &str| read(&format!("{GOOD}[service]\n{setting}\n"));
    assert_eq!(threads("").expect("good").worker_threads, None);
    assert_eq!(threads("worker_threads = 64").expect("good").worker_threads, Some(64));
    for wrong in ["0", "65", "\"2\"", "1.5"] {
        let problem = one_problem(&format!("[service]\nworker_threads = {wrong}\n"));
        assert!(problem.contains("service.worker_threads must be a whole number from 1 to 64"));
    }
}

#[test]
fn the_agi_listener_has_its_own_address_or_is_off() {
    let agi = |setting: &str| read(&format!("{GOOD}[listen]\n{setting}\n")).map(|good| good.agi);
    assert_eq!(agi("").expect("good"), AGI_DEFAULT.parse().ok());
    assert_eq!(agi("agi = \"[::1]:4000\"").expect("good"), "[::1]:4000".parse().ok());
    assert_eq!(agi("agi = \"off\"").expect("good"), None);
    assert!(agi("http = \"127.0.0.1:0\"\nagi = \"127.0.0.1:0\"").is_ok());
    let problem = |setting: &str| one_problem(&format!("[listen]\n{setting}\n"));
    assert!(problem("agi = \"0.0.0.0:4573\"").contains("listen.agi: `0.0.0.0:4573` would expose"));
    assert!(problem("agi = \"agi://127.0.0.1\"").contains("expected e.g. 127.0.0.1:4573"));
    assert!(problem("agi = \"127.0.0.1:8573\"").contains("give each its own port"));
    assert!(problem("http = \"off\"").contains("listen.http: `off` is not an address"));
}

#[test]
fn the_folder_of_recordings_is_looked_for_beside_the_configuration() {
    let folder = |value: &str| {
        let text = format!("{GOOD}[listen]\nprompts_folder = \"{value}\"\n");
        read(&text).expect("good").prompts_folder.expect("a folder")
    };
    assert_eq!(folder("/usr/share/x"), Path::new("/usr/share/x"));
    assert!(folder("sounds").ends_with("sounds"));
    assert_eq!(read(GOOD).expect("good").prompts_folder, None);
}

#[test]
fn a_missing_file_names_itself_and_the_remedy() {
    let missing = Config::load(Path::new("/nowhere/bina.toml")).expect_err("no file").to_string();
    assert!(missing.contains("/nowhere/bina.toml") && missing.contains("-c FILE"), "{missing}");
}
