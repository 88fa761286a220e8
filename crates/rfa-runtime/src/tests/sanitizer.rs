//! What tests/realtime_sanitizer.sh has to find.

/// Marked as the ticks are, and allocates.
#[sanitize(realtime = "nonblocking")]
fn allocates() -> usize {
    std::hint::black_box(vec![1_u8; 64]).len()
}

#[test]
#[ignore = "the sanitizer ends it"]
fn an_allocation_is_found() {
    assert_eq!(allocates(), 64);
}
