//! What a page receives while it is open: calls as they come, and the figures every few seconds (SSE).
//!
//! Rows are rendered once for all viewers, and not at all while there are none. A viewer who does not read
//! loses rows; nobody waits for him.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, interval, sleep_until, timeout};

use crate::answering::figures::Figures;
use crate::runtime::language::Language;
use crate::runtime::tasks::{Task, Tasks};
use crate::servers::http::{Endpoint, GET, HttpReply, stream};

use super::sessions::Session;
use super::visit::Visit;
use super::{Answering, Console, ConsoleAction, ConsoleParts, PageRow, mass, pages};

/// How often new calls are looked for.
const EVERY: Duration = Duration::from_millis(250);
/// Rows of one look; more than that nobody reads.
const ROWS_MAX: usize = 40;
/// How often the figures are sent.
const FIGURES_EVERY: Duration = Duration::from_secs(5);
/// How often a line without content shows that the connection is open.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// Longest stream; the browser connects again, with the session that it has then.
const STREAM_MAX: Duration = Duration::from_secs(10 * 60);
/// Longest wait for a viewer to read.
const READ_MAX: Duration = Duration::from_secs(2);
/// Looks that a viewer may be behind.
const BEHIND_MAX: usize = 16;

/// How often the mass mode is looked at: it is in memory.
const BANNER_EVERY: Duration = Duration::from_secs(1);

pub(super) static ROWS: [PageRow; 3] = [
    Endpoint::new("/ao-vivo/chamadas", &GET, ConsoleAction::Read(calls)),
    Endpoint::new("/ao-vivo/agora", &GET, ConsoleAction::Read(figures)),
    // For pages that have nothing else that changes.
    Endpoint::new("/ao-vivo/modo", &GET, ConsoleAction::Read(mass_mode)),
];

/// The streams of a service; a reload keeps them, and ends those that are open.
pub struct Live {
    portuguese: broadcast::Sender<Bytes>,
    english: broadcast::Sender<Bytes>,
    viewers: watch::Sender<u64>,
    closed: watch::Sender<u64>,
    task: parking_lot::Mutex<Option<Task>>,
}

impl Live {
    /// Starts looking for calls, as long as somebody views them.
    pub fn start(figures: Arc<Figures>, tasks: &Tasks) -> Arc<Self> {
        let live = Arc::new(Self {
            portuguese: broadcast::Sender::new(BEHIND_MAX),
            english: broadcast::Sender::new(BEHIND_MAX),
            viewers: watch::Sender::default(),
            closed: watch::Sender::default(),
            task: parking_lot::Mutex::default(),
        });
        let weak = Arc::downgrade(&live);
        let watch = move || {
            let (weak, figures) = (Weak::clone(&weak), Arc::clone(&figures));
            async move {
                if let Some(live) = weak.upgrade() {
                    live.watch(&figures).await;
                }
            }
        };
        *live.task.lock() = Some(tasks.start("console", watch));
        live
    }

    /// Ends the open streams.
    pub fn close(&self) {
        self.closed.send_modify(|count| *count += 1);
    }

    async fn watch(&self, figures: &Figures) {
        let mut viewers = self.viewers.subscribe();
        loop {
            if self.portuguese.receiver_count() + self.english.receiver_count() == 0 {
                if viewers.changed().await.is_err() {
                    return;
                }
                continue;
            }
            let (_, mut seen) = figures.calls_after(u64::MAX, 0);
            let mut pace = interval(EVERY);
            while self.portuguese.receiver_count() + self.english.receiver_count() > 0 {
                pace.tick().await;
                let (calls, noted) = figures.calls_after(seen, ROWS_MAX);
                seen = noted;
                if calls.is_empty() {
                    continue;
                }
                for (sender, language) in
                    [(&self.portuguese, Language::Portuguese), (&self.english, Language::English)]
                {
                    if sender.receiver_count() > 0 {
                        let rows = pages::call_rows(&calls, language).into_string();
                        // Without a viewer there is nobody to miss it.
                        let _ = sender.send(event("calls", &rows));
                    }
                }
            }
        }
    }

    fn subscribe(&self, language: Language) -> broadcast::Receiver<Bytes> {
        let receiver = match language {
            Language::English => self.english.subscribe(),
            Language::Portuguese => self.portuguese.subscribe(),
        };
        self.viewers.send_modify(|count| *count += 1);
        receiver
    }
}

/// One event. A line end in `html` would end a line of the event, so it begins another one.
fn event(name: &str, html: &str) -> Bytes {
    let data = html.replace(['\r', '\n'], "\ndata: ");
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// Answers with calls as they come.
fn calls<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let parts = Arc::clone(&console.parts);
        let mut rows = parts.live.subscribe(visit.language);
        open(console, &visit, move |pieces| async move {
            let mut comment = interval(COMMENT_EVERY);
            loop {
                let piece = tokio::select! {
                    received = rows.recv() => match received {
                        Ok(piece) => piece,
                        Err(RecvError::Lagged(_)) => continue,
                        Err(RecvError::Closed) => return,
                    },
                    _ = comment.tick() => Bytes::from_static(b": \n\n"),
                };
                if !send(&pieces, piece).await {
                    return;
                }
            }
        })
    })
}

/// Answers with the figures of the page *Agora*.
fn figures<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        let (parts, language) = (Arc::clone(&console.parts), visit.language);
        open(console, &visit, move |pieces| async move {
            let mut pace = interval(FIGURES_EVERY);
            loop {
                pace.tick().await;
                let shown = pages::now_figures(&parts, language).await.into_string();
                if !send(&pieces, event("now", &shown)).await {
                    return;
                }
            }
        })
    })
}

/// Answers with the mass mode alone.
fn mass_mode<'a>(console: &'a Console, visit: Visit<'a>) -> Answering<'a> {
    Box::pin(async move {
        open(console, &visit, move |pieces| async move {
            let mut comment = interval(COMMENT_EVERY);
            loop {
                comment.tick().await;
                if !send(&pieces, Bytes::from_static(b": \n\n")).await {
                    return;
                }
            }
        })
    })
}

/// Sends the mass mode at the start, and each time that it is another: by whoever's change, or at its end.
async fn banners(banner: BannerOf, pieces: mpsc::Sender<Bytes>) {
    let BannerOf { parts, session, language } = banner;
    let (mut pace, mut sent) = (interval(BANNER_EVERY), None);
    loop {
        pace.tick().await;
        let state = mass::state(&parts);
        if sent.as_ref() == Some(&state) {
            continue;
        }
        let shown = mass::banner(&parts, session.as_ref(), language).into_string();
        if !send(&pieces, event("mass", &shown)).await {
            return;
        }
        sent = Some(state);
    }
}

/// What the banner of a page is made of.
struct BannerOf {
    parts: Arc<ConsoleParts>,
    session: Option<Session>,
    language: Language,
}

/// A reply whose pieces `feed` sends, until it ends, the session or the console does, or ten minutes have passed.
fn open<F>(
    console: &Console,
    visit: &Visit<'_>,
    feed: impl FnOnce(mpsc::Sender<Bytes>) -> F,
) -> HttpReply
where
    F: Future<Output = ()> + Send + 'static,
{
    let (pieces, body) = mpsc::channel(4);
    // The browser connects again after so many milliseconds.
    let _ = pieces.try_send(Bytes::from_static(b"retry: 2000\n\n"));
    let mut closed = console.parts.live.closed.subscribe();
    let session = visit.session.as_ref().map(|session| session.end.clone());
    let end = Instant::now() + STREAM_MAX;
    let banner = BannerOf {
        parts: Arc::clone(&console.parts),
        session: visit.session.clone(),
        language: visit.language,
    };
    let banners = banners(banner, pieces.clone());
    let feed = feed(pieces);
    // It ends with its stream; connection slots bound how many there are.
    tokio::spawn(async move {
        tokio::select! {
            () = feed => {}
            () = banners => {}
            _ = closed.changed() => {}
            () = ended(session) => {}
            () = sleep_until(end) => {}
        }
    });
    stream(HeaderValue::from_static("text/event-stream"), body)
}

/// Waits until the session is over; for ever without one.
async fn ended(session: Option<watch::Receiver<()>>) {
    match session {
        Some(mut session) => while session.changed().await.is_ok() {},
        None => std::future::pending().await,
    }
}

async fn send(pieces: &mpsc::Sender<Bytes>, piece: Bytes) -> bool {
    matches!(timeout(READ_MAX, pieces.send(piece)).await, Ok(Ok(())))
}
