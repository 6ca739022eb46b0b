//! Parts of the forms that change something.

use maud::{Markup, html};

use super::sessions::Session;

/// The field that shows that a form is one of this session.
pub(super) fn secret(session: Option<&Session>) -> Markup {
    let csrf = session.map(|session| session.csrf.as_str());
    html! { input type="hidden" name="csrf" value=(csrf.unwrap_or_default()); }
}

/// Keeps the enter key in a field from sending a form: a browser then presses the first button, and this one
/// does nothing.
pub(super) fn no_enter() -> Markup {
    html! { button disabled hidden {} }
}
