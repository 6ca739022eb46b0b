//! Says of an address that its port does not exist, which no parser says.

use crate::runtime::language::Message;

use super::texts;

/// What is wrong with the port of an address, with or without a scheme.
pub fn port_problem(address: &str) -> Option<Message> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (_, port) = rest.split(['/', '?', '#']).next()?.rsplit_once(':')?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_missing = is_number && port.parse::<u16>().is_err();
    is_missing.then(|| texts::PORT.message(&[("port", &port)]))
}
