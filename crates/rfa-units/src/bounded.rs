//! A short list of fixed capacity that lives where it is declared.

/// The list has no room for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// At most `N` items, without allocation. Equality looks at the items held only.
#[derive(Debug, Clone, Copy)]
pub struct Bounded<T, const N: usize> {
    items: [Option<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> Bounded<T, N> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { items: [None; N], len: 0 }
    }

    /// Appends one item.
    ///
    /// # Errors
    /// [`Full`] when `N` items are held; the list is then unchanged.
    pub fn push(&mut self, item: T) -> Result<(), Full> {
        let slot = self.items.get_mut(self.len).ok_or(Full)?;
        *slot = Some(item);
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    /// The item at `index`, if there is one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.items.get(index).and_then(Option::as_ref)
    }

    /// The last item.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.len.checked_sub(1).and_then(|index| self.get(index))
    }

    /// The items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter().flatten()
    }

    /// How many items are held.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether there is no room for one more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.len >= N
    }
}

impl<T: Copy, const N: usize> Default for Bounded<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy + PartialEq, const N: usize> PartialEq for Bounded<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Copy + Eq, const N: usize> Eq for Bounded<T, N> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_fits_and_refuses_the_rest() {
        let mut list = Bounded::<u8, 2>::new();
        assert_eq!(list.push(1), Ok(()));
        assert_eq!(list.push(2), Ok(()));
        assert_eq!(list.push(3), Err(Full));
        assert_eq!(list.iter().copied().collect::<std::vec::Vec<_>>(), [1, 2]);
        assert_eq!(list.last(), Some(&2));
    }
}
