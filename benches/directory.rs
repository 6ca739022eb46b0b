//! Measures the directory in memory: `cargo bench --bench directory`, with 1,000,000 invented customers.

use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;

use bina::domain::phone::Phone;
use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::{
    AlertScope, Builder, Generation, GenerationFacts, Joins, NamedPlace, Names, PhoneHasher,
    PlaceKind, WalkExtent,
};
use bina::sources::directory::{CityEntry, InterfaceEntry, ListedCustomer, PopEntry, ScopeTables};

const CUSTOMERS: u64 = 1_000_000;
/// Customers of an interface, of a box, of a piece of equipment and of a district.
const PER_INTERFACE: u64 = 48;
const PER_BOX: u64 = 8;
const PER_EQUIPMENT: u64 = 12_000;
const PER_DISTRICT: u64 = 700;
const PAGE: u64 = 500;

fn main() {
    let hasher = PhoneHasher::new(&[7; 32]);
    let first = finished(built(&hasher, 0), None, "finish");
    let customers = CUSTOMERS as f64;
    println!("{:.1} bytes a customer", first.bytes() as f64 / customers);
    println!("{} numbers, {} services", first.numbers(), first.services());
    look_ups(&first, &hasher);
    scans(&first);
    stored(&first);
    // Half of the customers are missing, and are carried over.
    let second = finished(built(&hasher, CUSTOMERS / 2), Some(&first), "finish after another");
    println!("{} customers, {:.1} MiB", second.customers(), mib(second.bytes()));
    let forgotten = measured("without a number", || first.without(&[hasher.hash(&phone(3))]).0);
    println!("{} customers", forgotten.customers());
    measured("amended by nothing", || first.amended(&[]));
}

/// A walk's builder from the customer `begin` on; reports what adding a customer takes.
fn built(hasher: &PhoneHasher, begin: u64) -> Builder {
    let mut builder = Builder::new(hasher.clone(), Names::Dropped);
    builder.expect(CUSTOMERS);
    let mut spent = Duration::ZERO;
    for page in 0..CUSTOMERS / PAGE {
        let page: Vec<_> = (0..PAGE).map(|at| customer(begin + page * PAGE + at)).collect();
        let start = cpu();
        for customer in &page {
            black_box(builder.add(customer));
        }
        spent += cpu() - start;
    }
    println!("add: {:.0} ns each", spent.as_nanos() as f64 / CUSTOMERS as f64);
    builder
}

fn finished(builder: Builder, previous: Option<&Generation>, what: &str) -> Generation {
    let facts = GenerationFacts { number: 1, made_at_s: 1_800_000_000, extent: WalkExtent::Whole };
    measured(what, || builder.finish(facts, previous))
}

/// Looks numbers up in an order in which neighbours are far apart, so that no cache helps.
fn look_ups(generation: &Generation, hasher: &PhoneHasher) {
    let spread = |at: u64| at.wrapping_mul(0x9E37_79B9_7F4A_7C15) % CUSTOMERS;
    let start = cpu();
    let hashes: Vec<_> = (0..CUSTOMERS).map(|at| hasher.hash(&phone(2 * spread(at)))).collect();
    let hashed = cpu() - start;
    let start = cpu();
    let found: usize = hashes.iter().map(|hash| black_box(generation.find(*hash)).len()).sum();
    let looked_up = cpu() - start;
    let each = |time: Duration| time.as_nanos() as f64 / CUSTOMERS as f64;
    println!("hash: {:.0} ns, find: {:.0} ns each, {found} rows", each(hashed), each(looked_up));
}

fn scans(generation: &Generation) {
    let tables = tables();
    let joins = measured("joins", || Joins::new(&tables, generation));
    let report = measured("join report", || joins.report(generation));
    let percent = report.kinds.iter().map(|kind| format!("{:.0}", kind.percent()));
    println!("percent by kind: {}", percent.collect::<Vec<_>>().join(" "));
    let interfaces: AlertScope =
        AlertScope { interfaces: (0..250).collect(), pops: [0].into(), ..AlertScope::default() };
    let all = AlertScope {
        cities: [1].into(),
        districts: (0..15).map(|at| AlertScope::district(1, &format!("Bairro {at}"))).collect(),
        boxes: (0..1000).collect(),
        statuses: [1].into(),
        groups: [17].into(),
        ..interfaces.clone()
    };
    let named = |kind, path: &[&str]| NamedPlace {
        kind,
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    };
    let places = [
        named(PlaceKind::District, &["bairro 3"]),
        named(PlaceKind::Equipment, &["olt 1"]),
        named(PlaceKind::Box, &["cto 7"]),
    ];
    let rows = measured("named places", || generation.rows_in(&joins, &tables, &places));
    println!("{} customers", rows.len());
    let known = measured("known boxes", || generation.known_places(&tables, PlaceKind::Box));
    println!("{} boxes", known.paths.len());
    for (what, scope) in [("scan, 2 kinds", &interfaces), ("scan, 7 kinds", &all)] {
        let strata = measured(what, || generation.scan(&joins, scope));
        println!("{} strata", strata.counts().len());
    }
}

fn stored(generation: &Generation) {
    let mut bytes = Vec::with_capacity(generation.bytes());
    bytes.resize(generation.bytes(), 1);
    bytes.clear();
    measured("write", || generation.write(&mut bytes).expect("a vector"));
    println!("{:.1} MiB stored", mib(bytes.len()));
    measured("write to nothing", || {
        generation.write(&mut (&mut io::sink() as &mut dyn Write)).expect("a sink");
    });
    let read = measured("read", || Generation::read(&mut &bytes[..]).expect("its own bytes"));
    println!("equal: {}, {:.1} MiB", read == *generation, mib(read.bytes()));
}

/// Reports the time, and how far memory rose meanwhile above what was held before.
fn measured<T>(what: &str, work: impl FnOnce() -> T) -> T {
    // Sets the peak to what is held now.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    let start = cpu();
    let result = work();
    let time = cpu() - start;
    let peak = status("VmHWM:").saturating_sub(before);
    println!("{what}: {time:.1?}, peak {} MiB more than {} MiB", peak >> 10, before >> 10);
    result
}

/// The time that this thread was given so far, so that a busy machine changes little.
fn cpu() -> Duration {
    let times = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let given = times.split_whitespace().next().and_then(|given| given.parse().ok());
    Duration::from_nanos(given.unwrap_or_default())
}

/// A line of the process's memory, in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn phone(at: u64) -> Phone {
    Phone::parse(&format!("3799{:07}", 2_000_000 + at), None).expect("a number")
}

/// 1.5 numbers and 1.1 services.
fn customer(id: u64) -> ListedCustomer {
    let phones = (0..=id % 2).map(|at| phone(2 * id + at)).collect();
    let services =
        (0..=u64::from(id.is_multiple_of(10))).map(|at| service(id + at * 977)).collect();
    let (code, name) = ((id + 100_000).to_string(), String::new());
    ListedCustomer { id, code, name, phones, alert: None, services }
}

fn equipment(at: u64) -> (String, String) {
    (format!("OLT {at}"), format!("10.0.{at}.1"))
}

fn service(id: u64) -> ServicePlace {
    let (equipment, address) = equipment(id / PER_EQUIPMENT);
    let interface = format!("GPON 0/{}", id / PER_INTERFACE);
    ServicePlace {
        status: ["servico_habilitado", "suspenso_debito"][usize::from(id.is_multiple_of(20))]
            .into(),
        interface: Some(InterfaceName { equipment, address, interface }),
        optical_box: Some(format!("CTO {}", id / PER_BOX)),
        district: Some(District {
            city: "Santo Antônio".into(),
            states: ["MG".into(), "Minas Gerais".into()],
            ibge: Some(3_100_002),
            district: format!("Bairro {}", id / PER_DISTRICT),
        }),
        groups: vec![17],
    }
}

fn tables() -> ScopeTables {
    let count = |each: u64| 0..CUSTOMERS / each + 1;
    let interface = |id: u64| {
        let (equipment, address) = equipment(id * PER_INTERFACE / PER_EQUIPMENT);
        let name = format!("gpon 0/{id}");
        InterfaceEntry { id, name, equipment_id: id, equipment, address }
    };
    let pop = |id| PopEntry { id, name: format!("POP {id}"), equipment: vec![equipment(id)] };
    let districts = count(PER_DISTRICT).map(|at| format!("BAIRRO {at}")).collect();
    let states = ["MG".to_owned(), String::new()];
    let name = "Santo Antonio".to_owned();
    ScopeTables {
        cities: vec![CityEntry { id: 1, name, states, ibge: None, districts }],
        interfaces: count(PER_INTERFACE).map(interface).collect(),
        pops: count(PER_EQUIPMENT).map(pop).collect(),
        boxes: count(PER_BOX).map(|id| (id, format!("cto {id}"))).collect(),
        statuses: vec![(1, "servico_habilitado".into()), (2, "suspenso_debito".into())],
        groups: vec![(17, "Residencial".into())],
        forbidden: Vec::new(),
    }
}
