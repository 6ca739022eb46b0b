//! Web, mail, IP and MAC addresses in a text.

use super::refusal::Refusal;

/// Ends of host names that providers write.
const TOP_DOMAINS: [&str; 26] = [
    "app", "art", "be", "biz", "br", "cloud", "co", "com", "dev", "edu", "gg", "gl", "gov", "info",
    "io", "link", "ly", "me", "net", "online", "org", "shop", "site", "store", "tech", "tv",
];
/// Signs around a word of a text that belong to no address.
const AROUND: [char; 12] = ['(', ')', '[', ']', '<', '>', '"', '\'', ',', ';', '!', '?'];

/// Finds an address in a clean text.
pub(super) fn found(clean: &str) -> Option<Refusal> {
    clean.split_whitespace().find_map(|chunk| {
        let chunk = chunk.trim_matches(AROUND).trim_end_matches(['.', ':']).to_lowercase();
        let refusal = if is_mac(&chunk) {
            Refusal::MacAddress
        } else if is_ipv4(&chunk) || is_ipv6(&chunk) {
            Refusal::IpAddress
        } else if is_link(&chunk) {
            Refusal::Address
        } else {
            return None;
        };
        Some(refusal)
    })
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
        numbers.len() == 4 && numbers.iter().all(is_number) && !is_thousands
    })
}

/// Whether `chunk` has groups of hexadecimal digits with colons that are no time.
fn is_ipv6(chunk: &str) -> bool {
    let address = chunk.split(['/', '%']).next().unwrap_or_default();
    let is_hex = address.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
    let colons = address.matches(':').count();
    let is_group = |group: &str| group.len() <= 4;
    let is_short = address.contains("::") && address.len() > 2;
    is_hex && address.split(':').all(is_group) && (is_short || colons >= 4)
}

/// Whether `chunk` ends in at least four pairs of hexadecimal digits, three groups of four, or
/// twelve hexadecimal digits with letters among them.
fn is_mac(chunk: &str) -> bool {
    let hex = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let parted = |sign: char, digits: usize, groups: usize| {
        let address = chunk.rsplit(['=', '(', ',']).next().unwrap_or_default();
        let start = address.find(|c: char| c.is_ascii_hexdigit()).unwrap_or_default();
        let count =
            address[start..].split(sign).rev().take_while(|group| hex(group, digits)).count();
        count >= groups
    };
    let has = |is: fn(&u8) -> bool| chunk.as_bytes().iter().any(is);
    let is_bare = hex(chunk, 12) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    parted(':', 2, 4)
        || parted('-', 2, 5)
        || parted('.', 4, 3) && has(u8::is_ascii_alphabetic)
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
