//! Says of an address that its port does not exist, which no parser says.

/// What is wrong with the port of an address, with or without a scheme.
pub fn port_problem(address: &str) -> Option<String> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (_, port) = rest.split(['/', '?', '#']).next()?.rsplit_once(':')?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_missing = is_number && port.parse::<u16>().is_err();
    is_missing.then(|| format!("there is no port {port}: the last one is 65535"))
}
