//! What is played for one call, and why.

use std::sync::Arc;

use crate::domain::alert::Alert;

use super::{Playlist, Rule, Speak};

/// The choice for one call; all `None` if nothing is played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice<'a> {
    /// Name of the rule; `None` for the general prompt.
    pub rule: Option<&'a Arc<str>>,
    pub play: Option<&'a Arc<Playlist>>,
    /// What is said in its place once the text of the alert has been spoken.
    pub speak: Option<&'a Arc<Speak>>,
    pub route: Option<&'a Arc<str>>,
    /// The alert whose text may be sent to the agent's screen.
    pub message: Option<&'a Alert>,
    /// The alert that was matched, whether its text may be sent or not.
    pub alert: Option<&'a Alert>,
    pub chosen_by: ChosenBy,
}

/// Whose alert a choice is made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChosenBy {
    /// The customer's own.
    #[default]
    Customer,
    /// There may be one: the prompt says no more than that, and the customer has no alert.
    Hedge,
    /// There is none: a rule for customers without one was met by the customer's services.
    Services,
    /// One of the administrator's own.
    Local,
}

impl<'a> Choice<'a> {
    /// The choice of a rule that an alert of the customer meets.
    pub(super) fn of_rule(rule: &'a Rule, alert: Option<&'a Alert>) -> Self {
        Self {
            rule: Some(&rule.name),
            play: Some(&rule.play),
            speak: rule.speak.as_ref(),
            route: rule.route.as_ref(),
            message: alert.filter(|_| rule.expose),
            alert,
            chosen_by: ChosenBy::Customer,
        }
    }

    /// The choice of a rule that the services of a customer without an alert meet.
    pub(super) fn of_services(rule: &'a Rule) -> Self {
        Self { chosen_by: ChosenBy::Services, ..Self::of_rule(rule, None) }
    }

    /// Plays `prompt` to a caller who may be concerned.
    pub fn hedged(prompt: &'a Arc<Playlist>) -> Self {
        Self { play: Some(prompt), chosen_by: ChosenBy::Hedge, ..Self::default() }
    }
}
