//! A projection in small polynomials: fast, and the same for every layer.
//!
//! In: longitude and latitude of a geographic CRS, and the exact way to a plane. Out: what
//! the exact way gives, to less than a tenth of the grid's step. Knows no projection.
//!
//! # Method
//!
//! In each cell of a twentieth of a degree, easting and northing are polynomials of the third
//! degree in both coordinates through the exact values at the 4 × 4 Chebyshev nodes (Trefethen
//! 2013, *Approximation Theory and Practice*, ch. 4 and 8). The error of a transverse Mercator
//! up to 6° from its meridian is below 2e-8 m; a test holds it to 5e-8 m. A cell is worked out
//! when something first lies in it, from its own place only: neither the order of features
//! nor the number of threads can change a digit.

use std::f64::consts::FRAC_1_SQRT_2;
use std::sync::OnceLock;

/// Cells in a degree.
const PER_DEGREE: f64 = 20.0;
/// Cells along a side of a tile.
const TILE: i64 = 16;
/// First tile, and number of tiles from west to east and from south to north.
const FIRST: [i64; 2] = [-225, -113];
const TILES: [i64; 2] = [450, 226];
/// Nodes along a side of a cell.
const NODES: usize = 4;
/// cos(π/8) and cos(3π/8): the Chebyshev nodes are these and their negatives.
const OUTER: f64 = 0.923_879_532_511_286_7;
const INNER: f64 = 0.382_683_432_365_089_8;
const AT: [f64; NODES] = [OUTER, INNER, -INNER, -OUTER];

/// Easting and northing.
type Pair = [f64; 2];
/// Coefficients of u^i v^j.
type Cubic = [[Pair; NODES]; NODES];
/// A cell; `None` where the exact way has no answer.
type Cell = OnceLock<Option<Box<Patch>>>;
type Tile = OnceLock<Box<[Cell]>>;
/// Tiles from west to east.
type Row = OnceLock<Box<[Tile]>>;

/// The way to a plane, and where it may be taken without a question.
pub(super) trait Way {
    /// Projects a place, degrees.
    fn exact(&self, at: [f64; 2]) -> Option<Pair>;

    /// Whether a place, degrees, is certainly one of the plane's zone. Holds between places
    /// for which it holds.
    fn is_plain(&self, at: [f64; 2]) -> bool;
}

/// Easting and northing over one cell.
#[derive(Debug)]
pub(super) struct Patch {
    /// Numbers of the cell.
    column: f64,
    row: f64,
    cubic: Cubic,
    is_plain: bool,
}

impl Patch {
    /// Whether all of the cell is certainly in the plane's zone.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Projects a place, degrees, if it is in this cell; to the same digits as
    /// [`Lattice::project`].
    #[inline]
    pub(super) fn project(&self, [lon, lat]: [f64; 2]) -> Option<Pair> {
        let (x, y) = (lon * PER_DEGREE - self.column, lat * PER_DEGREE - self.row);
        // NaN is in no cell. What rounding takes out of it is found by the lattice.
        let is_within = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        is_within.then(|| value(&self.cubic, 2.0 * x - 1.0, 2.0 * y - 1.0))
    }
}

/// The cells that were asked for. What nobody asked for takes a few kilobytes, since every
/// layer has a lattice of its own.
#[derive(Debug)]
pub(super) struct Lattice {
    /// From south to north.
    rows: Box<[Row]>,
}

impl Lattice {
    /// A lattice without a cell yet.
    pub(super) fn new() -> Self {
        Self { rows: empty(TILES[1]) }
    }

    /// Projects a place, degrees, by its cell; by the exact way where there is none.
    pub(super) fn project(&self, at: [f64; 2], way: &impl Way) -> Option<Pair> {
        match self.patch(at, way) {
            Some(patch) => {
                let [(_, u), (_, v)] = at.map(cell_of);
                Some(value(&patch.cubic, u, v))
            }
            None => way.exact(at),
        }
    }

    /// The cell of a place, degrees.
    pub(super) fn patch(&self, at: [f64; 2], way: &impl Way) -> Option<&Patch> {
        let [(column, _), (row, _)] = at.map(cell_of);
        let east = column.div_euclid(TILE) - FIRST[0];
        let north = row.div_euclid(TILE) - FIRST[1];
        if !(0..TILES[0]).contains(&east) {
            return None;
        }
        let row_of_tiles = self.rows.get(usize::try_from(north).ok()?)?;
        let tile = &row_of_tiles.get_or_init(|| empty(TILES[0]))[east as usize];
        let cells = tile.get_or_init(|| empty(TILE * TILE));
        let within = row.rem_euclid(TILE) * TILE + column.rem_euclid(TILE);
        let cell = &cells[within as usize];
        cell.get_or_init(|| fit(column, row, way).map(Box::new)).as_deref()
    }
}

/// So many places where nothing is yet.
fn empty<T>(count: i64) -> Box<[OnceLock<T>]> {
    std::iter::repeat_with(OnceLock::new).take(count as usize).collect()
}

/// The number of the cell that holds a coordinate, and where in it: −1 to 1.
#[inline]
fn cell_of(degrees: f64) -> (i64, f64) {
    let scaled = degrees * PER_DEGREE;
    // Rounded down without a call: cut off, and one less below zero.
    let whole = scaled as i64;
    let cell = whole - i64::from(scaled < whole as f64);
    (cell, 2.0 * (scaled - cell as f64) - 1.0)
}

/// A cell: the polynomials through the exact values at its nodes.
fn fit(column: i64, row: i64, way: &impl Way) -> Option<Patch> {
    let place = |cell: i64, at: f64| (cell as f64 + f64::midpoint(at, 1.0)) / PER_DEGREE;
    let mut values = [[[0.0; NODES]; NODES]; 2];
    for (a, &u) in AT.iter().enumerate() {
        for (b, &v) in AT.iter().enumerate() {
            let found = way.exact([place(column, u), place(row, v)])?;
            values[0][a][b] = found[0];
            values[1][a][b] = found[1];
        }
    }
    let [eastings, northings] =
        values.map(|values| transposed(&transposed(&values).map(along)).map(along));
    let cubic = std::array::from_fn(|a| {
        std::array::from_fn(|b| [eastings[a][b], northings[a][b]])
    });
    // A little more than the cell, whatever rounding does at its sides.
    let corners = [-1.000_001, 1.000_001];
    let is_plain = corners.iter().all(|&u| {
        corners.iter().all(|&v| way.is_plain([place(column, u), place(row, v)]))
    });
    Some(Patch { column: column as f64, row: row as f64, cubic, is_plain })
}

/// Numbers at the nodes of a cell.
type Matrix = [[f64; NODES]; NODES];

fn transposed(matrix: &Matrix) -> Matrix {
    std::array::from_fn(|a| std::array::from_fn(|b| matrix[b][a]))
}

/// Coefficients of t^k from values at the nodes.
fn along([a, b, c, d]: [f64; NODES]) -> [f64; NODES] {
    // Chebyshev coefficients: sums over the nodes times T0, T1 = t, T2 = ±1/√2 and T3.
    let t0 = (a + b + c + d) / 4.0;
    let t1 = f64::midpoint(OUTER * (a - d), INNER * (b - c));
    let t2 = FRAC_1_SQRT_2 * (a - b - c + d) / 2.0;
    let t3 = (INNER * (a - d) - OUTER * (b - c)) / 2.0;
    // T2 = 2 t² − 1, T3 = 4 t³ − 3 t.
    [t0 - t2, t1 - 3.0 * t3, 2.0 * t2, 4.0 * t3]
}

#[inline]
fn value(cubic: &Cubic, u: f64, v: f64) -> Pair {
    horner(u, &cubic.each_ref().map(|row| horner(v, row)))
}

/// Two polynomials at once, which a processor does in the time of one.
#[inline]
fn horner(at: f64, [first, rest @ ..]: &[Pair; NODES]) -> Pair {
    let step = |low: &Pair, high: Pair| [low[0] + at * high[0], low[1] + at * high[1]];
    let [second, third, fourth] = rest;
    step(first, step(second, step(third, *fourth)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::crs::{Crs, Transform};

    /// A way that is given; plain everywhere.
    struct Given<F>(F);

    impl<F: Fn([f64; 2]) -> Option<Pair>> Way for Given<F> {
        fn exact(&self, at: [f64; 2]) -> Option<Pair> {
            (self.0)(at)
        }

        fn is_plain(&self, _at: [f64; 2]) -> bool {
            true
        }
    }

    #[test]
    fn a_cubic_is_met_exactly() {
        // x = 1 + lon³ − 2 lon² lat + lat, y = lat³ lon³: both within the polynomials' reach.
        let exact = |[lon, lat]: [f64; 2]| {
            Some([1.0 + lon.powi(3) - 2.0 * lon * lon * lat + lat, (lon * lat).powi(3)])
        };
        let lattice = Lattice::new();
        for at in [[0.011, 0.049], [-0.003, -0.017], [1.23, -0.71], [-1.999, 1.001]] {
            let found = lattice.project(at, &Given(exact)).unwrap();
            let expected = exact(at).unwrap();
            for axis in 0..2 {
                assert!((found[axis] - expected[axis]).abs() < 1e-13, "{at:?}");
            }
        }
    }

    #[test]
    fn a_cell_by_itself_gives_the_same_digits() {
        let target = Crs::from_epsg(32719).unwrap();
        let transform = Transform::new(4326, &target).unwrap();
        let lattice = Lattice::new();
        let patch = lattice.patch([-71.34, -17.64], &transform).unwrap();
        assert!(patch.is_plain());
        for a in 0..60 {
            let at = [-71.36 + 0.001 * f64::from(a), -17.66 + 0.000_97 * f64::from(a)];
            // The cell from -71.35 to -71.3 and from -17.65 to -17.6.
            let is_within = (11..60).contains(&a);
            let expected = lattice.project(at, &transform).filter(|_| is_within);
            let found = patch.project(at);
            assert_eq!(
                found.map(|p| p.map(f64::to_bits)),
                expected.map(|p| p.map(f64::to_bits)),
                "{at:?}"
            );
        }
        // 3.5° from the meridian and the equator and a degree beyond it cut through cells.
        for (at, is_plain) in [
            ([-72.44, -17.64], true),
            ([-72.51, -17.64], false),
            ([-69.0, 0.94], true),
            ([-69.0, 1.01], false),
        ] {
            assert_eq!(
                lattice.patch(at, &transform).unwrap().is_plain(),
                is_plain,
                "{at:?}"
            );
        }
    }

    #[test]
    fn a_cell_that_cannot_be_fitted_is_left_to_the_exact_way() {
        let lattice = Lattice::new();
        let exact = |[lon, lat]: [f64; 2]| (lon < 0.02).then_some([lon, lat]);
        assert_eq!(lattice.project([0.01, 0.01], &Given(exact)), Some([0.01, 0.01]));
        assert_eq!(lattice.project([0.03, 0.01], &Given(exact)), None);
        // Outside of all tiles as well.
        assert_eq!(lattice.project([-400.0, 0.0], &Given(exact)), Some([-400.0, 0.0]));
    }

    /// The bound that the method states, at a quarter of a million places over the whole zone.
    #[test]
    fn the_error_is_far_below_a_step_of_the_grid() {
        for (source, zone) in [(4326, 32719), (4248, 32719), (4326, 32618)] {
            let target = Crs::from_epsg(zone).unwrap();
            let transform = Transform::new(source, &target).unwrap();
            let meridian = if zone == 32719 { -69.0 } else { -75.0 };
            let sign = if zone == 32719 { -1.0 } else { 1.0 };
            let lattice = Lattice::new();
            let exact = |at| transform.project(at);
            let mut worst: f64 = 0.0;
            // Steps that fall on no regular place of a cell.
            for a in 0..=240 {
                for b in 0..=350 {
                    let at = [
                        meridian - 5.99 + 0.049_917 * f64::from(a),
                        sign * 0.239_731 * f64::from(b) + 0.3,
                    ];
                    let (Some(p), Some(q)) =
                        (lattice.project(at, &Given(exact)), exact(at))
                    else {
                        continue;
                    };
                    worst = worst.max((p[0] - q[0]).abs()).max((p[1] - q[1]).abs());
                }
            }
            assert!(worst < 5e-8, "EPSG:{source} to EPSG:{zone}: {worst:e} m");
        }
    }
}
