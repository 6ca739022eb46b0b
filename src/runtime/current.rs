//! Holds a part of the program that may be replaced while calls use it.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// What is in force now. Whoever has taken it keeps it to the end of the call.
pub struct Current<T>(ArcSwap<T>);

impl<T> Current<T> {
    /// Begins with `first`.
    pub fn new(first: Arc<T>) -> Self {
        Self(ArcSwap::new(first))
    }

    /// What is in force now; nobody ever waits for it.
    pub fn now(&self) -> Arc<T> {
        self.0.load_full()
    }

    /// Puts `next` in force for all who ask from now on.
    pub fn replace(&self, next: Arc<T>) {
        self.0.store(next);
    }
}
