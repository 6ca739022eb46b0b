//! Texts that do harm in one dialplan or another, if they are let.

use std::fmt::Write;
use std::path::Path;

/// Names and alerts of customers, each with what has to be left of it: letters, digits, spaces and
/// `. - _ / +`.
pub(crate) fn texts(canary: &Path) -> Vec<(String, String)> {
    let file = canary.display().to_string();
    let left = file.trim_start_matches('/');
    let touch = |before: &str, after: &str, safe: &str| {
        (format!("{before}touch {file}{after}"), format!("{safe}touch /{left}"))
    };
    let commands = [
        touch("${SHELL(", ")}", "SHELL "),
        touch("${SYSTEM(", ")}", "SYSTEM "),
        touch("x):System(", ")", "x System "),
        touch("1?System(", "):", "1 System "),
        touch("`", "`", ""),
        touch("x; ", ";", "x "),
        touch("x | ", " & ", "x "),
        touch("$(", ")", ""),
        touch("x\n", "\n", "x "),
        touch("\"); System(", ")", "System "),
        touch("${EVAL(${SHELL(", ")})}", "EVAL SHELL "),
    ];
    let plain = [
        ("11,22", "11 22"),
        ("1199):1:2", "1199 1 2"),
        ("11\" OR \"1\" = \"1", "11 OR 1 1"),
        ("11\nagi_callerid: 999", "11 agi_callerid 999"),
        ("HANGUP\r\nSET VARIABLE X 1", "HANGUP SET VARIABLE X 1"),
        ("foo\"bar", "foo bar"),
        ("foo(bar", "foo bar"),
        ("[x", "x"),
        ("par)en(x)", "par en x"),
        ("p&q=r&end=1", "p q r end 1"),
        ("a?b:c", "a b c"),
        ("50% %00 %0a %zz %2522", "50 00 0a zz 2522"),
        ("say \"hi\", it's", "say hi it s"),
        ("back\\slash\\", "back slash"),
        ("${CALLERID(num)} $[1+1] ${EXTEN:1}", "CALLERID num 1+1 EXTEN 1"),
        ("} ] ) > ~ ^ @ # * ! < { [ (", ""),
        ("\u{0}\u{7}\u{1b}[31m\ttab", "31m tab"),
        ("\u{202e}OTNEMAGAP\u{202c} 😀", "OTNEMAGAP"),
        ("Conceição e\u{301} Ñandú_-./+", "Conceição é Ñandú_-./+"),
        ("]]> <!-- <action application=\"system\"/>", "-- action application system /"),
    ];
    let plain = plain.map(|(raw, safe)| (raw.to_owned(), safe.to_owned()));
    commands.into_iter().chain(plain).collect()
}

/// What a caller may put into From, none of it a number, all of it near one.
pub(crate) fn callers(number: &str, canary: &Path) -> Vec<String> {
    let file = canary.display();
    let around = [
        ",",
        "\"",
        "\n",
        "\r\nX-Case: y",
        "&did=1",
        " ",
        "(",
        ")",
        "):0",
        "):0:11",
        ":0",
        "[",
        "]",
        "\\",
        "${EXTEN}",
        "?",
        "|",
        "=",
        "'",
        "%",
        "%32",
        "#",
        "!",
        "x",
        "é",
        "\u{1}",
    ];
    let after = around.iter().map(|text| format!("{number}{text}"));
    let before = [",", "\"", "\n", "x", "-", "(", "}", "\\"].map(|text| format!("{text}{number}"));
    let commands = [
        format!("${{SHELL(touch {file})}}"),
        format!("):System(touch {file})"),
        format!("1?System(touch {file}):"),
        format!("`touch {file}`"),
    ];
    let bare = [",", ",,", "\"", "\n", "(", ")", ":", "|", "$[1+1]", "${", "}", "+", "unknown"];
    let bare = bare.map(str::to_owned);
    after.chain(before).chain(commands).chain(bare).collect()
}

/// Percent-encodes what may not stand in a SIP address as it is.
pub(crate) fn escaped(user: &str) -> String {
    user.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' => escaped.push(byte.into()),
            _ => write!(escaped, "%{byte:02X}").unwrap(),
        }
        escaped
    })
}

/// Fields of an answer in bina's form whose every value is what a dialplan fears.
pub(crate) fn hostile_fields(canary: &Path) -> Vec<(&'static str, String)> {
    let file = canary.display();
    vec![
        ("status", format!("found\"):System(touch {file})")),
        ("source", format!("${{SHELL(touch {file})}}")),
        ("alerta", format!("1?System(touch {file}):")),
        ("prompt", format!("x):System(touch {file})")),
        ("rule", "${CALLERID(num)}".to_owned()),
        ("route", "a?b:c,s,1".to_owned()),
        ("nome", format!("\",${{SHELL(touch {file})}}\n;(")),
        ("codigo_cliente", "1):0".to_owned()),
        ("id_cliente", "1\" | 1".to_owned()),
        ("servico_status", "$[1+1]".to_owned()),
        ("conectado", "1?x".to_owned()),
        ("mensagem", format!(";|`touch {file}`\\")),
        ("matches", "9):1\"".to_owned()),
        ("telefone", "3\n7".to_owned()),
        ("CALLERID(num)", "1".to_owned()),
        ("end", "1".to_owned()),
    ]
}
