//! What Asterisk wrote down about a call, and what a test expects of it.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The lines of Asterisk's log while a batch of calls was placed.
pub(crate) struct Log {
    text: String,
    /// The sounds that were begun, in order, each with its language, by channel.
    played: HashMap<String, Vec<String>>,
}

impl Log {
    pub(crate) fn new(text: String) -> Rc<Self> {
        let mut played: HashMap<_, Vec<_>> = HashMap::new();
        for (channel, sound) in text.lines().filter_map(played_sound) {
            played.entry(channel.to_owned()).or_default().push(sound);
        }
        Rc::new(Self { text, played })
    }

    /// The lines that carry the call's number and are more than one step of the dialplan.
    fn about(&self, channel: &str) -> String {
        let step = format!("(\"{channel}\"");
        let number = self.text.lines().find(|line| line.contains(&step)).and_then(|line| {
            let start = line.find("[C-")?;
            line.get(start..start + 12)
        });
        let Some(number) = number else { return String::new() };
        let telling = ["WARNING", "ERROR", "CURL", "BINA_BODY", "AGI", "DumpChan", "Playing"];
        let lines = self.text.lines();
        let lines = lines.filter(|line| line.contains(number));
        let lines = lines.filter(|line| telling.iter().any(|word| line.contains(word)));
        lines.map(|line| format!("    {line}\n")).collect()
    }
}

/// Reads `… <PJSIP/sipp-0000001b> Playing 'bina/x.slin' (language 'pt_BR')` as the channel and
/// `bina/x(pt_BR)`.
fn played_sound(line: &str) -> Option<(&str, String)> {
    let (before, rest) = line.split_once("> Playing '")?;
    let (_, channel) = before.rsplit_once('<')?;
    let (file, rest) = rest.split_once("' (language '")?;
    let (sound, _) = file.rsplit_once('.')?;
    let (language, _) = rest.split_once('\'')?;
    Some((channel, format!("{sound}({language})")))
}

/// What Asterisk wrote down about one call.
pub(crate) struct Record {
    pub(crate) name: String,
    /// The `BINA_` variables by the contract's names, and what the tests' dialplan adds.
    pub(crate) values: HashMap<String, String>,
    /// The sounds that were begun, in order, each with its language.
    pub(crate) played: Vec<String>,
    log: Rc<Log>,
}

impl Record {
    /// Reads what was written down, `key=value` a line.
    pub(crate) fn new(name: String, text: &str, log: Rc<Log>) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let values: HashMap<_, _> = pairs.collect();
        let channel = values.get("channel").map_or("", String::as_str);
        let played = log.played.get(channel).cloned().unwrap_or_default();
        Self { name, played, values, log }
    }

    pub(crate) fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    /// Where the call went on, and the state it came in: `Ring`, or `Up` when it was picked up
    /// on the way.
    fn arrived(&self) -> (&str, &str) {
        let mut words = self.get("arrived").split(' ');
        (words.next().unwrap_or(""), words.next_back().unwrap_or(""))
    }

    /// How long the call took from coming in to going on, prompts included.
    pub(crate) fn took(&self) -> Duration {
        self.since_start(self.get("arrived").split(' ').nth(2).unwrap_or(""))
    }

    /// How long the call took from coming in to its end.
    pub(crate) fn lasted(&self) -> Duration {
        self.since_start(self.get("ended"))
    }

    /// How long the call took from coming in to what its dialplan noted under `key`, in microseconds.
    pub(crate) fn until(&self, key: &str) -> Duration {
        self.since_start(self.get(key))
    }

    /// When the call went on, by the clock of the machine.
    pub(crate) fn arrived_at_time(&self) -> SystemTime {
        let micros = self.get("arrived").split(' ').nth(2).and_then(|text| text.parse().ok());
        UNIX_EPOCH + Duration::from_micros(micros.unwrap_or_default())
    }

    fn since_start(&self, moment: &str) -> Duration {
        let micros = |text: &str| text.parse::<u64>().ok();
        let took = micros(moment).zip(micros(self.get("started"))).map(|(to, from)| to - from);
        took.map_or(Duration::MAX, Duration::from_micros)
    }

    fn log(&self) -> String {
        self.log.about(self.get("channel"))
    }

    /// Checks that the call went on as if bina were not there: nothing played, not answered.
    pub(crate) fn went_on_untouched(&self, problems: &mut Problems) {
        self.was_sent_on_silently("atendimento", problems);
        problems.compare(self, "language", self.get("language"), "en");
    }

    /// Checks that the call went there, nothing played, not answered.
    pub(crate) fn was_sent_on_silently(&self, to: &str, problems: &mut Problems) {
        problems.compare(self, "arrived", self.arrived(), (to, "Ring"));
        problems.compare(self, "played", self.played.join(" "), String::new());
    }

    /// Checks that the call went there, whatever was played, and that nothing had answered it.
    pub(crate) fn was_not_answered_before(&self, place: &str, problems: &mut Problems) {
        problems.compare(self, "arrived", self.arrived(), (place, "Ring"));
    }

    /// Checks that these sounds were played in Portuguese, to the end, and the call went there.
    pub(crate) fn plays(&self, sounds: &str, then: &str, problems: &mut Problems) {
        problems.compare(self, "played", self.played.join(" ").as_str(), sounds);
        problems.compare(self, "PLAYBACKSTATUS", self.get("playbackstatus"), "SUCCESS");
        problems.compare(self, "arrived", self.arrived(), (then, "Up"));
        problems.compare(self, "language", self.get("language"), "en");
    }

    /// Checks that exactly these sounds were begun, in this order, in these languages.
    pub(crate) fn played_exactly(&self, sounds: &str, problems: &mut Problems) {
        problems.compare(self, "played", self.played.join(" ").as_str(), sounds);
    }

    /// Checks where the call went on, or ended.
    pub(crate) fn arrived_at(&self, place: &str, problems: &mut Problems) {
        problems.compare(self, "arrived", self.arrived().0, place);
    }

    /// Checks that Asterisk had nothing to complain of.
    pub(crate) fn went_without_a_warning(&self, problems: &mut Problems) {
        let log = self.log();
        let complaint =
            log.lines().find(|line| line.contains("WARNING[") || line.contains("ERROR["));
        problems.compare(self, "complaint", complaint, None);
    }

    /// Checks variables, given as `status=found alerta=1 …`.
    pub(crate) fn has(&self, expected: &str, problems: &mut Problems) {
        for (key, value) in expected.split(' ').map(|pair| pair.split_once('=').unwrap()) {
            problems.compare(self, key, self.get(key), value);
        }
    }

    /// Checks one variable whose value may have spaces.
    pub(crate) fn says_text(&self, key: &str, expected: &str, problems: &mut Problems) {
        problems.compare(self, key, self.get(key), expected);
    }

    /// Checks that every variable has the value it has without bina.
    pub(crate) fn is_neutral(&self, problems: &mut Problems) {
        self.has("status=unavailable source=none alerta=0 prompt= rule= route= nome=", problems);
        self.has("codigo_cliente= id_cliente= servico_status= conectado= mensagem=", problems);
        self.has("avisado= previsao= matches=0 telefone=", problems);
    }

    /// Checks that the call was not held longer than that.
    pub(crate) fn took_at_most(&self, limit: Duration, problems: &mut Problems) {
        let took = self.took();
        problems.check(took <= limit, || {
            format!("{}: took {took:?} of {limit:?}\n{}", self.name, self.log())
        });
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name: String = self.name.escape_debug().take(46).collect();
        let (status, alert) = (self.get("status"), self.get("alerta"));
        let (took, to) = (self.took().as_millis(), self.arrived().0);
        let played = if self.played.is_empty() { "nothing".into() } else { self.played.join(" ") };
        write!(
            f,
            "  {name:<46} {status:<11} alerta={alert} {took:>5} ms to {to:<11} played {played}"
        )
    }
}

/// What was not as it should be. All of it is reported at the end, not only the first.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn check(&mut self, good: bool, problem: impl FnOnce() -> String) {
        if !good {
            self.0.push(problem());
        }
    }

    fn compare<T: PartialEq + fmt::Debug>(&mut self, of: &Record, what: &str, is: T, should: T) {
        self.check(is == should, || {
            format!("{}: {what} is {is:?}, should be {should:?}\n{}", of.name, of.log())
        });
    }

    /// Fails the test if there is any.
    pub(crate) fn none(self) {
        assert!(self.0.is_empty(), "{} problems:\n{}", self.0.len(), self.0.join("\n"));
    }
}
