//! A telephone's keypad: what is typed, as the events of RFC 4733.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The payload type that the callers' SDP gives to `telephone-event`.
const EVENT: u8 = 96;
/// In the order of their event codes.
const KEYS: &str = "0123456789*#ABCD";
/// A sip of silence in what is typed.
const PAUSE: char = 'w';
const PAUSE_FOR: Duration = Duration::from_millis(500);
const PACKET_EVERY: Duration = Duration::from_millis(20);
/// From the answer to the first key; Asterisk is at its prompt by then.
const FIRST_AFTER: Duration = Duration::from_millis(900);
/// A call that was not picked up by then is none.
const PICKED_UP_WITHIN: Duration = Duration::from_secs(30);

/// Waits until `place` names the port that Asterisk receives this call's sound at, and types `keys`
/// there: digits, `*`, `#`, `A` to `D`, and `w` for half a second.
pub(crate) fn send(place: &Path, keys: &str) {
    let Some(port) = port(place) else { return };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    sleep(FIRST_AFTER);
    let mut sequence = 1_000;
    for (number, key) in (0_u32..).zip(keys.chars()) {
        match KEYS.find(key) {
            Some(code) => {
                let moment = 8_000 + number * 1_600;
                for packet in events(u8::try_from(code).unwrap(), moment, &mut sequence) {
                    // The call may be over.
                    let _ = socket.send_to(&packet, ("127.0.0.1", port));
                    sleep(PACKET_EVERY);
                }
                sleep(2 * PACKET_EVERY);
            }
            None => {
                assert_eq!(key, PAUSE, "no key of a telephone");
                sleep(PAUSE_FOR);
            }
        }
    }
}

fn port(place: &Path) -> Option<u16> {
    let started = Instant::now();
    while started.elapsed() < PICKED_UP_WITHIN {
        let text = fs::read_to_string(place).unwrap_or_default();
        if let Some(port) = text.strip_suffix('\n') {
            return Some(port.trim().parse().unwrap());
        }
        sleep(Duration::from_millis(10));
    }
    None
}

/// One key held for 80 ms: four packets of it, and its end thrice.
fn events(code: u8, moment: u32, sequence: &mut u16) -> Vec<[u8; 16]> {
    let packet = |step: u16| {
        let (first, end) = (step == 0, step >= 4);
        *sequence += 1;
        let mut packet = [0; 16];
        packet[0] = 0x80;
        packet[1] = EVENT | u8::from(first) << 7;
        packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        packet[4..8].copy_from_slice(&moment.to_be_bytes());
        packet[8..12].copy_from_slice(b"bina");
        packet[12] = code;
        packet[13] = 10 | u8::from(end) << 7;
        packet[14..16].copy_from_slice(&(160 * (step + 1).min(5)).to_be_bytes());
        packet
    };
    (0..7).map(packet).collect()
}
