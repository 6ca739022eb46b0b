//! Measures bina beside its peers: the peers that are written in Rust, and those who call all of them.
//!
//! ```text
//! peers hello PORT one|multi         hyper's hello-world, on a runtime of that kind
//! peers bare PORT                    fixed bytes by epoll, nothing is parsed
//! peers bare-agi PORT by-turns       FastAGI: a round trip for each variable, as usually done
//! peers bare-agi PORT at-once        FastAGI: all of them written at once, and half-closed
//! peers hubsoft PORT DELAY_MS        a HubSoft that has every number
//! peers misses PORT FIRST            100 calls a second for numbers not requested before
//! peers ask new|keep|agi PORT COUNT  so many calls, one after the other (for instruction counts)
//! peers settings HTTP AGI HUBSOFT    the file that makes bina listen on these ports
//! peers compare BINA DIR [--quick]   calls a second and times, all in one run
//! peers goals BINA DIR [--quick]     what is measured of bina alone
//! peers asterisk BINA DIR TREE [--quick]  what a look-up adds to a call on the Asterisk in TREE
//! ```
//! `run.sh` calls the last three, `../instructions.sh` the others.

mod agi;
mod asterisk;
mod bare;
mod beside;
mod bina;
mod compare;
mod contestants;
mod fastagi;
mod goals;
mod hello;
mod http;
mod hubsoft;
mod load;
mod memory;
mod open;
mod process;
mod table;
mod workers;

use std::io;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "see the head of benches/peers/src/main.rs for the subcommands";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> io::Result<()> {
    match arguments {
        ["hello", port, kind] => hello::run(number(port)?, kind),
        ["bare", port] => bare::run(number(port)?),
        ["bare-agi", port, kind] => agi::run(number(port)?, kind),
        ["hubsoft", port, delay_ms] => hubsoft::run(number(port)?, number(delay_ms)?),
        ["misses", port, first] => beside::misses(number(port)?, number(first)?),
        ["ask", way, port, count] => query(way, number(port)?, number(count)?),
        ["settings", http, agi, hubsoft] => {
            print!("{}", bina::settings(number(http)?, number(agi)?, number(hubsoft)?));
            Ok(())
        }
        ["compare", bina, dir, rest @ ..] => {
            compare::run(Path::new(bina), Path::new(dir), rest.contains(&"--quick"))
        }
        ["goals", bina, dir, rest @ ..] => {
            goals::run(Path::new(bina), Path::new(dir), rest.contains(&"--quick"))
        }
        ["asterisk", bina, dir, tree, rest @ ..] => {
            let quick = rest.contains(&"--quick");
            asterisk::run(Path::new(bina), Path::new(dir), Path::new(tree), quick)
        }
        _ => Err(io::Error::other(USAGE)),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other(format!("{text} is no such number: {USAGE}")))
}

/// Makes `count` calls, one after the other.
fn query(way: &str, port: u16, count: u32) -> io::Result<()> {
    match way {
        "new" => (0..count).try_for_each(|_| http::Connection::open(port)?.query(http::CACHED)),
        "keep" => {
            let mut connection = http::Connection::open(port)?;
            (0..count).try_for_each(|_| connection.query(http::CACHED))
        }
        "agi" => (0..count).try_for_each(|_| agi::call_at_once(port)),
        _ => Err(io::Error::other(USAGE)),
    }
}
