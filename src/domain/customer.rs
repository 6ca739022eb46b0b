//! Holds what a call needs to know about one customer, as HubSoft said it and as it is kept.

use std::fmt;
use std::sync::Arc;

use crate::domain::alert_text::AlertText;
use crate::domain::safe_text::{SafeText, is_machine_word};

/// Longest name that leaves, in characters and bytes.
const NAME_MAX: (usize, usize) = (128, 256);
/// Longest id or code; HubSoft's are 64-bit numbers.
const DIGITS_MAX: usize = 20;
/// Longest service status; the longest of HubSoft's list has 30.
const STATUS_MAX: usize = 64;
/// Most statuses kept of one customer; HubSoft has 13.
pub const STATUSES_MAX: usize = 64;
/// Most bytes of alert texts kept of one number, all its customers together: each rule's phrases
/// are searched for in them for each call.
pub const TEXTS_BYTES_MAX: usize = 16 * 1024;
/// Least room in which the beginning of a text is kept when the whole does not fit.
const TEXT_ROOM_MIN: usize = 256;
/// Room in which most customers' texts can be written down, before they are kept as they are.
const DRAFT_BYTES: usize = 512;

/// One customer, read from HubSoft and verified to own the caller's number.
///
/// There is deliberately no tax number, address or password here: a call does not need them.
#[derive(Clone, PartialEq)]
pub struct Customer {
    /// HubSoft's internal number, digits or empty.
    pub id: String,
    /// The number the customer knows, digits or empty.
    pub code: String,
    /// Name as typed; only `Known` has it as it may leave.
    pub name: String,
    /// The alert's texts when the alert is on (possibly none), `None` when it is off.
    pub alert: Option<Vec<AlertText<'static>>>,
    /// The status an answer shows: the first live service that is not enabled, else the enabled
    /// one, else the first; a machine word.
    pub service_status: Option<String>,
    /// The statuses of all services in HubSoft's order, each once; machine words.
    pub service_statuses: Vec<String>,
    /// Whether a service is neither cancelled nor inactive. `true` as well when HubSoft lists no
    /// services at all, or a status cannot be read; `false` when the list is there and empty.
    pub has_live_service: bool,
    /// Whether any service is connected; `None` when no service says.
    pub connected: Option<bool>,
}

impl Default for Customer {
    /// A customer of whom nothing is said, not even that a service has ended.
    fn default() -> Self {
        Self {
            id: String::new(),
            code: String::new(),
            name: String::new(),
            alert: None,
            service_status: None,
            service_statuses: Vec::new(),
            has_live_service: true,
            connected: None,
        }
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alert = if self.alert.is_some() { "on" } else { "off" };
        write!(f, "Customer(masked, alert {alert})")
    }
}

/// Leaves out of the alert texts what is beyond `TEXTS_BYTES_MAX`, and returns how many texts lost
/// something, here or before.
///
/// Each customer has an equal share, and what one does not need is left to the others, so that
/// long texts of one do not hide a short one of another.
pub fn bound_texts(customers: &mut [Customer]) -> usize {
    let mut by_length: Vec<_> = customers.iter_mut().map(|one| (one.text_bytes(), one)).collect();
    by_length.sort_by_key(|(bytes, _)| *bytes);
    let mut sharing = by_length.len();
    let mut room = TEXTS_BYTES_MAX;
    let mut cut = 0;
    for (_, customer) in by_length {
        cut += customer.bound_texts(room / sharing);
        room -= customer.text_bytes();
        sharing -= 1;
    }
    cut
}

impl Customer {
    fn text_bytes(&self) -> usize {
        self.alert.iter().flatten().map(AlertText::bytes).sum()
    }

    /// Keeps the shorter texts whole, and of each longer one the beginning; returns how many lost
    /// something.
    fn bound_texts(&mut self, bytes_max: usize) -> usize {
        let Some(texts) = &mut self.alert else { return 0 };
        let mut shares = text_shares(texts, bytes_max).into_iter();
        let mut cut = 0;
        texts.retain_mut(|text| {
            let share = shares.next().unwrap_or_default();
            let fits = text.bytes() <= share;
            if !fits && share >= TEXT_ROOM_MIN {
                text.cut(share);
            }
            cut += usize::from(!fits || text.is_cut());
            text.bytes() <= share
        });
        cut
    }
}

/// How many bytes each text may have, so that long ones do not hide a short one.
///
/// The shortest have their share first, and what they do not need is left to the others. Where the
/// shares would be too small for a long text, only the first of the long texts have one.
fn text_shares(texts: &[AlertText<'_>], bytes_max: usize) -> Vec<usize> {
    let mut by_length: Vec<_> = (0..texts.len()).collect();
    by_length.sort_by_key(|at| texts[*at].bytes());
    let mut shares = vec![0; texts.len()];
    let mut room = bytes_max;
    for (done, at) in by_length.into_iter().enumerate() {
        let equal = room / (texts.len() - done);
        shares[at] = equal.max(TEXT_ROOM_MIN).min(room);
        room -= shares[at].min(texts[at].bytes());
    }
    shares
}

/// What is kept of one customer, in the alphabets in which it may leave. It is made once for each
/// record, as many calls may be answered from it.
///
/// A hundred thousand of them are kept, so all texts are in one allocation, which clones share.
#[derive(Clone, PartialEq)]
pub struct Known {
    /// Name, code and id; then the service statuses, a line each, the one that is shown first;
    /// then the alert's texts folded, a line each; then the same texts as they were typed.
    texts: Arc<str>,
    /// Where name, code, id and service statuses end; together they have 4.5 kB at most.
    ends: [u16; 4],
    /// Where the folded texts end.
    folded_end: u32,
    alerted: bool,
    connected: Option<bool>,
}

impl Known {
    /// Keeps all that may leave of `customer`.
    pub fn new(customer: &Customer) -> Self {
        let name = SafeText::new(&customer.name, NAME_MAX.0, NAME_MAX.1);
        let (code, id) = (digits(&customer.code), digits(&customer.id));
        Self::with([name.reveal(), code, id], customer)
    }

    /// Keeps what is the matter with `customer`, and not who that is.
    pub fn unnamed(customer: &Customer) -> Self {
        Self::with([""; 3], customer)
    }

    fn with(words: [&str; 3], customer: &Customer) -> Self {
        let statuses = statuses(customer);
        let mut texts = String::with_capacity(DRAFT_BYTES);
        let mut write = |word: &str| {
            texts.push_str(word);
            texts.len() as u16
        };
        let ends = [write(words[0]), write(words[1]), write(words[2]), write(&statuses)];
        let alert = customer.alert.as_deref().unwrap_or_default();
        lines(&mut texts, alert, |text, to| text.fold_into(to));
        let folded_end = texts.len() as u32;
        lines(&mut texts, alert, |text, to| to.push_str(text.reveal()));
        Self {
            texts: texts.into(),
            ends,
            folded_end,
            alerted: customer.alert.is_some(),
            connected: customer.connected,
        }
    }

    /// The name in the only alphabet that leaves, or empty.
    pub fn name(&self) -> &str {
        &self.texts[..self.end(0)]
    }

    /// The number the customer knows, digits or empty.
    pub fn code(&self) -> &str {
        &self.texts[self.end(0)..self.end(1)]
    }

    /// HubSoft's internal number, digits or empty.
    pub fn id(&self) -> &str {
        &self.texts[self.end(1)..self.end(2)]
    }

    /// The status an answer shows: a machine word, or empty.
    pub fn service_status(&self) -> &str {
        self.service_statuses().next().unwrap_or_default()
    }

    /// The statuses of all services, each once, the one that is shown first.
    pub fn service_statuses(&self) -> impl Iterator<Item = &str> {
        self.texts[self.end(2)..self.end(3)].lines()
    }

    /// Whether any service is connected; `None` when no service says.
    pub fn connected(&self) -> Option<bool> {
        self.connected
    }

    /// Tells whether the alert is on.
    pub fn alerted(&self) -> bool {
        self.alerted
    }

    /// The words of the alert's texts, folded for matching, a line each (see `fold_words`); empty
    /// when the alert is off.
    pub fn folded(&self) -> &str {
        &self.texts[self.end(3)..self.folded_end()]
    }

    /// The alert's texts; none when the alert is off.
    pub fn alert_texts(&self) -> impl Iterator<Item = AlertText<'_>> {
        self.texts[self.folded_end()..].lines().map(AlertText::cleaned)
    }

    /// The alert's text that byte `at` of the folded ones belongs to.
    pub fn alert_text_at(&self, at: usize) -> Option<AlertText<'_>> {
        let before = self.folded().bytes().take(at);
        self.alert_texts().nth(before.filter(|byte| *byte == b'\n').count())
    }

    /// Bytes of its texts, which are allocated apart.
    pub fn bytes(&self) -> usize {
        self.texts.len()
    }

    fn end(&self, word: usize) -> usize {
        usize::from(self.ends[word])
    }

    fn folded_end(&self) -> usize {
        self.folded_end as usize
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known(masked, alert {})", if self.alerted() { "on" } else { "off" })
    }
}

/// The statuses of all services, a line each, beginning with the one that is shown.
fn statuses(customer: &Customer) -> String {
    let shown = customer.service_status.as_deref();
    let others = customer.service_statuses.iter().map(String::as_str);
    let others = others.filter(|word| Some(*word) != shown);
    let words = shown.into_iter().chain(others);
    let words = words.filter(|word| is_machine_word(word, STATUS_MAX)).take(STATUSES_MAX);
    words.collect::<Vec<_>>().join("\n")
}

/// Writes each of `alert` on a line of its own.
fn lines(to: &mut String, alert: &[AlertText<'_>], write: impl Fn(&AlertText<'_>, &mut String)) {
    for (index, text) in alert.iter().enumerate() {
        if index > 0 {
            to.push('\n');
        }
        write(text, to);
    }
}

/// Lets digits pass and nothing else, whatever the source says of itself.
fn digits(text: &str) -> &str {
    let good = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    if good { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(texts: &[&str]) -> Customer {
        Customer {
            id: "11201".into(),
            code: "421; DROP".into(),
            name: "João d'Ávila".into(),
            alert: Some(texts.iter().filter_map(|text| AlertText::new(text)).collect()),
            service_status: Some("servico_habilitado".into()),
            service_statuses: vec!["cancelado".into(), "servico_habilitado".into()],
            has_live_service: true,
            connected: Some(true),
        }
    }

    fn texts(known: &Known) -> Vec<String> {
        known.alert_texts().map(|text| text.reveal().to_owned()).collect()
    }

    #[test]
    fn each_word_and_each_text_is_kept_apart_and_only_what_may_leave() {
        let known = Known::new(&customer(&["Rompimento\nno Centro", "EQUIPE a caminho"]));
        assert_eq!((known.name(), known.code(), known.id()), ("João d Ávila", "", "11201"));
        assert_eq!(known.service_status(), "servico_habilitado");
        assert_eq!(known.connected(), Some(true));
        assert_eq!(known.folded(), " rompimento no centro \n equipe a caminho ");
        assert_eq!(texts(&known), ["Rompimento no Centro", "EQUIPE a caminho"]);
    }

    #[test]
    fn all_service_statuses_are_kept_and_the_shown_one_comes_first() {
        let known = Known::new(&customer(&["Aviso"]));
        let statuses: Vec<_> = known.service_statuses().collect();
        assert_eq!(statuses, ["servico_habilitado", "cancelado"]);
        let none = Known::new(&Customer::default());
        assert_eq!((none.service_status(), none.service_statuses().count()), ("", 0));
        let odd = Customer {
            service_status: Some("a\nb".into()),
            service_statuses: (0..100).map(|at| format!("s{at}")).chain(["${x}".into()]).collect(),
            ..Customer::default()
        };
        let known = Known::new(&odd);
        assert_eq!((known.service_status(), known.service_statuses().count()), ("s0", 64));
    }

    #[test]
    fn an_alert_without_texts_is_on_and_without_an_alert_there_are_none() {
        let silent = Known::new(&customer(&[]));
        assert_eq!((silent.alerted(), silent.folded(), texts(&silent).len()), (true, "", 0));
        let quiet = Known::new(&Customer { alert: None, ..customer(&[]) });
        assert_eq!((quiet.alerted(), quiet.folded(), texts(&quiet).len()), (false, "", 0));
    }

    #[test]
    fn a_place_in_the_folded_texts_leads_to_the_text_as_it_was_typed() {
        // Nothing is left of the first text when it is folded, and it keeps its line.
        let known = Known::new(&customer(&["!!!", "Olá", "Adeus"]));
        for (phrase, text) in [(" ola ", "Olá"), (" adeus ", "Adeus"), ("s ", "Adeus")] {
            let at = known.folded().find(phrase).expect("it is there");
            assert_eq!(known.alert_text_at(at), AlertText::new(text), "{phrase}");
        }
    }

    #[test]
    fn rules_see_the_signature_and_nobody_else() {
        let known = Known::new(&customer(&["Queda no POP\n29/11/2026 14:02 - Zabbix"]));
        assert_eq!(known.folded(), " queda no pop 29/11/2026 14:02 zabbix ");
        assert_eq!(texts(&known), ["Queda no POP"]);
    }

    #[test]
    fn the_texts_of_all_customers_of_a_number_are_bounded_together() {
        let long = "palavra ".repeat(1_900);
        let mut customers = [
            customer(&[&long, "Rompimento", &long]),
            customer(&[]),
            customer(&["Rompimento no Centro"]),
            Customer::default(),
            customer(&[&long, &long]),
        ];
        assert_eq!(bound_texts(&mut customers), 4);
        let bytes: usize = customers.iter().map(Customer::text_bytes).sum();
        assert!((TEXTS_BYTES_MAX - 60..=TEXTS_BYTES_MAX).contains(&bytes), "{bytes}");
        let known: Vec<_> = customers.iter().map(Known::new).collect();
        assert_eq!(texts(&known[2]), ["Rompimento no Centro"], "the short one is whole");
        assert!(texts(&known[0])[0].ends_with("palavra"), "cut at a word");
        assert_eq!(texts(&known[0])[1], "Rompimento", "the short one between two is whole");
        assert_eq!(texts(&known[0]).len(), 3);
    }

    #[test]
    fn texts_that_fit_are_left_as_they_are() {
        let mut customers = [customer(&["um", "dois"]), customer(&[&"a b ".repeat(3_000)])];
        let before = customers.clone();
        assert_eq!(bound_texts(&mut customers), 0);
        assert!(customers == before);
    }

    #[test]
    fn a_short_text_is_kept_whole_wherever_it_stands() {
        let long = "palavra ".repeat(2_200);
        let open = "Rompimento no Centro";
        for order in [[long.as_str(), open], [open, long.as_str()]] {
            let mut customers = [customer(&order)];
            bound_texts(&mut customers);
            let kept = texts(&Known::new(&customers[0]));
            let place = order.iter().position(|text| *text == open).expect("it is there");
            assert_eq!((kept.len(), kept[place].as_str()), (2, open));
        }
    }

    #[test]
    fn of_many_long_texts_the_first_are_kept_and_every_short_one() {
        let long = "palavra ".repeat(1_000);
        let mut many = vec![long.as_str(); 100];
        many.push("Rompimento");
        let mut customers = [customer(&many)];
        assert_eq!(bound_texts(&mut customers), 100);
        let kept = texts(&Known::new(&customers[0]));
        assert_eq!(kept.last().map(String::as_str), Some("Rompimento"));
        assert!((60..=64).contains(&kept.len()), "{}", kept.len());
    }

    #[test]
    fn of_an_unnamed_customer_only_the_matter_is_kept() {
        let known = Known::unnamed(&customer(&["Rompimento"]));
        assert_eq!((known.name(), known.code(), known.id()), ("", "", ""));
        assert_eq!(known.service_status(), "servico_habilitado");
        assert_eq!(texts(&known), ["Rompimento"]);
    }
}
