//! What goes wrong with HubSoft, in random order: every fault of the simulator, and worse.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bina::simulator::{Fault, ListenerMode, Matching, RetryAfter, Sim};
use serde_json::{Map, Value};
use tokio::time::sleep;

use crate::dice::Dice;

/// Longest wait for the port of a simulator that has just ended.
const PORT_MAX: Duration = Duration::from_secs(5);
/// The share of requests with a fault while faults are mixed.
const SHARE: f64 = 0.3;

/// One thing that goes wrong for a moment.
#[derive(Clone, Debug)]
enum PlayedFault {
    /// Open connections are closed.
    Cut,
    Listener(ListenerMode),
    /// The fault affects every request, token requests at once, as the tokens are void.
    Everything(Fault),
    /// Idle connections are closed all the time.
    Impatience,
    /// HubSoft finds fewer customers than there are, but the right one among them.
    Matching,
    /// The fault affects lookups.
    Lookups(Fault),
    /// HubSoft goes away, and comes back on the same port without knowing any token.
    Restart,
    /// Tokens live a second.
    TokenLife,
    /// All tokens are void.
    VoidTokens,
}

/// HubSoft, and who makes it suffer.
pub(crate) struct FaultPlayer {
    sim: Option<Sim>,
    address: SocketAddr,
    customers: Vec<Value>,
    dice: Dice,
    deck: Vec<PlayedFault>,
    played: Vec<String>,
    lookups: usize,
    token_requests: usize,
    t0: Instant,
}

/// How a run went, seen from HubSoft.
pub(crate) struct Played {
    /// Names of the faults, in their order.
    pub(crate) fault_names: Vec<String>,
    pub(crate) lookups: usize,
    pub(crate) token_requests: usize,
}

impl FaultPlayer {
    pub(crate) fn new(sim: Sim, customers: Vec<Value>, mut dice: Dice) -> Self {
        let deck = deck(&mut dice);
        let address = sim.addr();
        let (played, lookups, token_requests) = (Vec::new(), 0, 0);
        Self {
            sim: Some(sim),
            address,
            customers,
            dice,
            deck,
            played,
            lookups,
            token_requests,
            t0: Instant::now(),
        }
    }

    /// Plays faults until `end`, one after the other with a pause between, then everything
    /// mixed, and at last a maintenance with `Retry-After` of a minute.
    pub(crate) async fn run(mut self, start: Instant, end: Instant) -> Played {
        let (mixed_at, last_at) = (start + (end - start) * 3 / 4, end - Duration::from_secs(1));
        while Instant::now() < mixed_at {
            if let Some(next_fault) = self.deck.pop() {
                self.play(next_fault).await;
            } else {
                self.deck = deck(&mut self.dice);
            }
        }
        let seed = self.dice.below(usize::MAX) as u64;
        self.sim().set_fault(Fault::Mixed { seed, share: SHARE });
        self.played.push("mixed".to_owned());
        sleep(last_at.saturating_duration_since(Instant::now())).await;
        self.sim().set_fault(Fault::Unavailable);
        self.played.push("unavailable".to_owned());
        sleep(end.saturating_duration_since(Instant::now())).await;
        self.count();
        let Self { played, lookups, token_requests, .. } = self;
        Played { fault_names: played, lookups, token_requests }
    }

    async fn play(&mut self, next_fault: PlayedFault) {
        eprintln!("FAULT {} {:?}", name(&next_fault), Instant::now().duration_since(self.t0));
        self.played.push(name(&next_fault));
        match next_fault {
            PlayedFault::Cut => self.sim().close_connections().await,
            PlayedFault::Listener(mode) => {
                self.sim().set_listener(mode).await.expect("the listener changes");
                self.sim().close_connections().await;
            }
            PlayedFault::Everything(fault) => {
                self.sim().void_tokens();
                self.sim().set_fault(fault);
            }
            PlayedFault::Impatience => self.sim().set_keep_alive(Duration::from_millis(15)),
            PlayedFault::Lookups(fault) => self.sim().set_lookup_fault(fault),
            PlayedFault::Matching => self.sim().set_matching(Matching::Exact),
            PlayedFault::Restart => self.restart().await,
            PlayedFault::TokenLife => {
                self.sim().set_token_life(1);
                self.sim().void_tokens();
            }
            PlayedFault::VoidTokens => self.sim().void_tokens(),
        }
        let (bad, good) = (self.dice.millis(300, 900), self.dice.millis(200, 900));
        sleep(bad).await;
        self.calm().await;
        sleep(good).await;
    }

    /// Sets everything right again.
    async fn calm(&self) {
        let sim = self.sim();
        sim.set_fault(Fault::Normal);
        sim.set_lookup_fault(Fault::Normal);
        sim.set_matching(Matching::Like);
        sim.set_keep_alive(Duration::from_secs(75));
        sim.set_token_life(2_592_000);
        sim.set_listener(ListenerMode::Open).await.expect("the listener changes");
    }

    async fn restart(&mut self) {
        self.count();
        self.sim = None;
        sleep(self.dice.millis(1, 400)).await;
        let gone = Instant::now();
        while self.sim.is_none() {
            match Sim::start_at(self.address, self.customers.clone()).await {
                Ok(sim) => self.sim = Some(sim),
                Err(error) => assert!(gone.elapsed() < PORT_MAX, "{error}"),
            }
        }
    }

    fn count(&mut self) {
        self.lookups += self.sim().lookups();
        self.token_requests += self.sim().token_requests();
    }

    fn sim(&self) -> &Sim {
        self.sim.as_ref().expect("it is gone only while it restarts")
    }
}

/// Every fault once, shuffled. What silences bina for a minute comes at the end of a run.
fn deck(dice: &mut Dice) -> Vec<PlayedFault> {
    let mut deck = vec![
        PlayedFault::Cut,
        PlayedFault::Listener(ListenerMode::Blackhole),
        PlayedFault::Listener(ListenerMode::Refuse),
        PlayedFault::Impatience,
        PlayedFault::Matching,
        PlayedFault::Restart,
        PlayedFault::Restart,
        PlayedFault::TokenLife,
        PlayedFault::VoidTokens,
    ];
    for fault in faults(dice) {
        let refuses = matches!(fault, Fault::InvalidGrant | Fault::WrongPassword);
        let everything = refuses || dice.one_in(4);
        deck.push(if everything {
            PlayedFault::Everything(fault)
        } else {
            PlayedFault::Lookups(fault)
        });
    }
    dice.shuffle(&mut deck);
    deck
}

/// Every fault of the table, those of its examples that would last too long or do too little made
/// their own; a fault that is added to the table comes along by itself.
fn faults(dice: &mut Dice) -> Vec<Fault> {
    let mut faults = vec![Fault::Slow { first_byte: Duration::from_secs(5) }];
    for (name, example) in Fault::VALUES {
        let parameters: Map<String, Value> = serde_json::from_str(example).expect("an example");
        match Fault::named(name, &parameters).expect("an example of the table") {
            Fault::Drip { .. } => faults.push(Fault::Drip { byte_every: dice.millis(1, 50) }),
            Fault::Mixed { .. } | Fault::Normal | Fault::Unavailable => {}
            Fault::Slow { .. } => faults.push(Fault::Slow { first_byte: dice.millis(50, 900) }),
            Fault::Throttled { .. } => {
                let forms =
                    [RetryAfter::Body, RetryAfter::Later, RetryAfter::Seconds].map(|form| form(1));
                let forms = forms.into_iter().chain([RetryAfter::Never]);
                faults.extend(forms.map(|retry_after| Fault::Throttled { retry_after }));
            }
            fault => faults.push(fault),
        }
    }
    faults
}

/// One word or two, without the parameters.
fn name(next_fault: &PlayedFault) -> String {
    let text = format!("{next_fault:?}");
    let words: Vec<_> = text.split(['(', ' ', ')', '{', '}']).filter(|w| !w.is_empty()).collect();
    words[..words.len().min(2)].join(" ").to_lowercase()
}
