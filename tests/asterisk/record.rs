//! What Asterisk wrote down about a call, and what a test expects of it.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// What Asterisk wrote down about one call.
pub(crate) struct Record {
    pub(crate) name: String,
    /// The `BINA_` variables by the contract's names, and what the tests' dialplan adds.
    pub(crate) values: HashMap<String, String>,
    /// The sounds that were begun, in order, each with its language.
    pub(crate) played: Vec<String>,
    /// The lines of the log that are about this call.
    pub(crate) log: String,
}

impl Record {
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
    fn took(&self) -> Duration {
        let millis = |text: &str| text.parse::<u64>().ok();
        let arrived = self.get("arrived").split(' ').nth(2).and_then(millis);
        let took = arrived.zip(millis(self.get("started"))).map(|(to, from)| to - from);
        took.map_or(Duration::MAX, Duration::from_millis)
    }

    /// Checks that the call went on as if bina were not there: nothing played, nobody picked up.
    pub(crate) fn went_on_untouched(&self, problems: &mut Problems) {
        problems.compare(self, "arrived", self.arrived(), ("atendimento", "Ring"));
        problems.compare(self, "played", self.played.join(" "), String::new());
        problems.compare(self, "language", self.get("language"), "en");
    }

    /// Checks that these sounds were played in Portuguese, to the end, and the call went there.
    pub(crate) fn heard(&self, sounds: &str, then: &str, problems: &mut Problems) {
        problems.compare(self, "played", self.played.join(" ").as_str(), sounds);
        problems.compare(self, "PLAYBACKSTATUS", self.get("playbackstatus"), "SUCCESS");
        problems.compare(self, "arrived", self.arrived(), (then, "Up"));
    }

    /// Checks variables, given as `status=found alerta=1 …`.
    pub(crate) fn says(&self, expected: &str, problems: &mut Problems) {
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
        self.says("status=unavailable source=none alerta=0 prompt= rule= route= nome=", problems);
        self.says("codigo_cliente= id_cliente= servico_status= conectado= mensagem=", problems);
        self.says("matches=0 telefone=", problems);
    }

    /// Checks that the call was not held longer than that.
    pub(crate) fn took_at_most(&self, limit: Duration, problems: &mut Problems) {
        let took = self.took();
        problems.check(took <= limit, || {
            format!("{}: took {took:?} of {limit:?}\n{}", self.name, self.log)
        });
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name: String = self.name.escape_debug().take(36).collect();
        let (status, alert) = (self.get("status"), self.get("alerta"));
        let (took, to) = (self.took().as_millis(), self.arrived().0);
        let played = if self.played.is_empty() { "nothing".into() } else { self.played.join(" ") };
        write!(
            f,
            "  {name:<36} {status:<11} alerta={alert} {took:>5} ms to {to:<11} heard {played}"
        )
    }
}

/// What was not as it should be. All of it is told at the end, not only the first.
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
            format!("{}: {what} is {is:?}, should be {should:?}\n{}", of.name, of.log)
        });
    }

    /// Fails the test if there is any.
    pub(crate) fn none(self) {
        assert!(self.0.is_empty(), "{} problems:\n{}", self.0.len(), self.0.join("\n"));
    }
}
