//! `bina setup`: asks what a new installation needs, tries it, and writes it after a yes.
//!
//! ```text
//! questions -> trial -> PBX -> summary -> yes -> files -> check, line for the dialplan, look-up, service
//! '------- nothing is changed -----------'     '-- each whole or not at all
//! ```
//! The answers come from a terminal, or from a file.

mod address;
mod answers;
mod as_user;
mod configuration_text;
mod credentials;
mod finish;
mod interview;
mod machine;
mod pbx;
mod plan;
mod present;
mod snippet;
mod terminal;
mod texts;
mod trial;
mod writing;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::config::Config;
use crate::runtime::language::{Language, Message};
use crate::runtime::plain_file;
use crate::sources::reasons::RefusedCredentials;

use self::answers::GivenAnswers;
use self::credentials::{HubsoftAnswers, SecretPlace};
use self::finish::FinishSteps;
use self::interview::{Interview, Question, visible};
use self::machine::{Machine, is_writable};
use self::pbx::{FoundPbx, PbxKind};
use self::plan::{WritingPlan, needs_root};
use self::present::{PresentSecret, PresentSettings, example, is_example};
use self::trial::TrialOutcome;
use super::error_texts::INTERRUPTED;
use super::interrupt::unless_interrupted;
use super::{ConfigFile, Failed};

/// Where the service reads its configuration.
const CONFIGURATION: &str = "/etc/bina/bina.toml";
/// Longest configuration that is read.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// The answer for no PBX.
const NO_PBX: &str = "none";

#[derive(Args)]
pub(super) struct SetupOptions {
    /// Take the answers from this TOML file instead of asking (docs/install.md lists them)
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigFile,
    /// Folder that stands for the root of the file system
    #[arg(long, value_name = "FOLDER", hide = true)]
    root: Option<PathBuf>,
}

/// What was asked and planned.
struct PreparedSetup {
    plan: WritingPlan,
    pbx: Option<PbxKind>,
    /// Whether a trial showed that calls would not be answered.
    is_limited: bool,
}

/// The configuration that is there, or the shipped example.
struct BaseText {
    old: Option<String>,
    text: String,
    present: PresentSettings,
}

/// Asks, tries, and writes after a yes.
pub(super) async fn run(options: SetupOptions, language: Language) -> Result<(), Failed> {
    let machine = Machine::new(options.root.as_deref());
    let path = match options.config.config {
        path if path == Path::new(CONFIGURATION) => machine.at(CONFIGURATION),
        path => path,
    };
    let given = options.answers.as_deref().map(GivenAnswers::load).transpose()?;
    let interview = Interview::new(given, language)?;
    if !options.dry_run && !is_writable(&path) {
        return Err(needs_root(&path));
    }
    let asked = unless_interrupted(async {
        let prepared = prepare(&interview, &machine, &path).await?;
        if options.dry_run {
            return Ok((prepared, false));
        }
        if prepared.plan.files.is_empty() {
            return Ok((prepared, true));
        }
        prepared.plan.require_writable()?;
        let is_confirmed = interview.confirm("write", texts::ASK_WRITE.into(), None).await?;
        Ok((prepared, is_confirmed))
    });
    let (prepared, is_confirmed) =
        Box::pin(asked).await.and_then(|asked| asked).map_err(unchanged)?;
    if !is_confirmed {
        interview.say(texts::UNCHANGED);
        return Ok(());
    }
    write(&prepared.plan, language)?;
    let failed = usize::from(prepared.is_limited);
    let steps = FinishSteps { interview: &interview, machine: &machine, path: &path, failed };
    let finished = Box::pin(unless_interrupted(steps.run(prepared.pbx))).await;
    finished.and_then(|finished| finished).map_err(|failed| {
        let is_interrupted = failed.message() == INTERRUPTED.into();
        if is_interrupted { Failed::runtime(texts::WRITTEN_INTERRUPTED) } else { failed }
    })
}

/// Says that nothing was changed, whatever the failure.
fn unchanged(failed: Failed) -> Failed {
    let message = texts::FAILED_UNCHANGED.message(&[("why", &failed.message())]);
    match failed {
        Failed::Configuration(_) => Failed::configuration(message),
        Failed::Runtime(_) | Failed::Refused(_) => Failed::runtime(message),
    }
}

/// Asks everything and plans the writing; changes nothing.
async fn prepare(
    interview: &Interview,
    machine: &Machine,
    path: &Path,
) -> Result<PreparedSetup, Failed> {
    interview.say(texts::BEGIN.message(&[("path", &path.display())]));
    let base = base(path, interview.language())?;
    let mut answers = HubsoftAnswers::ask(interview, base.present).await?;
    let mut is_limited = false;
    if interview.confirm("try", texts::ASK_TRY.into(), Some(true)).await? {
        is_limited = try_until_good(interview, &mut answers, &base.text, path).await?;
    }
    let pbx = choose_pbx(interview, machine).await?;
    let mut plan = WritingPlan::default();
    let group = machine.service_group();
    plan_secrets(&mut plan, &answers, path, group)?;
    plan_configuration(&mut plan, &answers, (base.old.as_deref(), &base.text), path)?;
    if let Some(kind) = pbx {
        snippet::plan(interview, machine, kind, &mut plan).await?;
    }
    let is_same = plan.files.is_empty();
    interview.say(if is_same { texts::SUMMARY_SAME } else { texts::SUMMARY });
    for line in answers.shown() {
        interview.say(format_args!("  {line}"));
    }
    for line in &plan.summary {
        interview.say(line.map(|text| format!("  {}", text.replace('\n', "\n  "))));
    }
    Ok(PreparedSetup { plan, pbx, is_limited })
}

/// Reads the configuration that is there. A shipped example that nobody has changed is replaced by that in
/// `language`.
fn base(path: &Path, language: Language) -> Result<BaseText, Failed> {
    let old = match plain_file::read_text(path, FILE_BYTES_MAX) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let problem = plain_file::problem(&error);
            let parts: [(&str, &dyn std::fmt::Display); 2] =
                [("path", &path.display()), ("problem", &problem)];
            return Err(Failed::configuration(texts::CONFIGURATION_UNREADABLE.message(&parts)));
        }
    };
    let own = old.clone().filter(|text| !is_example(text));
    let is_own = own.is_some();
    let text = own.unwrap_or_else(|| example(language).to_owned());
    let present = PresentSettings::read(&text, path)
        .map_err(|problems| Failed::configuration(Message::lines(&problems)))?;
    let present = if is_own { present } else { present.without_examples() };
    Ok(BaseText { old, text, present })
}

/// Tries the answers, and asks again for what was refused; returns whether something is not permitted.
async fn try_until_good(
    interview: &Interview,
    answers: &mut HubsoftAnswers,
    base: &str,
    path: &Path,
) -> Result<bool, Failed> {
    loop {
        let text = answers.configuration(base, path, SecretPlace::Inside)?;
        let config = Config::parse(&text, path)?;
        match trial::examine(&config, interview.language()).await? {
            TrialOutcome::Good => return Ok(false),
            TrialOutcome::Limited => return Ok(true),
            TrialOutcome::Refused(refused) => {
                let why = match refused {
                    Some(RefusedCredentials::Client) => texts::CLIENT_REFUSED,
                    Some(RefusedCredentials::User) => texts::USER_REFUSED,
                    None => texts::ANY_REFUSED,
                };
                if !interview.can_repeat() {
                    return Err(Failed::runtime(why));
                }
                interview.say(why);
                answers.ask_refused(interview, refused).await?;
            }
            TrialOutcome::Unreachable => {
                let text = texts::ASK_UNTESTED.into();
                if interview.confirm("untested", text, Some(false)).await? {
                    return Ok(true);
                }
                if !interview.can_repeat() {
                    return Err(Failed::runtime(texts::UNREACHED));
                }
                answers.ask_address(interview).await?;
            }
        }
    }
}

/// Asks which PBX it is; the only one that was found is proposed.
async fn choose_pbx(interview: &Interview, machine: &Machine) -> Result<Option<PbxKind>, Failed> {
    let found = pbx::find(machine);
    if found.is_empty() {
        interview.say(texts::PBX_NONE_FOUND);
    }
    for FoundPbx { kind, sign } in &found {
        let version = visible(&pbx::version(machine, *kind).await.unwrap_or_default());
        let sign = machine.named(sign);
        let parts: [(&str, &dyn std::fmt::Display); 3] =
            [("name", &kind.name()), ("version", &version), ("sign", &sign)];
        interview.say(texts::PBX_FOUND.message(&parts));
    }
    let words: Vec<_> = PbxKind::all().map(PbxKind::word).chain([NO_PBX]).collect();
    let words = words.join(", ");
    let default = match found[..] {
        [FoundPbx { kind, .. }] => kind.word(),
        _ => NO_PBX,
    };
    let text = texts::ASK_PBX.message(&[("words", &words)]);
    let question = Question { key: "pbx", text, default: Some(default) };
    let check = |typed: &str| {
        let typed = typed.trim().to_ascii_lowercase();
        let mut kinds = PbxKind::all();
        match kinds.find(|kind| kind.word() == typed) {
            Some(kind) => Ok(Some(kind)),
            None if matches!(typed.as_str(), NO_PBX | "nenhum" | "later" | "depois") => Ok(None),
            None => Err(texts::PBX_WRONG.message(&[("words", &words)])),
        }
    };
    interview.ask(&question, check).await
}

/// Plans the secrets, before the configuration that names them.
fn plan_secrets(
    plan: &mut WritingPlan,
    answers: &HubsoftAnswers,
    path: &Path,
    group: Option<u32>,
) -> Result<(), Failed> {
    let unreadable = |error: io::Error| Failed::Runtime(error.into());
    for (asked, secret) in answers.new_secrets() {
        let file = match &asked.present {
            PresentSecret::File(file) => file.clone(),
            PresentSecret::Absent | PresentSecret::Inside => present::beside(path, asked.key),
        };
        plan.secret(&file, secret, group).map_err(unreadable)?;
    }
    Ok(())
}

fn plan_configuration(
    plan: &mut WritingPlan,
    answers: &HubsoftAnswers,
    (old, base): (Option<&str>, &str),
    path: &Path,
) -> Result<(), Failed> {
    let unreadable = |error: io::Error| Failed::Runtime(error.into());
    let text = answers.configuration(base, path, SecretPlace::Files)?;
    let is_own = old.is_some_and(|old| !is_example(old));
    plan.configuration(path, &text, (old, is_own), answers.keeps_secret_inside())
        .map_err(unreadable)
}

/// Writes the plan. A signal is heard between two files.
fn write(plan: &WritingPlan, language: Language) -> Result<(), Failed> {
    let failed = |error: io::Error| Failed::Runtime(error.into());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let heard = tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    });
    let written = writing::write(plan, language, || heard.is_finished());
    heard.abort();
    written
}
