//! Wires the console to the modules that its pages show.

use std::sync::Arc;

use crate::runtime::access::Credentials;
use crate::servers::console::{Console, ConsoleHttp, ConsoleParts, Live};
use crate::servers::endpoints::Endpoints;
use crate::servers::http::Guard;

use super::config::Config;
use super::metrics::AppMetrics;

/// The console beside the endpoints of `application`. Its visitors log in, so the credentials of PBXs open
/// nothing there.
pub(super) fn http(
    config: &Config,
    application: &Endpoints,
    guard: &Guard,
    (metrics, live): (&AppMetrics, &Arc<Live>),
) -> ConsoleHttp {
    let parts = ConsoleParts {
        settings: config.console.clone(),
        responder: Arc::clone(&application.responder),
        figures: Arc::clone(&metrics.figures),
        readiness: application.readiness.clone(),
        directory: application.directory.clone(),
        local_alerts: Arc::clone(&application.local_alerts),
        alerts: Arc::clone(&application.alerts),
        journal: Arc::clone(&application.journal),
        speech: Arc::clone(&application.speech),
        recordings: application.recordings.clone(),
        sound_form: config.asterisk.clone(),
        live: Arc::clone(live),
    };
    ConsoleHttp {
        application: Console::new(parts),
        guard: Guard { credentials: Credentials::default(), ..guard.clone() },
        metrics: metrics.http.clone(),
    }
}
