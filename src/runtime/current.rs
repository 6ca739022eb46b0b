//! Holds what a reload replaces as a whole while calls use it.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// What is active now. Whoever has taken it keeps it to the end of the call.
pub struct Current<T>(ArcSwap<T>);

impl<T> Current<T> {
    /// Begins with `first`.
    pub fn new(first: T) -> Self {
        Self(ArcSwap::from_pointee(first))
    }

    /// What is active now, without waiting.
    pub fn now(&self) -> Arc<T> {
        self.0.load_full()
    }

    /// Activates `next` for all who ask from now on.
    pub fn replace(&self, next: T) {
        self.0.store(Arc::new(next));
    }
}

impl<T: Send + Sync + 'static> Current<T> {
    /// The part of it that `part` names, as of each moment.
    pub fn part<P: Send + Sync + 'static>(self: &Arc<Self>, part: fn(&T) -> &Arc<P>) -> Active<P> {
        let whole = Arc::clone(self);
        Active(Arc::new(move || Arc::clone(part(&whole.0.load()))))
    }
}

/// One part of what is active. Clones see the same.
pub struct Active<P>(Arc<dyn Fn() -> Arc<P> + Send + Sync>);

impl<P> Active<P> {
    /// The part that is active now, without waiting.
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
    fn a_part_follows_the_whole_and_what_was_taken_stays() {
        let current = Arc::new(Current::new((Arc::new(1), Arc::new("a"))));
        let number = current.part(|whole| &whole.0);
        let taken = number.now();
        current.replace((Arc::new(2), Arc::new("b")));
        assert_eq!((*taken, *number.now(), *number.clone().now()), (1, 2, 2));
        assert_eq!(*Active::always(3).now(), 3);
    }
}
