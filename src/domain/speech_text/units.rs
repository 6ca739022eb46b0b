//! Units of measure after a number.

use super::gender::Gender;
use super::tokens::TokenView;

/// A unit as it is typed, and its words for one and for many.
pub(super) struct UnitWords {
    typed: &'static str,
    pub(super) one: &'static str,
    pub(super) many: &'static str,
    pub(super) gender: Gender,
    /// Whether it is read as a unit only right after the number: `5V` is a voltage, `5 V` perhaps a list.
    is_tight: bool,
}

const fn unit(typed: &'static str, one: &'static str, many: &'static str) -> UnitWords {
    UnitWords { typed, one, many, gender: Gender::Masculine, is_tight: false }
}

const fn tight(typed: &'static str, one: &'static str, many: &'static str) -> UnitWords {
    UnitWords { typed, one, many, gender: Gender::Masculine, is_tight: true }
}

const fn feminine(unit: UnitWords) -> UnitWords {
    UnitWords { gender: Gender::Feminine, ..unit }
}

const fn hour(typed: &'static str) -> UnitWords {
    feminine(unit(typed, "hora", "horas"))
}

/// Units in lower case; staff do not tell `MB` from `Mb`, and people say "mega" for both.
const UNITS: [UnitWords; 56] = [
    tight("g", "giga", "giga"),
    tight("l", "litro", "litros"),
    unit("s", "segundo", "segundos"),
    tight("v", "volt", "volts"),
    tight("w", "watt", "watts"),
    feminine(tight("x", "vez", "vezes")),
    hour("h"),
    hour("hora"),
    hour("horas"),
    hour("hrs"),
    hour("hs"),
    unit("cm", "centímetro", "centímetros"),
    unit("db", "decibel", "decibéis"),
    unit("dbm", "dê bê eme", "dê bê eme"),
    unit("gb", "giga", "giga"),
    unit("gbit", "giga", "giga"),
    unit("gbits", "giga", "giga"),
    unit("gbps", "giga", "giga"),
    unit("ghz", "gigahertz", "gigahertz"),
    unit("giga", "giga", "giga"),
    unit("gigas", "giga", "giga"),
    unit("ha", "hectare", "hectares"),
    unit("hz", "hertz", "hertz"),
    unit("kb", "quilobyte", "quilobytes"),
    unit("kbps", "quilobit", "quilobits"),
    unit("kg", "quilo", "quilos"),
    unit("khz", "quilohertz", "quilohertz"),
    unit("km", "quilômetro", "quilômetros"),
    unit("kms", "quilômetro", "quilômetros"),
    unit("kv", "quilovolt", "quilovolts"),
    unit("kva", "quilovolt ampere", "quilovolts ampere"),
    unit("kw", "quilowatt", "quilowatts"),
    unit("kwh", "quilowatt hora", "quilowatts hora"),
    unit("m", "metro", "metros"),
    unit("mb", "mega", "mega"),
    unit("mbit", "mega", "mega"),
    unit("mbits", "mega", "mega"),
    unit("mbps", "mega", "mega"),
    unit("mega", "mega", "mega"),
    unit("megas", "mega", "mega"),
    unit("mhz", "megahertz", "megahertz"),
    unit("min", "minuto", "minutos"),
    unit("mins", "minuto", "minutos"),
    unit("minuto", "minuto", "minutos"),
    unit("minutos", "minuto", "minutos"),
    unit("mm", "milímetro", "milímetros"),
    unit("ms", "milissegundo", "milissegundos"),
    unit("mt", "metro", "metros"),
    unit("mts", "metro", "metros"),
    unit("seg", "segundo", "segundos"),
    unit("segs", "segundo", "segundos"),
    unit("segundos", "segundo", "segundos"),
    unit("tb", "terabyte", "terabytes"),
    unit("tbps", "terabit", "terabits"),
    feminine(unit("ton", "tonelada", "toneladas")),
    unit("va", "volt ampere", "volts ampere"),
];
const PERCENT: UnitWords = unit("%", "por cento", "por cento");
const CELSIUS: UnitWords = unit("°C", "grau Celsius", "graus Celsius");
const PER_HOUR: UnitWords = unit("km/h", "quilômetro por hora", "quilômetros por hora");
/// `4G` is a network, `10G` a speed.
const NETWORKS: [&str; 4] = ["2", "3", "4", "5"];
const NETWORK: UnitWords = tight("g", "gê", "gê");

/// Finds the unit at `at`, after a number; returns it with the place after it.
pub(super) fn unit_at(view: &TokenView<'_>, at: usize) -> Option<(&'static UnitWords, usize)> {
    let sign = view.past_gap(at);
    let is_gapped = sign > at;
    if view.is_mark(sign, '%') {
        return Some((&PERCENT, sign + 1));
    }
    let is_degree = view.is_mark(sign, '°') || view.is_mark(sign, 'º');
    let word = if is_degree { view.past_gap(sign + 1) } else { sign };
    let typed = view.lower_word(word)?;
    let is_apart = !view.is_content(word + 1);
    if word > sign {
        return (typed == "c" && is_apart).then_some((&CELSIUS, word + 1));
    }
    if typed == "km" && has_rate(view, word + 1, "h") {
        return Some((&PER_HOUR, word + 3));
    }
    let is_network = typed == "g" && view.number(0).is_some_and(|n| NETWORKS.contains(&n));
    if is_network && !is_gapped && at == 1 && is_apart {
        return Some((&NETWORK, word + 1));
    }
    let mut known = UNITS.iter().filter(|unit| unit.typed == typed && is_apart);
    let unit = known.find(|unit| !unit.is_tight || !is_gapped)?;
    // `600 Mb/s`: people say "mega" alone.
    let per_second = has_rate(view, word + 1, "s");
    Some((unit, if per_second { word + 3 } else { word + 1 }))
}

/// Whether a slash and the letter of a time stand at `at`.
fn has_rate(view: &TokenView<'_>, at: usize, letter: &str) -> bool {
    view.is_mark(at, '/') && view.lower_word(at + 1).is_some_and(|word| word == letter)
}
