//! Holds the pure types and rules: no clock, no waiting, no HubSoft.

pub mod agent_call;
pub mod alert;
pub mod alert_text;
pub mod allocation;
pub mod answer;
pub mod call;
pub mod customer;
pub mod customer_code;
pub mod document;
pub mod edit_distance;
pub mod failure;
pub mod finding;
pub mod forecast;
pub mod found;
pub mod identification;
pub mod local_time;
pub mod phone;
pub mod place;
pub mod plain_text;
pub mod prompt;
pub mod reported;
pub mod safe_text;
pub mod speech_text;
pub mod telephone_audio;
pub mod wav;
pub mod zone;
