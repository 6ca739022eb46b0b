//! One alert: its text, its scope, and the first rule that its text meets.

use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::domain::alert_text::{AlertText, folded_line, is_signature};
use crate::domain::allocation;
use crate::domain::forecast::Forecast;

/// Allocator fragmentation per alert: alerts are small and of many lengths. 82,000 customers with two
/// texts of their own took 49 MiB, 63 bytes per alert more than counted without this.
const HOLES_BYTES: usize = 32;

/// The customers to whom an alert applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The customers who carry it: it is part of the answer about them.
    Carrier,
}

/// Identifies the text of an alert in this process, however it is capitalised and accented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertKey(pub u64);

/// Identifies the text of an alert letter by letter, also on disk: it is the same in every release. A call
/// computes it in a few dozen instructions; stored, it would cost each cached alert 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextKey(pub u64);

impl TextKey {
    /// That of alerts without a text.
    pub const NO_TEXT: Self = Self(0);

    /// The key of a text that belongs to the alert `id`.
    #[must_use]
    pub fn with(self, id: &str) -> Self {
        Self(self.0.rotate_left(1) ^ Self::of(id).0)
    }

    /// FNV-1a over words of eight bytes, because the standard library's hash may change.
    fn of(text: &str) -> Self {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let last = Some(last).filter(|_| !rest.is_empty());
        let words = words.iter().copied().chain(last).map(u64::from_le_bytes);
        let hash = words.fold(0xcbf2_9ce4_8422_2325_u64, |hash, word| {
            let mixed = (hash ^ word).wrapping_mul(0x0100_0000_01b3);
            mixed ^ mixed >> 32
        });
        Self(hash)
    }
}

/// One alert, identified by its text: customers with the same text have the same alert.
///
/// A hundred thousand of them may be cached, so the folded text is not kept. It is needed only to
/// find the first rule that the text meets, and that is cached.
pub struct Alert {
    /// The whole text on one line, signature included. Behind it stands the expected end, in hexadecimal
    /// digits, if the text states one: a field for it would cost every alert 16 bytes.
    line: Box<str>,
    first_rule: FirstRule,
    /// Where the signature begins; a text has 16 KiB at most.
    shown_end: u16,
    /// Where the text ends.
    text_end: u16,
    scope: Scope,
}

impl Alert {
    /// Builds an alert.
    pub fn new(text: AlertText, scope: Scope) -> Self {
        let (mut line, shown_end) = text.into_signed();
        let text_end = line.len();
        let forecast = Forecast::of_signed(&line[..shown_end], &line[shown_end..]);
        if let Some(forecast) = forecast {
            write!(line, "{:x}", forecast.packed()).expect("writing to a string cannot fail");
        }
        let offset = |at| u16::try_from(at).unwrap_or(u16::MAX);
        let (shown_end, text_end) = (offset(shown_end), offset(text_end));
        Self { line: line.into(), first_rule: FirstRule::default(), shown_end, text_end, scope }
    }

    /// A copy in allocations apart from those of requests, without the cached rule.
    pub fn copy(&self) -> Arc<Self> {
        let mut copy = allocation::apart(|| {
            let (line, first_rule) = (Box::default(), FirstRule::default());
            Arc::new(Self { line, first_rule, ..*self })
        });
        if let Some(copy) = Arc::get_mut(&mut copy) {
            copy.line = allocation::text_apart(&self.line);
        }
        copy
    }

    /// The text without its signature, on one line. It is personal and must not be logged.
    pub fn reveal(&self) -> &str {
        self.line.get(..usize::from(self.shown_end)).unwrap_or(&self.line)
    }

    /// The folded words of the text, signature included, in which phrases are searched for.
    pub fn folded(&self) -> String {
        folded_line(self.text())
    }

    /// The expected end that the text states.
    pub fn forecast(&self) -> Option<Forecast> {
        let packed = self.line.get(usize::from(self.text_end)..)?;
        Forecast::unpacked(u32::from_str_radix(packed, 16).ok()?)
    }

    /// The whole text, signature included.
    fn text(&self) -> &str {
        self.line.get(..usize::from(self.text_end)).unwrap_or(&self.line)
    }

    /// Whether nothing is left of the text without its signature.
    pub fn is_signature(&self) -> bool {
        is_signature(self.reveal())
    }

    /// Identifies the text without its signature, however it is capitalised and accented.
    pub fn key(&self) -> AlertKey {
        let mut hasher = DefaultHasher::new();
        folded_line(self.reveal()).hash(&mut hasher);
        AlertKey(hasher.finish())
    }

    /// Identifies the text without its signature, letter by letter.
    pub fn text_key(&self) -> TextKey {
        TextKey::of(self.reveal())
    }

    /// The customers to whom it applies.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns the position of the first of `rules` that the text meets. The result of `search` is
    /// cached for the latest set of rules.
    pub fn first_rule(
        &self,
        rules: RulesId,
        search: impl FnOnce() -> Option<usize>,
    ) -> Option<usize> {
        self.first_rule.cached(rules).unwrap_or_else(|| {
            let found = search();
            self.first_rule.cache(rules, found);
            found
        })
    }

    /// Length of the text in bytes, signature included.
    pub fn bytes(&self) -> usize {
        self.text().len()
    }

    /// Allocated bytes in an `Arc`.
    pub fn weight(&self) -> usize {
        let own = allocation::of_arc(size_of::<Self>());
        own + allocation::of_box(self.line.len()) + HOLES_BYTES
    }
}

impl PartialEq for Alert {
    fn eq(&self, other: &Self) -> bool {
        let whole = |alert: &Self| (alert.shown_end, alert.text_end, alert.scope);
        self.line == other.line && whole(self) == whole(other)
    }
}

impl Eq for Alert {}

impl Hash for Alert {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.line.hash(state);
    }
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alert({} bytes)", self.bytes())
    }
}

/// Identifies a set of rules in this process. The rules of one id do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulesId(u32);

impl RulesId {
    /// Returns the id of the next set of rules. Ids repeat after a million sets; no alert stays cached
    /// for so many reloads.
    pub fn next() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        Self(COUNT.fetch_add(1, Ordering::Relaxed) % FirstRule::RULES_IDS_MAX + 1)
    }
}

/// A set of rules and the position of a rule in it, packed into one number so that both are read and
/// written atomically. Zero is not a set of rules.
#[derive(Default)]
struct FirstRule(AtomicU32);

impl FirstRule {
    const POSITION_BITS: u32 = 12;
    /// The position that means no rule. Positions from here on are not cached.
    const NO_RULE: u32 = (1 << Self::POSITION_BITS) - 1;
    const RULES_IDS_MAX: u32 = u32::MAX >> Self::POSITION_BITS;

    /// Returns the cached result, if it is for `rules`.
    fn cached(&self, rules: RulesId) -> Option<Option<usize>> {
        let packed = self.0.load(Ordering::Relaxed);
        let position = packed & Self::NO_RULE;
        let found = (position != Self::NO_RULE).then_some(position as usize);
        (packed >> Self::POSITION_BITS == rules.0).then_some(found)
    }

    fn cache(&self, rules: RulesId, found: Option<usize>) {
        let position = match found.map(u32::try_from) {
            None => Self::NO_RULE,
            Some(Ok(position)) if position < Self::NO_RULE => position,
            Some(_) => return,
        };
        self.0.store(rules.0 << Self::POSITION_BITS | position, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(typed: &str) -> Alert {
        Alert::new(AlertText::new(typed).expect("not blank"), Scope::Carrier)
    }

    #[test]
    fn rules_match_the_signature_and_the_screen_excludes_it() {
        let alert = alert("Queda no POP\n29/11/2026 14:02 - Zabbix");
        assert_eq!(alert.folded(), " queda no pop 29/11/2026 14:02 zabbix ");
        assert_eq!((alert.reveal(), alert.scope()), ("Queda no POP", Scope::Carrier));
        assert_eq!(format!("{alert:?}"), "Alert(38 bytes)");
    }

    #[test]
    fn the_longest_text_is_displayed_whole() {
        let alert = alert(&"palavra ".repeat(10_000));
        assert!(alert.bytes() > 16_000);
        assert_eq!(alert.reveal().len(), alert.bytes());
    }

    #[test]
    fn the_key_of_a_text_never_changes() {
        let key = alert("Queda no POP\n29/11/2026 14:02 - Zabbix").text_key();
        assert_eq!(key, TextKey(0xdbb4_04e7_9a1d_2427), "as another program computes it");
        assert_eq!(key, alert("Queda no POP").text_key(), "without its signature");
        for other in ["Queda no POP 2", "queda no pop", "Queda no PO", "P"] {
            assert_ne!(key, alert(other).text_key(), "{other}");
        }
        assert_eq!(alert("QUEDA no pop").key(), alert("Queda no POP").key());
    }

    #[test]
    fn the_first_rule_is_searched_for_once_per_set_of_rules() {
        let (alert, one, other) = (alert("aviso"), RulesId::next(), RulesId::next());
        let found = |rules, found| alert.first_rule(rules, || found);
        assert_eq!(found(one, Some(7)), Some(7));
        assert_eq!(found(one, Some(8)), Some(7), "cached");
        assert_eq!(found(other, None), None, "other rules are searched again");
        assert_eq!(found(other, Some(1)), None, "that no rule is met is cached, too");
        assert_eq!(found(one, Some(8)), Some(8), "only the last rules are cached");
    }

    #[test]
    fn a_position_that_cannot_be_packed_is_not_cached() {
        let (alert, rules) = (alert("aviso"), RulesId::next());
        for position in [4_094, 4_095, 4_096, usize::MAX] {
            let rules = if position == 4_094 { RulesId::next() } else { rules };
            assert_eq!(alert.first_rule(rules, || Some(position)), Some(position));
        }
    }
}
