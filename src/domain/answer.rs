//! The contract with the PBXs: one table of fields, and the answer that provides their values.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::domain::alert::Alert;
use crate::domain::customer::Customer;
use crate::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use crate::domain::phone::Phone;
use crate::domain::prompt::{Choice, ChosenBy, Playlist};
use crate::domain::safe_text::SafeText;

/// Maximum characters and bytes of an alert text in the answer.
const MESSAGE_MAX: (usize, usize) = (256, 512);
/// The kind of PBX, which determines only the format of the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pbx {
    Asterisk,
    Freeswitch,
}

/// One row of the contract.
pub struct Field {
    /// Its name in every format.
    pub key: &'static str,
    /// What it means, for `docs/fields.md`.
    pub meaning: &'static str,
    value: fn(&Answer, Pbx) -> &str,
}

impl Field {
    /// The field's value in `answer`, safe for the PBX; empty when there is none.
    pub fn value<'a>(&self, answer: &'a Answer, pbx: Pbx) -> &'a str {
        (self.value)(answer, pbx)
    }
}

/// All fields, in the order in which they are written. `end` must stay last: an answer without it
/// was truncated in transit (Asterisk passes on the part that arrived), and counts as unavailable.
pub const FIELDS: [Field; 17] = [
    Field {
        key: "status",
        meaning: "found, not_found, no_number or unavailable; with documento or codigo also invalid",
        value: |a, _| a.status.word(),
    },
    Field {
        key: "source",
        meaning: "where the answer comes from: hubsoft, cache, stale, directory, local or none",
        value: |a, _| a.source.word(),
    },
    Field {
        key: "alerta",
        meaning: "1 when a customer on this number has an alert, or one of your own applies, else 0",
        value: |a, _| flag(a.details.alert),
    },
    Field {
        key: "prompt",
        meaning: "what to play, in the PBX's own form, or empty: play it when it is not empty",
        value: |a, pbx| match (&a.details.play, pbx) {
            (None, _) => "",
            (Some(play), Pbx::Asterisk) => play.asterisk.as_str(),
            (Some(play), Pbx::Freeswitch) => play.freeswitch.as_str(),
        },
    },
    Field {
        key: "rule",
        meaning: "name of the rule that chose the prompt, or empty",
        value: |a, _| a.rule(),
    },
    Field {
        key: "route",
        meaning: "the rule's hint for the dialplan (a queue, a context), or empty",
        value: |a, _| a.details.route.as_deref().unwrap_or_default(),
    },
    Field {
        key: "nome",
        meaning: "the customer's name; empty when several customers share the number",
        value: |a, _| a.name(),
    },
    Field {
        key: "codigo_cliente",
        meaning: "the customer's code, digits; empty when several share the number",
        value: |a, _| a.identity().map_or("", Customer::code),
    },
    Field {
        key: "id_cliente",
        meaning: "HubSoft's internal id, digits; empty when several share the number",
        value: |a, _| a.identity().map_or("", Customer::id),
    },
    Field {
        key: "servico_status",
        meaning: "status of the first service that is not enabled, else servico_habilitado",
        value: |a, _| a.identity().map_or("", Customer::service_status),
    },
    Field {
        key: "conectado",
        meaning: "1 or 0, empty when unknown; only with hubsoft.ultima_conexao = \"sim\"",
        value: |a, _| a.identity().and_then(Customer::connected).map_or("", flag),
    },
    Field {
        key: "mensagem",
        meaning: "the alert text for the agent's screen; empty unless the rule exposes it",
        value: |a, _| a.details.message.reveal(),
    },
    Field {
        key: "avisado",
        meaning: "1 when this number has heard this alert already, else 0; only with outage.told_s",
        value: |a, _| a.details.told,
    },
    Field {
        key: "previsao",
        meaning: "the alert's expected end, like 18h00 (today) or 2026-11-30_18h00, or empty",
        value: |a, _| a.details.forecast.as_deref().unwrap_or_default(),
    },
    Field {
        key: "matches",
        meaning: "how many customers have this number",
        value: |a, _| match &*a.details.matches {
            "" => "0",
            some => some,
        },
    },
    Field {
        key: "telefone",
        meaning: "the caller's number, 10 or 11 digits, or empty",
        value: |a, _| a.phone.as_ref().map_or("", Phone::reveal),
    },
    Field {
        key: "end",
        meaning: "always 1 and always last: without it the answer was truncated",
        value: |_, _| "1",
    },
];

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerStatus {
    Found,
    Invalid,
    NoNumber,
    NotFound,
    Unavailable,
}

impl AnswerStatus {
    /// The word for it in the field `status`, in the log and in metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Invalid => "invalid",
            Self::NoNumber => "no_number",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The answer to one call, as a PBX receives it. Every field has a value in every answer.
#[derive(Clone)]
pub struct Answer {
    status: AnswerStatus,
    source: AnswerSource,
    phone: Option<Phone>,
    details: Details,
}

/// Whether the caller has heard of an alert before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    Already,
    #[default]
    NotYet,
}

/// What else is known of the alert of a call, beside the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFacts {
    pub told: Told,
    /// The word for its expected end, of `Forecast::word`.
    pub forecast: Option<String>,
}

/// The fields that have values only if a customer was found, or an alert of the administrator's own
/// applies.
#[derive(Clone, Default)]
struct Details {
    alert: bool,
    play: Option<Arc<Playlist>>,
    rule: Option<Arc<str>>,
    route: Option<Arc<str>>,
    /// The customer, if exactly one has the number.
    identity: Option<Customer>,
    /// Whether the customer's name is withheld.
    is_nameless: bool,
    /// How many customers have the number, in digits; empty if none has.
    matches: Cow<'static, str>,
    message: SafeText,
    /// A flag, or empty.
    told: &'static str,
    forecast: Option<String>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, masked)", self.status.word())
    }
}

impl Answer {
    /// Builds the answer from the finding for `phone`, the chosen prompt, and what is known of the alert.
    pub fn new(
        phone: Option<Phone>,
        finding: &Finding,
        choice: &Choice<'_>,
        facts: AlertFacts,
    ) -> Self {
        let (status, source) = match finding {
            Finding::Found { source, .. } => (AnswerStatus::Found, *source),
            Finding::Invalid => (AnswerStatus::Invalid, AnswerSource::None),
            Finding::NoNumber(_) => (AnswerStatus::NoNumber, AnswerSource::None),
            Finding::NotFound(source) => (AnswerStatus::NotFound, *source),
            Finding::Unavailable(_) => (AnswerStatus::Unavailable, AnswerSource::None),
        };
        let is_local = choice.chosen_by == ChosenBy::Local;
        let source = if is_local { AnswerSource::Local } else { source };
        let details = match finding {
            Finding::Found { record, alerts, .. } => {
                Details::of_record(record, *alerts).with_choice(choice, facts)
            }
            _ if is_local => Details::default().with_choice(choice, facts),
            _ => Details::default(),
        };
        Self { status, source, phone, details }
    }

    /// The answer to a call that cannot be looked up at all.
    pub fn unavailable() -> Self {
        Self {
            status: AnswerStatus::Unavailable,
            source: AnswerSource::None,
            phone: None,
            details: Details::default(),
        }
    }

    /// The customer, if exactly one has the number.
    pub fn identity(&self) -> Option<&Customer> {
        self.details.identity.as_ref()
    }

    /// The same without the customer's name.
    pub fn nameless(mut self) -> Self {
        self.details.is_nameless = true;
        self
    }

    fn name(&self) -> &str {
        let named = self.identity().filter(|_| !self.details.is_nameless);
        named.map_or("", Customer::name)
    }

    /// What came of the call.
    pub fn status(&self) -> AnswerStatus {
        self.status
    }

    /// Where the answer comes from.
    pub fn source(&self) -> AnswerSource {
        self.source
    }

    /// The name of the rule that chose the prompt, for the log; empty if none did.
    pub fn rule(&self) -> &str {
        self.details.rule.as_deref().unwrap_or_default()
    }

    /// The same rule, shared.
    pub fn shared_rule(&self) -> Option<&Arc<str>> {
        self.details.rule.as_ref()
    }

    /// Whether the caller has an alert.
    pub fn is_alerted(&self) -> bool {
        self.details.alert
    }

    /// The prompt to play, shared.
    pub fn shared_playlist(&self) -> Option<&Arc<Playlist>> {
        self.details.play.as_ref()
    }

    /// The prompt to play, if there is one.
    pub fn playlist(&self) -> Option<&Playlist> {
        self.details.play.as_deref()
    }
}

impl Details {
    fn of_record(record: &Record, alerts: AlertCertainty) -> Self {
        let is_certain = alerts == AlertCertainty::Certain;
        Self {
            alert: is_certain && record.is_alerted(),
            identity: record.identity().cloned(),
            matches: digits(record.customers().len()),
            told: flag_of(Told::NotYet),
            ..Self::default()
        }
    }

    /// Takes over the choice, unless it is for an alert that the customer does not have.
    fn with_choice(self, choice: &Choice<'_>, facts: AlertFacts) -> Self {
        let is_concerned = self.alert || choice.chosen_by != ChosenBy::Customer;
        if !is_concerned {
            return self;
        }
        let message = |alert: &Alert| SafeText::new(alert.reveal(), MESSAGE_MAX.0, MESSAGE_MAX.1);
        Self {
            alert: self.alert || choice.chosen_by == ChosenBy::Local,
            // A rule may match and play nothing, to suppress an alert.
            play: choice.play.filter(|play| !play.asterisk.is_empty()).cloned(),
            rule: choice.rule.cloned(),
            route: choice.route.cloned(),
            message: choice.message.map(message).unwrap_or_default(),
            told: flag_of(facts.told),
            forecast: facts.forecast,
            ..self
        }
    }
}

fn flag_of(told: Told) -> &'static str {
    flag(told == Told::Already)
}

fn digits(matches: usize) -> Cow<'static, str> {
    match matches {
        0 => "0".into(),
        1 => "1".into(),
        several => several.to_string().into(),
    }
}

/// Flags are 1 and 0, because any other word is true in a dialplan.
fn flag(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}
