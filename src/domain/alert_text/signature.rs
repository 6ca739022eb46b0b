//! Recognises the line `21/08/2023 15:49 - Name` that the source appends to an alert.
//!
//! Staff also begin lines with a date and a time. A line is a signature only if nothing but a name
//! follows; in doubt it is text, and stays.

use super::fold::fold;

/// Maximum words of a name, particles not counted.
const NAME_WORDS_MAX: usize = 4;
/// Lower-case words within names.
const PARTICLES: [&str; 8] = ["da", "das", "de", "di", "do", "dos", "e", "van"];
/// Dashes that may precede a name.
const DASHES: [char; 5] = ['-', '–', '—', '−', '―'];
/// Folded words about the network, which are not part of any name; `*` matches any suffix. They
/// distinguish names in capitals from `ROMPIMENTO CENTRO`.
const TROUBLE: [&str; 92] = [
    "acidente",
    "afet*",
    "agend*",
    "aguard*",
    "alert*",
    "altera*",
    "andamento",
    "atualiz*",
    "aviso",
    "bairro",
    "bloque*",
    "boleto",
    "cabo",
    "caida",
    "cair",
    "caiu",
    "cancelad*",
    "cancelam*",
    "client*",
    "conclu*",
    "conectad*",
    "conex*",
    "confirm*",
    "corrig*",
    "corte",
    "cto",
    "debito",
    "desconect*",
    "desloca*",
    "encerrad*",
    "energia",
    "equipe*",
    "falha*",
    "falta",
    "fatura*",
    "fibra*",
    "finaliz*",
    "fora",
    "furto",
    "fusao",
    "gerador",
    "incidente",
    "indispon*",
    "informad*",
    "instab*",
    "internet",
    "interrup*",
    "janela",
    "lent*",
    "liga",
    "ligad*",
    "ligou",
    "local",
    "los",
    "manuten*",
    "massiva",
    "migra*",
    "normal*",
    "off",
    "offline",
    "olt",
    "ont",
    "onu",
    "oscila*",
    "parad*",
    "parcial",
    "pendente*",
    "perda",
    "pon",
    "pop",
    "poste",
    "prazo",
    "prev",
    "previs*",
    "previst*",
    "problema",
    "queda",
    "reestab*",
    "reparad*",
    "reparo",
    "resolveu",
    "resolvid*",
    "restabel*",
    "retorn*",
    "rompi*",
    "sem",
    "servic*",
    "sinal",
    "vandal*",
    "visita",
    "vistoria",
    "voltou",
];

/// Drops trailing signature lines; the first non-blank line always stays.
pub(super) fn without_signature(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let line = rest.rfind(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        let start = line.map_or(0, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
        let before = rest[..start].trim_end();
        if before.is_empty() || !is_signature(rest[start..].trim()) {
            return rest;
        }
        rest = before;
    }
}

/// Returns whether a line is a date, a time, a dash and a name. A date without a time is kept: it
/// may be part of the message.
fn is_signature(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '(']);
    let name = after_date(line).and_then(after_time).and_then(|rest| {
        let rest = rest.trim_start_matches([']', ')']).trim_start();
        rest.strip_prefix(DASHES)
    });
    name.is_some_and(|name| is_name(name.trim_start_matches(DASHES).trim()))
}

/// What follows the date: `21/08/2023`, `21-08-23`, `21.08.2023`, `2023-08-21`, `21/08`.
fn after_date(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.'))?;
    let (date, rest) = line.split_at(end);
    let separator = date.find(|c: char| !c.is_ascii_digit()).map(|at| &date[at..=at])?;
    let parts: Vec<_> = date.split(separator).collect();
    let is_number = |part: &&str| matches!(part.len(), 1 | 2 | 4) && is_digits(part);
    let is_date = match parts[..] {
        [_, _] => separator == "/",
        [_, _, _] => true,
        _ => false,
    };
    (is_date && parts.iter().all(is_number)).then_some(rest)
}

/// What follows the time: `15:49`, `15:49:07`, `15h49`, `15:49h`, `15h`, `15h49min`.
fn after_time(line: &str) -> Option<&str> {
    let rest =
        line.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || DASHES.contains(&c));
    let rest = ["às ", "as ", "ás ", "ÀS ", "AS ", "T"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest);
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | 'h' | 'H'))?;
    let (time, rest) = rest.split_at(end);
    let has_unit = time.contains([':', 'h', 'H']);
    let parts: Vec<_> = time.split([':', 'h', 'H']).filter(|part| !part.is_empty()).collect();
    let is_number = |part: &&str| part.len() <= 2 && is_digits(part);
    let is_time = has_unit && (1..=3).contains(&parts.len()) && parts.iter().all(is_number);
    let unit = ["min", "s", "rs", "r"].iter().find_map(|unit| rest.strip_prefix(unit));
    let rest = unit.unwrap_or(rest);
    let ends = rest
        .starts_with(|c: char| c.is_whitespace() || DASHES.contains(&c) || matches!(c, ']' | ')'));
    (is_time && ends).then(|| rest.trim_start())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether the text is a name: a few capitalised words, or a login. An empty text counts, as
/// it adds nothing to the date.
fn is_name(text: &str) -> bool {
    let words: Vec<_> = text.split(is_between).filter(|word| !word.is_empty()).collect();
    if let [login] = words[..]
        && is_login(login)
    {
        return true;
    }
    let own = words.iter().filter(|word| !PARTICLES.contains(word));
    own.clone().count() <= NAME_WORDS_MAX
        && words.iter().all(|word| PARTICLES.contains(word) || is_name_word(word))
        && !own.clone().any(|word| is_trouble(word))
}

/// Returns whether `c` may separate the words of a name: `Maria (NOC)`, `Zé / Suporte`, `Ana - NOC`.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '/' | '&') || DASHES.contains(&c)
}

/// `Maria`, `D'Ávila`, `NOC`, `J.`
fn is_name_word(word: &str) -> bool {
    let initial = word.chars().count() <= 3;
    let bare = if initial { word.trim_end_matches('.') } else { word };
    let mut parts = bare.split(['.', '\'', '’', '_']);
    bare.starts_with(char::is_uppercase)
        && parts.all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic))
}

/// `maria.souza`, `m_souza`, `maria@example.com`
fn is_login(word: &str) -> bool {
    let inner = word.trim_matches(['.', '_', '@']);
    let is_part = |c: char| c.is_alphabetic() || matches!(c, '.' | '_' | '@');
    let has_digits = |c: char| c.is_ascii_digit() && word.contains('@');
    inner == word
        && word.contains(['.', '_', '@'])
        && word.chars().all(|c| is_part(c) || has_digits(c))
        && !word.split(['.', '_', '@']).any(is_trouble)
}

fn is_trouble(word: &str) -> bool {
    let word = fold(word);
    TROUBLE.iter().any(|trouble| match trouble.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *trouble,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_a_time_and_a_name_are_a_signature() {
        for line in [
            "21/08/2023 15:49 - Maria",
            "21/08/2023 15:49:07 - Zé",
            "1/8/2023 9:05 – Zé",
            "21/08/2023 às 15:49 — Ana",
            "21/08/2023 as 15h49 - Ana",
            "21/08/23 15:49:00 -X",
            "21/08/23 15:49-X",
            "21/08 15:49 - Maria",
            "21-08-2023 14:30h - Maria",
            "21-08-2023 14:30hs - Maria",
            "21.08.2023 14h30 - Maria",
            "21.08.2023 14h30min - Maria",
            "2023-08-21 14h - Maria",
            "2023-08-21T14:30:00 - Maria",
            "21/08/2023, 15:49 - Maria",
            "21/08/2023 - 15:49 - Maria",
            "[21/08/2023 15:49] - Maria",
            "21/08/2023 15:49 -",
            "29/11/2026 14:02 - NOC Plantão",
            "29/11/2026 15:15 - NOC",
            "29/11/2026 14:33 - Zabbix",
            "25/11/2026 09:00 - Cobrança",
            "28/11/2026 17:00 - Atendimento",
            "28/11/2026 17:00 - João D'Ávila da Silva e Souza",
            "28/11/2026 17:00 - MARIA APARECIDA DOS SANTOS",
            "28/11/2026 17:00 - J. R. Souza Jr.",
            "28/11/2026 17:00 - Maria (NOC)",
            "28/11/2026 17:00 - Maria/Suporte",
            "28/11/2026 17:00 - Ana - Suporte",
            "28/11/2026 17:00 - Caio Cortes Ponciano",
            "28/11/2026 17:00 - maria.souza",
            "28/11/2026 17:00 - m_souza",
            "28/11/2026 17:00 - maria2@example.com",
        ] {
            assert!(is_signature(line), "{line}");
            assert_eq!(without_signature(&format!("A\r\n\r\n{line}\r\n")), "A", "{line}");
            assert_eq!(without_signature(&format!("A\u{2028}{line}")), "A", "{line}");
            assert_eq!(without_signature(line), line, "the only line is never removed");
        }
    }

    #[test]
    fn a_line_with_more_than_a_name_is_text() {
        for line in [
            "28/11/2026 14:30 - Rompimento de fibra no Centro",
            "28/11/2026 14:30 - rompimento confirmado",
            "28/11/2026 14:30 - ROMPIMENTO",
            "28/11/2026 14:30 - Rompimento Centro",
            "28/11/2026 14:30 - MASSIVA OLT CENTRO",
            "28/11/2026 14:30 - Queda de Energia",
            "28/11/2026 14:30 - SEM SINAL",
            "28/11/2026 14:30 - Fibra",
            "1/1/26 8:00 – fibra",
            "1/1/26 8:00 – maria",
            "28/11/2026 14:30 - Equipe no local",
            "28/11/2026 14:30 - Técnico a caminho",
            "28/11/2026 14:30 - Maria: cliente avisado",
            "28/11/2026 14:30 - Normalizado.",
            "28/11/2026 14:30 - Zona Norte, Zona Sul",
            "28/11/2026 14:30 - CTO 12",
            "28/11/2026 14:30 - Um Dois Tres Quatro Cinco",
            "28/11/2026 14:30 previsto",
            "28/11/2026 14:30",
            "28/11/2026 - Maria",
            "14:30 - Maria",
            "Retorno 28/11/2026 14:30 - Maria",
            "28/11/2026 14 - Maria",
            "Maria",
        ] {
            assert!(!is_signature(line), "{line}");
            let text = format!("Equipe avisada\n{line}");
            assert_eq!(without_signature(&text), text, "{line}");
        }
    }

    #[test]
    fn trailing_signatures_are_removed_but_never_the_first_line() {
        let text = "A\n\n21/08/2023 15:49 - Xavier\n\n22/08/2023 08:00 - Yara";
        assert_eq!(without_signature(text), "A");
        let only = "\n21/08/2023 15:49 - Xavier\n22/08/2023 08:00 - Yara";
        assert_eq!(without_signature(only).trim(), "21/08/2023 15:49 - Xavier");
        let dated = "28/11/2026 14:30 - Rompimento no Centro\n28/11/2026 15:00 - equipe no local";
        assert_eq!(without_signature(dated), dated);
    }
}
