//! What follows the writing: the check, the line for the dialplan, a look-up, and the service.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::app::config::Config;
use crate::domain::answer::{Answer, AnswerStatus};
use crate::domain::call::Call;
use crate::domain::phone::Phone;
use crate::runtime::language::Message;
use crate::sources::source::Source;

use super::super::{Failed, client};
use super::interview::{Interview, Question};
use super::machine::{Machine, is_root};
use super::pbx::PbxKind;
use super::terminal::with_progress;
use super::texts;

/// The line that looks up a call and plays its prompt; deleting it undoes that.
const CALL_LINE: &str = " same => n,GosubIf(${DIALPLAN_EXISTS(bina,s,1)}?bina,s,1)";
/// The same as the first line of a context.
const FIRST_LINE: &str = "exten => _X.,1,GosubIf(${DIALPLAN_EXISTS(bina,s,1)}?bina,s,1)";
/// What FreePBX calls: the lines that were added to its dialplan.
const TARGET: &str = "bina-destino,s,1";
const RELOAD_MAX: Duration = Duration::from_secs(10);
/// The unit allows a start 10 s.
const SERVICE_MAX: Duration = Duration::from_secs(30);
const STATE_MAX: Duration = Duration::from_secs(2);

/// The steps after the writing, and how many of them failed.
pub(super) struct FinishSteps<'a> {
    pub(super) interview: &'a Interview,
    pub(super) machine: &'a Machine,
    pub(super) path: &'a Path,
    pub(super) failed: usize,
}

impl FinishSteps<'_> {
    /// Does all of them. What fails is reported, and the next one follows.
    pub(super) async fn run(mut self, pbx: Option<PbxKind>) -> Result<(), Failed> {
        let config = self.check();
        if let Some(kind) = pbx {
            self.connect(kind).await?;
        }
        if let Some(config) = &config {
            self.look_up(config).await?;
        }
        self.start().await?;
        match self.failed {
            0 => Ok(()),
            _ => Err(Failed::runtime(texts::END_FAILED)),
        }
    }

    fn fail(&mut self, why: impl Display) {
        self.failed += 1;
        self.interview.say(why);
    }

    fn check(&mut self) -> Option<Config> {
        match Config::load(self.path) {
            Ok(config) => {
                let parts: [(&str, &dyn Display); 1] = [("path", &self.path.display())];
                self.interview.say(texts::CHECKED.message(&parts));
                config.warnings.iter().for_each(|warning| self.interview.say(warning));
                Some(config)
            }
            Err(invalid) => {
                self.fail(invalid.message());
                None
            }
        }
    }

    /// Says how calls are routed through bina, which is the administrator's to do.
    async fn connect(&mut self, kind: PbxKind) -> Result<(), Failed> {
        let interview = self.interview;
        let guide = kind.guide(interview.language());
        match kind {
            PbxKind::Asterisk => {
                let parts: [(&str, &dyn Display); 2] =
                    [("line", &CALL_LINE), ("first", &FIRST_LINE)];
                interview.say(texts::LINE.message(&parts));
            }
            PbxKind::FreePbx | PbxKind::Issabel => {
                interview.say(texts::DESTINATION.message(&[("target", &TARGET)]));
            }
            _ => {
                interview.say(texts::GUIDE.message(&[("guide", &guide)]));
                return Ok(());
            }
        }
        interview.say(texts::GUIDE_MORE.message(&[("guide", &guide)]));
        if self.machine.program("asterisk").is_none() {
            return Ok(());
        }
        if !interview.confirm("reload", texts::ASK_RELOAD.into(), Some(false)).await? {
            interview.say(texts::RELOAD_LATER);
            return Ok(());
        }
        let reload = self.machine.output("asterisk", &["-rx", "dialplan reload"], RELOAD_MAX);
        match with_progress(texts::WAITING_PBX.of(interview.language()), reload).await {
            Some(_) => self.see_loaded().await,
            None => self.fail(texts::RELOAD_FAILED),
        }
        Ok(())
    }

    /// Asterisk reloads without a word where a file is not included.
    async fn see_loaded(&mut self) {
        let show = ["-rx", "dialplan show s@bina"];
        let shown = self.machine.output("asterisk", &show, RELOAD_MAX).await.unwrap_or_default();
        if shown.contains("There is no existence of") {
            self.fail(texts::NOT_INCLUDED);
        } else {
            self.interview.say(texts::RELOADED);
        }
    }

    async fn look_up(&mut self, config: &Config) -> Result<(), Failed> {
        let default_ddd = config.numbers.default_ddd;
        let check = |typed: &str| match typed {
            "" => Ok(None),
            typed => Phone::parse(typed, default_ddd)
                .map(|_| Some(typed.to_owned()))
                .map_err(|reason| texts::NUMBER_WRONG.message(&[("reason", &reason)])),
        };
        let question =
            Question { key: "lookup", text: texts::ASK_NUMBER.into(), default: Some("") };
        let Some(number) = self.interview.ask(&question, check).await? else { return Ok(()) };
        let hubsoft = client(config)?;
        let waiting = texts::WAITING.of(self.interview.language());
        let answer = with_progress(waiting, async move {
            // A failure is that of the look-up, too.
            let _ = hubsoft.warm().await;
            let app = App::in_front_of(Arc::new(hubsoft) as Arc<dyn Source>, config);
            app.responder.respond(&Call::of(Some(number), "setup", Instant::now())).await
        });
        let answer = answer.await;
        match answer.status() {
            AnswerStatus::Found | AnswerStatus::NotFound => self.interview.say(in_words(&answer)),
            _ => self.fail(texts::LOOKUP_UNAVAILABLE),
        }
        Ok(())
    }

    async fn start(&mut self) -> Result<(), Failed> {
        let interview = self.interview;
        if !self.machine.has_systemd() || !is_root() {
            interview.say(texts::NEXT);
            return Ok(());
        }
        if !interview.confirm("service", texts::ASK_SERVICE.into(), Some(false)).await? {
            interview.say(texts::NEXT);
            return Ok(());
        }
        // A service that runs has the secrets of its start.
        let is_active = self.machine.output("systemctl", &["is-active", "bina"], STATE_MAX).await;
        let enabled = self.machine.output("systemctl", &["enable", "bina"], SERVICE_MAX).await;
        let verb = if is_active.is_some() { "restart" } else { "start" };
        let arguments = [verb, "bina"];
        let work = self.machine.output("systemctl", &arguments, SERVICE_MAX);
        let started = with_progress(texts::WAITING_SERVICE.of(interview.language()), work).await;
        match enabled.and(started) {
            Some(_) => interview.say(texts::STARTED),
            None => self.fail(texts::START_FAILED),
        }
        Ok(())
    }
}

/// What a call from the number gets, without anything of the customer.
fn in_words(answer: &Answer) -> Message {
    if answer.status() == AnswerStatus::NotFound {
        return texts::LOOKUP_NOT_FOUND.into();
    }
    match (answer.playlist(), answer.is_alerted()) {
        (Some(playlist), _) => {
            texts::LOOKUP_PLAYS.message(&[("prompt", &playlist.asterisk), ("rule", &answer.rule())])
        }
        (None, true) => texts::LOOKUP_ALERT_SILENT.into(),
        (None, false) => texts::LOOKUP_FOUND.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_paste_is_that_of_the_subroutines_and_their_documents() {
        for text in [
            include_str!("../../../dialplan/asterisk/bina.conf"),
            include_str!("../../../dialplan/asterisk/README.md"),
            include_str!("../../../dialplan/asterisk/README.pt-BR.md"),
        ] {
            assert!(text.contains(CALL_LINE), "{text}");
        }
    }
}
