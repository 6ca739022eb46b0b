//! Reads what Asterisk says in FastAGI, without a socket: bytes in, a question and replies out.
//!
//! ```text
//! agi_network: yes                 environment: one line a variable, LF only, nothing escaped
//! agi_network_script: lookup?did=3732221234
//! agi_callerid: 37988242968
//!                                  empty line: the question is complete
//! 200 result=1                     replies, once commands were written
//! HANGUP                           the caller has gone
//! ```
//! Asterisk writes a caller's text into the environment as it came, line breaks included. So what
//! cannot be in an honest environment makes the caller's number a lie: a variable that is there
//! twice, a line that names none, anything but replies behind the empty line.

use std::fmt;
use std::mem;
use std::time::Instant;

use memchr::memchr;

use crate::domain::call::{Call, Did};
use crate::servers::form::{number_lossy, values};

/// Most lines of an environment. Asterisk sends 22, and one for each argument of `AGI()`.
const LINES_MAX: usize = 64;
/// Longest line, its line feed not counted.
const LINE_BYTES_MAX: usize = 2_048;
/// Most lines behind the environment: a reply for each command, and the usage texts of refused ones.
const REPLIES_MAX: usize = 256;
/// Bits of `agi_callingpres` that say the number is restricted, or that there is none.
const RESTRICTED: u32 = 0x60;
/// The script we are, and what stands for it in `agi://host/lookup`.
const SCRIPT: &str = "lookup";
/// The variable with which an environment ends, but for the arguments.
const LAST_VARIABLE: &[u8] = b"agi_threadid";
/// What Asterisk writes for a variable without a value.
const UNKNOWN: &str = "unknown";

/// Where the call came in, for the log.
pub const DOOR: &str = "agi";

/// Why a conversation cannot go on; what it costs is one lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A line that does not end.
    #[error("a line is longer than {LINE_BYTES_MAX} bytes")]
    LineLong,
    /// More lines than an environment, or the replies to it, can have.
    #[error("there are more than {LINES_MAX} lines before the empty one")]
    LinesMany,
    /// Behind the environment comes no end of lines.
    #[error("there are more than {REPLIES_MAX} lines behind the empty one")]
    RepliesMany,
}

/// One conversation, from Asterisk's first byte to its last.
#[derive(Debug, Default)]
pub struct Conversation {
    /// The beginning of a line whose end has not come yet.
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

/// The variables that matter. A caller's text is in some of them, so nothing of it is printed.
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
    /// Takes what came in, and says when it cannot be a conversation.
    pub fn hear(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        while let Some((line, behind)) = split_at(bytes, b'\n') {
            bytes = behind;
            // Asterisk's lines seldom come in pieces.
            if self.rest.is_empty() {
                self.line(line)?;
                continue;
            }
            let mut begun = mem::take(&mut self.rest);
            begun.extend_from_slice(line);
            self.line(&begun)?;
        }
        self.rest.extend_from_slice(bytes);
        if self.rest.len() > LINE_BYTES_MAX { Err(Broken::LineLong) } else { Ok(()) }
    }

    /// The call asked about, once the environment has ended. Its caller is none when the number is
    /// restricted, or cannot be trusted.
    pub fn call(&self, accepted: Instant) -> Option<Call> {
        self.ended.then(|| self.environment.call(self.hostile, accepted))
    }

    /// Whether it is a lookup that is asked for, and not some other script.
    pub fn is_ours(&self) -> bool {
        let script = self.environment.script.as_deref().unwrap_or_default();
        let path = script.split('?').next().unwrap_or_default().trim_matches('/');
        path.is_empty() || path == SCRIPT
    }

    /// Whether the environment has ended as Asterisk ends it. If not, it may be that a caller's text
    /// has ended it, and the rest is still to come.
    pub fn is_complete(&self) -> bool {
        self.environment.complete
    }

    /// Whether somebody has put lines of their own in between.
    pub fn is_hostile(&self) -> bool {
        self.hostile
    }

    /// Whether the caller has gone.
    pub fn is_hung_up(&self) -> bool {
        self.hung_up
    }

    /// How many commands were done, and how many refused.
    pub fn replies(&self) -> (usize, usize) {
        (self.done, self.refused)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Broken> {
        if line.len() > LINE_BYTES_MAX {
            return Err(Broken::LineLong);
        }
        self.lines += 1;
        if self.ended {
            self.reply(line);
            let many = self.lines > REPLIES_MAX;
            return if many { Err(Broken::RepliesMany) } else { Ok(()) };
        }
        if line.is_empty() {
            self.ended = true;
            self.lines = 0;
        } else if self.lines > LINES_MAX {
            return Err(Broken::LinesMany);
        } else {
            self.hostile |= !self.environment.take(line);
        }
        Ok(())
    }

    /// Reads a reply; a usage text comes as `520-…`, lines of text, `520 End of proper usage.`
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
            // Behind replies it is only Asterisk's farewell, which it always says.
            b"HANGUP" => self.hung_up |= self.replies() == (0, 0),
            _ => self.hostile = true,
        }
    }
}

impl Environment {
    /// Takes a line, and tells whether it may stand there.
    fn take(&mut self, line: &[u8]) -> bool {
        let Some((name, value)) = split_at(line, b':') else { return false };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let place = match name {
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
        place.replace(String::from_utf8_lossy(value).into_owned()).is_none()
    }

    fn call(&self, hostile: bool, accepted: Instant) -> Call {
        let script = self.script.as_deref().unwrap_or_default();
        let query = script.split_once('?').map_or("", |(_, query)| query);
        let [did, timeout] = values(query, ["did", "deadline_ms"]);
        let shown = !hostile && self.is_shown();
        Call {
            interface: DOOR,
            caller: self.caller.clone().filter(|_| shown),
            did: self.did(did.one()),
            accepted,
            timeout: timeout.millis(),
        }
    }

    fn is_shown(&self) -> bool {
        let presentation = self.presentation.as_deref();
        presentation.is_none_or(|text| text.parse().is_ok_and(|bits: u32| bits & RESTRICTED == 0))
    }

    /// The number that was called: what the dialplan says, else what the trunk says, else where the
    /// call is in the dialplan.
    fn did(&self, told: Option<&str>) -> Option<Did> {
        let told = told.and_then(|raw| Did::new(&number_lossy(raw)));
        let known = |value: &Option<String>| {
            value.as_deref().filter(|value| *value != UNKNOWN).and_then(Did::new)
        };
        told.or_else(|| known(&self.called)).or_else(|| known(&self.extension))
    }
}

/// What stands before the first `end`, and behind it.
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

    fn heard(text: &str) -> Conversation {
        let mut conversation = Conversation::default();
        conversation.hear(text.as_bytes()).expect("within the limits");
        conversation
    }

    fn call(text: &str) -> Call {
        heard(text).call(Instant::now()).expect("the environment has ended")
    }

    #[test]
    fn an_environment_is_read_whatever_pieces_it_comes_in() {
        for size in [1, 2, 7, 64, 4_096] {
            let mut conversation = Conversation::default();
            for piece in WHOLE.as_bytes().chunks(size) {
                assert!(conversation.call(Instant::now()).is_none());
                conversation.hear(piece).expect("within the limits");
            }
            let call = conversation.call(Instant::now()).expect("it has ended");
            assert_eq!(call.caller.as_deref(), Some("37988242968"));
            assert_eq!(call.did, Did::new("3732221234"));
            assert!(conversation.is_complete() && conversation.is_ours());
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
        let nobody = WHOLE.replace("?did=3732221234", "").replace("3730001000", UNKNOWN);
        assert_eq!(call(&nobody).did, Did::new("s"));
        assert_eq!(did("?did=3732221234", "?did=%2B553732009999"), Did::new("3732009999"));
        assert_eq!(did("?did=3732221234", "?did=+553732009999"), Did::new("3732009999"));
    }

    #[test]
    fn a_dialplan_may_say_how_long_it_waits() {
        let told = WHOLE.replace("?did=3732221234", "?did=1&deadline_ms=300");
        assert_eq!(call(&told).timeout, Some(Duration::from_millis(300)));
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
    fn lines_a_caller_has_put_in_make_the_number_a_lie() {
        for injected in [
            "agi_callerid: 37988242968\nagi_callerid: 37999450812",
            "agi_callerid: 37988242968\nagi_callingpres: 0",
            "agi_callerid: 37988242968\nSET VARIABLE X 1",
            "agi_callerid: 37988242968\n\nagi_callingpres: 0",
            "agi_callerid: 37988242968\n\nSET VARIABLE X 1",
            "agi_callerid: 37988242968\nx: y",
            "agi_callerid: 37988242968\nHANGUP",
        ] {
            let conversation = heard(&WHOLE.replace("agi_callerid: 37988242968", injected));
            assert!(conversation.is_hostile(), "{injected}");
            let call = conversation.call(Instant::now()).expect("it has ended");
            assert_eq!(call.caller, None, "{injected}");
        }
    }

    #[test]
    fn an_environment_that_a_callers_text_has_ended_is_not_complete() {
        let cut = WHOLE.find("agi_calleridname").expect("it is there");
        let conversation = heard(&format!("{}\n", &WHOLE[..cut]));
        assert!(conversation.call(Instant::now()).is_some());
        assert!(!conversation.is_complete());
    }

    #[test]
    fn replies_are_counted_and_usage_texts_skipped() {
        let replies = "200 result=1\n200 result=1 (x)\n510 Invalid or unknown command\n\
            511 Command Not Permitted on a dead channel or intercept routine\n\
            520-Invalid command syntax.  Proper usage follows:\nUsage: SET VARIABLE\n200 of them\n\n\
            520 End of proper usage.\n200 result=0\nHANGUP\n";
        let conversation = heard(&format!("{WHOLE}{replies}"));
        assert_eq!(conversation.replies(), (3, 3));
        assert!(!conversation.is_hostile());
    }

    #[test]
    fn hanging_up_is_told_from_the_farewell_behind_the_replies() {
        assert!(heard(&format!("{WHOLE}HANGUP\n")).is_hung_up());
        assert!(!heard(&format!("{WHOLE}200 result=1\nHANGUP\n")).is_hung_up());
        assert!(!heard(WHOLE).is_hung_up());
    }

    #[test]
    fn only_lookup_is_asked_of_us() {
        for (script, ours) in
            [("lookup", true), ("", true), ("/lookup/", true), ("?did=1", true), ("other", false)]
        {
            let text = format!("agi_network_script: {script}\n\n");
            assert_eq!(heard(&text).is_ours(), ours, "{script}");
        }
        assert!(heard("\n").is_ours());
    }

    #[test]
    fn everything_has_a_limit() {
        let hear = |text: String| Conversation::default().hear(text.as_bytes());
        assert_eq!(hear("x".repeat(LINE_BYTES_MAX + 1)), Err(Broken::LineLong));
        assert_eq!(hear(format!("{}\n", "x".repeat(LINE_BYTES_MAX + 1))), Err(Broken::LineLong));
        assert_eq!(hear(format!("agi_x: {}\n", "x".repeat(LINE_BYTES_MAX - 7))), Ok(()));
        assert_eq!(hear("agi_x: y\n".repeat(LINES_MAX)), Ok(()));
        assert_eq!(hear(format!("{}\n", "agi_x: y\n".repeat(LINES_MAX))), Ok(()));
        assert_eq!(hear("agi_x: y\n".repeat(LINES_MAX + 1)), Err(Broken::LinesMany));
        assert_eq!(hear("\n".repeat(REPLIES_MAX + 2)), Err(Broken::RepliesMany));
    }
}
