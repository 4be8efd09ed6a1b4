use super::*;

fn numbers(range: Range<usize>) -> Vec<[f64; 2]> {
    let number = |at| f64::from(u32::try_from(at).unwrap());
    range.map(number).map(|number| [number, -0.5 * number]).collect()
}

/// Room for so many records.
fn room(records: usize) -> &'static Room {
    room_of(records * 16)
}

fn pile(room: &'static Room, count: usize) -> Pile<[f64; 2]> {
    let mut pile = Pile::within(room);
    // By hand in uneven steps, so that they end within, at and behind what is written at a time.
    let mut next = 0;
    for step in [1, 2, 3].into_iter().cycle() {
        if next == count {
            break;
        }
        let end = (next + step).min(count);
        pile.extend_from_slice(&numbers(next..end));
        next = end;
    }
    pile
}

#[test]
fn what_lies_aside_is_what_was_put_there() {
    for most in [0, 1, 4, 5, 100] {
        let pile = pile(room(most), 23);
        assert_eq!((pile.len(), pile.is_empty()), (23, false));
        assert_eq!(pile.file.is_some(), most < 23, "{most}");
        assert!(pile.held.len() <= 2 * most.max(1), "{most}: {}", pile.held.len());
        for start in 0..=23 {
            for end in start..=23 {
                assert_eq!(*pile.range(start..end), numbers(start..end), "{most}");
            }
        }
        assert!(pile.iter().eq(numbers(0..23)) && pile.iter().len() == 23);
        let mut rest = pile.iter();
        assert_eq!((rest.nth(20), rest.len()), (Some(numbers(20..21)[0]), 2));
        let each: Vec<_> = (0..23).map(|at| pile.of(at)).collect();
        assert_eq!(each, numbers(0..23));
        assert!(pile.all.get().is_none(), "nobody asked for all at once");
        assert_eq!(pile.clone().all(), numbers(0..23));
        assert_eq!(pile.all(), numbers(0..23));
        assert_eq!(*pile.range(3..22), numbers(3..22));
    }
    let none = pile(room(4), 0);
    assert!(none.is_empty() && none.range(0..0).is_empty() && none.iter().len() == 0);
}

#[test]
fn more_than_is_read_at_a_time_comes_in_order() {
    let all: Vec<usize> = (0..AT_ONCE * 2 + 7).collect();
    let mut pile = Pile::within(room(64));
    pile.extend(all.iter().copied());
    assert!(!pile.is_in_memory() && pile.iter().eq(all.iter().copied()));
    assert_eq!(Pile::from(all.clone()), pile);
    pile.push(0);
    assert_ne!(Pile::from(all), pile);
}

#[test]
fn piles_share_their_room() {
    let room = room(20);
    let first = pile(room, 20);
    assert_eq!(room.taken(), 20 * 16);
    let mut second = Pile::within(room);
    second.reserve(1);
    assert_eq!(second.held.capacity(), 0, "there is no room");
    second.extend(numbers(0..20));
    assert!(first.file.is_none() && second.file.is_some());
    let mut third = Pile::within(room);
    third.stays = Pile::<[f64; 2]>::in_memory().stays;
    third.extend(numbers(0..20));
    assert!(third.is_in_memory());
    drop((first, second, third));
    assert_eq!(room.taken(), 0);
    assert!(pile(room, 20).file.is_none());
}

#[test]
fn what_was_asked_for_at_once_does_not_hide_what_comes_later() {
    let mut pile = pile(room(4), 9);
    assert_eq!(pile.all().len(), 9);
    pile.extend(numbers(9..12));
    assert_eq!(pile.all(), numbers(0..12));
}

#[test]
fn memory_holds_what_no_file_takes() {
    let named = tempfile::NamedTempFile::new().unwrap();
    let file = Mutex::new(File::open(named.path()).unwrap());
    let mut pile = Pile::within(room(4));
    pile.file = Some(Filed { file, records: 0 });
    pile.extend(numbers(0..9));
    pile.extend(numbers(9..23));
    assert_eq!((pile.filed(), pile.len()), (0, 23));
    assert_eq!((pile.all(), &*pile.range(3..20)), (&*numbers(0..23), &*numbers(3..20)));
    assert!(pile.all.get().is_none(), "there is no second copy");
}

#[test]
fn ends_tell_where_the_first_begins() {
    let ends: Pile<u32> = vec![3, 3, 7, 9].into();
    let of = |range: Range<usize>| {
        let (first, some, own) = ends.with_ends(range, |end| end);
        (first, some.into_owned(), own)
    };
    assert_eq!(of(0..2), (0, vec![3, 3], 0..3));
    assert_eq!(of(1..3), (0, vec![3, 3, 7], 3..7));
    assert_eq!(of(3..4), (2, vec![7, 9], 7..9));
    assert_eq!((of(0..0), of(2..2)), ((0, vec![], 0..0), (1, vec![3], 3..3)));
}

#[test]
fn any_bits_of_a_number_survive() {
    let odd = [f64::from_bits(0x7ff8_0000_0000_1234), -0.0];
    let back = <[f64; 2]>::of_bytes(odd.to_bytes());
    assert_eq!(back.map(f64::to_bits), odd.map(f64::to_bits));
    assert_eq!(u64::of_bytes(u64::MAX.to_bytes()), u64::MAX);
    assert_eq!(f64::of_bytes(odd[0].to_bytes()).to_bits(), odd[0].to_bits());
}

#[test]
fn what_can_no_longer_be_read_is_an_error_and_no_panic() {
    let mut pile = pile(room(4), 23);
    if let Some(filed) = &mut pile.file {
        filed.file = Mutex::new(tempfile::tempfile().unwrap());
    }
    let lost = caught(|| pile.range(0..5).len()).unwrap_err();
    assert_eq!(lost.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(caught(|| pile.range(22..23).len()).unwrap(), 1);
}
