//! The command line: what can be asked of the program, and how it says that it failed.

mod check;
mod demo;
mod doctor;
mod forget;
mod lookup;
mod manual;
mod prompt_files;
mod rehearse;
mod serve;
mod stage;

use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use tokio::runtime::Builder;
use tracing::level_filters::LevelFilter;

use crate::answering::lookup::DEADLINE_DEFAULT;
use crate::answering::render::Format;
use crate::app::AppError;
use crate::app::config::{Config, HTTP_DEFAULT, Invalid};
use crate::runtime::{logging, workers};
use crate::sources::hubsoft::{self, HubSoft};

use self::rehearse::Plan;

const ABOUT: &str =
    "Tells Asterisk and FreeSWITCH who is calling, from HubSoft, before the phone is picked up.";

const MORE: &str = "\
A PBX asks over HTTP or FastAGI; bina finds the customer by phone number in HubSoft's API and \
answers with variables that name the audio to play when the customer has an alert. Every call \
is answered within the deadline (800 ms), whatever HubSoft does.";

const EXAMPLES: &str = "\
Try it, with no HubSoft and no PBX:
  bina demo
  bina rehearse                           how would it stand a mass outage?
Set it up:
  bina check -c /etc/bina/bina.toml       is the configuration good?
  bina lookup 37988242968 --explain       what would a PBX be told, and why?
  bina doctor --number 37988242968        what is wrong, and what helps?
  bina serve -c /etc/bina/bina.toml       answer calls
  bina forget 37988242968                 forget a customer who asks for it

Exit codes: 0 done, 1 it failed while running, 2 the configuration or the command is wrong.
Set BINA_LOG to error, warn, info or debug to change how much is logged (to standard error).";

/// Says exactly what runs, for whoever reports trouble: the version, and the commit it was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("BINA_COMMIT"), ")");

/// The whole command line.
#[derive(Parser)]
#[command(name = "bina", version = VERSION, about = ABOUT, long_about = format!("{ABOUT}\n\n{MORE}"), after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks a configuration and says what it means, without starting anything
    Check {
        #[command(flatten)]
        config: ConfigFile,
        /// Folder of the prompt files, to see that each is there and playable
        /// (for Asterisk /var/lib/asterisk/sounds/pt_BR)
        #[arg(long, value_name = "FOLDER")]
        sounds: Option<PathBuf>,
    },
    /// Writes the completions for a shell to standard output
    #[command(hide = true)]
    Completions { shell: Shell },
    /// Shows it working: a small HubSoft and bina on this machine, with calls to try
    Demo {
        /// Where to listen
        #[arg(long, value_name = "ADDRESS:PORT", default_value = HTTP_DEFAULT)]
        listen: SocketAddr,
    },
    /// Examines everything a call needs, and names what is wrong and what helps
    ///
    /// Configuration and secrets, prompt files, ports, DNS, connection, certificate, token, one
    /// lookup, the clock; one line each, within half a minute. HubSoft is asked for a token and
    /// once for a number, with --number up to four times. No name and no whole number is printed.
    /// Ends with 0 when nothing failed, 1 when something did, 2 when the configuration is broken.
    Doctor {
        #[command(flatten)]
        config: ConfigFile,
        /// A customer's number, best a mobile: also tells how this HubSoft matches numbers
        #[arg(long)]
        number: Option<String>,
        /// Folder of the prompt files, as for `bina check`
        #[arg(long, value_name = "FOLDER")]
        sounds: Option<PathBuf>,
    },
    /// Has the running service forget what it remembers of a number
    Forget {
        /// The customer's number, in any form
        number: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Answers one caller number as a PBX would be answered
    Lookup {
        /// The caller's number, in any form a PBX may present it
        number: String,
        #[command(flatten)]
        config: ConfigFile,
        /// The called number
        #[arg(long, value_name = "NUMBER")]
        did: Option<String>,
        /// How to write the answer
        #[arg(long, default_value = "hash", value_parser = PossibleValuesParser::new(Format::VALUES.map(|(name, _)| name)))]
        format: String,
        /// Says on standard error what was asked of HubSoft, what came and which rule chose
        #[arg(long)]
        explain: bool,
    },
    /// Writes the manual pages into a folder
    #[command(hide = true)]
    Man { folder: PathBuf },
    /// Practises the bad day: a mass outage against the small HubSoft, on this machine
    ///
    /// Every caller is another customer with an alert. Ends with 0 when each call was answered
    /// in time; Ctrl-C ends it early, with the report so far. Nothing leaves this machine.
    Rehearse(Rehearsal),
    /// Answers calls until it is told to stop (SIGTERM or Ctrl-C); SIGHUP has it read its file again
    Serve {
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration file
    #[arg(short, long = "config", value_name = "FILE", default_value = "/etc/bina/bina.toml")]
    config: PathBuf,
}

#[derive(Args)]
struct Rehearsal {
    /// How many customers call, once each
    #[arg(long, value_name = "NUMBER", default_value = "2000", value_parser = rehearse::callers)]
    callers: u32,
    /// Within which time they call, like 60s or 2m
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = rehearse::over)]
    over: Duration,
    /// How many milliseconds HubSoft takes for an answer
    #[arg(long, value_name = "MS", default_value = "200", value_parser = rehearse::upstream)]
    upstream_ms: Duration,
    /// How many requests a second HubSoft may be asked
    #[arg(long, value_name = "NUMBER", default_value = "10", value_parser = rehearse::rate)]
    upstream_rps: u32,
    /// Which share of the callers is in the memory already, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.0", value_parser = rehearse::share)]
    known: f64,
    /// The deadline of a call [default: 800]
    #[arg(long, value_name = "MS", value_parser = rehearse::deadline)]
    deadline_ms: Option<Duration>,
}

impl From<Rehearsal> for Plan {
    fn from(told: Rehearsal) -> Self {
        Self {
            callers: told.callers,
            over: told.over,
            upstream: told.upstream_ms,
            rate: told.upstream_rps,
            known: told.known,
            deadline: told.deadline_ms.unwrap_or(DEADLINE_DEFAULT),
        }
    }
}

/// Why the program ends without having done what it was asked.
#[derive(Debug)]
enum Failed {
    /// The configuration or the command is wrong: exit code 2.
    Configuration(anyhow::Error),
    /// It went wrong while running: exit code 1.
    Runtime(anyhow::Error),
}

impl Failed {
    fn cause(&self) -> &anyhow::Error {
        match self {
            Self::Configuration(error) | Self::Runtime(error) => error,
        }
    }
}

impl From<AppError> for Failed {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Configuration(_) => Self::Configuration(error.into()),
            AppError::Runtime(_) => Self::Runtime(error.into()),
        }
    }
}

impl From<Invalid> for Failed {
    fn from(invalid: Invalid) -> Self {
        Self::Configuration(invalid.into())
    }
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(level(&arguments.command));
    let done = run(arguments.command);
    logging::flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => report(&failed),
    }
}

fn run(command: Command) -> Result<(), Failed> {
    match command {
        Command::Check { config, sounds } => {
            wait(None, async { check::run(&config.config, sounds.as_deref()) })
        }
        Command::Completions { shell } => manual::completions(shell),
        Command::Demo { listen } => wait(None, demo::run(listen)),
        Command::Doctor { config, number, sounds } => {
            wait(None, doctor::run(&config.config, number.as_deref(), sounds.as_deref()))
        }
        Command::Forget { number, config } => wait(None, forget::run(&config.config, &number)),
        Command::Lookup { number, config, did, format, explain } => {
            let format = Format::named(&format).unwrap_or(Format::Hash);
            wait(None, lookup::run(&config.config, number, did.as_deref(), format, explain))
        }
        Command::Man { folder } => manual::pages(&folder),
        Command::Rehearse(rehearsal) => wait(None, rehearse::run(rehearsal.into())),
        Command::Serve { config } => {
            // Read before there is a runtime, as it says how many threads that one has.
            let (path, config) = (config.config.as_path(), Config::load(&config.config)?);
            wait(config.worker_threads, serve::run(path, config))
        }
    }
}

/// Waits for `done` on a runtime with so many worker threads, or as many as are usual.
fn wait(
    worker_threads: Option<usize>,
    done: impl Future<Output = Result<(), Failed>>,
) -> Result<(), Failed> {
    let threads = worker_threads.unwrap_or_else(workers::usual);
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = runtime.map_err(|error| Failed::Runtime(error.into()))?;
    let done = runtime.block_on(done);
    // A name that is being looked up cannot be called off, and must not hold the end up.
    runtime.shutdown_background();
    done
}

/// Prints a line on standard output. Whoever does not read it any more (`bina demo | head`) is no
/// reason to panic.
fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Makes the client of HubSoft that `config` describes.
fn client(config: &Config) -> Result<HubSoft, Failed> {
    HubSoft::new(config.hubsoft.clone()).map_err(|error| Failed::Configuration(error.into()))
}

/// A client for this machine's own addresses. Plain http needs no CA certificates, which may be
/// missing.
fn plain_client() -> reqwest::Result<reqwest::Client> {
    hubsoft::provide_tls();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build()
}

fn report(failed: &Failed) -> ExitCode {
    let code = match failed {
        Failed::Configuration(_) => 2,
        Failed::Runtime(_) => 1,
    };
    logging::last_words(format_args!("bina: {:#}", failed.cause()));
    ExitCode::from(code)
}

/// How much is logged: what BINA_LOG says, else what the command is for.
fn level(command: &Command) -> LevelFilter {
    logging::asked_level().unwrap_or(match command {
        // Its lines say it all, in order; so do those of an explanation.
        Command::Doctor { .. } | Command::Lookup { explain: true, .. } => LevelFilter::OFF,
        // The report says it all, and its thousands of calls would drown it.
        Command::Rehearse(_) => LevelFilter::OFF,
        Command::Lookup { explain: false, .. } => LevelFilter::WARN,
        Command::Check { .. }
        | Command::Completions { .. }
        | Command::Demo { .. }
        | Command::Forget { .. }
        | Command::Man { .. }
        | Command::Serve { .. } => LevelFilter::INFO,
    })
}
