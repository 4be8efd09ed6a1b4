//! How much memory piles may take together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory that piles share.
#[derive(Debug)]
pub(super) struct Room {
    most: AtomicUsize,
    taken: AtomicUsize,
}

impl Room {
    /// Room for so many bytes.
    pub(super) const fn of(most: usize) -> Self {
        Self { most: AtomicUsize::new(most), taken: AtomicUsize::new(0) }
    }

    /// Makes it so many bytes from now on.
    pub(super) fn set_most(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// Bytes that there are.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Takes more bytes, and says whether there was room for them.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) <= self.most()
    }

    /// Gives bytes back that were taken.
    pub(super) fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether there is room for more bytes.
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.taken().saturating_add(bytes) <= self.most()
    }

    /// Bytes that are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}
