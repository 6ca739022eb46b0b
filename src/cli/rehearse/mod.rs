//! `bina rehearse`: plays the day of an outage against a simulated HubSoft and reports the results.
//!
//! Callers, bina and HubSoft run in one process, but they use real connections: one for each call,
//! as with Asterisk. Calls start on schedule even when earlier ones are not answered, and an answer's
//! time counts from its call's due time. So a slow service cannot hide its delays by slowing down its
//! callers (coordinated omission).
//!
//! ```text
//! options -> plan -> setup: HubSoft with customers, bina, its directory, earlier alerts, its cache
//!                      `-> calls: each when it is due, the alert, HubSoft's death -> tally -> report
//!                                                                                      `-> advice
//! ```

mod advice;
mod arrivals;
mod caller;
mod calls;
mod judged;
mod load;
mod memory;
mod options;
mod plan;
mod progress;
mod report;
mod scope;
mod setup;
mod span;
mod tally;
mod texts;
mod watch;

use anyhow::anyhow;

use crate::runtime::language::Language;

use self::load::UpstreamLoad;
use self::plan::RehearsalPlan;
use self::report::RehearsalReport;
use self::setup::Stage;
use self::tally::Day;
use super::{Failed, print_line};

pub(super) use self::options::RehearsalOptions;

/// Rehearses as the options say and prints the report; fails when a call was not answered in time.
pub(super) async fn run(options: RehearsalOptions, language: Language) -> Result<(), Failed> {
    let plan = options.plan();
    let plan = plan.map_err(|problem| Failed::Configuration(anyhow!(problem.of(language))))?;
    let rehearsed = rehearse(&plan, language).await?;
    let compared = if plan.is_compared {
        Some(rehearse(&plan.without_directory(), language).await?.day.tally())
    } else {
        None
    };
    let Rehearsed { day, load, memory_before } = &rehearsed;
    let report = RehearsalReport {
        plan: &plan,
        day,
        load: *load,
        memory_before: *memory_before,
        compared: compared.as_ref(),
        language,
    };
    print_line(report.text());
    print_line("");
    report.verdict().map(print_line).map_err(|broken| Failed::Runtime(anyhow!(broken)))
}

/// What a rehearsal has shown.
struct Rehearsed {
    day: Day,
    load: UpstreamLoad,
    memory_before: Option<u64>,
}

async fn rehearse(plan: &RehearsalPlan, language: Language) -> Result<Rehearsed, Failed> {
    let stage = Stage::prepare(plan, language).await?;
    // Requests that filled the directory and the cache are not part of the rehearsal.
    let requests_before = stage.sim.requests().len();
    let memory_before = memory::resident();
    let day = calls::place_calls(&stage, plan, language).await?;
    let requests = stage.sim.requests();
    let load = UpstreamLoad::count(&requests[requests_before..], plan.rate);
    Ok(Rehearsed { day, load, memory_before })
}
