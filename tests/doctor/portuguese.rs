//! What the doctor says in Portuguese.

use bina::simulator::{Fault, ListenerMode};

use super::{OTHER, PHONE, SHIPPED, Setup, app, sim};

/// Parts of English sentences of the doctor, none of which is in a Portuguese one.
const ENGLISH: [&str; 16] = [
    " is ", " the ", " has ", " of ", "check ", "cannot", "skipped", "warning", "failed",
    "returned", "within", "free;", "after ", " expires", "valid\n", "alerts ",
];

fn is_portuguese(printed: &str) {
    for line in printed.lines() {
        let plain: String = line.split('`').step_by(2).collect();
        let english = ENGLISH.iter().find(|part| plain.contains(**part));
        assert_eq!(english, None, "{line}");
    }
}

#[tokio::test]
async fn a_healthy_setup_is_described_in_portuguese() {
    let sim = sim().await;
    let setup = Setup::of(&sim, app::RULES);
    let findings = setup.examined(&["--lang", "pt", "--number", PHONE, "--sounds", SHIPPED]);
    is_portuguese(&findings.printed);
    for (what, part) in [
        ("configuração", "bina.toml é válido"),
        ("segredo", ": só o dono (uid "),
        ("prompts", "podem ser tocados"),
        ("listen.http", "está livre; o bina não está rodando e pode iniciar"),
        ("DNS", " é um endereço e dispensa consulta"),
        ("TCP", "conectado a "),
        ("token", "recebido após "),
        ("consulta", "devolvidos: 2; com este número exato: 1; "),
        ("busca", "os últimos 8 dígitos: devolvidos: "),
        ("relógio", "a menos de "),
    ] {
        findings.have(0, "ok", what, part);
    }
    findings.have(0, "aviso", "TLS", "desligado (hubsoft.insecure_http): a rede pode ler");
    findings.have(
        0,
        "-",
        "serviço",
        "pulado: o bina não está rodando aqui: `sudo systemctl start bina`",
    );
    assert!(findings.printed.contains(" ok, avisos: 1, falhas: 0"), "{}", findings.printed);
}

#[tokio::test]
async fn what_fails_is_described_in_portuguese_with_its_remedy() {
    for (fault, what, part) in [
        (
            Fault::WrongPassword,
            "token",
            "o token foi recusado: confira hubsoft.client_id, client_secret",
        ),
        (
            Fault::HangUp,
            "token",
            "procure um proxy ou firewall no caminho, ou uma atualização do HubSoft",
        ),
        (Fault::Html, "token", "confira hubsoft.base_url"),
    ] {
        let sim = sim().await;
        sim.set_fault(fault);
        let findings = Setup::of(&sim, "").examined(&["--lang", "pt"]);
        findings.have(1, "falha", what, part);
        findings.have(1, "-", "consulta", "pulado: não há token, resolva isso antes");
        is_portuguese(&findings.printed);
    }
    let sim = sim().await;
    let setup = Setup::of(&sim, "");
    sim.set_listener(ListenerMode::Refuse).await.expect("the listener switches");
    let findings = setup.examined(&["--lang", "pt"]);
    findings.have(1, "falha", "TCP", "recusa conexões: confira a porta em hubsoft.base_url");
    findings.have(
        1,
        "-",
        "token, consulta",
        "o HubSoft não pode ser alcançado, resolva isso antes",
    );
    is_portuguese(&findings.printed);
    let end = "bina: uma verificação falhou: a linha dela diz o que fazer";
    assert!(findings.printed.contains(end), "{}", findings.printed);
    let setup = Setup::of(&sim, "limitt = 1\n");
    let findings = setup.examined(&["--lang", "pt"]);
    findings.have(2, "falha", "configuração", "configuração desconhecida `hubsoft.limitt`");
    let first = "corrija antes a configuração: todas as outras verificações foram puladas";
    assert!(findings.printed.contains(first), "{}", findings.printed);
    is_portuguese(&findings.printed);
}

#[tokio::test]
async fn a_number_without_a_customer_is_described_in_portuguese() {
    let sim = sim().await;
    let findings = Setup::of(&sim, "").examined(&["--lang", "pt", "--number", OTHER]);
    is_portuguese(&findings.printed);
}
