//! Does one part of bina's work so many times, for valgrind to count: `counted PART COUNT`.
//!
//! Without arguments it lists the parts; `counted heaviest` prints the memory that the longest body takes.

mod parts;

use std::fs;
use std::process::ExitCode;

use self::parts::{BODIES, body, parts};
use bina::domain::phone::Phone;
use bina::sources::hubsoft::{Wanted, conclude};

fn main() -> ExitCode {
    // cargo passes `--bench` to everything it runs as one.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => parts().iter().for_each(|(name, _)| println!("{name}")),
        ["heaviest"] => heaviest(),
        [part, count] => {
            let all = parts();
            let found = all.iter().find(|(name, _)| name == part);
            let (Some((_, ready)), Ok(count)) = (found, count.parse::<u32>()) else {
                eprintln!("counted: there is no part `{part}`, or `{count}` is no number");
                return ExitCode::FAILURE;
            };
            let mut work = ready();
            (0..count).for_each(|_| work());
        }
        _ => eprintln!("usage: counted [PART COUNT]"),
    }
    ExitCode::SUCCESS
}

/// How far reading the longest body raises the most memory this process ever held.
fn heaviest() {
    let Some((name, customers, services)) = BODIES.last().copied() else { return };
    let body = body(customers, services);
    let phone = Phone::parse(parts::CALLER, None).expect("a number");
    let before = peak();
    let record = conclude(&body, &phone, &Wanted::default()).expect("a success");
    let raised = peak() - before;
    println!(
        "{name} is {} bytes; reading {} of its customers takes {raised} KiB more",
        body.len(),
        record.customers().len()
    );
}

/// The most memory held so far, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}
