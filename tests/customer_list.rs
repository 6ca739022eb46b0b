//! What the HubSoft client concludes from the list of all customers and from the tables of names.

mod app;
#[path = "customer_list/examples.rs"]
mod examples;
#[path = "customer_list/hostile.rs"]
mod hostile;
#[path = "customer_list/requests.rs"]
mod requests;
#[path = "customer_list/stub.rs"]
mod stub;

use std::fs;
use std::path::Path;

/// The text of an example answer.
fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/customer_list/answers");
    fs::read_to_string(folder.join(name).with_extension("json")).expect(name)
}
