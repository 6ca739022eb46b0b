//! Who is measured, and how each of them is started; who cannot be is named.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::agi::VARIABLES;
use crate::bina::Bina;
use crate::hello::BODY;
use crate::http::{CACHED, Connection, answer_contains};
use crate::process::{Process, free_port, wait_for};

/// A server on a port.
pub struct Contestant {
    pub name: &'static str,
    pub port: u16,
    /// Whose time on a CPU is counted; nginx's three share one.
    pub process: Option<usize>,
}

/// The servers that could be started, and those that could not.
pub struct Contestants {
    pub http: Vec<Contestant>,
    pub agi: Vec<Contestant>,
    /// PHP as an AGI script, which is no server.
    pub php: Option<Php>,
    pub absent: Vec<String>,
    pub processes: Vec<Process>,
    dir: PathBuf,
    hubsoft: u16,
}

/// How PHP is run for each call.
pub struct Php {
    pub program: PathBuf,
    pub script: PathBuf,
    /// The variables with its libraries and settings.
    pub set: Vec<(&'static str, String)>,
}

pub const BINA: &str = "bina";
pub const BARE: &str = "bare epoll, fixed bytes";
pub const BARE_AGI: &str = "bare responder, 17 round trips";
pub const HELLO: &str = "hyper hello, multi-thread";
pub const HELLO_ONE: &str = "hyper hello, one thread";
pub const NGINX: &str = "nginx return 200";
pub const NGINX_CACHE: &str = "nginx proxy_cache";
pub const NODE: &str = "Node http + lru-cache";
pub const PHP: &str = "nginx + PHP-FPM + APCu";
pub const PYTHON: &str = "FastAPI/uvicorn";
pub const PYTHON_AGI: &str = "panoramisk (Python, uvloop)";
pub const NODE_AGI: &str = "ding-dong (Node)";

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("others")
}

/// A program of this machine, else the one that was fetched into `dir`.
fn program(name: &str, dir: &Path, fetched: &str) -> io::Result<PathBuf> {
    let system = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];
    let mut places: Vec<_> = system.iter().map(|place| Path::new(place).join(name)).collect();
    places.insert(0, dir.join(fetched).join(name));
    let found = places.into_iter().find(|place| place.exists());
    found.ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("there is no {name}")))
}

impl Contestants {
    /// Starts all in front of the HubSoft at `hubsoft`; `dir` is where they were fetched to.
    pub fn start(bina: &Path, dir: &Path, hubsoft: u16) -> io::Result<Self> {
        let mut all = Self {
            http: Vec::new(),
            agi: Vec::new(),
            php: None,
            absent: Vec::new(),
            processes: Vec::new(),
            dir: dir.to_owned(),
            hubsoft,
        };
        all.own(BARE, &["bare"], &[])?;
        all.own(HELLO_ONE, &["hello"], &["one"])?;
        all.own(HELLO, &["hello"], &["multi"])?;
        let bina = Bina::start(bina, dir, hubsoft, "")?;
        let process = Some(all.processes.len());
        all.http.push(Contestant { name: BINA, port: bina.http, process });
        all.processes.push(bina.process);
        all.own(BARE_AGI, &["bare-agi"], &["by-turns"])?;
        all.agi.push(Contestant { name: BINA, port: bina.agi, process });
        all.or_absent("nginx, PHP-FPM", Self::nginx);
        all.or_absent("Node", Self::node);
        all.or_absent("Python", Self::python);
        if !answer_contains(bina.http, CACHED, "status=found")?
            || !answer_contains(bina.http, CACHED, "source=cache")?
        {
            return Err(io::Error::other("bina does not answer from its memory"));
        }
        for contestant in &all.http {
            // The first answer comes from HubSoft, where there is one behind it.
            let requested = Connection::open(contestant.port)?.query(CACHED);
            requested.map_err(|error| io::Error::other(format!("{}: {error}", contestant.name)))?;
        }
        Ok(all)
    }

    fn or_absent(&mut self, who: &str, start: impl Fn(&mut Self) -> io::Result<()>) {
        if let Err(error) = start(self) {
            self.absent.push(format!("{who} ({error})"));
        }
    }

    /// Starts a subcommand of this program.
    fn own(&mut self, name: &'static str, before: &[&str], after: &[&str]) -> io::Result<()> {
        let port = free_port()?;
        let number = port.to_string();
        let arguments = [before, &[&number], after].concat();
        let contestant = self.run(name, port, Process::own(&arguments)?)?;
        let list = if name == BARE_AGI { &mut self.agi } else { &mut self.http };
        list.push(contestant);
        Ok(())
    }

    fn run(&mut self, name: &'static str, port: u16, process: Process) -> io::Result<Contestant> {
        wait_for(port)?;
        self.processes.push(process);
        Ok(Contestant { name, port, process: Some(self.processes.len() - 1) })
    }

    /// Starts a name and a script of `others` for HTTP and for FastAGI. Each receives its port, the
    /// first one where HubSoft is, and the other one the variables.
    fn both(
        &mut self,
        http: (&'static str, &str),
        agi: (&'static str, &str),
        start: impl Fn(&[&str]) -> io::Result<Process>,
    ) -> io::Result<()> {
        let start = |script: &str, port: u16, argument: &str| {
            start(&[&here().join(script).to_string_lossy(), &port.to_string(), argument])
        };
        let ports = (free_port()?, free_port()?);
        let process = start(http.1, ports.0, &self.hubsoft.to_string())?;
        let contestant = self.run(http.0, ports.0, process)?;
        self.http.push(contestant);
        let contestant = self.run(agi.0, ports.1, start(agi.1, ports.1, &variables())?)?;
        self.agi.push(contestant);
        Ok(())
    }

    /// Writes a file of `others` with its places filled in.
    fn filled(&self, name: &str, places: &[(&str, String)]) -> io::Result<String> {
        let mut text = fs::read_to_string(here().join(name))?;
        for (place, value) in places {
            text = text.replace(place, value);
        }
        let file = self.dir.join(name);
        fs::write(&file, text)?;
        Ok(file.to_string_lossy().into_owned())
    }

    fn libraries(&self) -> String {
        let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
        self.dir.join("php/usr/lib").join(machine).to_string_lossy().into_owned()
    }

    fn nginx(&mut self) -> io::Result<()> {
        let php = self.php_fpm();
        let program = program("nginx", &self.dir, "nginx/usr/sbin")?;
        let ports = [free_port()?, free_port()?, free_port()?];
        let mut places = vec![("UPSTREAM", self.hubsoft.to_string())];
        let names = ["RETURN_PORT", "CACHE_PORT", "PHP_PORT"];
        places.extend(names.into_iter().zip(ports.map(|port| port.to_string())));
        let (dir, here) = (self.dir.to_string_lossy().into_owned(), here());
        places.extend([("BODY", BODY.to_owned()), ("DIR", dir)]);
        places.push(("HERE", here.to_string_lossy().into_owned()));
        let _ = fs::remove_dir_all(self.dir.join("nginx.cache"));
        let file = self.filled("nginx.conf", &places)?;
        let log = self.dir.join("nginx.error.log").to_string_lossy().into_owned();
        let process = Process::start(&program, &["-c", &file, "-e", &log], &[])?;
        let contestant = self.run(NGINX, ports[0], process)?;
        let process = contestant.process;
        self.http.push(contestant);
        self.http.push(Contestant { name: NGINX_CACHE, port: ports[1], process });
        match php {
            Ok(()) => self.http.push(Contestant { name: PHP, port: ports[2], process: None }),
            Err(error) => self.absent.push(format!("PHP-FPM ({error})")),
        }
        Ok(())
    }

    /// The settings that make PHP work from the folder it was unpacked into.
    fn php_extension(&self) -> io::Result<String> {
        let folders = [self.dir.join("php/usr/lib/php"), PathBuf::from("/usr/lib/php")];
        let folders = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let mut files = folders.flatten().map(|entry| entry.path().join("apcu.so"));
        let file = files.find(|file| file.exists());
        let file = file.ok_or_else(|| io::Error::other("there is no APCu"))?;
        Ok(format!("extension={}", file.to_string_lossy()))
    }

    /// PHP as Debian sets it up for a script, with every extension that php8.2-cli and php8.2-curl
    /// bring: each is loaded for each call. One that is installed finds its own settings.
    fn php_settings(&self) -> io::Result<Vec<(&'static str, String)>> {
        let (from, to) = (self.dir.join("php/usr"), self.dir.join("php.d"));
        if !from.exists() {
            return Ok(Vec::new());
        }
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to)?;
        let extensions = self.php_extension()?.replace("extension=", "");
        let extensions = extensions.trim_end_matches("/apcu.so");
        for package in ["common", "curl", "opcache", "readline"] {
            let folder = from.join(format!("share/php8.2-{package}/{package}"));
            for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                let text = fs::read_to_string(file.path())?;
                let number = text.split_once("priority=").map_or("20", |(_, rest)| &rest[..2]);
                let name = file.file_name();
                fs::write(to.join(format!("{number}-{}", name.to_string_lossy())), text)?;
            }
        }
        let shipped = fs::read_to_string(from.join("lib/php/8.2/php.ini-production.cli"))?;
        fs::write(to.join("php.ini"), format!("{shipped}\nextension_dir = \"{extensions}\"\n"))?;
        let place = to.to_string_lossy().into_owned();
        Ok(vec![
            ("LD_LIBRARY_PATH", self.libraries()),
            ("PHPRC", place.clone()),
            ("PHP_INI_SCAN_DIR", place),
        ])
    }

    fn php_fpm(&mut self) -> io::Result<()> {
        let libraries = self.libraries();
        let cli = program("php8.2", &self.dir, "php/usr/bin")?;
        let script = here().join("agi.php");
        self.php = Some(Php { program: cli, script, set: self.php_settings()? });
        let program = program("php-fpm8.2", &self.dir, "php/usr/sbin")?;
        let extension = self.php_extension()?;
        let opcache = extension.replace("extension=", "zend_extension=").replace("apcu", "opcache");
        let dir = self.dir.to_string_lossy().into_owned();
        let places = [("= UPSTREAM", format!("= {}", self.hubsoft)), ("DIR", dir)];
        let file = self.filled("php-fpm.conf", &places)?;
        let arguments = ["-R", "-n", "-d", &opcache, "-d", &extension, "-y", &file];
        let process = Process::start(&program, &arguments, &[("LD_LIBRARY_PATH", &libraries)])?;
        self.processes.push(process);
        Ok(())
    }

    fn node(&mut self) -> io::Result<()> {
        let modules = self.dir.join("node/node_modules");
        if !modules.join("lru-cache").exists() {
            return Err(io::Error::other("lru-cache was not fetched"));
        }
        let (program, modules) = (program("node", &self.dir, "node")?, modules.to_string_lossy());
        let start =
            |arguments: &[&str]| Process::start(&program, arguments, &[("NODE_PATH", &modules)]);
        self.both((NODE, "lookup.js"), (NODE_AGI, "agi.js"), start)
    }

    fn python(&mut self) -> io::Result<()> {
        let program = self.dir.join("python/bin/python");
        if !self.dir.join("python/bin/uvicorn").exists() {
            return Err(io::Error::other("uvicorn was not fetched"));
        }
        let start = |arguments: &[&str]| Process::start(&program, arguments, &[]);
        self.both((PYTHON, "lookup.py"), (PYTHON_AGI, "agi.py"), start)
    }
}

/// The variables as JSON, for those that receive them.
pub fn variables() -> String {
    let pairs = VARIABLES.map(|(name, value)| format!("[\"{name}\",\"{value}\"]"));
    format!("[{}]", pairs.join(","))
}
