//! The console: who may see and change what, what its pages say, and that nothing hostile runs in them.

mod app;
#[path = "console/banner.rs"]
mod banner;
#[path = "console/browser.rs"]
mod browser;
#[path = "console/chromium.rs"]
mod chromium;
#[path = "console/errors.rs"]
mod errors;
#[path = "console/forms.rs"]
mod forms;
#[path = "console/hostile.rs"]
mod hostile;
#[path = "console/lists.rs"]
mod lists;
#[path = "console/login.rs"]
mod login;
#[path = "console/pages.rs"]
mod pages;
#[path = "console/screenshots.rs"]
mod screenshots;
#[path = "operation/served.rs"]
#[allow(dead_code, reason = "tests/operation.rs uses the rest")]
mod served;
#[path = "console/sessions.rs"]
mod sessions;
#[path = "console/visitor.rs"]
mod visitor;
