//! Reference systems, places and shifts.

use super::*;
use crate::domain::ReferenceSystem;
use crate::domain::crs::{Projection, Shift};

const ILO: [f64; 2] = [-71.34, -17.64];

#[test]
fn places_are_judged_by_their_zone() {
    let utm = Crs::from_epsg(32719).unwrap();
    let from_degrees = Transform::new(4326, &utm).unwrap();
    let cases = [
        ("Ilo", ILO, "inside"),
        ("3.4° off the meridian", [-72.4, -17.0], "inside"),
        ("3.6° off", [-72.6, -17.0], "edge"),
        ("6° off", [-75.0, -17.0], "edge"),
        ("6.1° off", [-75.1, -17.0], "far"),
        ("half a degree north of the equator", [-69.0, 0.5], "inside"),
        ("the other hemisphere", [-69.0, 1.5], "far"),
        ("axes swapped", [-17.64, -71.34], "far"),
        ("the null island", [0.0, 0.0], "far"),
        ("metres", [251_000.0, 8_048_000.0], "nowhere"),
        ("no longitude", [-180.5, 0.0], "nowhere"),
        ("not a number", [f64::NAN, 0.0], "nowhere"),
        ("1e308", [1e308, 0.0], "nowhere"),
    ];
    for (case, at, expected) in cases {
        assert_eq!(name(from_degrees.place(at)), expected, "{case}");
    }
    assert!(from_degrees.is_swapped([-17.64, -71.34]));
    assert!(!from_degrees.is_swapped([0.0, 0.0]));
    assert!(from_degrees.looks_like_meters([251_000.0, 8_048_000.0]));
    // Either number alone is enough, and what may be degrees is none.
    assert!(from_degrees.looks_like_meters([200.0, 45.0]));
    assert!(from_degrees.looks_like_meters([45.0, 100.0]));
    assert!(!from_degrees.looks_like_meters([-71.3, -17.6]));
}

#[test]
fn metres_are_judged_too() {
    let utm = Crs::from_epsg(32719).unwrap();
    let same = Transform::new(32719, &utm).unwrap();
    let neighbour = Transform::new(32718, &utm).unwrap();
    let cases = [
        ("Ilo", &same, [251_716.0, 8_048_126.0], "inside"),
        ("three and a half degrees off", &same, [120_000.0, 8_048_126.0], "edge"),
        ("axes swapped", &same, [8_048_126.0, 251_716.0], "far"),
        ("degrees declared as metres", &same, ILO, "far"),
        ("beyond any plane", &same, [1e9, 0.0], "nowhere"),
        ("almost 3.5° off, near the equator", &same, [118_000.0, 9_990_000.0], "inside"),
        ("the same in the far south", &same, [118_000.0, 4_000_000.0], "edge"),
        ("from the zone to the west", &neighbour, [890_000.0, 8_046_000.0], "inside"),
    ];
    for (case, transform, at, expected) in cases {
        assert_eq!(name(transform.place(at)), expected, "{case}");
    }
    assert!(same.looks_like_degrees(ILO));
    assert!(!same.looks_like_degrees([251_716.0, 45.0]));
    assert!(!same.looks_like_degrees([45.0, 8_048_126.0]));
    assert!(same.is_swapped([8_048_126.0, 251_716.0]));
}

/// What a placer remembers changes nothing, wherever the places come from and whatever comes
/// between them.
#[test]
fn a_placer_places_as_its_transform_does() {
    let utm = Crs::from_epsg(32719).unwrap();
    let last_zone = Crs::from_epsg(32760).unwrap();
    let web = Crs::from_epsg(3857).unwrap();
    let ways =
        [(4326, &utm), (4248, &utm), (4326, &last_zone), (4326, &web), (32718, &utm)];
    // The sides of cells and of the zones, and what is no place.
    let odd = [
        [-71.35, -17.65],
        [-72.5, -17.6],
        [-72.500_001, -17.6],
        [-69.0, 1.0],
        [-69.0, 1.000_001],
        [-69.0, -84.001],
        [0.01, 0.01],
        [f64::NAN, 0.01],
        [-71.34, f64::NAN],
        [f64::NEG_INFINITY, -1e300],
        [179.999, -18.0],
        [180.0, -18.0],
        [180.01, -18.0],
        [-179.99, -18.0],
        [-17.64, -71.34],
        [251_716.0, 8_048_126.0],
        [-0.0, -1e-18],
    ];
    // A fixed linear congruential generator (Knuth, MMIX), so that failures repeat.
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize
    };
    for (source, target) in ways {
        let transform = Transform::new(source, target).unwrap();
        let fresh = Transform::new(source, target).unwrap();
        let mut placer = transform.placer();
        let mut at = odd[0];
        for _ in 0..5000 {
            at = match next() % 8 {
                0 => odd[next() % odd.len()],
                1 => [-75.2 + 0.001 * (next() % 9000) as f64, at[1]],
                2 => [at[0], -0.05 * (next() % 600) as f64],
                _ => at.map(|degrees| degrees + 0.003 * (next() % 9) as f64 - 0.012),
            };
            assert_eq!(placer.place(at), fresh.place(at), "{source}: {at:?}");
        }
    }
}

fn name(placed: Placed) -> &'static str {
    match placed {
        Placed::Inside(_) => "inside",
        Placed::AtEdge(_) => "edge",
        Placed::Far => "far",
        Placed::Nowhere => "nowhere",
    }
}

#[test]
fn identity_keeps_every_bit() {
    let utm = Crs::from_epsg(32719).unwrap();
    let same = Transform::new(32719, &utm).unwrap();
    let at = [251_716.123_456_789, 8_048_126.987_654_321];
    assert_eq!(same.project(at), Some(at));
    assert_eq!(same.operation(), "identity");
}

#[test]
fn unknown_codes_and_datums_are_refused() {
    assert_eq!(Crs::from_epsg(99_999).err(), Some(CrsTrouble::Unknown));
    assert_eq!(Crs::from_epsg(1).err(), Some(CrsTrouble::Unknown));
    // Lake: an ellipsoid and no shift. ETRS89 in the bundle: a shift that nobody vouches for.
    for (epsg, datum) in [(4249, "+ellps=intl"), (25_830, "+ellps=GRS80")] {
        let expected = CrsTrouble::UnknownDatum { datum: datum.to_owned() };
        assert_eq!(Crs::from_epsg(epsg).err(), Some(expected));
    }
    let shift = Shift::translation(0.0, 0.0, 0.0);
    let crs = Crs::new(&ReferenceSystem::Epsg(25_830), Some(shift)).unwrap();
    assert!(crs.definition().contains("+towgs84=0,0,0"), "{}", crs.definition());
    assert!(crs.is_planar_in_meters());
}

#[test]
fn every_system_of_the_table_can_be_computed() {
    for known in crate::domain::crs::SYSTEMS {
        let crs = Crs::from_epsg(known.epsg).unwrap();
        let is_degrees = known.projection == Projection::Degrees;
        assert_eq!(crs.is_geographic(), is_degrees, "{}", known.name);
        assert_eq!(crs.is_planar_in_meters(), !is_degrees, "{}", known.name);
        let operation = crs.applied().and_then(|applied| applied.operation);
        assert_eq!(operation, known.datum.operation(), "{}", known.name);
        // The middle of its area of use comes back where it was.
        let [west, south, east, north] = known.area;
        let middle = [west.midpoint(east), south.midpoint(north)];
        let there = Transform::new(4326, &crs);
        if let (Ok(there), false) = (there, is_degrees) {
            let at = there.project(middle).unwrap();
            let back = there.degrees_of(at).unwrap();
            let off = (back[0] - middle[0]).abs().max((back[1] - middle[1]).abs());
            // Heights are left out on both ways, which costs some millimetres.
            assert!(off < 1e-7, "{}: {middle:?} {back:?}", known.name);
        }
    }
}

#[test]
fn psad56_takes_the_shift_of_peru_unless_somebody_says_otherwise() {
    let code = |shift: Option<Shift>| {
        let crs = Crs::new(&ReferenceSystem::Epsg(24_879), shift).unwrap();
        crs.applied().unwrap().operation.map(|operation| operation.code)
    };
    assert_eq!(code(None), Some(1208));
    assert_eq!(code(Some(Shift::translation(-279.0, 175.0, -379.0))), Some(1208));
    assert_eq!(code(Some(Shift::translation(-288.0, 175.0, -376.0))), Some(1201));
    assert_eq!(code(Some(Shift::translation(-288.0, 175.0, -376.1))), None);
}

#[test]
fn one_datum_needs_no_operation_and_two_need_two() {
    let codes = |from: u32, to: u32| {
        let target = Crs::from_epsg(to).unwrap();
        let transform = Transform::new(from, &target).unwrap();
        let steps = transform.steps();
        let codes: Vec<(u32, bool)> = steps
            .iter()
            .map(|step| (step.operation.unwrap().code, step.is_inverse))
            .collect();
        (codes, accuracy_of(&steps))
    };
    assert_eq!(codes(24_878, 24_879), (vec![], None));
    assert_eq!(codes(4326, 32_719), (vec![], None));
    assert_eq!(codes(24_879, 32_719), (vec![(1208, false)], Some(16.0)));
    assert_eq!(codes(32_719, 24_879), (vec![(1208, true)], Some(16.0)));
    // √(9² + 16²)
    let both = (vec![(1874, false), (1208, true)], Some(337.0_f64.sqrt()));
    assert_eq!(codes(29_189, 24_879), both);
}

#[test]
fn a_shift_by_hand_is_no_identity() {
    let target = Crs::from_epsg(24_879).unwrap();
    let system = ReferenceSystem::Epsg(24_879);
    let same = Transform::new(24_879, &target).unwrap();
    assert!(same.is_identity());
    let shift = Some(Shift::translation(-288.0, 175.0, -376.0));
    let other = Transform::with_shift(&system, shift, &target).unwrap();
    assert!(!other.is_identity());
    let [x, y] = other.project([254_000.0, 8_047_000.0]).unwrap();
    let moved = (x - 254_000.0).hypot(y - 8_047_000.0);
    assert!((5.0..15.0).contains(&moved), "{moved}");
}

#[test]
fn systems_that_are_no_zones_have_their_own_area() {
    let utm = Crs::from_epsg(32_718).unwrap();
    let central = Transform::new(24_892, &utm).unwrap();
    let east = Transform::new(24_893, &utm).unwrap();
    // Lima lies in the central zone; in the eastern one the same numbers lie in Chile's sea.
    let lima = [717_000.0, 763_000.0];
    assert_eq!(name(central.place(lima)), "inside");
    assert_eq!(name(east.place(lima)), "far");
    assert!(east.is_outside_source(lima));
    let peru = Transform::new(5373, &utm).unwrap();
    assert_eq!(name(peru.place([-77.0, -12.0])), "inside");
    assert_eq!(name(peru.place([-74.0, -30.0])), "far");
    // The system of Bolivia ends at 9.67° south: 9° is at its edge, 5° far to the north of it.
    let bolivia = Transform::new(5354, &utm).unwrap();
    for (lat, expected) in [(-15.0, false), (-9.0, false), (-5.0, true)] {
        assert_eq!(bolivia.is_outside_source([-68.0, lat]), expected, "{lat}");
    }
}

#[test]
fn the_plane_is_smaller_on_the_meridian_and_larger_at_the_edge() {
    // On the central meridian k = 0.9996 exactly: -400 ppm.
    let utm = Crs::from_epsg(32719).unwrap();
    let (least, most) = scale_ppm(&utm, [500_000.0, 8e6], [500_000.0, 8.01e6]).unwrap();
    assert!((least + 400.0).abs() < 0.02 && (most + 400.0).abs() < 0.02);
    // k ≈ 0.9996 (1 + (E − 500 km)² / (2 k0² R²)), R² ≈ 6,363 km squared: +363 ppm at Ilo.
    let (least, most) =
        scale_ppm(&utm, [251_000.0, 8.048e6], [251_001.0, 8.049e6]).unwrap();
    assert!((least - 363.0).abs() < 5.0 && (most - 363.0).abs() < 5.0, "{least}");
    // As far to the east of the meridian as to the west: the middle of the box is on it.
    let (least, most) =
        scale_ppm(&utm, [251_000.0, 8.048e6], [749_000.0, 8.049e6]).unwrap();
    assert!((least + 400.0).abs() < 0.02 && (most - 363.0).abs() < 5.0, "{least} {most}");
}
