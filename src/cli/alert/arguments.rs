//! The arguments of `bina alert`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::cli::argument_problem::ArgumentProblem;
use crate::cli::{ConfigFile, texts};
use crate::runtime::language::Text;
use crate::sources::alerts::{AlertRequest, ExtendRequest};
use crate::sources::directory::PlaceKind;

/// What to do with the alerts.
#[derive(Subcommand)]
pub(in crate::cli) enum AlertTask {
    /// Add an alert: callers in its scope hear the prompt of its rule from now on
    ///
    /// At least one scope is required, and any of them is enough for a caller to hear the alert. Write
    /// names as HubSoft has them; capitals and accents do not matter. A name that several places have
    /// is followed by where it is: "Centro, Betim", "OLT-01: gpon 0/1/3".
    #[command(after_help = ADD_EXAMPLES)]
    Add(AddOptions),
    /// List the active alerts
    List {
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List the places that an alert may name, with their customers
    Places {
        /// What kind of place
        #[arg(value_parser = kinds())]
        kind: PlaceKind,
        /// A part of the name; capitals and accents do not matter
        #[arg(default_value = "", hide_default_value = true)]
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// End an alert now
    End {
        /// Its id, as `bina alert list` shows it
        id: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Give an alert another end, up to 24 hours from now
    Extend {
        /// Its id, as `bina alert list` shows it
        id: String,
        #[command(flatten)]
        end: EndOptions,
        #[command(flatten)]
        config: ConfigFile,
    },
}

const ADD_EXAMPLES: &str = "\
Examples:
  bina alert add \"Fibra rompida\" --district \"Jardim América\" --until 18:30
  bina alert add \"Queda de energia\" --pop \"POP Norte\" --for 2h --rule energia
  bina alert add \"Falha geral na rede\" --everyone --until 18h";

/// When an alert ends.
#[derive(Args)]
pub(in crate::cli) struct EndOptions {
    /// End, by the clock of hubsoft.timezone: 18:30, or "2026-12-01 08:00"
    #[arg(long, value_name = "TIME", conflicts_with = "minutes")]
    until: Option<String>,
    /// Time until the end, e.g. 90m, 2h or 1d
    #[arg(long = "for", value_name = "TIME", value_parser = minutes)]
    minutes: Option<u64>,
}

#[derive(Args)]
pub(in crate::cli) struct AddOptions {
    /// What is the matter, in a sentence: the rules choose the prompt by it
    text: String,
    /// Everyone in a city
    #[arg(long, value_name = "NAME")]
    city: Vec<String>,
    /// Everyone in a district
    #[arg(long, value_name = "NAME")]
    district: Vec<String>,
    /// Everyone on a piece of equipment, by its name or address
    #[arg(long, value_name = "NAME")]
    equipment: Vec<String>,
    /// Everyone on an interface of a piece of equipment
    #[arg(long, value_name = "NAME")]
    interface: Vec<String>,
    /// Everyone on an optical box
    #[arg(long = "box", value_name = "NAME")]
    optical_box: Vec<String>,
    /// Everyone at a POP
    #[arg(long, value_name = "NAME")]
    pop: Vec<String>,
    /// Everyone who calls this number
    #[arg(long, value_name = "NUMBER")]
    did: Vec<String>,
    /// Every caller, also those who are no customers or hide their number
    #[arg(long)]
    everyone: bool,
    #[command(flatten)]
    end: EndOptions,
    /// Rule of the configuration that chooses the prompt, whatever the text says
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    #[command(flatten)]
    pub(super) config: ConfigFile,
}

impl AddOptions {
    /// Refuses what the service would refuse by the names of its fields, which nobody has typed.
    pub(super) fn check(&self) -> Result<(), Text> {
        let Self { city, district, equipment, interface, optical_box, pop, did, .. } = self;
        let names = [city, district, equipment, interface, optical_box, pop, did];
        let is_empty = names.iter().all(|names| names.is_empty());
        if is_empty && !self.everyone { Err(texts::ALERT_NO_SCOPE) } else { Ok(()) }
    }

    pub(super) fn request(self, by: String) -> AlertRequest {
        AlertRequest {
            text: self.text,
            cities: self.city,
            districts: self.district,
            equipment: self.equipment,
            interfaces: self.interface,
            boxes: self.optical_box,
            pops: self.pop,
            dids: self.did,
            everyone: self.everyone,
            until: self.end.until,
            minutes: self.end.minutes,
            rule: self.rule,
            by,
        }
    }
}

impl EndOptions {
    pub(super) fn check(&self) -> Result<(), Text> {
        if self.until.is_none() && self.minutes.is_none() {
            Err(texts::ALERT_NO_END)
        } else {
            Ok(())
        }
    }

    pub(super) fn request(self, id: String, by: String) -> ExtendRequest {
        ExtendRequest { id, until: self.until, minutes: self.minutes, by }
    }
}

/// Reads the word of a kind; the help lists all.
fn kinds() -> impl TypedValueParser<Value = PlaceKind> {
    let words = PossibleValuesParser::new(PlaceKind::ALL.map(PlaceKind::word));
    words.try_map(|word| PlaceKind::named(&word).ok_or("no such kind"))
}

/// Reads `90m`, `2h`, `1h30` or `1d`.
fn minutes(text: &str) -> Result<u64, ArgumentProblem> {
    if let Some(days) = text.strip_suffix('d').and_then(number) {
        return Ok(24 * 60 * days);
    }
    let minutes = match text.split_once(['h', 'H']) {
        Some((hours, "")) => number(hours).map(|hours| 60 * hours),
        Some((hours, minutes)) => {
            let minutes = number(minutes.trim_end_matches("min").trim_end_matches('m'));
            number(hours).zip(minutes).map(|(hours, minutes)| 60 * hours + minutes)
        }
        None => text.strip_suffix("min").or_else(|| text.strip_suffix('m')).and_then(number),
    };
    minutes.ok_or_else(|| ArgumentProblem::new(texts::ALERT_NO_TIME, Vec::new()))
}

fn number(text: &str) -> Option<u64> {
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_span_has_its_unit() {
        for (text, read) in [
            ("90m", 90),
            ("2h", 120),
            ("1h30", 90),
            ("1h30m", 90),
            ("45min", 45),
            ("0h", 0),
            ("1d", 1_440),
        ] {
            assert_eq!(minutes(text), Ok(read), "{text}");
        }
        for odd in ["", "2", "h", "d", "-1h", "1.5h", "2h x", "999999m", "18:30"] {
            assert!(minutes(odd).expect_err(odd).to_string().contains("2h or 1h30"), "{odd}");
        }
    }
}
