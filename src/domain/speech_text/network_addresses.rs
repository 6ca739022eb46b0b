//! Web, mail, IP and MAC addresses in a text.

use super::refusal::Refusal;

/// Ends of host names that providers write.
const TOP_DOMAINS: [&str; 26] = [
    "app", "art", "be", "biz", "br", "cloud", "co", "com", "dev", "edu", "gg", "gl", "gov", "info",
    "io", "link", "ly", "me", "net", "online", "org", "shop", "site", "store", "tech", "tv",
];
/// Signs around a word of a text that belong to no address.
const AROUND: [char; 12] = ['(', ')', '[', ']', '<', '>', '"', '\'', ',', ';', '!', '?'];

/// Ways to write a dot or an `@` so that no software sees the address.
const DISGUISES: [(&str, &[&str]); 2] =
    [(".", &[".", "ponto", "dot"]), ("@", &["@", "arroba", "at"])];
/// Brackets around them.
const BRACKETS: [(&str, &str); 4] = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")];

/// Finds an address in a clean text, and in the same text without what hides one.
pub(super) fn found(clean: &str) -> Option<Refusal> {
    let plain = undisguised(&clean.to_lowercase());
    found_in(&plain).or_else(|| found_in(&joined(&plain))).or_else(|| said(&plain))
}

fn found_in(text: &str) -> Option<Refusal> {
    text.split_whitespace().find_map(|chunk| {
        let chunk = chunk.trim_matches(AROUND).trim_end_matches(['.', ':']);
        let refusal = if is_mac(chunk) {
            Refusal::MacAddress
        } else if is_ipv4(chunk) || chunk.split(['=', '(', ',']).any(is_ipv6) {
            Refusal::IpAddress
        } else if is_link(chunk) {
            Refusal::Address
        } else {
            return None;
        };
        Some(refusal)
    })
}

/// Replaces `(.)`, `[ponto]` and the like by what they stand for.
fn undisguised(text: &str) -> String {
    let mut plain = text.to_owned();
    for (sign, names) in DISGUISES {
        for (open, close) in BRACKETS {
            for name in names {
                for gap in ["", " "] {
                    let hidden = format!("{gap}{open}{name}{close}{gap}");
                    plain = plain.replace(&hidden, sign);
                }
            }
        }
    }
    plain
}

/// Joins what gaps part: `10 . 0 . 0 . 1`, `w w w . nome . com`, `00 1A 2B 3C 4D 5E`. A dot that ends a
/// sentence has a gap on one side only.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let chunks: Vec<&str> = text.split_whitespace().collect();
    let mut at = 0;
    while at < chunks.len() {
        let before = at.checked_sub(1).map_or("", |before| chunks[before]);
        let is_dot = |chunk: &str| chunk == "." || chunk == ":";
        // `sem sinal . com previsão` are two sentences.
        let part = if is_dot(before) { at } else { at + 1 };
        let is_word = |chunk: &&str| *chunk != "br" && chunk.starts_with(char::is_alphabetic);
        let goes_on = chunks.get(part + 1).is_some_and(is_word);
        let is_sentence = chunks.get(part).is_some_and(|part| *part == "com") && goes_on;
        let is_joined = (is_dot(chunks[at]) || is_dot(before)) && !is_sentence;
        let pairs = pairs(&chunks[at..]);
        if !is_joined && (chunks[at] != "w" || before != "w") {
            joined.push(' ');
        }
        joined.push_str(&chunks[at..at + pairs.max(1)].join(":"));
        at += pairs.max(1);
    }
    joined
}

/// How many of the first chunks are the pairs of a MAC address; pairs of digits, and "de" between
/// them, are other numbers.
fn pairs(chunks: &[&str]) -> usize {
    const MAC_PAIRS: usize = 6;
    let is_pair = |chunk: &&&str| chunk.len() == 2 && is_hex(chunk);
    let count = chunks.iter().take_while(is_pair).count();
    let has_letter = |chunk: &&str| {
        chunk.bytes().any(|byte| byte.is_ascii_alphabetic()) && !matches!(*chunk, "da" | "de")
    };
    let is_mac = count >= MAC_PAIRS && chunks[..count].iter().any(has_letter);
    if is_mac { count } else { 0 }
}

/// Finds an address in words: `exemplo ponto com`; `ponto com falha` is a place with a fault.
fn said(text: &str) -> Option<Refusal> {
    const SITES: [&str; 7] = ["acesse", "email", "mail", "portal", "pagina", "página", "site"];
    let is_part = |c: char| !c.is_alphanumeric();
    let words: Vec<&str> = text.split(is_part).filter(|word| !word.is_empty()).collect();
    let has_site = words.iter().any(|word| SITES.contains(word) || word.starts_with("www"));
    let is_end = |top: &str| {
        text.split(['.', ',', ';', '!', '?', '\n']).any(|part| {
            part.trim_end()
                .strip_suffix(top)
                .is_some_and(|rest| rest.trim_end().ends_with(" ponto"))
        })
    };
    let is_said = words.windows(2).any(|pair| {
        let is_top = pair[0] == "ponto" && TOP_DOMAINS.contains(&pair[1]);
        let is_name =
            !matches!(pair[1], "br" | "com" | "me" | "co" | "info" | "link" | "site" | "be");
        is_top && (is_name || has_site || is_end(pair[1]))
    });
    let is_mac =
        words.windows(2).any(|pair| pair[0] == "mac" && pair[1].len() >= 6 && is_hex(pair[1]));
    let has_web = words.contains(&"www") || words.contains(&"arroba");
    if is_mac {
        return Some(Refusal::MacAddress);
    }
    (is_said || has_web).then_some(Refusal::Address)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `https://…`, `www.…`, `name.com.br`, anything with `@`, also next to other signs.
fn is_link(chunk: &str) -> bool {
    let is_host = |part: &str| {
        let mut labels = part.rsplit('.');
        let top = labels.next().unwrap_or_default();
        labels.next().is_some_and(|name| !name.is_empty()) && TOP_DOMAINS.contains(&top)
    };
    let is_part = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_');
    chunk.contains('@')
        || chunk.contains("://")
        || chunk.starts_with("http:")
        || chunk.split(is_part).any(|part| {
            part.starts_with("www.") || part == "arroba" || is_host(part.trim_end_matches('.'))
        })
}

/// Whether `chunk` has four numbers with three dots, with or without a port or a prefix length.
fn is_ipv4(chunk: &str) -> bool {
    let is_sign = |c: char| !c.is_ascii_digit() && c != '.';
    chunk.split(is_sign).any(|part| {
        let numbers: Vec<_> = part.trim_matches('.').split('.').collect();
        let is_number = |number: &&str| (1..=3).contains(&number.len());
        // `1.250.000.000` is none: it is refused as a long number.
        let is_thousands = numbers.iter().skip(1).all(|number| number.len() == 3)
            && numbers.last().is_some_and(|last| *last == "000");
        let is_private = matches!(numbers[..], ["10", "0", _] | ["192", "168", ..]);
        let is_whole = numbers.len() == 4 && !is_thousands;
        (is_whole || is_private) && numbers.iter().all(is_number)
    })
}

/// Whether `chunk` has groups of hexadecimal digits with colons that are no time.
fn is_ipv6(chunk: &str) -> bool {
    let chunk = chunk.split(['/', '%']).next().unwrap_or_default();
    // `rota:2001:db8::1`
    let named = chunk.find(':').filter(|at| !is_hex(&chunk[..*at]) && *at > 0);
    let address = named.map_or(chunk, |at| &chunk[at + 1..]);
    let is_group = |group: &str| group.len() <= 4 && (group.is_empty() || is_hex(group));
    let colons = address.matches(':').count();
    let has_both = address.bytes().any(|byte| byte.is_ascii_alphabetic())
        && address.bytes().any(|byte| byte.is_ascii_digit());
    let is_short = address.contains("::") && address.len() > 2;
    address.split(':').all(is_group) && (is_short || colons >= 4 || colons >= 2 && has_both)
}

/// Whether `chunk` has at least four pairs of hexadecimal digits, three groups of four, or twelve
/// hexadecimal digits with letters among them.
fn is_mac(chunk: &str) -> bool {
    let address = chunk.rsplit(['=', '(', ',']).next().unwrap_or_default();
    let has = |is: fn(&u8) -> bool| address.as_bytes().iter().any(is);
    let has_both = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let parted = |sign: char, digits: usize, groups: usize| {
        let is_group = |group: &&str| group.len() == digits && is_hex(group);
        let all = address.split(sign);
        all.clone().rev().take_while(is_group).count() >= groups
            || all.take_while(is_group).count() >= groups
    };
    let is_bare = address.len() == 12 && is_hex(address) && has_both;
    let is_four = |sign: char| parted(sign, 4, 3);
    parted(':', 2, 4)
        || parted('-', 2, 5)
        || parted('_', 2, 5)
        || parted('.', 2, 5) && has_both
        || ['.', '-', ':', '_'].into_iter().any(is_four) && has(u8::is_ascii_alphabetic)
        || parted(':', 2, 3) && has_both
        || is_bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_times_dates_and_sentences() {
        for (text, refusal) in [
            ("Acesse https://exemplo.test/aviso", Some(Refusal::Address)),
            ("veja www.exemplo.com.br.", Some(Refusal::Address)),
            ("no site exemplo.com.br/status agora", Some(Refusal::Address)),
            ("escreva a noc@exemplo.test", Some(Refusal::Address)),
            ("siga @exemplo", Some(Refusal::Address)),
            ("chame em wa.me/0", Some(Refusal::Address)),
            ("gateway 10.0.0.1 fora", Some(Refusal::IpAddress)),
            ("bloco 192.168.10.0/24", Some(Refusal::IpAddress)),
            ("rota 2001:db8::1 fora", Some(Refusal::IpAddress)),
            ("2001:db8:0:0:0:0:0:1", Some(Refusal::IpAddress)),
            ("ONU 00:1A:2B:3C:4D:5E", Some(Refusal::MacAddress)),
            ("(mac 00-1a-2b-3c-4d-5e)", Some(Refusal::MacAddress)),
            ("001A2B3C4D5E", Some(Refusal::MacAddress)),
            ("001a.2b3c.4d5e", Some(Refusal::MacAddress)),
            ("às 18:30:00", None),
            ("das 08:00-12:00 e 13:00-18:00", None),
            ("versão 2.1.3", None),
            ("29/11/2026 14:02", None),
            ("sinal normalizado.Equipe no local", None),
            ("Prev.: 18h", None),
        ] {
            assert_eq!(found(text), refusal, "{text}");
        }
    }
}
