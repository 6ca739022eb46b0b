//! Parses the options of `bina rehearse`, within limits.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::cli::argument_problem::ArgumentProblem;
use crate::domain::call::DEADLINE_MIN;
use crate::runtime::language::Text;

use super::plan::JOINING_MAX;
use super::texts;

/// Fewer have no network worth the name.
const CUSTOMERS: RangeInclusive<u32> = 500..=1_000_000;
/// More callers than a PBX can carry, and than this machine can play.
const CALLERS: RangeInclusive<u32> = 1..=50_000;
/// Longest deadline, as in the configuration.
const DEADLINE_MAX_MS: u64 = 3_000;
const OVER: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10 * 60);
/// As in the configuration.
const RATE: RangeInclusive<u32> = 1..=1_000;
const MEDIAN_MAX_MS: u64 = 10_000;
const POLL_S: RangeInclusive<u32> = 1..=60;
/// More earlier alerts count no more than two.
const EARLIER_MAX: u32 = 3;

/// Reads `--customers`.
pub(super) fn customers(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, CUSTOMERS, texts::RANGE_CUSTOMERS)
}

/// Reads `--affected`.
pub(super) fn callers(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, CALLERS, texts::RANGE_CALLERS)
}

/// Reads `--unaffected`.
pub(super) fn others(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, 0..=*CALLERS.end(), texts::RANGE_CALLERS)
}

/// Reads `--deadline-ms`.
pub(super) fn deadline(text: &str) -> Result<Duration, ArgumentProblem> {
    let least = DEADLINE_MIN.as_millis() as u64;
    within(text, least..=DEADLINE_MAX_MS, texts::RANGE_MS).map(Duration::from_millis)
}

/// Reads `--earlier`.
pub(super) fn earlier(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, 0..=EARLIER_MAX, texts::RANGE_ALERTS)
}

/// Reads `--joining`.
pub(super) fn joining(text: &str) -> Result<f64, ArgumentProblem> {
    within(text, 0.0..=JOINING_MAX, texts::RANGE_JOINING)
}

/// Reads `--hubsoft-ms`.
pub(super) fn median(text: &str) -> Result<Duration, ArgumentProblem> {
    within(text, 0..=MEDIAN_MAX_MS, texts::RANGE_MS).map(Duration::from_millis)
}

/// Reads `--over`.
pub(super) fn over(text: &str) -> Result<Duration, ArgumentProblem> {
    let over = time(text)?;
    if OVER.contains(&over) { Ok(over) } else { Err(plain(texts::RANGE_OVER)) }
}

/// Reads `--poll-s`.
pub(super) fn poll(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, POLL_S, texts::RANGE_SECONDS)
}

/// Reads `--hubsoft-rps`.
pub(super) fn rate(text: &str) -> Result<u32, ArgumentProblem> {
    within(text, RATE, texts::RANGE_RATE)
}

/// Reads `--cached`.
pub(super) fn share(text: &str) -> Result<f64, ArgumentProblem> {
    within(text, 0.0..=1.0, texts::RANGE_SHARE)
}

/// Reads a time before or after the first call.
pub(super) fn time(text: &str) -> Result<Duration, ArgumentProblem> {
    let time = span(text).ok_or_else(|| plain(texts::RANGE_UNIT))?;
    if time <= *OVER.end() { Ok(time) } else { Err(plain(texts::RANGE_TIME)) }
}

fn within<T>(text: &str, range: RangeInclusive<T>, what: Text) -> Result<T, ArgumentProblem>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let expected = || {
        let [from, to] = [range.start(), range.end()].map(ToString::to_string);
        ArgumentProblem::new(texts::RANGE_CHOOSE, vec![("from", from), ("to", to)])
            .with("what", what)
    };
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(expected)
}

fn plain(text: Text) -> ArgumentProblem {
    ArgumentProblem::new(text, Vec::new())
}

/// A whole number followed by `ms`, `s` or `m`.
fn span(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let number: u32 = number.parse().ok()?;
    let unit = match unit {
        "m" => Duration::from_secs(60),
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        _ => return None,
    };
    Some(unit * number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::Language;

    #[test]
    fn times_carry_their_unit() {
        assert_eq!(over("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(over("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(over("1500ms"), Ok(Duration::from_millis(1_500)));
        for odd in ["", "60", "s", "6.5s", "-1s", "60 s", "1h", "99999999999s"] {
            assert!(over(odd).expect_err(odd).to_string().contains("60s, 2m"), "{odd}");
        }
        for out in ["0s", "999ms"] {
            assert!(over(out).expect_err(out).to_string().contains("1s to 10m"), "{out}");
        }
        for out in ["11m", "4294967295m"] {
            assert!(over(out).expect_err(out).to_string().contains("10m at most"), "{out}");
        }
        assert_eq!(time("0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn a_number_out_of_range_is_rejected_with_the_range() {
        assert_eq!(callers("2000"), Ok(2_000));
        assert_eq!(callers("0").expect_err("too few").to_string(), "choose 1 to 50000 callers");
        let said = callers("0").expect_err("too few").said(Language::Portuguese);
        assert_eq!(said, "escolha de 1 a 50000 chamadas");
        assert_eq!(deadline("800"), Ok(Duration::from_millis(800)));
        assert_eq!(
            deadline("99").expect_err("too short").to_string(),
            "choose 100 to 3000 milliseconds"
        );
        assert_eq!(rate("10"), Ok(10));
        assert!(rate("ten").is_err());
        assert_eq!(share("0.9"), Ok(0.9));
        assert!(share("90").is_err() && share("NaN").is_err());
        assert!(joining("0.98").is_err() && poll("0").is_err() && earlier("4").is_err());
        assert_eq!(median("0"), Ok(Duration::ZERO));
    }
}
