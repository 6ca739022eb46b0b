//! The wire format of HubSoft lookups, with the names of the API.
//!
//! Fields that neither a call nor the directory needs (`senha`, CPF, streets) are skipped; a document is read
//! only where it is searched for, and dropped once it is compared. An unexpected
//! type of a field never fails an answer; only invalid JSON, a status other than success or a missing
//! list does.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::domain::alert_text::AlertText;
use crate::domain::document::Document;
use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::domain::plain_text;
use crate::domain::reported::ReportedCustomer;
use crate::sources::reasons;

use super::flag::Flag;
use super::json;
use super::loose::{Lenient, List, Loose, Object, Scalar, is_number, skip, value};
use super::services::{Servicos, connected, displayed_status, service_statuses};

/// Maximum customers kept of one answer: the maximum `limit`.
pub(super) const CUSTOMERS_MAX: usize = 100;
/// Maximum alert texts kept of one customer; the documentation shows two.
const TEXTS_MAX: usize = 64;
/// The parameters of a lookup besides the number, with the names of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Maximum customers returned, 1 to 100, the oldest first.
    pub limit: u8,
    /// Whether to include cancelled services.
    pub cancelado: bool,
    /// Whether to include the connection state of each service.
    pub ultima_conexao: bool,
}

impl Default for Wanted {
    /// The documented defaults, except `limit`: its 5 could exclude the caller if the search term also
    /// matches the ends of other numbers.
    fn default() -> Self {
        Self { limit: 20, cancelado: false, ultima_conexao: false }
    }
}

/// Parses the retry time from the body of a 429, where HubSoft sends it to some integrations.
pub(super) fn retry_after(body: &[u8]) -> Option<Duration> {
    let reply: Throttled = json::read(body).ok()?;
    Duration::try_from_secs_f64(reply.retry_after.text()?.parse().ok()?).ok()
}

#[derive(Default)]
struct Throttled {
    retry_after: Loose,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ThrottledKey {
    RetryAfter,
    #[serde(other)]
    Other,
}

impl Object for Throttled {
    type Key = ThrottledKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ThrottledKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ThrottledKey::RetryAfter => self.retry_after = value(from)?,
            ThrottledKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// One customer of an answer.
pub(super) struct Listed {
    cliente: Cliente,
    /// The document, if it was asked for.
    cpf_cnpj: Loose,
    /// Whether the connection states were requested.
    ultima_conexao: bool,
}

impl Listed {
    /// Returns whether a field has this number.
    pub(super) fn has_phone(&self, phone: &Phone) -> bool {
        phone.is_stored_in(self.cliente.telefones.iter().filter_map(Loose::text))
    }

    /// Returns whether it is the customer with this code, which may have leading zeros.
    pub(super) fn has_code(&self, code: &str) -> bool {
        let own = self.cliente.codigo_cliente.digits();
        let plain = |code: &str| code.trim_start_matches('0').to_owned();
        !own.is_empty() && plain(&own) == plain(code)
    }

    /// Returns whether it is the owner of this document.
    pub(super) fn has_document(&self, document: &Document) -> bool {
        self.cpf_cnpj.text().is_some_and(|stored| document.is_stored_as(stored))
    }

    pub(super) fn customer(self) -> ReportedCustomer {
        self.cliente.customer(self.ultima_conexao)
    }
}

/// The answer to a lookup.
pub(super) struct LookupListing {
    /// The customers, not verified yet; at most `CUSTOMERS_MAX`.
    pub(super) customers: Vec<Listed>,
    /// The number of customers in the answer.
    pub(super) returned: usize,
    /// Whether an item of the list is not a customer.
    pub(super) has_invalid: bool,
}

/// Parses the answer to a lookup.
pub(super) fn listing(body: &[u8], wanted: &Wanted) -> Result<LookupListing, Failure> {
    listing_of::<Cliente>(body, wanted)
}

/// Parses the answer to a lookup by document, which alone needs the documents.
pub(super) fn listing_with_documents(
    body: &[u8],
    wanted: &Wanted,
) -> Result<LookupListing, Failure> {
    listing_of::<ClienteWithDocument>(body, wanted)
}

fn listing_of<C: ListedObject>(body: &[u8], wanted: &Wanted) -> Result<LookupListing, Failure> {
    let reply: LookupReply<C> = json::read(body)?;
    match (reply.status.text(), reply.clientes) {
        (Some("success"), List::Items { kept, total }) => {
            let has_invalid = kept.iter().any(Option::is_none);
            let ultima_conexao = wanted.ultima_conexao;
            let listed = |customer: C| customer.listed(ultima_conexao);
            let customers = kept.into_iter().flatten().map(listed).collect();
            Ok(LookupListing { customers, returned: total, has_invalid })
        }
        (Some("success"), List::NoList) => {
            Err(reasons::INVALID_ANSWER.because("no list of customers"))
        }
        (Some(_), _) => Err(reasons::REFUSED.failure()),
        (None, _) => Err(reasons::INVALID_ANSWER.because("no status")),
    }
}

struct LookupReply<C> {
    status: Loose,
    clientes: List<Option<C>, CUSTOMERS_MAX>,
}

impl<C> Default for LookupReply<C> {
    fn default() -> Self {
        Self { status: Loose::default(), clientes: List::default() }
    }
}

/// An object of the list, with or without its document.
trait ListedObject: Object {
    fn listed(self, ultima_conexao: bool) -> Listed;
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum LookupKey {
    Status,
    Clientes,
    #[serde(other)]
    Other,
}

impl<C: ListedObject> Object for LookupReply<C> {
    type Key = LookupKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: LookupKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            LookupKey::Status => self.status = value(from)?,
            LookupKey::Clientes => self.clientes = value(from)?,
            LookupKey::Other => skip(from)?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Cliente {
    id_cliente: Loose,
    codigo_cliente: Loose,
    nome_razaosocial: Loose,
    nome_fantasia: Loose,
    telefones: [Loose; 3],
    alerta: Flag,
    alerta_mensagens: Texts,
    servicos: Servicos,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ClienteKey {
    Alerta,
    AlertaMensagens,
    CodigoCliente,
    CpfCnpj,
    IdCliente,
    NomeFantasia,
    NomeRazaosocial,
    Servicos,
    TelefonePrimario,
    TelefoneSecundario,
    TelefoneTerciario,
    #[serde(other)]
    Other,
}

impl Object for Cliente {
    type Key = ClienteKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ClienteKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ClienteKey::Alerta => self.alerta = value(from)?,
            ClienteKey::AlertaMensagens => self.alerta_mensagens = value(from)?,
            ClienteKey::CodigoCliente => self.codigo_cliente = value(from)?,
            ClienteKey::IdCliente => self.id_cliente = value(from)?,
            ClienteKey::NomeFantasia => self.nome_fantasia = value(from)?,
            ClienteKey::NomeRazaosocial => self.nome_razaosocial = value(from)?,
            ClienteKey::Servicos => self.servicos = value(from)?,
            ClienteKey::TelefonePrimario => self.telefones[0] = value(from)?,
            ClienteKey::TelefoneSecundario => self.telefones[1] = value(from)?,
            ClienteKey::TelefoneTerciario => self.telefones[2] = value(from)?,
            ClienteKey::CpfCnpj | ClienteKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl ListedObject for Cliente {
    fn listed(self, ultima_conexao: bool) -> Listed {
        Listed { cliente: self, cpf_cnpj: Loose::default(), ultima_conexao }
    }
}

/// A customer whose document is compared.
#[derive(Default)]
struct ClienteWithDocument {
    cliente: Cliente,
    cpf_cnpj: Loose,
}

impl Object for ClienteWithDocument {
    type Key = ClienteKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ClienteKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ClienteKey::CpfCnpj => self.cpf_cnpj = value(from)?,
            other => self.cliente.set(other, from)?,
        }
        Ok(())
    }
}

impl ListedObject for ClienteWithDocument {
    fn listed(self, ultima_conexao: bool) -> Listed {
        Listed { cliente: self.cliente, cpf_cnpj: self.cpf_cnpj, ultima_conexao }
    }
}

impl Cliente {
    fn customer(self, ultima_conexao: bool) -> ReportedCustomer {
        let servicos = self.servicos;
        let statuses = service_statuses(&servicos);
        ReportedCustomer {
            id: self.id_cliente.digits(),
            code: self.codigo_cliente.digits(),
            name: name(&self.nome_razaosocial, &self.nome_fantasia).into_owned(),
            alert: self.alerta_mensagens.alert(&self.alerta),
            service_status: displayed_status(&statuses),
            service_statuses: statuses,
            has_live_service: servicos.has_live(),
            // Some versions always send it, from an old connection.
            connected: if ultima_conexao { connected(&servicos) } else { None },
            services: servicos.places(),
        }
    }
}

/// Returns the name of a customer: the registered one, else the trade name.
pub(super) fn name<'a>(razaosocial: &'a Loose, fantasia: &'a Loose) -> Cow<'a, str> {
    let nome = razaosocial.text().or_else(|| fantasia.text());
    plain_text::of_name(nome.unwrap_or_default())
}

/// The texts of the alert: a list of strings, one string, or objects with a string.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    /// Returns the texts if the alert is on. If the flag is invalid, the alert is on if there are texts.
    fn alert(self, flag: &Flag) -> Option<Vec<AlertText>> {
        let texts: Vec<_> =
            self.0.iter().filter_map(|text| AlertText::new(text)).take(TEXTS_MAX).collect();
        flag.value_or_off().unwrap_or(!texts.is_empty()).then_some(texts)
    }
}

impl Lenient for Texts {
    fn scalar(scalar: Scalar) -> Self {
        Self(MessageText::scalar(scalar).0.into_iter().collect())
    }

    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let texts: List<MessageText, TEXTS_MAX> = List::list(list)?;
        Ok(Self(texts.items().into_iter().filter_map(|text| text.0).collect()))
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let entries = entries(object, |text: MessageText| text.0)?;
        if entries.iter().all(|(key, _)| is_number(key)) {
            return Ok(Self(entries.into_iter().filter_map(|(_, text)| text).collect()));
        }
        Ok(Self(longest_text(entries).into_iter().collect()))
    }
}

/// One alert text, if it is readable.
#[derive(Default)]
struct MessageText(Option<String>);

impl Lenient for MessageText {
    fn scalar(scalar: Scalar) -> Self {
        Self(Loose::Scalar(scalar).text().map(str::to_owned))
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        // Only one level deep: fields that are not scalars are skipped.
        let entries = entries(object, |field: Loose| field.text().map(str::to_owned))?;
        Ok(Self(longest_text(entries)))
    }
}

type TextField = (String, Option<String>);

fn entries<'de, A: MapAccess<'de>, T: Lenient>(
    mut object: A,
    text: impl Fn(T) -> Option<String>,
) -> Result<Vec<TextField>, A::Error> {
    let mut entries = Vec::new();
    while entries.len() < TEXTS_MAX
        && let Some(key) = object.next_key()?
    {
        entries.push((key, text(value(&mut object)?)));
    }
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(entries)
}

/// Returns the text among the fields of an alert object: by its name in HubSoft's alert endpoint, else
/// the longest one, which is neither the date nor the author.
fn longest_text(entries: Vec<TextField>) -> Option<String> {
    const NAMES: [&str; 5] = ["texto_alerta", "mensagem", "texto", "descricao", "msg"];
    let rank = |key: &str| NAMES.iter().rev().position(|name| *name == key).map_or(0, |at| at + 1);
    let named = entries.iter().any(|(key, _)| rank(key) > 0);
    entries
        .into_iter()
        .filter_map(|(key, text)| Some((rank(&key), text?)))
        .filter(|(rank, _)| *rank > 0 || !named)
        .max_by_key(|(rank, text)| (*rank, text.len()))
        .map(|(_, text)| text)
}
