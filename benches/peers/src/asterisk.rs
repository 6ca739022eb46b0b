//! What a look-up adds to a call on a real Asterisk: many of them within one call, contestant by contestant.
//!
//! Asterisk's own clock is read before and after so many look-ups, in the dialplan; what a loop that
//! looks up nothing takes is subtracted. So neither SIP nor the start of a channel is in it.

use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bina::Bina;
use crate::hubsoft;
use crate::process::{Process, free_port, wait_for};
use crate::table::{Progress, Table, thousands, word};

/// A loop: its name in the dialplan, what it is, its step, and what is "found" once it looked up.
type Loop = (&'static str, &'static str, &'static str, &'static str);

/// They alternate, each time in another order; the first one is subtracted from all others.
const LOOPS: [Loop; 10] = [
    ("empty", "nothing", "NoOp()", "found"),
    ("hello", HELLO, "Set(BODY=${CURL(http://127.0.0.1:@HELLO@/)})", "${BODY:7:5}"),
    ("curl", CURL, "Set(BODY=${CURL(${ASK})})", "${BODY:7:5}"),
    ("hash", HASH, "Set(HASH(FIELDS)=${CURL(${ASK})})", "${HASH(FIELDS,status)}"),
    ("snippet", "bina.conf, all of it", "Gosub(bina,lookup,1)", "${BINA_STATUS}"),
    ("bare", "AGI() to a bare responder, 17 round trips", "AGI(agi://127.0.0.1:@BARE@)", STATUS),
    ("once", "AGI() to a bare responder, all at once", "AGI(agi://127.0.0.1:@ONCE@)", STATUS),
    ("agi", AGI, "AGI(agi://127.0.0.1:@AGI@/lookup)", STATUS),
    ("agi-snippet", "bina-agi.conf, all of it", "Gosub(bina-agi,lookup,1)", STATUS),
    (
        "again",
        "CURL() to hyper hello, once more",
        "Set(BODY=${CURL(http://127.0.0.1:@HELLO@/)})",
        "${BODY:7:5}",
    ),
];
const HELLO: &str = "CURL() to hyper hello";
const CURL: &str = "CURL() to bina";
const HASH: &str = "CURL() to bina, into HASH()";
const AGI: &str = "AGI() to bina";
const STATUS: &str = "${BINA_STATUS}";

/// The shipped dialplan.
const DIALPLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dialplan/asterisk");
const OTHERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/others/asterisk");
/// A round takes a second or two; nothing is waited for that takes thirty times as long.
const ROUND_MAX: Duration = Duration::from_secs(60);

/// Measures and prints; `tree` is what `tests/asterisk/make-tree.sh` has unpacked, if it could.
pub fn run(bina: &Path, dir: &Path, tree: &Path, quick: bool) -> io::Result<()> {
    let Some(program) = Program::find(tree) else {
        println!(
            "S9 was NOT MEASURED: there is no Asterisk, neither unpacked nor on this machine."
        );
        println!("   tests/asterisk/make-tree.sh {} names what is missing.\n", tree.display());
        return Ok(());
    };
    let (rounds, lookups) = if quick { (2, 50) } else { (20, 100) };
    let hubsoft = hubsoft::Running::start("0")?;
    let bina = Bina::start(bina, dir, hubsoft.port, "")?;
    let own = |name: &str, kind: &str| {
        let port = free_port()?;
        let process = Process::own(&[name, &port.to_string(), kind])?;
        wait_for(port).map(|()| (port.to_string(), process))
    };
    let (hello, bare, once) =
        (own("hello", "multi")?, own("bare-agi", "by-turns")?, own("bare-agi", "at-once")?);
    crate::http::Connection::open(bina.http)?.query(crate::http::CACHED)?;
    let mut text = String::new();
    for round in 0..rounds {
        order(round).for_each(|at| write_loop(&mut text, round, LOOPS[at]));
    }
    let run = std::env::temp_dir().join(format!("bina-peers-{}", std::process::id()));
    let places = [
        ("@LOOPS@", text),
        ("@RUN@", run.display().to_string()),
        ("@MODULES@", program.modules.display().to_string()),
        ("@DATA@", program.data.display().to_string()),
        ("@DIALPLAN@", DIALPLAN.to_owned()),
        ("@HTTP@", bina.http.to_string()),
        ("@AGI@", bina.agi.to_string()),
        ("@HELLO@", hello.0),
        ("@BARE@", bare.0),
        ("@ONCE@", once.0),
        ("@LOOKUPS@", lookups.to_string()),
    ];
    furnish(&run, &places)?;
    let times = measure(&program, &run, rounds)?;
    fs::remove_dir_all(&run)?;
    tell(&program.version, &times, rounds, lookups)
}

/// Who comes after whom in a round. What a core did last makes the next loop quicker or slower, so that
/// in ten rounds each comes after each of the others. That takes a prime number of steps.
fn order(round: usize) -> impl Iterator<Item = usize> {
    let (prime, step) = (LOOPS.len() + 1, 1 + round % LOOPS.len());
    (1..prime).map(move |turn| turn * step % prime - 1)
}

/// A loop in the dialplan, which writes its name, the microseconds of its begin and end, and what was
/// found to a file.
fn write_loop(text: &mut String, round: usize, (name, _, step, found): Loop) {
    let compat = if name == "hash" { "yes" } else { "no" };
    for (label, step) in [
        ("", "Set(LEFT=@LOOKUPS@)"),
        ("", "Set(BINA_STATUS=)"),
        ("", "Set(BODY=)"),
        ("", &format!("Set(CURLOPT(hashcompat)={compat})")),
        ("", "Set(BEGIN=${STRFTIME(,,%s%6q)})"),
        (&format!("{name}-{round}"), step),
        ("", "Set(LEFT=$[${LEFT} - 1])"),
        ("", &format!("GotoIf($[${{LEFT}} > 0]?{name}-{round})")),
        ("", "Set(END=${STRFTIME(,,%s%6q)})"),
        ("", &format!("Set(FILE(@RUN@/times,,,al,u)={name} ${{BEGIN}} ${{END}} {found})")),
    ] {
        let label = if label.is_empty() { String::new() } else { format!("({label})") };
        let _ = writeln!(text, " same => n{label},{step}");
    }
}

/// An Asterisk that can be run.
struct Program {
    /// The program, and what stands before its own arguments.
    words: Vec<String>,
    modules: PathBuf,
    data: PathBuf,
    version: String,
}

impl Program {
    /// The one that the tests unpack, else the one of this machine.
    fn find(tree: &Path) -> Option<Self> {
        Self::unpacked(tree).or_else(Self::installed)
    }

    fn unpacked(tree: &Path) -> Option<Self> {
        let libraries = entry(&tree.join("usr/lib"), "-linux-gnu")?;
        // It is newer than this machine's C library, and brings its own.
        let loader = entry(&libraries, "ld-linux-x86-64.so.2")
            .or_else(|| entry(&libraries, "ld-linux-aarch64.so.1"))?;
        let program = tree.join("usr/sbin/asterisk");
        let word = |path: &Path| path.display().to_string();
        let words = vec![word(&loader), "--library-path".into(), word(&libraries), word(&program)];
        Some(Self {
            words,
            modules: libraries.join("asterisk/modules"),
            data: tree.join("usr/share/asterisk"),
            version: fs::read_to_string(tree.join("VERSION")).ok()?.trim().to_owned(),
        })
    }

    fn installed() -> Option<Self> {
        let machine = format!("/usr/lib/{}-linux-gnu/asterisk/modules", std::env::consts::ARCH);
        let folders =
            [machine.as_str(), "/usr/lib/asterisk/modules", "/usr/lib64/asterisk/modules"];
        let modules = folders.into_iter().map(PathBuf::from).find(|folder| folder.is_dir())?;
        let reported = std::process::Command::new("asterisk").arg("-V").output().ok()?;
        Some(Self {
            words: vec!["asterisk".into()],
            modules,
            data: "/usr/share/asterisk".into(),
            version: String::from_utf8_lossy(&reported.stdout).trim().to_owned(),
        })
    }
}

/// The entry of `folder` whose name ends so.
fn entry(folder: &Path, end: &str) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.find(|path| path.to_string_lossy().ends_with(end))
}

/// Makes the folder Asterisk lives in.
fn furnish(run: &Path, places: &[(&str, String)]) -> io::Result<()> {
    let _ = fs::remove_dir_all(run);
    for folder in ["etc", "lib", "log", "spool/tmp"] {
        fs::create_dir_all(run.join(folder))?;
    }
    for file in fs::read_dir(OTHERS)?.flatten() {
        let mut text = fs::read_to_string(file.path())?;
        for (place, value) in places {
            text = text.replace(place, value);
        }
        fs::write(run.join("etc").join(file.file_name()), text)?;
    }
    Ok(())
}

/// Microseconds of each round of each loop.
type Rounds = Vec<Vec<f64>>;

/// Runs Asterisk until it has written all times.
fn measure(program: &Program, run: &Path, rounds: usize) -> io::Result<Rounds> {
    let config = run.join("etc/asterisk.conf").display().to_string();
    let mut words: Vec<&str> = program.words.iter().map(String::as_str).collect();
    words.extend(["-f", "-C", &config]);
    let _asterisk = Process::start(Path::new(words[0]), &words[1..], &[])?;
    let mut progress = Progress::new(rounds * LOOPS.len());
    let (mut seen, mut since) = (0, Instant::now());
    loop {
        let text = fs::read_to_string(run.join("times")).unwrap_or_default();
        let lines: Vec<&str> =
            text.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
        while seen < lines.len() {
            progress.step("look-ups on Asterisk");
            (seen, since) = (seen + 1, Instant::now());
        }
        if seen == rounds * LOOPS.len() {
            progress.end();
            return read(&lines);
        }
        if since.elapsed() > ROUND_MAX {
            let place = run.join("log/messages.log");
            let text = format!("Asterisk looks up nothing any more: see {}", place.display());
            return Err(io::Error::other(text));
        }
        sleep(Duration::from_millis(50));
    }
}

/// Reads the lines that the loops have written.
fn read(lines: &[&str]) -> io::Result<Rounds> {
    let mut times = vec![Vec::new(); LOOPS.len()];
    for line in lines {
        let wrong = || io::Error::new(ErrorKind::InvalidData, format!("Asterisk wrote {line:?}"));
        let [name, begin, end, "found"] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return Err(wrong());
        };
        let at = LOOPS.iter().position(|one| one.0 == name).ok_or_else(wrong)?;
        let micros = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        times[at].push((micros(end)? - micros(begin)?) as f64);
    }
    Ok(times)
}

fn tell(version: &str, times: &Rounds, rounds: usize, lookups: usize) -> io::Result<()> {
    println!("Added to a call by one look-up on {version}, above a loop that looks up nothing:");
    println!("{lookups} look-ups in one call, {rounds} rounds of each in turn, microseconds\n");
    let mut table = Table::new(&["look-up", "median", "least", "most", "x hyper hello"]);
    let mut medians = Vec::new();
    for ((_, name, ..), own) in LOOPS.iter().zip(times).skip(1) {
        let above = own.iter().zip(&times[0]).map(|(own, empty)| (own - empty) / lookups as f64);
        let mut above: Vec<f64> = above.collect();
        above.sort_by(f64::total_cmp);
        medians.push((*name, above));
    }
    let median = |name: &str| {
        let found = medians.iter().find(|(known, _)| *known == name);
        found.map_or(f64::NAN, |(_, above)| above[above.len() / 2])
    };
    for (name, above) in &medians {
        let of = [above[above.len() / 2], above[0], above[above.len() - 1]].map(thousands);
        let ratio = format!("{:.2}", median(name) / median(HELLO));
        table.row([vec![(*name).to_owned()], of.to_vec(), vec![ratio]].concat());
    }
    table.print();
    let empty = times[0].iter().sum::<f64>() / times[0].len() as f64 / lookups as f64;
    println!("The empty loop itself takes {empty:.0} us a turn.");
    for (name, most) in [(AGI, 0.35), (CURL, 1.15), (HASH, 1.15)] {
        let share = median(name) / median(HELLO);
        println!("S9 {name}: {share:.2} x {HELLO}, goal {most}: {}", word(share <= most));
    }
    println!();
    Ok(())
}
