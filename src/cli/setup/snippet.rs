//! Plans the files that an Asterisk needs: the subroutines, the recordings, and the line that includes them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::Failed;
use super::as_user::{as_user, user_of};
use super::interview::{Interview, Question, visible};
use super::machine::Machine;
use super::pbx::{AsteriskFolders, PbxKind};
use super::plan::{WritingPlan, owner_of, read_plain};
use super::texts;

/// The subroutines, as this program was built with them.
const SNIPPET: &str = include_str!("../../../dialplan/asterisk/bina.conf");
const SNIPPET_NAME: &str = "bina.conf";
/// The line that includes them; a missing file is no error.
const INCLUDE: &str = "#tryinclude bina.conf";
/// What a Custom Destination of FreePBX calls: it returns though the subroutines are missing, and shows the name.
const DESTINATION: &str = "\
[bina-destino]
exten => s,1,GosubIf(${DIALPLAN_EXISTS(bina,s,1)}?bina,s,1)
 same => n,GotoIf($[\"${BINA_NOME}\" = \"\"]?back)
 same => n,Set(CALLERID(name)=${BINA_NOME})
 same => n(back),Return()

";
const DESTINATION_HEADING: &str = "[bina-destino]";
/// Where a package has the recordings, and where the source tree does.
const SHARED: &str = "/usr/share/bina/sounds/pt_BR/bina";
const OF_THE_SOURCES: &str = "dialplan/sounds/pt_BR/bina";
/// Below the data folder of Asterisk.
const RECORDINGS: &str = "sounds/pt_BR/bina";

/// Asks what of it is wanted for `kind`, and plans that.
pub(super) async fn plan(
    interview: &Interview,
    machine: &Machine,
    kind: PbxKind,
    plan: &mut WritingPlan,
) -> Result<(), Failed> {
    let Some(name) = kind.dialplan_file() else { return Ok(()) };
    let text = texts::ASK_SNIPPET.message(&[("name", &kind.name())]);
    if !interview.confirm("snippet", text, Some(true)).await? {
        return Ok(());
    }
    let folders = AsteriskFolders::find(machine).await;
    let data = match folders.data {
        Some(data) => data,
        None => ask_data_folder(interview, machine).await?,
    };
    let dialplan = folders.configuration.join(name);
    let neighbours = [dialplan.as_path(), &folders.configuration];
    let owner = neighbours.iter().find_map(|path| fs::metadata(path).ok());
    let owner = owner.map(|about| owner_of(&about));
    let unreadable = |error: io::Error| Failed::Runtime(error.into());
    plan.pbx_file(&folders.configuration.join(SNIPPET_NAME), SNIPPET.as_bytes(), owner)
        .map_err(unreadable)?;
    match recordings(machine) {
        Some(found) => {
            let sounds = fs::metadata(data.join("sounds")).or_else(|_| fs::metadata(&data));
            let owner = sounds.ok().map(|about| owner_of(&about));
            plan.recordings(&data.join(RECORDINGS), found, owner).map_err(unreadable)?;
        }
        None => interview.say(texts::NO_RECORDINGS),
    }
    let present = as_user(user_of(&dialplan), || read_plain(&dialplan)).map_err(unreadable)?;
    let lines = lacking(kind, &present.unwrap_or_default());
    if lines.is_empty() {
        return Ok(());
    }
    let text = texts::ASK_INCLUDE.message(&[("lines", &lines), ("path", &dialplan.display())]);
    if interview.confirm("include", text, Some(true)).await? {
        plan.last_lines(&dialplan, &lines, owner).map_err(unreadable)?;
    }
    Ok(())
}

/// The lines that `dialplan` lacks, to be added at its end.
fn lacking(kind: PbxKind, dialplan: &[u8]) -> String {
    let text = String::from_utf8_lossy(dialplan);
    let has_destination = text.lines().any(|line| line.trim().starts_with(DESTINATION_HEADING));
    let destination = match kind {
        PbxKind::FreePbx | PbxKind::Issabel if !has_destination => DESTINATION,
        _ => "",
    };
    let include = if includes(&text) { String::new() } else { format!("{INCLUDE}\n") };
    destination.to_owned() + &include
}

async fn ask_data_folder(interview: &Interview, machine: &Machine) -> Result<PathBuf, Failed> {
    let question = Question { key: "data_folder", text: texts::DATA_FOLDER.into(), default: None };
    let check = |typed: &str| {
        let folder = machine.at(typed);
        let is_good = typed.starts_with('/') && folder.is_dir();
        let wrong = || texts::DATA_FOLDER_WRONG.message(&[("typed", &visible(typed))]);
        if is_good { Ok(folder) } else { Err(wrong()) }
    };
    interview.ask(&question, check).await
}

/// Whether a dialplan includes the subroutines already.
fn includes(dialplan: &str) -> bool {
    dialplan.lines().any(|line| {
        let mut words = line.split(';').next().unwrap_or_default().split_whitespace();
        let is_include = matches!(words.next(), Some("#include" | "#tryinclude"));
        let file = words.next().unwrap_or_default().trim_matches(['"', '<', '>']);
        is_include && Path::new(file).file_name() == Some(OsStr::new(SNIPPET_NAME))
    })
}

/// The shipped recordings, by name.
fn recordings(machine: &Machine) -> Option<Vec<(String, Vec<u8>)>> {
    let program = std::env::current_exe().ok();
    let trees = program.iter().flat_map(|program| program.ancestors().skip(1));
    let folders =
        [machine.at(SHARED)].into_iter().chain(trees.map(|tree| tree.join(OF_THE_SOURCES)));
    let folder = folders.into_iter().find(|folder| folder.is_dir())?;
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let bytes = name.ends_with(".wav").then(|| fs::read(entry.path()).ok())??;
            Some((name, bytes))
        })
        .collect();
    found.sort();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_is_recognised_and_a_comment_is_not() {
        for line in [
            "#tryinclude bina.conf",
            " #include \"bina.conf\" ; x",
            "#include /etc/asterisk/bina.conf\r",
        ] {
            assert!(includes(&format!("[a]\n{line}")), "{line}");
        }
        for line in
            [";#tryinclude bina.conf", "#tryinclude bina-agi.conf", "exten => bina.conf", ""]
        {
            assert!(!includes(line), "{line}");
        }
    }

    #[test]
    fn only_what_a_dialplan_lacks_is_added_to_it() {
        let include = format!("{INCLUDE}\n");
        assert_eq!(lacking(PbxKind::Asterisk, b"[a]\n"), include);
        assert_eq!(lacking(PbxKind::Asterisk, b"\xe9\n#tryinclude bina.conf\r\n"), "");
        let whole = lacking(PbxKind::FreePbx, b"");
        assert_eq!(whole, format!("{DESTINATION}{include}"));
        assert_eq!(lacking(PbxKind::Issabel, whole.as_bytes()), "");
        assert_eq!(lacking(PbxKind::Issabel, DESTINATION.as_bytes()), include);
    }

    #[test]
    fn the_guide_has_the_same_lines() {
        for guide in [
            include_str!("../../../dialplan/guides/freepbx-issabel.md"),
            include_str!("../../../dialplan/guides/freepbx-issabel.pt-BR.md"),
        ] {
            let lines = DESTINATION.lines().filter(|line| !line.contains("back"));
            for line in lines.chain([INCLUDE, "`bina-destino,s,1`"]) {
                assert!(guide.contains(line), "{line}");
            }
        }
    }
}
