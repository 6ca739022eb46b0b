//! The day of an outage in paused time: bina's own code in front of a HubSoft of the test's process, whose
//! customers call within a minute.

#[path = "outage/bench.rs"]
mod bench;
#[path = "outage/dice.rs"]
mod dice;
#[path = "outage/hubsoft.rs"]
mod hubsoft;
mod kept;
#[path = "outage/outages.rs"]
mod outages;
#[path = "outage/population.rs"]
mod population;
#[path = "outage/promises.rs"]
mod promises;
#[path = "outage/repeated.rs"]
mod repeated;
#[path = "outage/surge.rs"]
mod surge;
#[path = "outage/table.rs"]
mod table;
