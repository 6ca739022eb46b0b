//! The style, the script and the icon, under names with the hash of their content.

use std::sync::LazyLock;

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, HeaderValue};

use crate::servers::http::{Endpoint, GET, HttpReply, empty, whole};

use super::visit::Visit;
use super::{Answering, Console, ConsoleAction, PageRow};

const STYLE: &str = include_str!("assets/console.css");
const SCRIPT: &str = include_str!("assets/console.js");
const ICON: &str = include_str!("assets/icon.svg");

/// The paths of the files.
pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path("css", STYLE));
pub(super) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path("js", SCRIPT));
pub(super) static ICON_PATH: LazyLock<String> = LazyLock::new(|| path("svg", ICON));

const FOLDER: &str = "/arquivos/";

pub(super) static ROWS: [PageRow; 2] = [
    Endpoint::new(FOLDER, &GET, ConsoleAction::Open(file)),
    // Browsers ask for it at the end of their own.
    Endpoint::new("/favicon.ico", &GET, ConsoleAction::Open(icon)),
];

fn path(ending: &str, content: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
    let hash: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{FOLDER}{hash}.{ending}")
}

fn file<'a>(_: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let asked = |path: &str| path.strip_prefix(FOLDER) == Some(visit.request.rest);
        if asked(&STYLE_PATH) {
            kept("text/css; charset=utf-8", STYLE)
        } else if asked(&SCRIPT_PATH) {
            kept("text/javascript; charset=utf-8", SCRIPT)
        } else if asked(&ICON_PATH) {
            kept("image/svg+xml", ICON)
        } else {
            empty(404)
        }
    })
}

fn icon<'a>(_: &'a Console, _: Visit<'a>) -> Answering<'a> {
    Box::pin(async { kept("image/svg+xml", ICON) })
}

/// A file whose name changes with its content, so that a copy is never stale.
fn kept(content_type: &'static str, content: &'static str) -> HttpReply {
    let bytes = Bytes::from_static(content.as_bytes());
    let mut reply = whole(HeaderValue::from_static(content_type), bytes);
    let cache = HeaderValue::from_static("public, max-age=31536000, immutable");
    reply.headers_mut().insert(CACHE_CONTROL, cache);
    reply
}
