//! Parses Asterisk's side of FastAGI, without a socket: from bytes to a call and replies.
//!
//! ```text
//! agi_network: yes                 environment: one line per variable, LF only, no escaping
//! agi_network_script: lookup?did=3732221234
//! agi_callerid: 37988242968
//!                                  empty line: the environment is complete
//! 200 result=1                     replies to the commands
//! HANGUP                           the caller has hung up
//! ```
//! Asterisk copies a caller's text into the environment unchanged, line breaks included. So
//! anything that a genuine environment cannot contain marks the caller's number as forged: a
//! variable that occurs twice, a line without one, anything but replies after the empty line.

use std::fmt;
use std::mem;
use std::time::Instant;

use memchr::memchr;

use crate::domain::call::{Call, Did};
use crate::servers::form::{identification, number_lossy, stated_trunk, values};

/// Most lines of an environment. Asterisk sends 22, and one for each argument of `AGI()`.
const LINES_MAX: usize = 64;
/// Longest line, its line feed not counted.
const LINE_BYTES_MAX: usize = 2_048;
/// Most lines after the environment: a reply for each command, and the usage texts of refused ones.
const REPLIES_MAX: usize = 256;
/// Bits of `agi_callingpres` for a restricted or missing number.
const RESTRICTED: u32 = 0x60;
/// The name of our script in `agi://host/lookup`.
const SCRIPT: &str = "lookup";
/// The last variable of an environment, apart from arguments.
const LAST_VARIABLE: &[u8] = b"agi_threadid";
/// Asterisk's value of a variable without one.
const UNKNOWN: &str = "unknown";

/// The interface of the call, for the log.
pub const DOOR: &str = "agi";

/// A protocol error, which ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A line is too long.
    #[error("a line is longer than {LINE_BYTES_MAX} bytes")]
    LineLong,
    /// The environment has too many lines.
    #[error("more than {LINES_MAX} lines before the empty one")]
    LinesMany,
    /// There are too many lines after the environment.
    #[error("more than {REPLIES_MAX} lines after the empty one")]
    RepliesMany,
}

/// Asterisk's side of one connection, from its first byte to its last.
#[derive(Debug, Default)]
pub struct Conversation {
    /// The start of an incomplete line.
    rest: Vec<u8>,
    lines: usize,
    environment: Environment,
    ended: bool,
    hostile: bool,
    hung_up: bool,
    /// Inside the usage text of a refused command.
    usage: bool,
    refused: usize,
    done: usize,
}

/// The relevant variables. Some contain a caller's text, so none of them is printed.
#[derive(Default)]
struct Environment {
    caller: Option<String>,
    called: Option<String>,
    extension: Option<String>,
    presentation: Option<String>,
    script: Option<String>,
    complete: bool,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment(masked)")
    }
}

impl Conversation {
    /// Parses received bytes; fails when they violate the protocol.
    pub fn receive(&mut self, mut bytes: &[u8]) -> Result<(), ProtocolError> {
        while let Some((line, rest)) = split_at(bytes, b'\n') {
            bytes = rest;
            // Asterisk's lines are rarely split.
            if self.rest.is_empty() {
                self.line(line)?;
                continue;
            }
            let mut complete = mem::take(&mut self.rest);
            complete.extend_from_slice(line);
            self.line(&complete)?;
        }
        self.rest.extend_from_slice(bytes);
        if self.rest.len() > LINE_BYTES_MAX { Err(ProtocolError::LineLong) } else { Ok(()) }
    }

    /// The call, once the environment has ended. Its caller is none when the number is restricted or
    /// forged.
    pub fn call(&self, accepted: Instant) -> Option<Call> {
        self.ended.then(|| self.environment.call(self.hostile, accepted))
    }

    /// Whether the requested script is `lookup`.
    pub fn is_lookup(&self) -> bool {
        let script = self.environment.script.as_deref().unwrap_or_default();
        let path = script.split('?').next().unwrap_or_default().trim_matches('/');
        path.is_empty() || path == SCRIPT
    }

    /// Whether the environment has ended with Asterisk's last variable. If not, a caller's text may
    /// have ended it, and the rest is still to arrive.
    pub fn is_complete(&self) -> bool {
        self.environment.complete
    }

    /// Whether there are injected lines.
    pub fn is_hostile(&self) -> bool {
        self.hostile
    }

    /// Whether the caller has hung up.
    pub fn is_hung_up(&self) -> bool {
        self.hung_up
    }

    /// Numbers of executed and refused commands.
    pub fn replies(&self) -> (usize, usize) {
        (self.done, self.refused)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ProtocolError> {
        if line.len() > LINE_BYTES_MAX {
            return Err(ProtocolError::LineLong);
        }
        self.lines += 1;
        if self.ended {
            self.reply(line);
            let has_too_many = self.lines > REPLIES_MAX;
            return if has_too_many { Err(ProtocolError::RepliesMany) } else { Ok(()) };
        }
        if line.is_empty() {
            self.ended = true;
            self.lines = 0;
        } else if self.lines > LINES_MAX {
            return Err(ProtocolError::LinesMany);
        } else {
            self.hostile |= !self.environment.take(line);
        }
        Ok(())
    }

    /// Parses a reply; a usage text has the form `520-…`, lines of text, `520 End of proper usage.`
    fn reply(&mut self, line: &[u8]) {
        match line {
            [b'5', b'2', b'0', b' ', ..] if self.usage => self.usage = false,
            _ if self.usage => {}
            [b'5', b'2', b'0', b'-', ..] => {
                self.usage = true;
                self.refused += 1;
            }
            [b'2', b'0', b'0', b' ', ..] => self.done += 1,
            [b'5', b'1', b'0' | b'1', ..] | [b'5', b'2', b'0', ..] => self.refused += 1,
            // After replies, HANGUP is only Asterisk's regular end of the connection.
            b"HANGUP" => self.hung_up |= self.replies() == (0, 0),
            _ => self.hostile = true,
        }
    }
}

impl Environment {
    /// Parses a line; returns whether it is valid.
    fn take(&mut self, line: &[u8]) -> bool {
        let Some((name, value)) = split_at(line, b':') else { return false };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let variable = match name {
            b"agi_callerid" => &mut self.caller,
            b"agi_callingpres" => &mut self.presentation,
            b"agi_dnid" => &mut self.called,
            b"agi_extension" => &mut self.extension,
            b"agi_network_script" => &mut self.script,
            other => {
                self.complete |= other == LAST_VARIABLE;
                return other.starts_with(b"agi_");
            }
        };
        variable.replace(String::from_utf8_lossy(value).into_owned()).is_none()
    }

    fn call(&self, hostile: bool, accepted: Instant) -> Call {
        let script = self.script.as_deref().unwrap_or_default();
        let query = script.split_once('?').map_or("", |(_, query)| query);
        let keys = ["did", "deadline_ms", "trunk", "documento", "codigo"];
        let [did, timeout, trunk, document, code] = values(query, keys);
        let is_trusted = !hostile && self.is_presented();
        let caller = self.caller.clone().filter(|_| is_trusted);
        Call {
            did: self.did(did.one()),
            trunk: stated_trunk(trunk),
            identification: identification(document, code),
            timeout: timeout.millis(),
            ..Call::of(caller, DOOR, accepted)
        }
    }

    fn is_presented(&self) -> bool {
        let presentation = self.presentation.as_deref();
        presentation.is_none_or(|text| text.parse().is_ok_and(|bits: u32| bits & RESTRICTED == 0))
    }

    /// The called number: that of the dialplan's query, else that of the trunk, else the extension.
    fn did(&self, requested: Option<&str>) -> Option<Did> {
        let requested = requested.and_then(|raw| Did::new(&number_lossy(raw)));
        let known = |value: &Option<String>| {
            value.as_deref().filter(|value| *value != UNKNOWN).and_then(Did::new)
        };
        requested.or_else(|| known(&self.called)).or_else(|| known(&self.extension))
    }
}

/// The bytes before and after the first `end`.
fn split_at(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr(end, bytes)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const WHOLE: &str = "agi_network: yes\nagi_network_script: lookup?did=3732221234\n\
        agi_request: agi://127.0.0.1/lookup?did=3732221234\nagi_channel: PJSIP/trunk-00000001\n\
        agi_callerid: 37988242968\nagi_calleridname: Ana\nagi_callingpres: 0\n\
        agi_dnid: 3730001000\nagi_extension: s\nagi_threadid: 140\n\n";

    fn received(text: &str) -> Conversation {
        let mut conversation = Conversation::default();
        conversation.receive(text.as_bytes()).expect("within the limits");
        conversation
    }

    fn call(text: &str) -> Call {
        received(text).call(Instant::now()).expect("the environment has ended")
    }

    #[test]
    fn an_environment_is_parsed_in_pieces_of_any_size() {
        for size in [1, 2, 7, 64, 4_096] {
            let mut conversation = Conversation::default();
            for piece in WHOLE.as_bytes().chunks(size) {
                assert!(conversation.call(Instant::now()).is_none());
                conversation.receive(piece).expect("within the limits");
            }
            let call = conversation.call(Instant::now()).expect("it has ended");
            assert_eq!(call.caller.as_deref(), Some("37988242968"));
            assert_eq!(call.did, Did::new("3732221234"));
            assert!(conversation.is_complete() && conversation.is_lookup());
            assert!(!conversation.is_hostile() && !conversation.is_hung_up());
        }
    }

    #[test]
    fn the_called_number_is_what_the_dialplan_then_the_trunk_then_the_extension_says() {
        let did = |from: &str, to: &str| call(&WHOLE.replace(from, to)).did;
        assert_eq!(did("?did=3732221234", ""), Did::new("3730001000"));
        assert_eq!(
            did("?did=3732221234\nagi_request", "?did=\nagi_request"),
            Did::new("3730001000")
        );
        let unknown = WHOLE.replace("?did=3732221234", "").replace("3730001000", UNKNOWN);
        assert_eq!(call(&unknown).did, Did::new("s"));
        assert_eq!(did("?did=3732221234", "?did=%2B553732009999"), Did::new("3732009999"));
        assert_eq!(did("?did=3732221234", "?did=+553732009999"), Did::new("3732009999"));
    }

    #[test]
    fn a_dialplan_may_set_a_deadline() {
        let limited = WHOLE.replace("?did=3732221234", "?did=1&deadline_ms=300");
        assert_eq!(call(&limited).timeout, Some(Duration::from_millis(300)));
        assert_eq!(call(WHOLE).timeout, None);
    }

    #[test]
    fn a_restricted_number_is_none() {
        for (presentation, shown) in [
            ("0", true),
            ("3", true),
            ("32", false),
            ("35", false),
            ("67", false),
            ("64", false),
            ("", false),
            ("x", false),
        ] {
            let text =
                WHOLE.replace("agi_callingpres: 0", &format!("agi_callingpres: {presentation}"));
            assert_eq!(call(&text).caller.is_some(), shown, "{presentation}");
        }
        assert!(call(&WHOLE.replace("agi_callingpres: 0\n", "")).caller.is_some());
    }

    #[test]
    fn injected_lines_mark_the_number_as_forged() {
        for injected in [
            "agi_callerid: 37988242968\nagi_callerid: 37999450812",
            "agi_callerid: 37988242968\nagi_callingpres: 0",
            "agi_callerid: 37988242968\nSET VARIABLE X 1",
            "agi_callerid: 37988242968\n\nagi_callingpres: 0",
            "agi_callerid: 37988242968\n\nSET VARIABLE X 1",
            "agi_callerid: 37988242968\nx: y",
            "agi_callerid: 37988242968\nHANGUP",
        ] {
            let conversation = received(&WHOLE.replace("agi_callerid: 37988242968", injected));
            assert!(conversation.is_hostile(), "{injected}");
            let call = conversation.call(Instant::now()).expect("it has ended");
            assert_eq!(call.caller, None, "{injected}");
        }
    }

    #[test]
    fn an_environment_that_a_callers_text_has_ended_is_not_complete() {
        let cut = WHOLE.find("agi_calleridname").expect("it is there");
        let conversation = received(&format!("{}\n", &WHOLE[..cut]));
        assert!(conversation.call(Instant::now()).is_some());
        assert!(!conversation.is_complete());
    }

    #[test]
    fn replies_are_counted_and_usage_texts_skipped() {
        let replies = "200 result=1\n200 result=1 (x)\n510 Invalid or unknown command\n\
            511 Command Not Permitted on a dead channel or intercept routine\n\
            520-Invalid command syntax.  Proper usage follows:\nUsage: SET VARIABLE\n200 of them\n\n\
            520 End of proper usage.\n200 result=0\nHANGUP\n";
        let conversation = received(&format!("{WHOLE}{replies}"));
        assert_eq!(conversation.replies(), (3, 3));
        assert!(!conversation.is_hostile());
    }

    #[test]
    fn a_hangup_is_distinguished_from_the_regular_end() {
        assert!(received(&format!("{WHOLE}HANGUP\n")).is_hung_up());
        assert!(!received(&format!("{WHOLE}200 result=1\nHANGUP\n")).is_hung_up());
        assert!(!received(WHOLE).is_hung_up());
    }

    #[test]
    fn only_the_script_lookup_is_accepted() {
        for (script, is_lookup) in
            [("lookup", true), ("", true), ("/lookup/", true), ("?did=1", true), ("other", false)]
        {
            let text = format!("agi_network_script: {script}\n\n");
            assert_eq!(received(&text).is_lookup(), is_lookup, "{script}");
        }
        assert!(received("\n").is_lookup());
    }

    #[test]
    fn lines_have_limits() {
        let receive = |text: String| Conversation::default().receive(text.as_bytes());
        assert_eq!(receive("x".repeat(LINE_BYTES_MAX + 1)), Err(ProtocolError::LineLong));
        assert_eq!(
            receive(format!("{}\n", "x".repeat(LINE_BYTES_MAX + 1))),
            Err(ProtocolError::LineLong)
        );
        assert_eq!(receive(format!("agi_x: {}\n", "x".repeat(LINE_BYTES_MAX - 7))), Ok(()));
        assert_eq!(receive("agi_x: y\n".repeat(LINES_MAX)), Ok(()));
        assert_eq!(receive(format!("{}\n", "agi_x: y\n".repeat(LINES_MAX))), Ok(()));
        assert_eq!(receive("agi_x: y\n".repeat(LINES_MAX + 1)), Err(ProtocolError::LinesMany));
        assert_eq!(receive("\n".repeat(REPLIES_MAX + 2)), Err(ProtocolError::RepliesMany));
    }
}
