//! Results of geometry that were computed before and need not be computed again.
//!
//! In: what a result depends on, and how to compute it. Out: the result, from the store where it
//! has it. Knows no file: whoever starts the program may give it a store, and without one all is
//! computed. A result is a function of what its key is the digest of, so that a store can save
//! time and change nothing.

use std::fmt::Debug;
use std::sync::OnceLock;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::grid::GridPoint;
use super::shapes::{ShapeRef, Shapes, Window, take};
use crate::domain::Digest;

/// Where results are kept from one run to the next.
pub trait Store: Debug + Send + Sync {
    /// What was kept under a key, exactly as it was; `None` if nothing was or it is damaged.
    fn recall(&self, key: &Digest) -> Option<Vec<u8>>;

    /// Keeps a result. Where that fails it is lost, and nothing else.
    fn keep(&self, key: &Digest, result: &[u8]);
}

static STORE: OnceLock<Box<dyn Store>> = OnceLock::new();

/// Below so many points a result is computed as quickly as it is read.
const WORTH_KEEPING: usize = 64;

/// Has results kept in a store from now on, and says whether that is so: only the first one
/// that is given counts.
pub fn keep_in(store: Box<dyn Store>) -> bool {
    STORE.set(store).is_ok()
}

/// What a result depends on, byte by byte.
#[derive(Debug)]
pub(super) struct Key {
    hasher: Sha256,
    /// What the hasher has not seen yet.
    bytes: Vec<u8>,
    points: usize,
}

/// So many bytes a key gathers before it digests them.
const GATHERED: usize = 1 << 16;
/// Bytes of a point.
const POINT: usize = 16;

impl Key {
    /// The key of a method, which has a name of its own.
    pub(super) fn new(method: &str) -> Self {
        let mut key = Self { hasher: Sha256::new(), bytes: Vec::new(), points: 0 };
        key.number(method.len() as u64);
        key.bytes.extend_from_slice(method.as_bytes());
        key
    }

    pub(super) fn number(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A feature with a distance of its own, m.
    pub(super) fn feature(&mut self, shape: ShapeRef<'_>, distance_m: f64) {
        self.number(distance_m.to_bits());
        self.points += shape.points().len();
        self.number(shape.dimension() as u64);
        self.number(shape.parts().len() as u64);
        for (role, points) in shape.parts() {
            self.number(role as u64);
            self.number(points.len() as u64);
            points.chunks(GATHERED / POINT).for_each(|some| self.points(some));
        }
    }

    fn points(&mut self, points: &[GridPoint]) {
        for point in points {
            self.bytes.extend_from_slice(&point.x.to_le_bytes());
            self.bytes.extend_from_slice(&point.y.to_le_bytes());
        }
        if self.bytes.len() >= GATHERED {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
    }

    /// All features of a collection, which have no distance: window by window, on all threads.
    pub(super) fn features(mut self, shapes: &Shapes) -> Self {
        let of_window = |some: Window<'_>| {
            let mut own = Self::new("window");
            some.iter().for_each(|(_, shape)| own.feature(shape, 0.0));
            (own.points, own.digest())
        };
        let windows: Vec<_> = shapes.par_windows().map(of_window).collect();
        self.number(windows.len() as u64);
        for (points, digest) in windows {
            self.points += points;
            self.bytes.extend_from_slice(digest.as_str().as_bytes());
        }
        self
    }

    fn digest(mut self) -> Digest {
        self.hasher.update(&self.bytes);
        Digest::from_raw(self.hasher.finalize().as_ref())
    }
}

/// What can be kept as bytes and be the same again.
pub(super) trait Kept: Sized {
    /// Appends its bytes.
    fn write(&self, to: &mut Vec<u8>);

    /// Takes what was written off the front; `None` if it does not fit together.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

impl Kept for Shapes {
    fn write(&self, to: &mut Vec<u8>) {
        Self::write(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Self::read(from)
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&(self.len() as u64).to_le_bytes());
        for one in self {
            one.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let count = u64::from_le_bytes(take(from)?);
        (0..count).map(|_| T::read(from)).collect()
    }
}

/// The result of a method: recalled, or computed and kept.
pub(super) fn recalled<T: Kept>(
    key: impl FnOnce() -> Key,
    compute: impl FnOnce() -> T,
) -> T {
    match STORE.get() {
        Some(store) => recalled_from(store.as_ref(), key(), compute),
        None => compute(),
    }
}

fn recalled_from<T: Kept>(store: &dyn Store, key: Key, compute: impl FnOnce() -> T) -> T {
    if key.points < WORTH_KEEPING {
        return compute();
    }
    let digest = key.digest();
    if let Some(known) = store.recall(&digest).and_then(|bytes| read(&bytes)) {
        return known;
    }
    let result = compute();
    let mut bytes = Vec::new();
    result.write(&mut bytes);
    store.keep(&digest, &bytes);
    result
}

/// The result that was written; `None` if these bytes are not that.
fn read<T: Kept>(mut bytes: &[u8]) -> Option<T> {
    let result = T::read(&mut bytes)?;
    bytes.is_empty().then_some(result)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;
    use crate::geometry::Dimension;
    use crate::layers::PartRole;

    /// Keeps in memory; the flag spoils what it gives.
    #[derive(Debug, Default)]
    struct Memory(Mutex<BTreeMap<Digest, Vec<u8>>>, bool);

    impl Store for Memory {
        fn recall(&self, key: &Digest) -> Option<Vec<u8>> {
            let mut found = self.0.lock().unwrap().get(key).cloned()?;
            if self.1 {
                found.pop();
            }
            Some(found)
        }

        fn keep(&self, key: &Digest, result: &[u8]) {
            self.0.lock().unwrap().insert(key.clone(), result.to_vec());
        }
    }

    /// A polygon of so many points with a hole, and a line.
    fn sample(points: i64) -> Shapes {
        let mut shapes = Shapes::default();
        let ring = (0..points).map(|i| GridPoint::new(i, i * i));
        shapes.push_part(PartRole::Shell, ring);
        shapes.push_part(
            PartRole::Hole,
            [(1, 2), (2, 5), (3, 9)].map(|(x, y)| GridPoint::new(x, y)),
        );
        shapes.end_feature(Dimension::Area);
        shapes.push_part(
            PartRole::Line,
            [GridPoint::new(-7, i64::MIN), GridPoint::new(7, 8)],
        );
        shapes.end_feature(Dimension::Line);
        shapes
    }

    fn key_of(shapes: &Shapes, distance_m: f64) -> Key {
        let mut key = Key::new("test");
        shapes.iter().for_each(|shape| key.feature(shape, distance_m));
        key
    }

    type Two = (Shapes, Shapes);

    fn text(all: &Two) -> String {
        format!("{all:?}")
    }

    #[test]
    fn what_was_computed_once_is_recalled_as_it_was() {
        let (store, shapes) = (Memory::default(), sample(80));
        let result = || (sample(9), Shapes::default());
        let first = recalled_from(&store, key_of(&shapes, 5.0), result);
        let again: Two =
            recalled_from(&store, key_of(&shapes, 5.0), || unreachable!("it was kept"));
        assert_eq!(text(&first), text(&again));
        assert_eq!(text(&first), text(&result()));
        // Another distance, one point more, another method: something else.
        let mut other_method = Key::new("tess");
        shapes.iter().for_each(|shape| other_method.feature(shape, 5.0));
        for key in [key_of(&shapes, 5.1), key_of(&sample(81), 5.0), other_method] {
            let other = recalled_from(&store, key, || (sample(3), sample(4)));
            assert_eq!(text(&other), text(&(sample(3), sample(4))));
        }
        assert_eq!(store.0.lock().unwrap().len(), 4);
    }

    #[test]
    fn what_is_damaged_or_small_is_computed() {
        let store = Memory(Mutex::default(), true);
        let shapes = sample(80);
        for size in [5, 6] {
            let found = recalled_from(&store, key_of(&shapes, 5.0), || {
                (sample(size), sample(size))
            });
            assert_eq!(text(&found), text(&(sample(size), sample(size))));
        }
        let small = Memory::default();
        let _ = recalled_from(&small, key_of(&sample(5), 5.0), || (sample(3), sample(3)));
        assert!(small.0.lock().unwrap().is_empty());
    }

    #[test]
    fn bytes_of_something_else_are_no_collection() {
        let mut bytes = Vec::new();
        sample(9).write(&mut bytes);
        assert!(read::<Shapes>(&bytes).is_some());
        assert!(read::<Two>(&bytes).is_none());
        for cut in 0..bytes.len() {
            assert!(read::<Shapes>(&bytes[..cut]).is_none(), "{cut}");
        }
        for at in 0..bytes.len() {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= 0xff;
            if let Some(shapes) = read::<Shapes>(&spoilt) {
                // Whatever it is, it can be walked through.
                let points: usize = shapes.iter().map(|shape| shape.points().len()).sum();
                assert_eq!(points, shapes.vertex_count(), "{at}");
            }
        }
    }

    #[test]
    fn keys_tell_what_they_are_made_of_apart() {
        let (whole, mut parted) = (sample(80), Shapes::default());
        let points = |from: i64, to: i64| (from..to).map(|i| GridPoint::new(i, i * i));
        parted.push_part(PartRole::Shell, points(0, 40));
        parted.push_part(PartRole::Shell, points(40, 80));
        parted.end_feature(Dimension::Area);
        let mut twice = Shapes::default();
        twice.push(whole.get(0));
        twice.push(whole.get(0));
        // Points that look like what stands between parts, parted in two ways.
        let split = |first: usize| {
            let (mut shapes, points) = (Shapes::default(), [GridPoint::new(2, 2); 8]);
            assert_eq!(PartRole::Shell as i64, 2);
            shapes.push_part(PartRole::Shell, points[..first].to_vec());
            shapes.push_part(PartRole::Shell, points[first..].to_vec());
            shapes.end_feature(Dimension::Area);
            shapes
        };
        // Two of many windows, which differ in the last feature alone.
        let many = |last: i64| {
            let mut shapes = Shapes::default();
            for at in 0..10_000 {
                let x = if at < 9_999 { at } else { last };
                shapes.push_part(PartRole::Point, [GridPoint::new(x, 0)]);
                shapes.end_feature(Dimension::Point);
            }
            shapes
        };
        let (many, other) = (many(1), many(2));
        assert!(many.window_count() > 1);
        let all = [
            &whole,
            &parted,
            &twice,
            &Shapes::default(),
            &split(3),
            &split(5),
            &many,
            &other,
        ];
        let digests: Vec<Digest> =
            all.map(|shapes| Key::new("test").features(shapes).digest()).to_vec();
        for (at, digest) in digests.iter().enumerate() {
            assert!(!digests[..at].contains(digest), "{at}");
        }
        // More than is digested at a time, and the same again.
        let large = sample(GATHERED as i64);
        let of_large = || Key::new("test").features(&large).digest();
        assert_eq!(of_large(), of_large());
    }

    #[test]
    fn lists_are_read_as_they_were_written() {
        let list = vec![sample(3), sample(4)];
        let mut bytes = Vec::new();
        list.write(&mut bytes);
        let again: Vec<Shapes> = read(&bytes).unwrap();
        assert_eq!(format!("{again:?}"), format!("{list:?}"));
        // A length beyond what there is asks for no memory.
        bytes[..8].fill(0xff);
        assert!(read::<Vec<Shapes>>(&bytes).is_none());
    }
}
