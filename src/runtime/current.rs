//! A value that a reload replaces as a whole while calls use it.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// The active value. A call that has loaded it keeps it to its end.
pub struct Current<T>(ArcSwap<T>);

impl<T> Current<T> {
    /// Starts with `first`.
    pub fn new(first: T) -> Self {
        Self(ArcSwap::from_pointee(first))
    }

    /// The value that is active now; never blocks.
    pub fn now(&self) -> Arc<T> {
        self.0.load_full()
    }

    /// Activates `next` for all later loads.
    pub fn replace(&self, next: T) {
        self.0.store(Arc::new(next));
    }
}

impl<T: Send + Sync + 'static> Current<T> {
    /// A handle to the part that `part` selects, which always follows the active value.
    pub fn part<P: Send + Sync + 'static>(self: &Arc<Self>, part: fn(&T) -> &Arc<P>) -> Active<P> {
        let whole = Arc::clone(self);
        Active(Arc::new(move || Arc::clone(part(&whole.0.load()))))
    }
}

/// One part of the active value. Clones share it.
pub struct Active<P>(Arc<dyn Fn() -> Arc<P> + Send + Sync>);

impl<P> Active<P> {
    /// The part that is active now; never blocks.
    pub fn now(&self) -> Arc<P> {
        (self.0)()
    }
}

impl<P: Send + Sync + 'static> Active<P> {
    /// A part that is never replaced.
    pub fn always(part: P) -> Self {
        let part = Arc::new(part);
        Self(Arc::new(move || Arc::clone(&part)))
    }
}

impl<P> Clone for Active<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_follows_replacements_and_a_loaded_value_stays() {
        let current = Arc::new(Current::new((Arc::new(1), Arc::new("a"))));
        let number = current.part(|whole| &whole.0);
        let taken = number.now();
        current.replace((Arc::new(2), Arc::new("b")));
        assert_eq!((*taken, *number.now(), *number.clone().now()), (1, 2, 2));
        assert_eq!(*Active::always(3).now(), 3);
    }
}
