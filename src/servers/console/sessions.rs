//! Who is logged in: random ids in memory, with limits on age, idleness and wrong passwords.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::watch;

use crate::runtime::access::limited;

/// Longest session: a shift.
const AGE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
/// An operator who was idle for longer logs in again before a change.
const IDLE_MAX: Duration = Duration::from_secs(30 * 60);
/// Sessions at a time; the oldest ends for another one.
const SESSIONS_MAX: usize = 64;
/// Wrong passwords of one address within `WINDOW`, and of all together.
const WRONG_MAX: u32 = 5;
const WRONG_ALL_MAX: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are tracked.
const ADDRESSES_MAX: usize = 1_024;

/// The hash of a session's id: what memory holds opens nothing.
type IdHash = [u8; 32];

struct OpenSession {
    who: String,
    csrf: String,
    began: Instant,
    acted: Instant,
    /// Dropped with the session, which its streams notice.
    end: watch::Sender<()>,
}

/// A session, as a page uses it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Who has logged in, as he typed it.
    pub(super) who: String,
    /// What each form sends back.
    pub(super) csrf: String,
    /// Whether it may change something, or was idle for too long.
    pub(super) may_act: bool,
    /// Closed once the session is over.
    pub(super) end: watch::Receiver<()>,
}

/// Whether a request keeps its session in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionUse {
    /// A person has opened a page or sent a form.
    Person,
    /// The browser has sent it by itself.
    Browser,
}

/// The sessions of one configuration; a reload ends them all.
#[derive(Default)]
pub(super) struct Sessions {
    open: Mutex<HashMap<IdHash, OpenSession>>,
    wrong: Mutex<WrongPasswords>,
}

#[derive(Default)]
struct WrongPasswords {
    by_address: HashMap<IpAddr, (Instant, u32)>,
    all: Option<(Instant, u32)>,
    /// When the log last had a try that was blocked.
    logged: Option<Instant>,
}

impl Sessions {
    /// Opens a session; returns its id. None without randomness of the system.
    pub(super) fn open(&self, who: String, now: Instant) -> Option<String> {
        let (id, csrf) = (random()?, random()?);
        let mut open = self.open.lock();
        open.retain(|_, session| !session.is_over(now));
        if open.len() >= SESSIONS_MAX {
            let oldest = open.iter().min_by_key(|(_, session)| session.began);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                open.remove(&oldest);
            }
        }
        let end = watch::Sender::default();
        open.insert(hash(&id), OpenSession { who, csrf, began: now, acted: now, end });
        Some(id)
    }

    /// The session with this id, unless it is over.
    pub(super) fn find(&self, id: &str, by: SessionUse, now: Instant) -> Option<Session> {
        let mut open = self.open.lock();
        let session = open.get_mut(&hash(id)).filter(|session| !session.is_over(now))?;
        let may_act = now.saturating_duration_since(session.acted) <= IDLE_MAX;
        if may_act && by == SessionUse::Person {
            session.acted = now;
        }
        let (who, csrf) = (session.who.clone(), session.csrf.clone());
        Some(Session { who, csrf, may_act, end: session.end.subscribe() })
    }

    /// Ends a session.
    pub(super) fn end(&self, id: &str) {
        self.open.lock().remove(&hash(id));
    }

    /// Whether a password of `address` is compared at all. An address without a wrong one of its own has one
    /// try however many others fail, so that they keep nobody out.
    pub(super) fn may_try(&self, address: IpAddr, now: Instant) -> bool {
        let wrong = self.wrong.lock();
        let count = |counted: Option<&(Instant, u32)>| match counted {
            Some((first, count)) if now.saturating_duration_since(*first) < WINDOW => *count,
            _ => 0,
        };
        let own = wrong.by_address.get(&limited(address));
        let is_clean = count(own) == 0 && (own.is_some() || wrong.by_address.len() < ADDRESSES_MAX);
        count(own) < WRONG_MAX && (is_clean || count(wrong.all.as_ref()) < WRONG_ALL_MAX)
    }

    /// Whether the log shall have a try that is blocked: one a minute, however many there are.
    pub(super) fn may_log_blocked(&self, now: Instant) -> bool {
        let mut wrong = self.wrong.lock();
        let is_due = wrong.logged.is_none_or(|last| now.saturating_duration_since(last) >= WINDOW);
        if is_due {
            wrong.logged = Some(now);
        }
        is_due
    }

    /// Counts a wrong password.
    pub(super) fn note_wrong(&self, address: IpAddr, now: Instant) {
        let mut wrong = self.wrong.lock();
        if wrong.by_address.len() >= ADDRESSES_MAX {
            wrong.by_address.retain(|_, (first, _)| now.saturating_duration_since(*first) < WINDOW);
        }
        let has_room = wrong.by_address.len() < ADDRESSES_MAX;
        if has_room || wrong.by_address.contains_key(&limited(address)) {
            count(wrong.by_address.entry(limited(address)).or_insert((now, 0)), now);
        }
        count(wrong.all.get_or_insert((now, 0)), now);
    }
}

impl OpenSession {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= AGE_MAX
    }
}

fn count(counted: &mut (Instant, u32), now: Instant) {
    if now.saturating_duration_since(counted.0) >= WINDOW {
        *counted = (now, 0);
    }
    counted.1 += 1;
}

fn hash(id: &str) -> IdHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, id.as_bytes()).as_ref());
    hash
}

/// 16 random bytes in hexadecimal digits.
fn random() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn find(sessions: &Sessions, id: &str, now: Instant) -> Option<Session> {
        sessions.find(id, SessionUse::Person, now)
    }

    const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_session_ends_after_a_shift_and_acts_only_while_in_use() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let id = sessions.open("Ana".to_owned(), start).expect("random bytes");
        assert!(
            find(&sessions, "", start).is_none()
                && find(&sessions, &"0".repeat(32), start).is_none()
        );
        let session = find(&sessions, &id, start + 29 * MINUTE).expect("it is open");
        assert!(session.may_act && session.who == "Ana" && session.csrf != id);
        assert!(find(&sessions, &id, start + 58 * MINUTE).expect("it is open").may_act);
        let idle = find(&sessions, &id, start + 89 * MINUTE).expect("it is open");
        assert!(!idle.may_act, "to look is no use");
        assert!(!find(&sessions, &id, start + 90 * MINUTE).expect("it is open").may_act);
        assert!(find(&sessions, &id, start + AGE_MAX).is_none());
        sessions.end(&id);
        assert!(find(&sessions, &id, start).is_none());
    }

    #[test]
    fn ids_differ_and_the_oldest_session_ends_for_another_one() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let ids: Vec<_> = (0..=SESSIONS_MAX as u32)
            .map(|index| sessions.open(String::new(), start + index * MINUTE / 60).expect("an id"))
            .collect();
        let now = start + 2 * MINUTE;
        assert!(find(&sessions, &ids[0], now).is_none());
        assert!(ids[1..].iter().all(|id| find(&sessions, id, now).is_some()));
        assert!(ids.iter().all(|id| id.len() == 32));
    }

    #[test]
    fn an_address_tries_five_wrong_passwords_a_minute() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        for _ in 0..WRONG_MAX {
            assert!(sessions.may_try(ADDRESS, start));
            sessions.note_wrong(ADDRESS, start);
        }
        assert!(!sessions.may_try(ADDRESS, start + MINUTE / 2));
        let other = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));
        assert!(sessions.may_try(other, start), "another address");
        assert!(sessions.may_try(ADDRESS, start + MINUTE));
    }

    #[test]
    fn wrong_passwords_of_others_keep_nobody_out_who_has_typed_none() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let address = |index: u32| IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + index));
        (1..=WRONG_ALL_MAX).for_each(|index| sessions.note_wrong(address(index), start));
        assert!(!sessions.may_try(address(1), start), "all together try sixty");
        assert!(sessions.may_try(ADDRESS, start), "it has typed none");
        sessions.note_wrong(ADDRESS, start);
        assert!(!sessions.may_try(ADDRESS, start), "it had its try");
        assert!(sessions.may_try(ADDRESS, start + MINUTE));
        (0..=ADDRESSES_MAX as u32).for_each(|index| sessions.note_wrong(address(index), start));
        let untracked = address(ADDRESSES_MAX as u32 + 9);
        assert!(!sessions.may_try(untracked, start), "more addresses than are tracked");
    }

    #[test]
    fn the_log_has_one_blocked_try_a_minute() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let logged =
            (0..120).filter(|second| sessions.may_log_blocked(start + *second * MINUTE / 60));
        assert_eq!(logged.collect::<Vec<_>>(), [0, 60]);
    }

    #[test]
    fn what_the_browser_does_by_itself_is_no_use() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let id = sessions.open("Ana".to_owned(), start).expect("random bytes");
        let at =
            |by, minutes| sessions.find(&id, by, start + minutes * MINUTE).expect("it is open");
        assert!(at(SessionUse::Browser, 29).may_act);
        assert!(!at(SessionUse::Person, 31).may_act);
        let session = at(SessionUse::Person, 32);
        assert!(session.end.has_changed().is_ok());
        sessions.end(&id);
        assert!(session.end.has_changed().is_err(), "its streams end");
    }
}
