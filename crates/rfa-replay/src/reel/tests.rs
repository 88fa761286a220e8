use super::*;

#[test]
fn what_is_kept_stays_within_its_bound_and_is_found() {
    let mut kept = Kept::new(1_000);
    for place in 0..10_000 {
        kept.offer(place, || (place, 90));
        assert!(kept.bytes <= 1_000, "{} bytes at {place}", kept.bytes);
    }
    assert_eq!(kept.before(0), Some((0, &0)), "the first tick is always there");
    let every = kept.every;
    assert!(every > EVERY, "a bound that was never reached proves nothing");
    for place in [1, every - 1, every, 3 * every + 1, 9_999] {
        let (found, value) = kept.before(place).expect("kept");
        assert_eq!((found, *value), (place / every * every, place / every * every), "{place}");
    }
    let bytes = kept.bytes;
    kept.offer(0, || panic!("it is kept already"));
    assert_eq!(kept.bytes, bytes);
}
