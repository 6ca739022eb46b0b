//! The blocks of the guides, as a reader takes them: added, called through, deleted, called again.

use std::fs;
use std::path::Path;

use crate::calls::Call;
use crate::pbx::{Asterisk, DIALPLAN, asterisk, silence};
use crate::program::{Program, hubsoft};
use crate::record::{Problems, Record};
use crate::snippets::CURL;
use crate::{ALERT, QUIET, UNKNOWN, customers};

/// Each guide, and the context that its PBX has for a trunk's calls.
const GUIDES: [(&str, &str); 8] = [
    ("asterisk.md", "entrada"),
    ("asterisk.pt-BR.md", "entrada"),
    ("freepbx-issabel.md", "from-pstn"),
    ("freepbx-issabel.pt-BR.md", "from-pstn"),
    ("magnusbilling.md", "billing"),
    ("magnusbilling.pt-BR.md", "billing"),
    ("vicidial.md", "trunkinbound"),
    ("vicidial.pt-BR.md", "trunkinbound"),
];

/// READMEs, whose line goes into a context that is there.
const READMES: [&str; 4] = [
    "README.md",
    "README.pt-BR.md",
    "dialplan/asterisk/README.md",
    "dialplan/asterisk/README.pt-BR.md",
];

const ONE_LINE: &str = " same => n,GosubIf(${DIALPLAN_EXISTS(bina,s,1)}?bina,s,1)\n";

/// What both languages' readers had before: a trunk's context, and a PBX in `br`.
const BEFORE: &str = "
[CONTEXT]
exten => _X.,1,Gosub(test-notes,s,1)
 same => n,Answer(,i)
 same => n,Playback(fila-posicao)
 same => n,Set(ARRIVED=usual at ${STRFTIME(,,%s%6q)} ${CHANNEL(state)})
 same => n,Hangup()
exten => s,1,Goto(3732221000,1)
";

/// The calls of a trunk name themselves here, not at the entry, which is the guide's.
const NOTES: &str = "
[test-notes]
exten => s,1,Set(__CASE=${FILTER(A-Za-z0-9_,${PJSIP_HEADER(read,X-Case)})})
 same => n,Set(CHANNEL(hangup_handler_push)=test-record,s,1)
 same => n,Set(STARTED_AT=${STRFTIME(,,%s%6q)})
 same => n,Return()
";

/// The block between a guide's fences that holds `part`.
fn block(text: &str, part: &str) -> String {
    let blocks = text.split("```").skip(1).step_by(2).filter(|block| block.contains(part));
    let blocks: Vec<_> = blocks.collect();
    let [block] = blocks[..] else { panic!("{} blocks with {part:?}", blocks.len()) };
    block.split_once('\n').expect("a line break behind the fence").1.to_owned()
}

fn read(path: &str) -> String {
    let root = Path::new(DIALPLAN).with_file_name(path);
    fs::read_to_string(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()))
}

/// A PBX without bina, but for its recordings and `bina.conf`, which are copied.
fn pbx(asterisk: &Asterisk) -> Asterisk {
    asterisk.with(&|run| {
        let etc = run.join("etc");
        fs::copy(format!("{DIALPLAN}/asterisk/bina.conf"), etc.join("bina.conf")).unwrap();
        let sounds = run.join("data/sounds");
        fs::remove_file(sounds.join("pt_BR")).unwrap();
        for sound in ["pt_BR/bina/rompimento-fibra", "pt_BR/bina/equipe-a-caminho"] {
            silence(&sounds.join(format!("{sound}.wav")));
        }
        for sound in ["br/fila-posicao", "en/fila-posicao"] {
            silence(&sounds.join(format!("{sound}.wav")));
        }
        let template = fs::read_to_string(etc.join("extensions.conf")).unwrap();
        let globals = template.split("\n; Every call").next().unwrap();
        let (_, record) = template.split_once("[test-record]").unwrap();
        let record = record.split("\n#tryinclude").next().unwrap();
        let base = format!("{globals}\n[test-record]{record}{NOTES}");
        fs::write(etc.join("base.conf"), &base).unwrap();
        fs::write(etc.join("extensions.conf"), base).unwrap();
        let pjsip = fs::read_to_string(etc.join("pjsip.conf")).unwrap();
        fs::write(etc.join("pjsip.conf"), pjsip.replace("context = test-entry\n", "")).unwrap();
    })
}

impl Asterisk {
    /// Activates this dialplan, behind what the tests need, and the trunk's lines.
    fn has(&self, dialplan: &str, trunk: &str) {
        let etc = self.run.join("etc");
        let base = fs::read_to_string(etc.join("base.conf")).unwrap();
        fs::write(etc.join("extensions.conf"), base + dialplan).unwrap();
        let pjsip = fs::read_to_string(etc.join("pjsip.conf")).unwrap();
        let (before, rest) = pjsip.split_once("type = endpoint\n").unwrap();
        let (_, behind) = rest.split_once("disallow = all\n").unwrap();
        let endpoint = format!("type = endpoint\nlanguage = br\n{trunk}disallow = all\n");
        fs::write(etc.join("pjsip.conf"), format!("{before}{endpoint}{behind}")).unwrap();
        let started = self.log_length();
        self.cli("dialplan reload");
        self.cli("module reload res_pjsip.so");
        let log = self.log_from(started);
        let complaints: Vec<_> = log
            .lines()
            .filter(|line| line.contains("pbx_config.c") && line.contains("ERROR"))
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}\n{dialplan}");
    }

    fn calls(&self, name: &str) -> Vec<Record> {
        let call = |user| Call::from(user, &CURL, "globals").named(name);
        self.place(&[call(ALERT), call(QUIET), call(UNKNOWN)])
    }

    /// Calls as after the guide up to this point: with prompts for the one who has an alert.
    fn speaks_of_the_alert(&self, name: &str, problems: &mut Problems) {
        let calls = self.calls(&format!("{name}, with bina"));
        let prompts = "bina/rompimento-fibra(pt_BR) bina/equipe-a-caminho(pt_BR) ";
        for (call, prompts) in calls.iter().zip([prompts, "", ""]) {
            call.played_exactly(&format!("{prompts}fila-posicao(br)"), problems);
            call.arrived_at("usual", problems);
        }
        calls[0].has("status=found alerta=1", problems);
        calls[2].has("status=not_found", problems);
    }

    fn is_as_before(&self, name: &str, problems: &mut Problems) {
        for call in self.calls(&format!("{name}, without bina")) {
            call.played_exactly("fila-posicao(br)", problems);
            call.arrived_at("usual", problems);
            call.has("status= language=br", problems);
        }
    }
}

#[test]
fn each_guides_block_is_undone_by_deleting_it() {
    let Some(asterisk) = asterisk() else { return };
    let pbx = pbx(asterisk);
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(pbx.globals_ports, &pbx, &hubsoft.base_url());
    let mut problems = Problems::default();
    for (guide, context) in GUIDES {
        let text = read(&format!("dialplan/guides/{guide}"));
        let before = BEFORE.replace("CONTEXT", context);
        let added = block(&text, "[bina-entrada]");
        let trunk = format!("context = {context}\n");
        // The plain Asterisk's guide has the trunk's line, too; the others' is in a panel.
        let line = if context == "entrada" {
            block(&text, "context = bina")
        } else {
            "context = bina-entrada\n".into()
        };
        pbx.has(&format!("{before}\n{added}"), &format!("{trunk}{line}"));
        pbx.speaks_of_the_alert(guide, &mut problems);
        // First the trunk's line alone, while the context stays.
        pbx.has(&format!("{before}\n{added}"), &trunk);
        pbx.is_as_before(guide, &mut problems);
        pbx.has(&before, &trunk);
        pbx.is_as_before(guide, &mut problems);
    }
    problems.none();
}

#[test]
fn the_line_of_the_readmes_is_undone_by_deleting_it() {
    let Some(asterisk) = asterisk() else { return };
    let pbx = pbx(asterisk);
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(pbx.globals_ports, &pbx, &hubsoft.base_url());
    let mut problems = Problems::default();
    let before = BEFORE.replace("CONTEXT", "entrada");
    let trunk = "context = entrada\n";
    for readme in READMES {
        let added = block(&read(readme), ONE_LINE);
        assert_eq!(added, ONE_LINE, "{readme}");
        let first = "test-notes,s,1)\n";
        let after = before.replacen(first, &format!("{first}{added}"), 1);
        pbx.has(&format!("{after}\n#tryinclude bina.conf\n"), trunk);
        pbx.speaks_of_the_alert(readme, &mut problems);
        pbx.has(&after, trunk);
        pbx.is_as_before(&format!("{readme}, bina.conf gone"), &mut problems);
        pbx.has(&before, trunk);
        pbx.is_as_before(readme, &mut problems);
    }
    problems.none();
}

/// What FreePBX 17 generates for an inbound route, and (from DESTINATION on) for a Custom Destination that returns.
const FREEPBX: &str = "
[from-pstn]
exten => _X.,1,Gosub(test-notes,s,1)
 same => n,Set(__FROM_DID=${EXTEN})
 same => n,Set(CALLERID(dnid)=)
 same => n,Set(CALLERID(pres)=allowed_not_screened)
 same => n,Goto(DESTINATION)
[ext-queues]
exten => 600,1,Answer(,i)
 same => n,Playback(fila-posicao)
 same => n,Set(ARRIVED=usual at ${STRFTIME(,,%s%6q)} ${CALLERID(name)})
 same => n,Hangup()
[customdests]
exten => dest-1,1,NoOp(Entering Custom Destination bina)
 same => n,Gosub(bina-destino,s,1())
 same => n,NoOp(Returned from Custom Destination bina)
 same => n,Goto(ext-queues,600,1)
";

#[test]
fn the_custom_destination_of_freepbx_is_undone_in_the_panel() {
    let Some(asterisk) = asterisk() else { return };
    let pbx = pbx(asterisk);
    let hubsoft = hubsoft(customers());
    let _bina = Program::start_at(pbx.globals_ports, &pbx, &hubsoft.base_url());
    let mut problems = Problems::default();
    let route = |destination| FREEPBX.replace("DESTINATION", destination);
    for guide in ["freepbx-issabel.md", "freepbx-issabel.pt-BR.md"] {
        let added = block(&read(&format!("dialplan/guides/{guide}")), "[bina-destino]");
        let trunk = "context = from-pstn\n";
        pbx.has(&format!("{}\n{added}", route("customdests,dest-1,1")), trunk);
        pbx.speaks_of_the_alert(guide, &mut problems);
        // `bina.conf` is lost: the calls go on all the same.
        let lost = added.replace("#tryinclude bina.conf", "#tryinclude lost.conf");
        pbx.has(&format!("{}\n{lost}", route("customdests,dest-1,1")), trunk);
        pbx.is_as_before(&format!("{guide}, bina.conf lost"), &mut problems);
        pbx.has(&format!("{}\n{added}", route("ext-queues,600,1")), trunk);
        pbx.is_as_before(guide, &mut problems);
    }
    problems.none();
}
