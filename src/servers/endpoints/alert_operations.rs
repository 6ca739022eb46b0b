//! Lists and changes alerts, for the endpoints and the console.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::task::{JoinError, spawn_blocking};

use crate::answering::responder::Responder;
use crate::answering::speech::Speech;
use crate::domain::alert::{Alert, Scope};
use crate::domain::alert_text::AlertText;
use crate::runtime::wall_clock;
use crate::sources::alerts::{
    AlertChange, AlertEntry, AlertListing, AlertOrigin, AlertRequest, Alerts, LocalAlertError,
    LocalAlerts, RequestContext,
};
use crate::sources::directory::{Directory, DirectoryView};

/// A rule that is bound to a called number or a status may match some callers all the same.
const SILENT: &str = "it plays nothing: no rule matches its text for every caller (end it, and add it again with \
                      the name of a rule, or set general.prompt)";

/// What it takes to list and change alerts. Each operation may wait for the disk, so it is done on a thread
/// of its own; what it returns fails only if that thread has ended, which is a bug.
pub struct AlertOperations<'a> {
    pub local_alerts: &'a Arc<LocalAlerts>,
    pub alerts: &'a Alerts,
    pub directory: Option<&'a Arc<Directory>>,
    pub responder: &'a Responder,
    pub speech: &'a Speech,
}

impl AlertOperations<'_> {
    /// All active alerts: HubSoft's, then the local ones, each with what has become of its words.
    pub async fn list(&self) -> Result<AlertListing, JoinError> {
        let (alerts, view, now_s) =
            (Arc::clone(self.local_alerts), self.view(), wall_clock::now_s());
        let mut listing = spawn_blocking(move || alerts.list(now_s, view.as_ref())).await?;
        self.alerts.add_to(&mut listing);
        for entry in &mut listing.alerts {
            entry.speech = origin(entry).and_then(|origin| self.speech.state_of(&origin));
        }
        Ok(listing)
    }

    /// Adds an alert, and warns if it plays nothing.
    pub async fn add(
        &self,
        wanted: AlertRequest,
        from: IpAddr,
    ) -> Result<Result<AlertChange, LocalAlertError>, JoinError> {
        let mut added =
            self.change(from, move |alerts, context| alerts.add(&wanted, context)).await?;
        if let Ok(change) = &mut added {
            let AlertEntry { text, rule, .. } = &change.alert;
            if !self.responder.announcer().plays_local(text, rule.as_deref()) {
                change.warnings.push(SILENT.to_owned());
            }
            let alert = AlertText::new(text).map(|text| Alert::new(text, Scope::Carrier));
            change.alert.speech =
                alert.and_then(|alert| self.speech.state(&alert, rule.as_deref()));
        }
        Ok(added)
    }

    /// Does `change` for a client.
    pub async fn change<T: Send + 'static>(
        &self,
        from: IpAddr,
        change: impl FnOnce(&LocalAlerts, &RequestContext) -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let alerts = Arc::clone(self.local_alerts);
        let context = RequestContext { now_s: wall_clock::now_s(), from, view: self.view() };
        spawn_blocking(move || change(&alerts, &context)).await
    }

    fn view(&self) -> Option<DirectoryView> {
        self.directory.and_then(|directory| directory.view())
    }
}

fn origin(entry: &AlertEntry) -> Option<AlertOrigin> {
    if entry.origin == "hubsoft" {
        return entry.id.parse().ok().map(AlertOrigin::Hubsoft);
    }
    Some(AlertOrigin::Local(entry.id.as_str().into()))
}
