//! `bina directory`: shows the directory of the running service, starts a walk, clears it.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use tokio::time::sleep;

use crate::app::config::Config;
use crate::domain::zone::Zone;
use crate::runtime::language::Language;
use crate::runtime::wall_clock;
use crate::sources::directory::{
    Activity, DirectoryStatus, GenerationStatus, KindStatus, WalkProgress,
};
use crate::sources::sentences::in_both;

use super::operation::{Operation, read_answer};
use super::{Failed, error_texts, print_line, texts};

/// How often the progress of a walk is requested.
const REFRESH: Duration = Duration::from_millis(500);
/// Characters of the progress bar.
const BAR: usize = 30;

/// What to do with the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DirectoryTask {
    /// Show customers, numbers, age, joins and the progress of a walk
    Status,
    /// Read the whole list of customers now, and show the progress
    Walk,
    /// Empty the directory, in memory and on disk, and read the list again
    Clear,
}

/// How the status is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusForm {
    Json,
    Text,
}

/// Does `task` in the service that the file at `path` configures.
pub(super) async fn run(
    path: &Path,
    task: DirectoryTask,
    form: StatusForm,
    language: Language,
) -> Result<(), Failed> {
    if form == StatusForm::Json && task != DirectoryTask::Status {
        return Err(Failed::configuration(error_texts::JSON_FOR_STATUS));
    }
    let config = Config::load(path)?;
    let zone = config.hubsoft.timezone;
    let service = Operation::of(&config, error_texts::DIRECTORY_NO_LISTENER)?;
    match task {
        DirectoryTask::Status if form == StatusForm::Json => {
            print_line(service.get("/v1/directory").await?.trim_end());
        }
        DirectoryTask::Status => print(&status(&service).await?, zone, language),
        DirectoryTask::Walk => {
            let answer = service.post("/v1/directory/walk", "").await?;
            print_line(texts::answer(&answer, language));
            let walked = follow(&service, language).await?;
            print(&walked, zone, language);
            return walked.last_walk.map_or(Ok(()), |problem| {
                let problem = in_both(problem);
                Err(Failed::runtime(
                    error_texts::DIRECTORY_NOT_WHOLE.message(&[("problem", &problem)]),
                ))
            });
        }
        DirectoryTask::Clear => {
            let answer = service.post("/v1/directory/clear", "").await?;
            print_line(texts::answer(&answer, language));
        }
    }
    Ok(())
}

/// Requests the status; an answer of another version is an error.
pub(super) async fn status(service: &Operation) -> Result<DirectoryStatus, Failed> {
    read_answer(&service.get("/v1/directory").await?)
}

/// Shows the progress until the walk has ended, and returns the status then.
async fn follow(service: &Operation, language: Language) -> Result<DirectoryStatus, Failed> {
    let is_terminal = io::stderr().is_terminal();
    let mut shown = String::new();
    loop {
        sleep(REFRESH).await;
        let status = status(service).await?;
        if has_ended(&status) {
            if is_terminal {
                let _ = write!(io::stderr(), "\r{:78}\r", "");
            }
            return Ok(status);
        }
        let Some(walk) = &status.walk else { continue };
        if is_terminal {
            let _ = write!(io::stderr(), "\r{:78.78}", progress(walk, status.activity, language));
            continue;
        }
        // A log of the command needs no bar, only what the walk waits for.
        let waiting = waiting(walk, language).unwrap_or_default();
        if waiting != shown && !waiting.is_empty() {
            let _ = writeln!(io::stderr(), "{waiting}");
        }
        shown = waiting;
    }
}

/// Whether no walk is in progress or due.
fn has_ended(status: &DirectoryStatus) -> bool {
    status.activity == Activity::Waiting && status.next_walk_in_s != Some(0)
}

/// What the walk waits for: a first page, or one that has failed.
fn waiting(walk: &WalkProgress, language: Language) -> Option<String> {
    match &walk.failure {
        Some(failure) => {
            Some(texts::DIRECTORY_WAITING_AFTER.filled(language, &[("failure", &in_both(failure))]))
        }
        None if walk.rows_total.is_none() => Some(texts::DIRECTORY_WAITING.of(language).to_owned()),
        None => None,
    }
}

/// How far the walk is, in one line.
fn progress(walk: &WalkProgress, activity: Activity, language: Language) -> String {
    let paused =
        (activity == Activity::Paused).then(|| texts::DIRECTORY_PAUSED.of(language).to_owned());
    let bar = walk.rows_total.map(|total| bar(walk.rows_done, total, language));
    let parts = bar.into_iter().chain(paused).chain(waiting(walk, language));
    parts.collect::<Vec<_>>().join(", ")
}

/// The share of the list that has been read.
fn bar(done: u64, total: u64, language: Language) -> String {
    let total = total.max(done).max(1);
    let full = usize::try_from(done * BAR as u64 / total).unwrap_or(BAR);
    let parts: [(&str, &dyn Display); 2] = [("done", &(done * 100 / total)), ("total", &total)];
    let share = texts::DIRECTORY_BAR.filled(language, &parts);
    format!("[{}{}] {share}", "#".repeat(full), ".".repeat(BAR - full))
}

fn print(status: &DirectoryStatus, zone: Zone, language: Language) {
    described(status, zone, language).iter().for_each(print_line);
}

/// The lines of the status, the most important first.
pub(super) fn described(status: &DirectoryStatus, zone: Zone, language: Language) -> Vec<String> {
    let mut lines = vec![match &status.generation {
        Some(generation) => content(generation, language),
        None if status.activity == Activity::Opening => {
            texts::DIRECTORY_OPENING.of(language).to_owned()
        }
        None => texts::DIRECTORY_EMPTY.of(language).to_owned(),
    }];
    lines.extend(status.walk.as_ref().map(|walk| walk_line(walk, status.activity, language)));
    lines.extend(
        status.last_walk.as_ref().map(|last| {
            texts::DIRECTORY_LAST_WALK.filled(language, &[("problem", &in_both(last))])
        }),
    );
    lines.extend(status.next_walk_in_s.map(|seconds| {
        let at = zone.local_time(wall_clock::now_s() + seconds);
        let parts: [(&str, &dyn Display); 2] = [("at", &at), ("span", &span(seconds, language))];
        texts::DIRECTORY_NEXT_WALK.filled(language, &parts)
    }));
    lines.push(match &status.folder {
        Some(folder) => texts::DIRECTORY_FOLDER.filled(language, &[("folder", folder)]),
        None => texts::DIRECTORY_NO_FOLDER.of(language).to_owned(),
    });
    lines.extend(
        status
            .file_problem
            .as_ref()
            .map(|problem| texts::PROBLEM.filled(language, &[("problem", &in_both(problem))])),
    );
    if status.forgotten > 0 {
        lines.push(texts::DIRECTORY_FORGOTTEN.filled(language, &[("count", &status.forgotten)]));
    }
    lines.extend(status.joins.iter().flat_map(|kind| joins(kind, language)));
    lines
}

fn walk_line(walk: &WalkProgress, activity: Activity, language: Language) -> String {
    let progress = progress(walk, activity, language);
    let mut line = texts::DIRECTORY_WALK.filled(language, &[("progress", &progress)]);
    if let Some(pages) = walk.pages_total {
        let parts: [(&str, &dyn Display); 2] = [("page", &walk.pages_done), ("pages", &pages)];
        line += &texts::DIRECTORY_PAGE.filled(language, &parts);
    }
    line
}

fn content(generation: &GenerationStatus, language: Language) -> String {
    let GenerationStatus { number, age_s, is_whole, customers, numbers, services, bytes } =
        generation;
    let extent = if *is_whole { texts::DIRECTORY_WHOLE } else { texts::DIRECTORY_PARTIAL };
    let parts: [(&str, &dyn Display); 7] = [
        ("customers", customers),
        ("numbers", numbers),
        ("services", services),
        ("number", number),
        ("extent", &extent.of(language)),
        ("age", &span(*age_s, language)),
        ("megabytes", &texts::decimal(format_args!("{:.1}", *bytes as f64 / 1e6), language)),
    ];
    texts::DIRECTORY_CONTENT.filled(language, &parts)
}

fn joins(kind: &KindStatus, language: Language) -> Vec<String> {
    let percent = texts::decimal(format_args!("{:.1}", kind.percent), language);
    let name = texts::scope(&kind.kind, language);
    let parts: [(&str, &dyn Display); 2] = [("kind", &name), ("percent", &percent)];
    let mut lines = vec![texts::DIRECTORY_JOINED.filled(language, &parts)];
    if kind.is_forbidden {
        lines[0] += texts::DIRECTORY_FORBIDDEN.of(language);
    }
    if !kind.unjoined.is_empty() {
        let names = kind.unjoined.iter().map(|(name, count)| format!("{name} ({count})"));
        let names = names.collect::<Vec<_>>().join(", ");
        lines.push(texts::DIRECTORY_UNJOINED.filled(language, &[("names", &names)]));
    }
    lines
}

/// A time span in its largest useful unit.
fn span(seconds: u64, language: Language) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => texts::DIRECTORY_DAYS.filled(language, &[("days", &(seconds / 86_400))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_never_exceeds_its_width() {
        for (done, total, shown) in [
            (0, 0, "[..............................] 0 % of 1 customers"),
            (50, 100, "[###############...............] 50 % of 100 customers"),
            (120, 100, "[##############################] 100 % of 120 customers"),
        ] {
            assert_eq!(bar(done, total, Language::English), shown);
        }
    }

    #[test]
    fn before_the_first_page_no_total_is_shown() {
        let silent = WalkProgress::default();
        assert_eq!(progress(&silent, Activity::Walking, Language::English), "waiting for HubSoft");
        let failed = WalkProgress { failure: Some("too late".to_owned()), ..silent };
        assert_eq!(
            progress(&failed, Activity::Walking, Language::English),
            "waiting for HubSoft: too late"
        );
        let later = WalkProgress { rows_done: 9, rows_total: Some(9), ..failed };
        let shown = progress(&later, Activity::Walking, Language::English);
        assert!(shown.ends_with("100 % of 9 customers, waiting for HubSoft: too late"), "{shown}");
    }

    #[test]
    fn a_walk_that_is_due_has_not_ended() {
        let waiting = |seconds| DirectoryStatus {
            activity: Activity::Waiting,
            next_walk_in_s: Some(seconds),
            ..DirectoryStatus::default()
        };
        assert!(has_ended(&waiting(60)) && !has_ended(&waiting(0)));
    }

    #[test]
    fn an_empty_directory_in_memory_is_stated_in_two_lines() {
        let lines = described(&DirectoryStatus::default(), Zone::default(), Language::English);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].ends_with("after a restart the list is read again"));
    }

    #[test]
    fn the_status_is_stated_in_portuguese() {
        let generation = GenerationStatus {
            number: 3,
            age_s: 200_000,
            is_whole: true,
            customers: 20_002,
            numbers: 29_706,
            services: 22_047,
            bytes: 1_030_981,
        };
        let joins = KindStatus {
            kind: "city".to_owned(),
            percent: 99.9,
            unjoined: vec![("divinopolis mg".to_owned(), 1)],
            is_forbidden: true,
        };
        let walk = WalkProgress {
            rows_done: 50,
            rows_total: Some(100),
            pages_done: 1,
            pages_total: Some(2),
            ..WalkProgress::default()
        };
        let status = DirectoryStatus {
            activity: Activity::Paused,
            generation: Some(generation),
            joins: vec![joins],
            walk: Some(walk),
            folder: Some("/var/lib/bina".to_owned()),
            forgotten: 2,
            ..DirectoryStatus::default()
        };
        let expected = [
            "diretório: 20002 clientes, 29706 números, 22047 serviços; geração 3, completa, de 2 dias atrás, 1,0 MB",
            "leitura: [###############...............] 50 % de 100 clientes, em pausa: há chamadas à espera do HubSoft, página 1 de 2",
            "pasta de estado: /var/lib/bina",
            "números esquecidos: 2",
            "cidade: 99,9 % se ligam; o HubSoft não permite ler essa tabela",
            "  sem ligação: divinopolis mg (1)",
        ];
        assert_eq!(described(&status, Zone::default(), Language::Portuguese), expected);
    }
}
