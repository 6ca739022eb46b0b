//! The identity and services of a customer, in the alphabets that a PBX may receive.

use std::fmt;
use std::sync::Arc;

use crate::domain::allocation;
use crate::domain::reported::ReportedCustomer;
use crate::domain::safe_text::{SafeText, is_machine_word};

/// Maximum characters and bytes of a name.
const NAME_MAX: (usize, usize) = (128, 256);
/// Maximum digits of an id or code; HubSoft's are 64-bit numbers.
const DIGITS_MAX: usize = 20;
/// Maximum bytes of a service status; the longest one of HubSoft has 30.
const STATUS_MAX: usize = 64;
/// Maximum statuses kept of one customer; HubSoft has 13.
pub const STATUSES_MAX: usize = 64;

/// The identity and services of a customer. It is built once for each record, because many calls
/// may be answered from it.
///
/// A hundred thousand of them may be cached, so all words share one allocation, as do clones.
#[derive(Clone, PartialEq)]
pub struct Customer {
    /// Name, code and id, then the service statuses, one per line, the displayed one first.
    words: Arc<str>,
    /// Where the name ends.
    name_end: u16,
    code_bytes: u8,
    id_bytes: u8,
    connected: Option<bool>,
}

impl Customer {
    /// Keeps the publishable part of `reported`.
    pub fn new(reported: &ReportedCustomer) -> Self {
        let name = SafeText::new(&reported.name, NAME_MAX.0, NAME_MAX.1);
        Self::with(name.reveal(), digits(&reported.code), digits(&reported.id), reported)
    }

    /// Keeps the services of `reported`, but not the identity.
    pub fn unnamed(reported: &ReportedCustomer) -> Self {
        Self::with("", "", "", reported)
    }

    fn with(name: &str, code: &str, id: &str, reported: &ReportedCustomer) -> Self {
        Self {
            words: [name, code, id, &statuses(reported)].concat().into(),
            name_end: name.len() as u16,
            code_bytes: code.len() as u8,
            id_bytes: id.len() as u8,
            connected: reported.connected,
        }
    }

    /// The sanitised name, or empty.
    pub fn name(&self) -> &str {
        &self.words[..self.name_end()]
    }

    /// The customer code that the customer sees: digits, or empty.
    pub fn code(&self) -> &str {
        &self.words[self.name_end()..self.code_end()]
    }

    /// HubSoft's internal id: digits, or empty.
    pub fn id(&self) -> &str {
        &self.words[self.code_end()..self.id_end()]
    }

    /// The status in the answer: a machine word, or empty.
    pub fn service_status(&self) -> &str {
        self.service_statuses().next().unwrap_or_default()
    }

    /// The distinct statuses of all services, the displayed one first.
    pub fn service_statuses(&self) -> impl Iterator<Item = &str> {
        self.words[self.id_end()..].lines()
    }

    /// Whether any service is connected; `None` if no service reports it.
    pub fn connected(&self) -> Option<bool> {
        self.connected
    }

    /// A copy in an allocation apart from those of requests.
    pub fn copy(&self) -> Self {
        let words = allocation::apart(|| Arc::from(&*self.words));
        Self { words, ..*self }
    }

    /// Allocated bytes, without the value itself.
    pub fn weight(&self) -> usize {
        allocation::of_arc(self.words.len())
    }

    fn name_end(&self) -> usize {
        usize::from(self.name_end)
    }

    fn code_end(&self) -> usize {
        self.name_end() + usize::from(self.code_bytes)
    }

    fn id_end(&self) -> usize {
        self.code_end() + usize::from(self.id_bytes)
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer(masked)")
    }
}

/// Returns the statuses of all services, one per line, the displayed one first.
fn statuses(reported: &ReportedCustomer) -> String {
    let shown = reported.service_status.as_deref();
    let others = reported.service_statuses.iter().map(String::as_str);
    let others = others.filter(|word| Some(*word) != shown);
    let words = shown.into_iter().chain(others);
    let words = words.filter(|word| is_machine_word(word, STATUS_MAX)).take(STATUSES_MAX);
    words.collect::<Vec<_>>().join("\n")
}

/// Returns `text` if it is all digits, else an empty text. The source is not trusted.
fn digits(text: &str) -> &str {
    let is_valid = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    if is_valid { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported() -> ReportedCustomer {
        ReportedCustomer {
            id: "11201".into(),
            code: "421; DROP".into(),
            name: "João d'Ávila".into(),
            service_status: Some("servico_habilitado".into()),
            service_statuses: vec!["cancelado".into(), "servico_habilitado".into()],
            connected: Some(true),
            ..ReportedCustomer::default()
        }
    }

    #[test]
    fn fields_are_separate_and_sanitised() {
        let customer = Customer::new(&reported());
        assert_eq!(
            (customer.name(), customer.code(), customer.id()),
            ("João d Ávila", "", "11201")
        );
        assert_eq!(customer.service_status(), "servico_habilitado");
        assert_eq!(customer.connected(), Some(true));
        let coded = Customer::new(&ReportedCustomer { code: "421".into(), ..reported() });
        assert_eq!((coded.name(), coded.code(), coded.id()), ("João d Ávila", "421", "11201"));
    }

    #[test]
    fn all_service_statuses_are_kept_with_the_displayed_one_first() {
        let customer = Customer::new(&reported());
        let statuses: Vec<_> = customer.service_statuses().collect();
        assert_eq!(statuses, ["servico_habilitado", "cancelado"]);
        let none = Customer::new(&ReportedCustomer::default());
        assert_eq!((none.service_status(), none.service_statuses().count()), ("", 0));
        let odd = ReportedCustomer {
            service_status: Some("a\nb".into()),
            service_statuses: (0..100).map(|at| format!("s{at}")).chain(["${x}".into()]).collect(),
            ..ReportedCustomer::default()
        };
        let customer = Customer::new(&odd);
        assert_eq!((customer.service_status(), customer.service_statuses().count()), ("s0", 64));
    }

    #[test]
    fn an_unnamed_customer_keeps_only_the_services() {
        let customer = Customer::unnamed(&reported());
        assert_eq!((customer.name(), customer.code(), customer.id()), ("", "", ""));
        assert_eq!(customer.service_status(), "servico_habilitado");
    }
}
