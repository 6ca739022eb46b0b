//! Says that the service is alive, whatever HubSoft does.

use crate::render::Page;

/// The answer of `/healthz`. HubSoft's state is deliberately not part of it: a service that is
/// restarted because HubSoft is down would lose its memory when it is needed most.
pub(super) fn alive() -> Page {
    Page { content_type: "text/plain; charset=utf-8", body: "ok\n".to_owned() }
}
