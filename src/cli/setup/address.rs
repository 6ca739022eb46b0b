//! Finds the address of HubSoft's API that somebody means.

use crate::runtime::language::{Message, Text};

use super::interview::visible;
use super::texts;

/// HubSoft's own domain; the API of each provider is below it.
const DOMAIN: &str = ".hubsoft.com.br";
/// What an address ends with when it is copied from the API's documentation or from the panel.
const NOT_OF_THE_BASE: [&str; 5] = ["api", "oauth", "v1", "integracao", "login"];

/// The address of an API.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ApiAddress {
    pub(super) url: String,
    /// Whether it is plain http, on this machine.
    pub(super) is_plain: bool,
}

/// The address that `typed` means: a provider's name, the panel, or the API, with or without a path.
pub(super) fn api_address(typed: &str) -> Result<ApiAddress, Message> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(texts::ADDRESS_EMPTY.into());
    }
    let wrong = |text: Text| text.message(&[("typed", &visible(typed))]);
    let (scheme, rest) = typed.split_once("://").unwrap_or(("https", typed));
    let is_http = scheme.eq_ignore_ascii_case("http");
    if !is_http && !scheme.eq_ignore_ascii_case("https") {
        return Err(wrong(texts::ADDRESS_SCHEME));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = authority.to_ascii_lowercase();
    let host = host(&authority).ok_or_else(|| wrong(texts::ADDRESS_WRONG))?;
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-._~/%#?=&:".contains(c);
    if !path.chars().all(is_safe) {
        return Err(wrong(texts::ADDRESS_WRONG));
    }
    if host == "provider" || host.contains("provider.hubsoft") {
        return Err(texts::ADDRESS_EXAMPLE.into());
    }
    if host == &DOMAIN[1..] || host.strip_suffix(DOMAIN) == Some("api") {
        return Err(texts::ADDRESS_NO_PROVIDER.into());
    }
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let is_plain = is_http && is_local;
    let scheme = if is_plain { "http" } else { "https" };
    let base = base(&authority, host, path);
    Ok(ApiAddress { url: format!("{scheme}://{base}"), is_plain })
}

/// Host, port and path of the API.
fn base(authority: &str, host: &str, path: &str) -> String {
    if let Some(name) = host.strip_suffix(DOMAIN) {
        let name = name.strip_prefix("api.").unwrap_or(name);
        return format!("api.{name}{DOMAIN}");
    }
    if !host.contains(['.', '[']) && host == authority && host != "localhost" {
        return format!("api.{host}{DOMAIN}");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts = path.split('/').filter(|part| !part.is_empty());
    let is_base = |part: &&str| !NOT_OF_THE_BASE.contains(&part.to_ascii_lowercase().as_str());
    let parts = parts.take_while(is_base);
    [authority].into_iter().chain(parts).collect::<Vec<_>>().join("/")
}

/// The host of `authority`, without its port; none if one of them is invalid.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_good_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0));
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_good_host = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_label),
    };
    (is_good_port && is_good_host).then_some(host)
}

fn is_label(label: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !label.is_empty() && label.chars().all(is_inner) && !label.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_write_a_provider_is_its_api() {
        for typed in [
            "minhanet",
            "MinhaNet",
            " api.minhanet.hubsoft.com.br ",
            "minhanet.hubsoft.com.br",
            "https://api.minhanet.hubsoft.com.br",
            "https://api.minhanet.hubsoft.com.br/",
            "http://api.minhanet.hubsoft.com.br/api/v1/",
            "https://minhanet.hubsoft.com.br/clientes/12?x=1#a",
            "api.minhanet.hubsoft.com.br/api/v1/integracao",
        ] {
            let address = api_address(typed).expect(typed);
            assert_eq!(address.url, "https://api.minhanet.hubsoft.com.br", "{typed}");
            assert!(!address.is_plain);
        }
    }

    #[test]
    fn another_host_keeps_its_port_and_path() {
        for (typed, url, is_plain) in [
            (
                "https://erp.example.com:8443/hubsoft/api/v1",
                "https://erp.example.com:8443/hubsoft",
                false,
            ),
            ("http://erp.example.com", "https://erp.example.com", false),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", true),
            ("http://[::1]:8080", "http://[::1]:8080", true),
            ("localhost:8443", "https://localhost:8443", false),
            ("10.1.2.3", "https://10.1.2.3", false),
        ] {
            let address = api_address(typed).expect(typed);
            assert_eq!((address.url.as_str(), address.is_plain), (url, is_plain), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in [
            "",
            "ftp://minhanet",
            "minha net",
            "a\"b",
            "https://user:word@minhanet.hubsoft.com.br",
            "hubsoft.com.br",
            "api.hubsoft.com.br",
            "PROVIDER",
            "https://api.PROVIDER.hubsoft.com.br",
            "https://",
            "host:0",
            "host:99999",
            "a..b",
            "https://a.example/\n[x]",
        ] {
            assert!(api_address(typed).is_err(), "{typed}");
        }
    }
}
