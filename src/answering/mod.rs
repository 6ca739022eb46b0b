//! Answers a call: lookup within the deadline, choice of the prompt, rendering.

pub mod explanation;
pub mod figures;
pub mod identify;
pub mod journal;
pub mod lookup;
pub mod metrics;
pub mod numbers;
pub mod outage;
pub mod render;
pub mod responder;
pub mod screen_pop;
pub mod speech;
pub mod suspicion;
pub mod trunks;
