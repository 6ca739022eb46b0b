//! The units fit the program and its configuration.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

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
        // Or a missing file would be systemd's "Protocol error".
        assert!(has(&service, &format!("SetCredential={name}:\\n")));
        let line = format!("LoadCredentialEncrypted={name}:/etc/bina/{name}.cred");
        assert!(has(&encrypted, &line), "{line}");
    }
    // What bina.service sets would stand for what cannot be decrypted.
    assert!(has(&encrypted, "LoadCredential=") && has(&encrypted, "SetCredential="));
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
        "RestartPreventExitStatus=2 226 243",
        "StartLimitIntervalSec=0",
        "ExecReload=+/usr/bin/bina check --quiet -c /etc/bina/bina.toml",
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
    // Without "+" systemd 252 hides the credentials from it, and no reload succeeds.
    assert_eq!(check, format!("+/usr/bin/bina check --quiet -c {file}"));
    assert!(signal.starts_with("/bin/kill -HUP"), "{signal}");
}

/// The directives of the unit that systemd 239 has, which is what Rocky 8 and Issabel 5 run.
static KNOWN_TO_239: [&str; 50] = [
    "After",
    "AmbientCapabilities",
    "Before",
    "CapabilityBoundingSet",
    "Description",
    "DevicePolicy",
    "Documentation",
    "Environment",
    "ExecReload",
    "ExecStart",
    "KeyringMode",
    "LimitCORE",
    "LimitNOFILE",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "MemoryHigh",
    "MemoryMax",
    "NoNewPrivileges",
    "NotifyAccess",
    "OOMScoreAdjust",
    "PrivateDevices",
    "PrivateMounts",
    "PrivateTmp",
    "PrivateUsers",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectSystem",
    "RemoveIPC",
    "Restart",
    "RestartPreventExitStatus",
    "RestartSec",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "StartLimitIntervalSec",
    "StateDirectory",
    "StateDirectoryMode",
    "SystemCallArchitectures",
    "SystemCallErrorNumber",
    "SystemCallFilter",
    "TasksMax",
    "TimeoutStartSec",
    "TimeoutStopSec",
    "Type",
    "UMask",
    "User",
    "WantedBy",
    "WatchdogSec",
];
/// What the unit has beside them and the .rpm's has not, with the version of systemd that brought it.
static NEWER_THAN_239: [(&str, u32); 8] = [
    ("OOMPolicy", 243),
    ("PrivateIPC", 248),
    ("ProcSubset", 247),
    ("ProtectClock", 245),
    ("ProtectHostname", 242),
    ("ProtectKernelLogs", 244),
    ("ProtectProc", 247),
    ("RestrictSUIDSGID", 242),
];

/// The assignments of a unit, without comments.
fn assignments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#') && line.contains('=')).collect()
}

fn key(line: &str) -> &str {
    line.split('=').next().unwrap_or_default()
}

fn unit_of_the_rpm() -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("systemd/rpm/variant.sh");
    let output = Command::new("bash").arg(script).output().expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_unit_of_the_rpm_is_what_systemd_239_knows_of_the_unit() {
    let (service, rpm) = (unit("bina.service"), unit_of_the_rpm());
    for line in assignments(&rpm) {
        assert!(KNOWN_TO_239.contains(&key(line)), "{line}");
    }
    let newer = NEWER_THAN_239.map(|(key, _)| key);
    let without = ["DynamicUser", "LoadCredential", "SetCredential"];
    let kept = assignments(&service);
    let kept = kept
        .into_iter()
        .filter(|line| !newer.contains(&key(line)) && !without.contains(&key(line)));
    assert_eq!(assignments(&rpm), kept.collect::<Vec<_>>());
    assert!(has(&rpm, "User=bina"));
    assert!(!rpm.contains("$CREDENTIALS_DIRECTORY"), "a comment speaks of what is not there");
}

/// The spec creates the user that the unit names; `bina setup` makes the secrets its group's.
#[test]
fn the_rpm_creates_the_user_of_its_unit() {
    let spec = unit("rpm/bina.spec");
    for part in ["groupadd --system bina", "useradd --system --gid bina", "sudo bina setup"] {
        assert!(spec.contains(part), "{part}");
    }
    assert!(spec.contains("_binary_payload w9.gzdio"), "rpm 4.14 reads no zstd");
}

/// What needs a namespace, or a mount, in a container that permits none.
#[test]
fn the_drop_in_for_containers_takes_back_what_needs_a_namespace() {
    let (service, drop_in) = (unit("bina.service"), unit("no-sandbox.conf"));
    let needs = |line: &&str| key(line).starts_with("Private") || key(line).starts_with("Protect");
    let also = ["DevicePolicy", "DynamicUser", "ProcSubset"];
    let of = |text: &str| -> BTreeSet<String> {
        let lines = assignments(text).into_iter();
        let lines = lines.filter(|line| needs(line) || also.contains(&key(line)));
        lines.map(|line| key(line).to_owned()).collect()
    };
    assert_eq!(of(&service), of(&drop_in));
    assert_eq!(assignments(&drop_in).len(), of(&drop_in).len(), "it takes back nothing else");
    for line in assignments(&drop_in) {
        assert!(
            ["no", "default", "all", "auto"].iter().any(|value| line.ends_with(value)),
            "{line}"
        );
    }
}

/// Those of Podman 4.5's Quadlet.
#[test]
fn the_container_has_only_what_quadlet_knows() {
    const KNOWN: [&str; 13] = [
        "ContainerName",
        "DropCapability",
        "Environment",
        "Group",
        "Image",
        "Network",
        "NoNewPrivileges",
        "Notify",
        "PodmanArgs",
        "ReadOnly",
        "Secret",
        "User",
        "Volume",
    ];
    let text = unit("container/bina.container");
    let (_, section) = text.split_once("[Container]").expect("a section");
    let (section, _) = section.split_once("[Service]").expect("another");
    for line in assignments(section) {
        assert!(KNOWN.contains(&key(line)), "{line}");
    }
    let image = unit("container/Containerfile");
    for name in ["client_secret", "password"] {
        let secret = format!("Secret=bina_{name},type=mount,target={name},uid=65532");
        assert!(section.contains(&secret), "{secret}");
        assert!(image.contains(&format!("--secret bina_{name},target={name},uid=65532")));
    }
    assert!(
        image.contains("USER 65532:65532") && image.contains("CREDENTIALS_DIRECTORY=/run/secrets")
    );
}
