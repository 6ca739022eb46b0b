//! Defines the command line, runs its commands, and reports their failures.

mod alert;
mod argument_problem;
mod check;
mod check_texts;
mod demo;
mod directory;
mod doctor;
mod error_texts;
mod explain;
mod forget;
mod help;
mod interrupt;
mod lookup;
mod manual;
mod operation;
mod prompt_files;
mod rehearse;
mod report;
mod say;
mod serve;
mod service_unit;
mod setup;
mod stage;
mod texts;

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use tokio::runtime::Builder;
use tracing::level_filters::LevelFilter;

use crate::answering::render::Format;
use crate::app::AppError;
use crate::app::config::{Config, HTTP_DEFAULT, Invalid};
use crate::runtime::language::{Language, Message};
use crate::runtime::{logging, workers};
use crate::sources::hubsoft::{self, HubSoft};
use crate::sources::sentences::in_both;

use self::alert::AlertTask;
use self::directory::{DirectoryTask, StatusForm};
use self::explain::CallerArguments;
use self::rehearse::RehearsalOptions;
use self::report::ReportOptions;
use self::say::SayOptions;
use self::setup::SetupOptions;

const ABOUT: &str =
    "Identify HubSoft customers for Asterisk and FreeSWITCH before the phone is picked up";

const MORE: &str = "\
A PBX sends the caller's number over HTTP or FastAGI. bina looks the customer up in HubSoft's API \
and returns variables, which name the audio to play when the customer has an alert. Every call \
is answered within the deadline (800 ms), even when HubSoft is slow or down.";

const EXAMPLES: &str = "\
Try bina without HubSoft and without a PBX:
  bina demo                               run a self-contained demo
  bina rehearse                           rehearse a mass outage
Set it up and operate it:
  sudo bina setup                         set up a new installation
  bina check -c /etc/bina/bina.toml       check the configuration
  bina lookup 37988242968 --explain       look one number up and explain the answer
  bina doctor --number 37988242968        diagnose a problem
  bina serve -c /etc/bina/bina.toml       answer calls
  bina alert list                         show the active alerts (add, end, extend)
  bina report --since 2h                  show who called and who was told what
  bina say \"Volta 18h30\" -o volta.wav     speak a text as callers would hear it
  bina forget 37988242968                 purge a customer's number from the service
  bina directory status                   show what is known when HubSoft is down

Exit codes: 0 success, 1 runtime failure, 2 invalid configuration or command line,
3 a text that is not spoken (bina say).
Set BINA_LOG to error, warn, info or debug to change the log level (logs go to standard error).";

/// Identifies the build in problem reports: the version, and the commit it was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("BINA_COMMIT"), ")");

/// The whole command line.
#[derive(Parser)]
#[command(name = "bina", version = VERSION, about = ABOUT, long_about = format!("{ABOUT}\n\n{MORE}"), after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Language of what is printed for people [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = languages())]
    lang: Option<Language>,
}

/// Reads the word of a language; the help lists both.
fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(["pt", "en"])
        .try_map(|word| Language::named(&word).ok_or("no such language"))
}

#[derive(Subcommand)]
enum Command {
    /// Add, list, extend or end an alert of your own in the running service
    ///
    /// Callers in its scope hear the prompt that the rules choose for its text. It works while HubSoft
    /// is down, is kept over restarts, and always ends: after 4 hours unless an end is given. The
    /// service itself is asked, at listen.metrics.
    Alert {
        #[command(subcommand)]
        task: AlertTask,
    },
    /// Check a configuration and print its effect, without starting the service
    ///
    /// Exits with 0 when the next start will succeed with it, 1 when the service's user could not read a
    /// file that it needs (judged as root, or with --unit), 2 when the configuration is invalid.
    Check {
        #[command(flatten)]
        config: ConfigFile,
        /// Folder of the prompt files: also check that each one exists and is playable
        /// (for Asterisk /var/lib/asterisk/sounds/pt_BR)
        #[arg(long, value_name = "FOLDER")]
        sounds: Option<PathBuf>,
        #[command(flatten)]
        unit: UnitFolder,
        /// Print nothing but what is wrong, for scripts and the unit's ExecReload=
        #[arg(long)]
        quiet: bool,
    },
    /// Write the completions for a shell to standard output
    #[command(hide = true)]
    Completions { shell: Shell },
    /// Run a self-contained demo: a simulated HubSoft, bina, and sample calls
    Demo {
        /// Address and port to listen on
        #[arg(long, value_name = "ADDRESS:PORT", default_value = HTTP_DEFAULT)]
        listen: SocketAddr,
        /// Play no outage: only what is typed at the demo happens
        #[arg(long)]
        quiet: bool,
    },
    /// Show, fill or clear the directory of the running service
    ///
    /// The directory is the list of all customers, read ahead of the calls; from it a caller is
    /// recognised when HubSoft does not answer in time. The service itself is asked, at
    /// listen.metrics. Exits with 1 when the walk was refused, failed, or was not whole.
    Directory {
        task: DirectoryTask,
        #[command(flatten)]
        config: ConfigFile,
        /// With status: print it as JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Diagnose everything a call depends on, and print a remedy for each problem
    ///
    /// Checks the configuration and its secrets, prompt files, ports, DNS, connection, certificate,
    /// token, one lookup, and the clock. Prints one line each, within 30 s. HubSoft receives a token
    /// request and one lookup (with --number up to four). No name and no complete number is printed.
    /// Exits with 0 when nothing failed, 1 when a check failed, 2 when the configuration is invalid.
    Doctor {
        #[command(flatten)]
        config: ConfigFile,
        /// A customer's number, preferably a mobile: also test how this HubSoft matches numbers
        #[arg(long)]
        number: Option<String>,
        /// Folder of the prompt files, as for `bina check`
        #[arg(long, value_name = "FOLDER")]
        sounds: Option<PathBuf>,
        #[command(flatten)]
        unit: UnitFolder,
    },
    /// Purge a number from the cache, the directory and the journal of the running service
    ///
    /// Every customer who has the number is removed from the directory, and no later reading of the
    /// list brings the number back. HubSoft keeps what it has: the next call from the number is looked
    /// up again. Exits with 1 when --verify finds the number or the directory is off and its files are
    /// left, with 2 when it is no complete number.
    Forget {
        /// The customer's number, in any format
        number: String,
        #[command(flatten)]
        config: ConfigFile,
        /// Check that nothing of the number is left, instead of purging it
        #[arg(long)]
        verify: bool,
        /// Let the directory learn the number again, after it was purged by mistake
        #[arg(long, conflicts_with = "verify")]
        undo: bool,
    },
    /// Look up one caller number and print the answer a PBX would receive
    Lookup {
        /// The caller's number, in any format a PBX may present
        number: String,
        #[command(flatten)]
        config: ConfigFile,
        /// The called number
        #[arg(long, value_name = "NUMBER")]
        did: Option<String>,
        /// The trunk by which the call comes: a name of [[trunk]], or the address of its gateway
        #[arg(long, value_name = "NAME")]
        trunk: Option<String>,
        /// Format of the answer
        #[arg(long, default_value = "hash", value_parser = PossibleValuesParser::new(Format::VALUES.map(|(name, _)| name)))]
        format: String,
        /// Print to standard error the requests sent to HubSoft, their results, the matching rule, and
        /// what the running service would answer from: cache, directory, alerts and their evidence
        #[arg(long)]
        explain: bool,
    },
    /// Write the manual pages to a folder
    #[command(hide = true)]
    Man { folder: PathBuf },
    /// Rehearse the day of an outage against a simulated HubSoft on this machine
    ///
    /// A fibre is cut: thousands of different customers call within minutes, and others among them.
    /// The report says who heard the right thing, and what would help if too few did. Exits with 0
    /// when every call was answered in time. Ctrl-C ends the rehearsal early and prints the report so
    /// far. No data leaves this machine.
    Rehearse(Box<RehearsalOptions>),
    /// Report who called, and who was told of which alert
    ///
    /// Counts calls, told and repeat callers, by alert, district and time; --alert lists who heard one
    /// alert. It shows customer codes and hashes, no number and no name. The service itself is asked, at
    /// listen.metrics; if none runs, its files are read.
    Report(ReportOptions),
    /// Speak a text as callers would hear it
    ///
    /// Shows the text as the speech engine is given it, or why it is not spoken. Exits with 1 when the
    /// engine failed, and with 3 when the text is refused.
    Say(SayOptions),
    /// Answer calls until SIGTERM or Ctrl-C; SIGHUP reloads the configuration
    Serve {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Set up a new installation: ask, try the credentials, and write the files after a yes
    ///
    /// Asks for HubSoft's address and credentials and tries them, finds the PBX of this machine, shows
    /// what it would write, and writes it after a yes: the configuration, the secrets, and for Asterisk
    /// the subroutines and the recordings. It never changes how calls are routed. Exits with 1 when
    /// something failed, 2 when an answer is wrong.
    Setup(SetupOptions),
}

#[derive(Args)]
struct ConfigFile {
    /// Configuration file
    #[arg(short, long = "config", value_name = "FILE", default_value = "/etc/bina/bina.toml")]
    config: PathBuf,
}

#[derive(Args)]
struct UnitFolder {
    /// Folder of the unit bina.service, for whose user the files are judged (as root it is found)
    #[arg(long = "unit", value_name = "FOLDER")]
    unit: Option<PathBuf>,
}

/// Why a command failed.
#[derive(Debug)]
enum Failed {
    /// The configuration or the command is wrong: exit code 2.
    Configuration(anyhow::Error),
    /// The command failed while running: exit code 1.
    Runtime(anyhow::Error),
    /// A text is not spoken: exit code 3.
    Refused(anyhow::Error),
}

impl Failed {
    /// The configuration or the command is wrong.
    fn configuration(message: impl Into<Message>) -> Self {
        Self::Configuration(anyhow!(message.into()))
    }

    /// The command failed.
    fn runtime(message: impl Into<Message>) -> Self {
        Self::Runtime(anyhow!(message.into()))
    }

    /// What a person reads; an error that has no other language is English.
    fn message(&self) -> Message {
        let cause = self.cause();
        let message = cause.downcast_ref::<Message>().cloned();
        message.unwrap_or_else(|| in_both(format_args!("{cause:#}")))
    }

    fn cause(&self) -> &anyhow::Error {
        match self {
            Self::Configuration(error) | Self::Runtime(error) | Self::Refused(error) => error,
        }
    }
}

impl From<AppError> for Failed {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Configuration(message) => Self::configuration(message),
            AppError::Runtime(message) => Self::runtime(message),
        }
    }
}

impl From<Invalid> for Failed {
    fn from(invalid: Invalid) -> Self {
        Self::configuration(invalid.message())
    }
}

/// Runs the command that the command line names.
pub fn main() -> ExitCode {
    let typed: Vec<_> = env::args_os().collect();
    let language = help::named_language(&typed);
    let language = language.unwrap_or_else(|| Language::of_environment(|name| env::var(name).ok()));
    let arguments = match read(typed, language) {
        Ok(arguments) => arguments,
        Err(error) => return no_arguments(&error, language),
    };
    logging::start(level(&arguments.command));
    let language = arguments.lang.unwrap_or(language);
    let done = run(arguments.command, language);
    logging::flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => report(&failed, language),
    }
}

/// Reads the command line; what is wrong with it names values in `language`.
fn read(typed: Vec<OsString>, language: Language) -> Result<Arguments, clap::Error> {
    let mut command = help::translated(Arguments::command(), language);
    let mut read = command.try_get_matches_from_mut(typed)?;
    Arguments::from_arg_matches_mut(&mut read).map_err(|error| error.format(&mut command))
}

/// Prints the help, or what is wrong with the command line.
fn no_arguments(error: &clap::Error, language: Language) -> ExitCode {
    let help = || help::wrapped(&help::printed(&error.to_string(), language));
    match (error.kind(), language) {
        (ErrorKind::DisplayHelp, _) => print_text(&help()),
        (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) => {
            let _ = write!(io::stderr(), "{}", help());
        }
        (ErrorKind::DisplayVersion, _) | (_, Language::English) => drop(error.print()),
        (_, Language::Portuguese) => {
            let problem = help::wrapped(&help::problem(error, language));
            let _ = write!(io::stderr(), "{problem}");
        }
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn run(command: Command, language: Language) -> Result<(), Failed> {
    match command {
        Command::Alert { task } => wait(None, alert::run(task, language)),
        Command::Check { config, sounds, unit, quiet } => {
            let folders = (sounds.as_deref(), unit.unit.as_deref());
            wait(None, async { check::run(&config.config, folders, quiet, language) })
        }
        Command::Completions { shell } => manual::completions(shell),
        Command::Demo { listen, quiet } => {
            let extent = if quiet { demo::Extent::Quiet } else { demo::Extent::Whole };
            wait(None, demo::run(listen, extent, language))
        }
        Command::Doctor { config, number, sounds, unit } => {
            let folders = (sounds.as_deref(), unit.unit.as_deref());
            wait(None, doctor::run(&config.config, number.as_deref(), folders, language))
        }
        Command::Directory { task, config, json } => {
            let form = if json { StatusForm::Json } else { StatusForm::Text };
            wait(None, directory::run(&config.config, task, form, language))
        }
        Command::Forget { number, config, verify, undo } => {
            let endpoint = match (verify, undo) {
                (true, _) => forget::VERIFY,
                (false, true) => forget::UNDO,
                (false, false) => forget::PURGE,
            };
            wait(None, forget::run(&config.config, &number, endpoint, language))
        }
        Command::Lookup { number, config, did, trunk, format, explain } => {
            let format = Format::named(&format).unwrap_or(Format::Hash);
            let caller = CallerArguments { number, did, trunk };
            wait(None, lookup::run(&config.config, caller, format, explain, language))
        }
        Command::Man { folder } => manual::pages(&folder),
        Command::Rehearse(options) => wait(None, rehearse::run(*options, language)),
        Command::Report(options) => wait(None, report::run(options, language)),
        Command::Say(options) => wait(None, say::run(options, language)),
        Command::Setup(options) => wait(None, setup::run(options, language)),
        Command::Serve { config } => {
            // The configuration is read first because it sets the number of the runtime's threads.
            let path = config.config.as_path();
            let loaded = Config::load_for_service(path)?;
            wait(loaded.worker_threads, serve::run(path, loaded))
        }
    }
}

/// Runs `done` on a runtime with `worker_threads` threads, or with the default number.
fn wait(
    worker_threads: Option<usize>,
    done: impl Future<Output = Result<(), Failed>>,
) -> Result<(), Failed> {
    let threads = worker_threads.unwrap_or_else(workers::default_threads);
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.map_err(|error| Failed::Runtime(error.into()))?;
    let done = runtime.block_on(done);
    // A DNS lookup in progress cannot be cancelled, and must not delay the exit.
    runtime.shutdown_background();
    done
}

/// Prints a line to standard output. A closed pipe (`bina demo | head`) is no reason to panic.
fn print_line(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a text that ends its lines itself.
fn print_text(text: &str) {
    let _ = write!(io::stdout(), "{text}");
}

/// Builds the HubSoft client that `config` describes.
fn client(config: &Config) -> Result<HubSoft, Failed> {
    let made = HubSoft::new(config.hubsoft.clone());
    made.map_err(|error| Failed::configuration(Message::of_both(error)))
}

/// Builds a client for this machine's own addresses. Plain http needs no CA certificates, which may be
/// missing.
fn plain_client() -> reqwest::Result<reqwest::Client> {
    hubsoft::provide_tls();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build()
}

fn report(failed: &Failed, language: Language) -> ExitCode {
    let code = match failed {
        Failed::Configuration(_) => 2,
        Failed::Runtime(_) => 1,
        Failed::Refused(_) => 3,
    };
    logging::final_error(format_args!("bina: {}", failed.message().of(language)));
    ExitCode::from(code)
}

/// The log level: that of BINA_LOG, or the default of the command.
fn level(command: &Command) -> LevelFilter {
    logging::env_level().unwrap_or(match command {
        // Its output lists every step in order; log lines would repeat it.
        Command::Doctor { .. } | Command::Lookup { explain: true, .. } | Command::Setup(_) => {
            LevelFilter::OFF
        }
        // Log lines of thousands of calls would hide the report.
        Command::Rehearse(_) => LevelFilter::OFF,
        Command::Lookup { explain: false, .. } => LevelFilter::WARN,
        Command::Alert { .. }
        | Command::Check { .. }
        | Command::Completions { .. }
        | Command::Demo { .. }
        | Command::Directory { .. }
        | Command::Forget { .. }
        | Command::Man { .. }
        | Command::Report(_)
        | Command::Say(_)
        | Command::Serve { .. } => LevelFilter::INFO,
    })
}
