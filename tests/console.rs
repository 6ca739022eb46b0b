//! The console: who may see and change what, what its pages say, and that nothing hostile runs in them.

mod app;
#[path = "console/browser.rs"]
mod browser;
#[path = "console/errors.rs"]
mod errors;
#[path = "console/hostile.rs"]
mod hostile;
#[path = "console/login.rs"]
mod login;
#[path = "console/pages.rs"]
mod pages;
#[path = "console/visitor.rs"]
mod visitor;
