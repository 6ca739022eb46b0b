//! What an administrator reads in Portuguese of a configuration, broken or not.

use bina::simulator::Sim;

use super::{File, run, texts};

/// Words that occur in almost every English sentence of bina, and in no Portuguese one.
const ENGLISH: [&str; 23] = [
    "the", "must", "is", "cannot", "has", "set", "write", "run", "with", "and", "keep", "remove",
    "expected", "unknown", "missing", "file", "which", "because", "nothing", "lower", "below",
    "than", "of",
];

/// Words of the line that are English. What stands in `…` or "…", and the line's place, is the same in both.
fn english(line: &str) -> Vec<&str> {
    let spoken = line.split('`').step_by(2).flat_map(|part| part.split('"').step_by(2));
    let words = spoken.flat_map(|part| {
        part.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.' && c != '=')
    });
    words.filter(|word| ENGLISH.contains(&word.to_lowercase().as_str())).collect()
}

fn is_portuguese(text: &str) {
    for line in text.lines() {
        let line = &line.replace("No such file or directory", "");
        assert!(english(line).is_empty(), "{:?} in: {line}", english(line));
    }
}

/// What `bina check` prints of a file in Portuguese.
fn checked(name: &str, text: &str) -> (Option<i32>, String) {
    let file = File::new(name, text);
    let output = run(&["check", "--lang", "pt", "-c", file.path()]);
    let (printed, wrong) = texts(&output);
    (output.status.code(), (printed + &wrong).replace(file.path(), "bina.toml"))
}

const BROKEN: &str = r#"
[listen]
http = "0.0.0.0"
agi = "127.0.0.1:99999"
metrics = "127.0.0.1:8573"
console = "127.0.0.1:8573"
pbx = ["central", "0.0.0.0"]
[access]
networks = ["10.0.0.7/8", "0.0.0.0/0", "rede"]
token_files = ["/nowhere/token"]
[tls]
cert_file = "/nowhere/cert.pem"
[console]
password_file = "/nowhere/password"
[service]
state_folder = "lib/bina"
[log]
level = "tudo"
[hubsoft]
base_url = "http://api.example.com/api"
client_id = " 3 "
client_secret = "x"
client_secret_file = "/nowhere/secret"
username = ""
password_file = "/nowhere/password"
timezone = "Lua"
limt = 3
[limiter]
rate = "muito"
[lookup]
deadline_ms = 9
[directory]
walk_at = "25:00"
[numbers]
default_ddd = "00"
default_ddd_by_did = { abc = "37" }
[asterisk]
prompt_prefix = "a b"
[freeswitch]
prompt_prefix = "http://"
entry_context = "public"
transfer_file = "relativo.xml"
[prompts]
"Nome" = "aviso.wav"
barra = "a//b"
certo = "certo"
[speech]
base_url = "ftp://x"
folder = "fala"
command = ["RHVoice-test -p"]
url = "casa"
[speech.words]
"c/" = "com"
[[rule]]
name = "a b"
play = "nada"
text = ["rom*pi", " "]
[[rule]]
play = []
conectado = 3
did = "x"
[[rule]]
name = "c"
speak = ["certo"]
over = "*"
[outage]
zz = 1
"#;

#[test]
fn no_problem_of_a_broken_file_is_english() {
    let (code, printed) = checked("pt-broken", BROKEN);
    assert_eq!(code, Some(2));
    is_portuguese(&printed);
    for part in [
        "bina.toml:3:1: listen.http: `0.0.0.0` não é um endereço com porta",
        "listen.agi: a porta 99999 não existe: a última é a 65535",
        "listen.pbx: `central` não é um endereço IP",
        "access.networks: `10.0.0.7/8` tem bits fora do prefixo da rede: escreva 10.0.0.0/8",
        "access.token_files: não foi possível ler /nowhere/token",
        "falta tls.key_file: indique o arquivo PEM",
        "service.state_folder: `lib/bina` não é um caminho absoluto: escreva o caminho inteiro",
        "log.level tem que ser \"error\" ou \"warn\"",
        "hubsoft.base_url tem que terminar antes de /api ou /oauth, que o bina acrescenta",
        "hubsoft.client_id começa ou termina com um espaço: tire-o",
        "hubsoft.client_secret e hubsoft.client_secret_file estão ambos configurados: deixe um",
        "falta hubsoft.username: o e-mail do usuário da integração",
        "hubsoft.timezone: `Lua` não é um fuso horário do Brasil",
        "configuração desconhecida `hubsoft.limt`",
        "; você quis dizer `limit`?",
        "lookup.deadline_ms tem que ser um número inteiro de 100 a 3000",
        "directory.walk_at: `25:00` não é uma hora do dia",
        "numbers.default_ddd: `00` não é um DDD",
        "asterisk.prompt_prefix tem que ser de A-Z a-z",
        "o som do prompt `barra` não é um nome de arquivo",
        "speech.folder: `fala` não é um caminho absoluto",
        "rule[1].name tem que ter 1 a 64 caracteres",
        "prompt desconhecido `nada`: acrescente `nada = \"SOM\"` em [prompts] (definidos: ",
        "a regra não tem nome: acrescente name",
        "a regra não tem play: acrescente play",
        "rule[3].speak não tem \"*\", que é o texto do alerta: acrescente-o, ou use play",
        "rule[3].over = \"*\" exclui todos os alertas: escreva palavras",
    ] {
        assert!(printed.contains(part), "{part} not in\n{printed}");
    }
}

#[test]
fn a_file_that_is_no_toml_or_is_not_there_is_explained_in_portuguese() {
    for (text, part) in [
        ("// nada\n", "bina.toml:1:1: não é TOML: "),
        ("// nada\n", ": um comentário começa com #"),
        ("client_id = segredo\n", "ponha aspas no texto: chave = \"valor\""),
        ("x = 1\nx = 2\n", "`x` está definido duas vezes (primeiro na linha 1): deixe um"),
    ] {
        let (code, printed) = checked("pt-toml", text);
        assert!(printed.contains(part), "{part} not in\n{printed}");
        assert_eq!(code, Some(2));
    }
    let output = run(&["check", "--lang", "pt", "-c", "/nowhere/bina.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let (_, wrong) = texts(&output);
    let expected = "bina: /nowhere/bina.toml: não foi possível ler (No such file or directory (os error 2)): \
                    indique o arquivo com -c ARQUIVO\n";
    assert_eq!(wrong, expected);
}

#[tokio::test]
async fn a_valid_file_with_odd_settings_is_described_in_portuguese() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let exposed = super::app::connection(&sim).replacen("127.0.0.1:0", "0.0.0.0:8573", 1);
    let odd = "[access]\nnetworks = \"192.0.2.0/24\"\n[lookup]\nalert_s = 0\n\
               stale_s = 1\nrecords_max = 10000000\n[prompts]\naviso = \"bina/aviso\"\n[[rule]]\nname = \"todas\"\n\
               play = \"aviso\"\n[[rule]]\nname = \"depois\"\nplay = \"aviso\"\ntext = \"a, b\"\n\
               servico_status = \"suspenso_debit\"\n";
    let (code, printed) = checked("pt-odd", &(exposed + odd));
    assert_eq!(code, Some(0), "{printed}");
    is_portuguese(&printed);
    for part in [
        "bina.toml: válido",
        "  escuta      http://0.0.0.0:8573 agi://127.0.0.1:0",
        "  console     http://127.0.0.1:0, só mostra (não há console.password_file)",
        "  protegido   por redes",
        "(até 20 clientes)",
        "  prazo       800 ms",
        "  regra 1      todas toca bina/bina/aviso",
        "              no FreeSWITCH ",
        "  outro alerta não toca nada",
        "  aviso       listen.http responde a outras máquinas sem criptografia",
        "  aviso       listen.http responde a outras máquinas, mas listen.pbx não indica nenhuma delas",
        "  aviso       lookup.alert_s é `0`: nenhum alerta é tocado",
        "  aviso       a regra `todas` não tem condição, e toca para qualquer alerta",
        "  aviso       a regra `depois` nunca é alcançada: a regra `todas`, antes dela",
        "você quis dizer `suspenso_debito`?",
        "é uma só expressão e só casa inteira",
    ] {
        assert!(printed.contains(part), "{part} not in\n{printed}");
    }
    let missing =
        run(&["check", "--lang", "pt", "-c", "/nowhere/bina.toml", "--sounds", "/nowhere"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn an_error_of_a_command_is_portuguese() {
    let text = "[listen]\nmetrics = \"127.0.0.1:1\"\n[hubsoft]\nbase_url = \"https://api.example.com\"\nclient_id = \"3\"\n\
                client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n";
    let (on, off) =
        (File::new("pt-on", text), File::new("pt-off", &text.replace("127.0.0.1:1", "off")));
    for (arguments, file, code, part) in [
        (&["alert", "list"][..], &on, 1, "bina: o bina não responde em `127.0.0.1:1` ("),
        (
            &["alert", "list"],
            &off,
            2,
            "bina: listen.metrics é `off`: os alertas são pedidos ali, porque só o serviço",
        ),
        (
            &["directory", "status"],
            &off,
            2,
            "bina: listen.metrics é `off`: os pedidos vão a essa escuta",
        ),
        (
            &["directory", "walk", "--json"],
            &on,
            2,
            "bina: --json só vale para `bina directory status`",
        ),
        (&["alert", "extend", "a7k2"], &on, 2, "bina: não foi dado um fim: diga --until"),
        (
            &["report", "--since", "ontem"],
            &off,
            1,
            "bina: o bina não está rodando, e não há pasta de estado",
        ),
        (&["say", "Volta 18h30"], &on, 2, "bina: [speech] não indica um motor: instale rhvoice"),
        (
            &["say", "Sua senha"],
            &on,
            3,
            "bina: o texto não é falado (forbidden_word): o texto tem uma palavra que nunca",
        ),
    ] {
        let output = run(&[arguments, &["--lang", "pt", "-c", file.path()]].concat());
        let (printed, wrong) = texts(&output);
        assert!(wrong.contains(part), "{arguments:?}: {printed}{wrong}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {wrong}");
        is_portuguese(&wrong.replace("Connection refused (os error 111)", ""));
    }
}
