//! Endpoint that lists the places which local alerts may name.

use hyper::StatusCode;
use tokio::task::spawn_blocking;

use crate::servers::form::values;
use crate::servers::http::{Endpoint, GET, HttpRequest};
use crate::sources::alerts::{LocalAlertError, listed_places};
use crate::sources::directory::PlaceKind;

use super::alerts::{BUG, json, refused};
use super::{Action, Endpoints, Row, Waiting};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/places", &GET, Action::Wait(places))];

/// Lists the places of the kind `kind`, those whose names contain `name` if it is given.
fn places<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let [kind, name] = values(request.query, ["kind", "name"]);
        let Some(kind) = PlaceKind::named(&kind.typed()) else {
            let kinds = PlaceKind::ALL.map(PlaceKind::word).join(", ");
            let problem = format!("the kind of places is missing: /v1/places?kind=KIND ({kinds})");
            return refused(StatusCode::BAD_REQUEST, &problem);
        };
        let name = name.typed();
        let view = endpoints.directory.as_ref().and_then(|directory| directory.view());
        let Some(view) = view else {
            let problem = LocalAlertError::NoDirectory.to_string();
            return refused(StatusCode::CONFLICT, &problem);
        };
        // It scans the directory for each place.
        match spawn_blocking(move || listed_places(&view, kind, &name)).await {
            Ok(listing) => json(&listing),
            Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, BUG),
        }
    })
}
