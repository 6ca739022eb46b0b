//! Finds the setting that was meant: the one spelled alike, or the one of that name elsewhere.

/// Where each setting is at home. A test compares it with what each section asks for.
const HOMES: [(&str, &[&str]); 11] = [
    ("listen", &["http", "agi", "metrics", "pbx", "prompts_folder"]),
    ("access", &["networks", "token_files", "basic_files"]),
    ("tls", &["cert_file", "key_file", "client_ca_file"]),
    ("service", &["worker_threads"]),
    ("log", &["format", "level"]),
    (
        "hubsoft",
        &[
            "base_url",
            "client_id",
            "username",
            "client_secret",
            "client_secret_file",
            "password",
            "password_file",
            "ca_file",
            "insecure_http",
            "limit",
            "cancelado",
            "ultima_conexao",
            "phone_match",
            "ex_customers",
            "connect_ms",
            "attempt_ms",
            "body_bytes_max",
        ],
    ),
    ("numbers", &["default_ddd", "default_ddd_by_did"]),
    (
        "lookup",
        &[
            "deadline_ms",
            "patience_ms",
            "fresh_s",
            "nobody_s",
            "stale_s",
            "stale_on_error_s",
            "alert_s",
            "records_max",
            "flights_max",
        ],
    ),
    ("limiter", &["rate", "burst"]),
    ("[rule]", &["servico_status", "conectado", "did", "route"]),
    ("freeswitch", &["entry_context", "transfer_context", "transfer_file"]),
];

/// What `key` was meant to be in a section that knows `known`.
pub(super) fn meant(key: &str, section: &str, known: &[&'static str]) -> Option<String> {
    let homes = HOMES.iter().filter(|(home, _)| *home != section);
    let mut homes = homes.filter(|(_, keys)| keys.contains(&key));
    if let Some((home, _)) = homes.next() {
        return Some(format!("it belongs below [{home}]"));
    }
    let near = known.iter().map(|known| (distance(key, known), known));
    let near = near.filter(|(steps, known)| *steps <= 2 && *steps * 2 < known.len());
    let (_, nearest) = near.min_by_key(|(steps, _)| *steps)?;
    Some(format!("did you mean `{nearest}`?"))
}

/// How many characters have to be added, left out, changed or swapped with the next one.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Longer ones are far from every setting.
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut steps = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                steps = steps.min(rows[i - 1][j - 1] + 1);
            }
            row.push(steps);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard_are_near_and_other_words_are_not() {
        for (one, other, steps) in [
            ("", "", 0),
            ("hubsft", "hubsoft", 1),
            ("rules", "rule", 1),
            ("clientid", "client_id", 1),
            ("lgo", "log", 1),
            ("ação", "acao", 2),
            ("fresh", "alert", 4),
            ("x", "freeswitch", usize::MAX),
        ] {
            assert_eq!(distance(one, other), steps, "{one} {other}");
            assert_eq!(distance(other, one), steps, "{other} {one}");
        }
        let meant = |key, section| meant(key, section, &["deadline_ms", "log", "rule"]);
        assert_eq!(meant("deadlin_ms", "lookup").as_deref(), Some("did you mean `deadline_ms`?"));
        assert_eq!(meant("networks", "").as_deref(), Some("it belongs below [access]"));
        assert_eq!(meant("networks", "access"), None);
        assert_eq!(meant("colour", ""), None);
        assert_eq!(meant("xog", "").as_deref(), Some("did you mean `log`?"));
        assert_eq!(meant("x", ""), None);
    }
}
