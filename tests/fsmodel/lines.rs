//! Reads a document line by line, as FreeSWITCH does before it parses it.

use std::collections::BTreeMap;

/// What the reader has made of a document.
#[derive(Debug, Default)]
pub struct Lines {
    pub text: String,
    /// Commands of its pre-processor, which FreeSWITCH would have executed.
    pub ran: Vec<String>,
}

/// Reads `text`; `globals` are FreeSWITCH's global variables.
pub fn read(text: &str, globals: &BTreeMap<String, String>) -> Lines {
    let mut lines = Lines::default();
    let mut in_command = false;
    for line in text.split_inclusive('\n') {
        if ["<include>", "</include>", "<?"].iter().any(|dropped| line.contains(dropped)) {
            continue;
        }
        let mut line = with_globals(line, globals);
        if in_command {
            let Some(end) = line.find("-->") else { continue };
            in_command = false;
            line = line[end + 3..].to_owned();
        }
        // The name in any case, and ASCII only: the position is one of `line` too.
        let name = line.to_ascii_lowercase().find("x-pre-process");
        if let Some(at) = name {
            if line[..at].ends_with('<') {
                lines.ran.push(line.trim().to_owned());
            }
        } else if let Some((before, command)) = line.split_once("<!--#") {
            lines.text.push_str(before);
            lines.ran.push(command.trim().to_owned());
            match command.split_once("-->") {
                Some((_, after)) => lines.text.push_str(after),
                None => in_command = true,
            }
        } else {
            lines.text.push_str(&line);
        }
    }
    lines
}

/// Replaces `$${name}`, by nothing if there is no such global variable.
fn with_globals(line: &str, globals: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("$${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(globals.get(name).map_or("", String::as_str));
        rest = behind;
    }
    out + rest
}
