//! Secrets as the user of the installed unit would find them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use bina::simulator::Sim;

use crate::{Findings, Setup, sim};

/// A setup whose secrets are files, which its unit hands over; but for that of the console.
fn filed(sim: &Sim, unit: &str) -> Setup {
    let who = sim.credentials();
    let text = crate::app::connection(sim)
        .replace(
            &format!("client_secret = \"{}\"", who.client_secret),
            "client_secret_file = \"client\"",
        )
        .replace(&format!("password = \"{}\"", who.password), "password_file = \"word\"");
    let setup = Setup::new(&(text + "[console]\npassword_file = \"console_password\"\n"));
    let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    setup.put("bina.toml", &text, 0o644);
    setup.put("client", who.client_secret, 0o600);
    setup.put("word", who.password, 0o600);
    setup.put("console_password", "senha-do-console-1234", 0o600);
    let folder = setup.folder.display().to_string();
    let unit = unit.replace("FOLDER", &folder);
    setup.put("bina.service", &unit, 0o644);
    setup
}

const UNIT: &str = "[Unit]\nDescription=x\n[Service]\nDynamicUser=yes\nUser=bina-of-a-test\n\
                    ExecStart=/usr/bin/bina serve -c FOLDER/bina.toml\n\
                    LoadCredential=client:FOLDER/client\nLoadCredential=word:FOLDER/word\n";

impl Setup {
    fn folder(&self) -> String {
        // Where the folder of temporary files is a link, the lines have the path behind it.
        self.folder.canonicalize().expect("it is there").display().to_string()
    }

    fn judged(&self) -> Findings {
        self.examined(&["--unit", &self.folder()])
    }

    fn checked(&self, unit: &str) -> (Option<i32>, String) {
        self.checked_by(&["check", "--unit", unit])
    }

    fn checked_by(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } =
            self.command(arguments).output().expect("it starts");
        (status.code(), String::from_utf8([stdout, stderr].concat()).expect("UTF-8"))
    }
}

#[tokio::test]
async fn a_secret_that_the_service_cannot_read_fails_with_the_lines_to_paste() {
    let sim = sim().await;
    let setup = filed(&sim, UNIT);
    let folder = setup.folder();
    let findings = setup.judged();
    findings.have(
        1,
        "failed",
        "secret",
        "console_password: bina.service cannot read it (mode 0600, and its user is not the owner): \
         add the lines below to the unit",
    );
    findings.have(1, "ok", "secret", "client: only its owner");
    let line = format!("LoadCredential=console_password:{folder}/console_password");
    let paste = format!("             [Service]\n             {line}\n");
    assert!(findings.printed.contains(&paste), "{}", findings.printed);
    findings.have(1, "", "run `sudo systemctl edit bina`", "then `sudo systemctl restart bina`");
    let (code, printed) = setup.checked(&folder);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("bina.toml: valid\n"), "{printed}");
    let (code, quiet) = setup.checked_by(&["check", "--quiet", "--unit", &folder]);
    assert_eq!(code, Some(1), "{quiet}");
    let expected = format!(
        "bina: the next start will fail: {folder}/console_password: bina.service cannot read it (mode \
         0600, and its user is not the owner): add the lines below to the unit\n\
         run `sudo systemctl edit bina`, paste these lines, then `sudo systemctl restart bina`:\n    \
         [Service]\n    {line}\n"
    );
    assert_eq!(quiet, expected);
    assert!(printed.ends_with(&quiet), "{printed}");

    // The lines, pasted as `systemctl edit` stores them.
    fs::create_dir(setup.folder.join("bina.service.d")).expect("a folder");
    setup.put("bina.service.d/override.conf", &format!("[Service]\n{line}\n"), 0o644);
    let findings = setup.judged();
    findings.have(0, "ok", "secret", "console_password: only its owner");
    findings.lack("systemctl edit");
    assert_eq!(
        setup.checked_by(&["check", "--quiet", "--unit", &folder]),
        (Some(0), String::new())
    );
}

#[tokio::test]
async fn a_secret_named_with_its_folder_is_not_replaced_by_a_credential() {
    let sim = sim().await;
    let setup = filed(&sim, UNIT);
    let folder = setup.folder();
    let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    let text = text.replace("\"word\"", &format!("\"{folder}/word\""));
    setup.put("bina.toml", &text, 0o644);
    let findings = setup.judged();
    let part = "word: bina.service cannot read it (mode 0600, and its user is not the owner): write only \
                `word` in the configuration, without the folder";
    findings.have(1, "failed", "secret", part);
    findings.lack("LoadCredential=word");
}

/// As in the unit of the .rpm: systemd 239 ignores `LoadCredential=`.
#[tokio::test]
async fn without_credentials_the_group_bina_is_to_read_the_secrets() {
    let sim = sim().await;
    let unit = "[Service]\nUser=bina\nExecStart=/usr/bin/bina serve -c FOLDER/bina.toml\n";
    let setup = filed(&sim, unit);
    let (status, text) = setup.checked(&setup.folder());
    assert_eq!(status, Some(1), "{text}");
    let remedy = format!("sudo chgrp bina {}/client && sudo chmod 640", setup.folder.display());
    assert!(text.contains(&remedy) && !text.contains("LoadCredential"), "{text}");
}

#[tokio::test]
async fn the_file_itself_has_to_be_readable_and_other_users_are_judged_as_they_are() {
    let sim = sim().await;
    let setup = filed(&sim, UNIT);
    let path = setup.folder.join("bina.toml");
    let text = fs::read_to_string(&path).expect("a file");
    setup.put("bina.toml", &text, 0o600);
    let findings = setup.judged();
    let part = "bina.toml: bina.service cannot read it (mode 0600, and its user is not the owner): run \
                `sudo chmod o+r ";
    findings.have(1, "failed", "secret", part);
    // Root reads all of it, and a unit for another configuration says nothing of this one.
    for unit in [
        "[Service]\nExecStart=/usr/bin/bina serve -c FOLDER/bina.toml\n",
        "[Service]\nDynamicUser=yes\nExecStart=/usr/bin/bina serve -c /etc/bina/bina.toml\n",
    ] {
        setup.put("bina.service", &unit.replace("FOLDER", &setup.folder()), 0o644);
        setup.judged().have(0, "ok", "secret", "console_password: only its owner");
    }
    let (code, printed) = setup.checked("/nowhere");
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("/nowhere has no bina.service: name its folder"), "{printed}");
}

#[tokio::test]
async fn credentials_of_the_unit_count_as_present_without_any_setting_for_them() {
    let sim = sim().await;
    let setup = filed(
        &sim,
        &UNIT
            .replace("=client:FOLDER/client", "=client_secret:FOLDER/client")
            .replace("=word:FOLDER/word", "=password:FOLDER/word"),
    );
    let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    let text = text
        .replace("client_secret_file = \"client\"", "")
        .replace("password_file = \"word\"", "")
        .replace("password_file = \"console_password\"", "");
    setup.put("bina.toml", &text, 0o644);
    let folder = setup.folder();
    assert_eq!(
        setup.checked_by(&["check", "--quiet", "--unit", &folder]),
        (Some(0), String::new())
    );
    let findings = setup.judged();
    findings.have(0, "ok", "secret", "client: only its owner");
    findings.have(0, "ok", "token", "");

    // systemd alone reads it: the check has what it needs, the doctor no secret for a request.
    let unit = fs::read_to_string(setup.folder.join("bina.service")).expect("a file");
    let sealed = unit.replace("LoadCredential=password", "LoadCredentialEncrypted=password");
    setup.put("bina.service", &sealed, 0o644);
    assert_eq!(
        setup.checked_by(&["check", "--quiet", "--unit", &folder]),
        (Some(0), String::new())
    );
    setup.judged().have(2, "failed", "configuration", "hubsoft.password is missing");
}

#[tokio::test]
async fn what_a_start_needs_besides_secrets_is_judged_and_the_rest_is_a_warning() {
    let sim = sim().await;
    let unit = format!("{UNIT}LoadCredential=console_password:/nonexistent/word\n");
    let setup = filed(&sim, &unit);
    let folder = setup.folder();
    let authority = crate::certificates::Authority::new();
    let text = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    let text = text.replace("[console]", "ca_file = \"ca.pem\"\n[console]");
    let text = text.replace("[listen]", "[listen]\nprompts_folder = \"recordings\"");
    let text = format!("{text}[speech]\ncommand = [\"{folder}/speak\"]\n");
    setup.put("bina.toml", &text, 0o644);
    setup.put("ca.pem", authority.pem(), 0o600);
    setup.put("speak", "#!/bin/sh\n", 0o744);
    fs::create_dir(setup.folder.join("recordings")).expect("a folder");
    let closed = fs::Permissions::from_mode(0o700);
    fs::set_permissions(setup.folder.join("recordings"), closed).expect("our own");
    let (code, printed) = setup.checked(&folder);
    assert_eq!(code, Some(1), "{printed}");
    for part in [
        "the next start will fail: /nonexistent/word: it does not exist, and \
         LoadCredential=console_password hands it over: create the file"
            .to_owned(),
        format!(
            "the next start will fail: {folder}/ca.pem: bina.service cannot read it (mode 0600"
        ),
        format!("  warning     {folder}/recordings: bina.service cannot read it (mode 0700"),
        format!("  warning     {folder}/speak: bina.service cannot read it (mode 0744"),
        format!("run `sudo chmod o+rx {folder}/speak`"),
    ] {
        assert!(printed.contains(&part), "{part}\n{printed}");
    }
    assert_eq!(printed.matches("the next start will fail").count(), 2, "{printed}");
    setup.judged().have(1, "failed", "secret", "/nonexistent/word: it does not exist");
}
