//! A provider with generated customers and alerts, as the tests of alerts use it.

use bina::simulator::{AlertTime, Population, Sim, SimAlert, SimScope};
use serde_json::Value;

use crate::client::{Client, Reply, below_api, lookup, token};

pub(crate) const POPULATION: Population = Population { customers: 20_000, seed: 7 };
pub(crate) const TEXT: &str = "Rompimento de fibra no Centro. Previsão de retorno 18h.";

pub(crate) struct Noc {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
    pub(crate) token: String,
}

impl Noc {
    pub(crate) async fn start() -> Self {
        Self::of(Sim::start_generated(POPULATION).await.unwrap()).await
    }

    pub(crate) async fn of(sim: Sim) -> Self {
        let (token, client) = (token(&sim).await, Client::to(&sim).await);
        Self { sim, client, token }
    }

    /// Publishes one alert.
    pub(crate) fn publish(&self, alert: SimAlert) -> u64 {
        self.sim.publish_alerts(vec![alert]).unwrap()[0]
    }

    /// The answer to a request for a page of the list.
    pub(crate) async fn list(&mut self, rows: u32, query: &str) -> Reply {
        let path = format!("configuracao/alerta/paginado/{rows}?{query}");
        self.client.exchange(&below_api(&self.token, &path)).await
    }

    /// A page of the list, as its paging.
    pub(crate) async fn page(&mut self, rows: u32, page: u32) -> Value {
        let reply = self.list(rows, &format!("ativo=sim&page={page}")).await;
        assert_eq!(reply.status, 200);
        reply.json()["alertas"].clone()
    }

    /// The first alert of the list.
    pub(crate) async fn first(&mut self) -> Value {
        self.page(100, 1).await["data"][0].clone()
    }

    /// The only customer of a search.
    pub(crate) async fn found(&mut self, by: &str, term: &str) -> Value {
        let query = format!("busca={by}&termo_busca={term}&limit=20");
        let reply = self.client.exchange(&lookup(&self.token, &query)).await.json();
        assert_eq!(reply["clientes"].as_array().unwrap().len(), 1, "{reply}");
        reply["clientes"][0].clone()
    }

    /// The messages of a customer; none without an alert.
    pub(crate) async fn messages(&mut self, index: u32) -> Option<Vec<String>> {
        let code = POPULATION.code(index).to_string();
        let found = self.found("codigo_cliente", &code).await;
        let messages: Vec<String> =
            serde_json::from_value(found["alerta_mensagens"].clone()).unwrap();
        found["alerta"].as_bool().unwrap().then_some(messages)
    }

    /// Somebody whom the alert concerns.
    pub(crate) fn affected(&self, alert: u64) -> u32 {
        self.sim.affected_callers(alert, 1, 3)[0].index
    }
}

pub(crate) fn ids(page: &Value) -> Vec<u64> {
    let alerts = page["data"].as_array().unwrap();
    alerts.iter().map(|alert| alert["id_alerta"].as_u64().unwrap()).collect()
}

/// An open alert with a text.
pub(crate) fn alert(scope: SimScope) -> SimAlert {
    SimAlert { text: TEXT.to_owned(), scope, ..SimAlert::default() }
}

pub(crate) fn interfaces(of: &[u32]) -> SimScope {
    let interfaces = of.iter().map(|each| POPULATION.interface_id(*each).into()).collect();
    SimScope { interfaces, ..SimScope::default() }
}

pub(crate) fn local(time: &str) -> Option<AlertTime> {
    Some(AlertTime::Local(time.to_owned()))
}

pub(crate) fn in_seconds(seconds: i64) -> Option<AlertTime> {
    Some(AlertTime::FromNow(seconds))
}
