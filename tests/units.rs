//! The units fit the program and its configuration.

use std::fs;
use std::path::PathBuf;

use bina::app::config::{AGI_DEFAULT, HTTP_DEFAULT, METRICS_DEFAULT};

fn unit(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("systemd").join(name);
    fs::read_to_string(path).expect(name)
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|have| have == line)
}

#[test]
fn each_socket_unit_has_the_address_of_its_listener() {
    let listeners = [
        ("bina.socket", "http", HTTP_DEFAULT),
        ("bina-agi.socket", "agi", AGI_DEFAULT),
        ("bina-metrics.socket", "metrics", METRICS_DEFAULT),
    ];
    for (file, name, address) in listeners {
        let text = unit(file);
        for line in [
            format!("ListenStream={address}"),
            format!("FileDescriptorName={name}"),
            "Service=bina.service".to_owned(),
        ] {
            assert!(has(&text, &line), "{file} has no {line}");
        }
    }
}

#[test]
fn the_credentials_have_the_names_of_the_configuration() {
    let (service, encrypted) = (unit("bina.service"), unit("credentials-encrypted.conf"));
    for name in ["client_secret", "password"] {
        assert!(unit("bina.toml").contains(&format!("{name}_file = \"{name}\"")));
        assert!(has(&service, &format!("LoadCredential={name}:/etc/bina/{name}")));
        let line = format!("LoadCredentialEncrypted={name}:/etc/bina/{name}.cred");
        assert!(has(&encrypted, &line), "{line}");
    }
}

#[test]
fn the_unit_has_watchdog_reload_and_restart() {
    let service = unit("bina.service");
    for line in [
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=10",
        "Restart=always",
        "RestartSec=200ms",
        "RestartPreventExitStatus=2",
        "StartLimitIntervalSec=0",
        "ExecReload=/usr/bin/bina check --quiet -c /etc/bina/bina.toml",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "DynamicUser=yes",
        "StateDirectory=bina",
        "StateDirectoryMode=0700",
        "MemoryHigh=384M",
        "MemoryMax=512M",
        "TasksMax=256",
        "LimitCORE=0",
    ] {
        assert!(has(&service, line), "{line}");
    }
}

/// systemd runs the lines of `ExecReload=` one after the other until one fails.
#[test]
fn a_reload_checks_the_file_of_the_service_before_the_signal() {
    let service = unit("bina.service");
    let values = |key: &'static str| service.lines().filter_map(move |line| line.strip_prefix(key));
    let reload: Vec<_> = values("ExecReload=").collect();
    let start = values("ExecStart=").next().expect("it starts");
    let (_, file) = start.split_once("serve -c ").expect("it names its file");
    let [check, signal] = reload[..] else { panic!("{reload:?}") };
    assert_eq!(check, format!("/usr/bin/bina check --quiet -c {file}"));
    assert!(signal.starts_with("/bin/kill -HUP"), "{signal}");
}
