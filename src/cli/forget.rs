//! `bina forget`: purges a number from the running service, at a customer's request.

use std::path::Path;

use crate::app::config::Config;
use crate::runtime::language::Language;

use super::operation::{Operation, encoded};
use super::{Failed, error_texts, print_line, texts};

/// The endpoint that purges a number.
pub(super) const PURGE: &str = "/v1/forget";
/// The endpoint that checks whether anything of a number is left.
pub(super) const VERIFY: &str = "/v1/forget/verify";

/// The endpoint that lets a number be learnt again.
pub(super) const UNDO: &str = "/v1/forget/undo";

/// Posts `number` to an endpoint of the service that the file at `path` configures.
pub(super) async fn run(
    path: &Path,
    number: &str,
    endpoint: &str,
    language: Language,
) -> Result<(), Failed> {
    let config = Config::load(path)?;
    let service = Operation::of(&config, error_texts::FORGET_NO_LISTENER)?;
    let body = format!("number={}", encoded(number));
    let answer = service.post(endpoint, &body).await?;
    print_line(texts::answer(&answer, language));
    Ok(())
}
