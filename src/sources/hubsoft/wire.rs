//! Writes requests to HubSoft and reads its answers, in its own names.
//!
//! What a call does not need (`senha`, CPF, addresses) is skipped while it is read. No type of
//! a known field makes an answer unreadable; only what is no JSON, no success or no list does.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::domain::alert_text::AlertText;
use crate::domain::failure::Failure;
use crate::domain::plain_text;
use crate::domain::reported::ReportedCustomer;
use crate::sources::reasons;

use super::flag::Flag;
use super::json;
use super::loose::{Lenient, List, Loose, Object, Scalar, is_number, skip, value};
use super::services::{Servicos, connected, service_statuses, shown_status};

/// Most customers kept of one answer: as many as can be asked for.
pub(super) const CUSTOMERS_MAX: usize = 100;
/// Most alert texts kept of one customer; the page shows two.
const TEXTS_MAX: usize = 64;
/// What a lookup asks for besides the number; named after the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Most customers returned, 1 to 100, the oldest first.
    pub limit: u8,
    /// Whether cancelled services come too.
    pub cancelado: bool,
    /// Whether each service says if it is connected.
    pub ultima_conexao: bool,
}

impl Default for Wanted {
    /// The page's defaults, except `limit`: its 5 could leave out the caller where a search
    /// term matches the ends of other numbers too.
    fn default() -> Self {
        Self { limit: 20, cancelado: false, ultima_conexao: false }
    }
}

/// Reads how long to wait from the body of a 429, where some integrations are told so.
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

/// One customer as returned.
pub(super) struct Listed {
    cliente: Cliente,
    /// Whether its services were asked for their connections.
    ultima_conexao: bool,
}

impl Listed {
    /// The fields in which numbers are stored, as they were typed.
    pub(super) fn phone_fields(&self) -> impl Iterator<Item = &str> {
        self.cliente.telefones.iter().filter_map(Loose::text)
    }

    pub(super) fn customer(self) -> ReportedCustomer {
        self.cliente.customer(self.ultima_conexao)
    }
}

/// The answer to a lookup.
pub(super) struct Listing {
    /// The customers it lists, still to be verified; at most `CUSTOMERS_MAX`.
    pub(super) customers: Vec<Listed>,
    /// How many it lists.
    pub(super) returned: usize,
    /// Whether something stood among them that is no customer.
    pub(super) odd: bool,
}

/// Reads the answer to a lookup.
pub(super) fn listing(body: &[u8], wanted: &Wanted) -> Result<Listing, Failure> {
    let reply: LookupReply = json::read(body)?;
    match (reply.status.text(), reply.clientes) {
        (Some("success"), List::Items { kept, total }) => {
            let odd = kept.iter().any(Option::is_none);
            let ultima_conexao = wanted.ultima_conexao;
            let listed = |cliente: Cliente| Listed { cliente, ultima_conexao };
            let customers = kept.into_iter().flatten().map(listed).collect();
            Ok(Listing { customers, returned: total, odd })
        }
        (Some("success"), List::NoList) => {
            Err(reasons::INVALID_ANSWER.because("no list of customers"))
        }
        (Some(_), _) => Err(reasons::REFUSED.failure()),
        (None, _) => Err(reasons::INVALID_ANSWER.because("no status")),
    }
}

#[derive(Default)]
struct LookupReply {
    status: Loose,
    clientes: List<Option<Cliente>, CUSTOMERS_MAX>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum LookupKey {
    Status,
    Clientes,
    #[serde(other)]
    Other,
}

impl Object for LookupReply {
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
            ClienteKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl Cliente {
    fn customer(self, ultima_conexao: bool) -> ReportedCustomer {
        let nome = self.nome_razaosocial.text().or_else(|| self.nome_fantasia.text());
        let has_live_service = self.servicos.has_live();
        let servicos = self.servicos.readable();
        let statuses = service_statuses(&servicos);
        ReportedCustomer {
            id: self.id_cliente.digits(),
            code: self.codigo_cliente.digits(),
            name: plain_text::of_name(nome.unwrap_or_default()).into_owned(),
            alert: self.alerta_mensagens.alert(&self.alerta),
            service_status: shown_status(&statuses),
            service_statuses: statuses,
            has_live_service,
            // Some versions tell it unasked, from an old connection.
            connected: if ultima_conexao { connected(&servicos) } else { None },
        }
    }
}

/// The alert's texts: a list of strings, one string, or objects that hold a string.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    /// The alert, if it is on. What is no flag counts when there is something to say.
    fn alert(self, flag: &Flag) -> Option<Vec<AlertText>> {
        let texts: Vec<_> =
            self.0.iter().filter_map(|text| AlertText::new(text)).take(TEXTS_MAX).collect();
        flag.flag().unwrap_or(!texts.is_empty()).then_some(texts)
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
        Ok(Self(the_text(entries).into_iter().collect()))
    }
}

/// One alert text, if something readable stands in its place.
#[derive(Default)]
struct MessageText(Option<String>);

impl Lenient for MessageText {
    fn scalar(scalar: Scalar) -> Self {
        Self(Loose::Scalar(scalar).text().map(str::to_owned))
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        // Only one level deep: what an object's own fields hold is skipped if it is no scalar.
        let entries = entries(object, |field: Loose| field.text().map(str::to_owned))?;
        Ok(Self(the_text(entries)))
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

/// The text among an alert object's fields: by its name in HubSoft's alert route, else, when
/// there is no such field, the longest, which is neither the date nor the author.
fn the_text(entries: Vec<TextField>) -> Option<String> {
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
