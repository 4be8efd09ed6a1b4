//! Small numbers that several tables share: exposure, deficits and who lacks a service in a
//! zone tell of the same people. No sum over all of them gives a hidden small number back.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::{Table, World, feature, point, rect};

const LEVELS: [&str; 6] = ["very_high", "high", "medium", "low", "none", "not_studied"];
const RULE: &str = "[suppression]\n";

/// Amounts that tables print of people: a value, or `None` where it is hidden.
type Amounts = BTreeMap<String, Option<f64>>;

/// Makes numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) % end
    }

    fn meters(&mut self, end: u64) -> f64 {
        f64::from(u32::try_from(self.below(end)).expect("it is small"))
    }

    /// Few people, some, or many.
    fn people(&mut self) -> u64 {
        match self.below(10) {
            0..3 => 1 + self.below(4),
            3..6 => 5 + self.below(26),
            _ => 30 + self.below(371),
        }
    }
}

/// Some districts of 100 m × 100 m in a row with zones of two hazards, people at points, and
/// two questions of access to the same posts.
fn world(seed: u64) -> (World, u32) {
    let (world, mut dice) = (World::tiny(), Dice(seed * 7919 + 17));
    let count = 2 + u32::try_from(dice.below(3)).expect("it is small");
    world.edit(
        "[layers.posts]\n",
        "[layers.slide]\npath = \"slide.geojson\"\ncrs = \"EPSG:32719\"\n\n\
         [layers.slide.hazard]\nkind = \"landslide\"\nlevel = \"nivel\"\n\n[layers.posts]\n",
    );
    world.edit(
        "[outputs]\n",
        "[deficits.near]\nkind = \"access\"\nservice = \"posts\"\npeople = \"blocks\"\n\
         within_m = 100.0\nstandard = 1.0\n\n[outputs]\n",
    );
    let lefts: Vec<f64> = (0..count).map(|at| 100.0 * f64::from(at)).collect();
    let districts = lefts.iter().enumerate().map(|(at, x)| {
        let about = format!(r#""code":"0{at}","name":"D{at}""#);
        feature(&format!("t{at}"), &about, &rect(*x, 0.0, x + 100.0, 100.0))
    });
    world.layer("districts", &districts.collect::<Vec<_>>());
    for hazard in ["flood", "slide"] {
        let mut zones = vec![zone("z", "high", [0.0, 0.0], 25.0)];
        for (at, x) in lefts.iter().enumerate() {
            for own in 0..dice.below(4) {
                let level = LEVELS[usize::try_from(dice.below(4)).expect("it is small")];
                let corner = [x + 25.0 * dice.meters(3), 25.0 * dice.meters(3)];
                let side = 25.0 * (1.0 + dice.meters(2));
                zones.push(zone(&format!("z{at}-{own}"), level, corner, side));
            }
        }
        world.layer(hazard, &zones);
    }
    let mut blocks = Vec::new();
    for (at, x) in lefts.iter().enumerate() {
        for own in 0..=dice.below(7) {
            let place = point(x + 1.5 + dice.meters(97), 1.5 + dice.meters(97));
            let people = format!(r#""population":{}"#, dice.people());
            blocks.push(feature(&format!("b{at}-{own}"), &people, &place));
        }
    }
    world.layer("blocks", &blocks);
    let post = point(dice.meters(100 * u64::from(count)), dice.meters(100));
    world.layer("posts", &[feature("f1", "", &post)]);
    (world, count)
}

fn zone(id: &str, level: &str, [x, y]: [f64; 2], side: f64) -> String {
    feature(id, &format!(r#""nivel":"{level}""#), &rect(x, y, x + side, y + side))
}

/// What the tables of a run print of people.
fn printed(world: &World) -> Amounts {
    let ran = world.run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let number = |text: &str| text.parse::<f64>().ok();
    let mut all = Amounts::new();
    for row in Table::of(&world.out(), "exposure").find(&[("measure", "people")]) {
        let at = ["territory", "hazard", "level"].map(|column| &*row[column]).join("/");
        all.insert(format!("all/{at}"), number(&row["value"]));
        all.insert(format!("all/{}", row["territory"]), number(&row["total"]));
    }
    for row in &Table::of(&world.out(), "deficits").rows {
        let at = format!("{}/{}", row["deficit"], row["territory"]);
        all.insert(at, number(&row["shortfall"]));
    }
    for row in &Table::of(&world.out(), "deficit_in_hazard").rows {
        let at = ["deficit", "territory", "hazard", "level"].map(|column| &*row[column]);
        all.insert(at.join("/"), number(&row["people"]));
    }
    all
}

/// Every sum that holds, as amounts and their signs; what has no row is nothing.
fn sums(count: u32) -> Vec<Vec<(String, f64)>> {
    let own: Vec<String> = (0..count).map(|at| format!("0{at}")).collect();
    let with_whole: Vec<String> = own.iter().cloned().chain(["_T".to_owned()]).collect();
    let mut all = Vec::new();
    for of in ["all", "health", "near"] {
        let mut add = |parts: Vec<String>, whole: String| {
            let parts = parts.into_iter().map(|part| (part, 1.0));
            all.push(parts.chain([(whole, -1.0)]).collect());
        };
        let cell = |place: &str, hazard: &str, level: &str| {
            format!("{of}/{place}/{hazard}/{level}")
        };
        add(own.iter().map(|p| format!("{of}/{p}")).collect(), format!("{of}/_T"));
        for hazard in ["flood", "slide", "any"] {
            for place in &with_whole {
                let row = LEVELS.map(|level| cell(place, hazard, level));
                add(row.into(), format!("{of}/{place}"));
            }
            for level in LEVELS {
                let column = own.iter().map(|place| cell(place, hazard, level));
                add(column.collect(), cell("_T", hazard, level));
            }
        }
    }
    all
}

/// Who lacks a service where nobody has it: all.
fn all_lack(published: &Amounts) -> Vec<Vec<(String, f64)>> {
    let mut pairs = Vec::new();
    for deficit in ["health", "near"] {
        for name in published.keys().filter(|name| name.starts_with("all/")) {
            let place = name.split('/').nth(1).unwrap_or_default();
            let known =
                |of: &str| published.get(&format!("{of}/{place}")).copied().flatten();
            if known("all").is_some() && known("all") == known(deficit) {
                let other = name.replacen("all", deficit, 1);
                pairs.push(vec![(name.clone(), 1.0), (other, -1.0)]);
            }
        }
    }
    pairs
}

/// The hidden amounts that have one value in every solution of the sums.
fn recovered(published: &Amounts, count: u32) -> BTreeSet<String> {
    let hidden: Vec<&String> =
        published.iter().filter(|(_, v)| v.is_none()).map(|(name, _)| name).collect();
    let at: BTreeMap<&String, usize> =
        hidden.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let all = sums(count).into_iter().chain(all_lack(published));
    let rows = all.map(|terms| {
        let mut row = vec![0.0; hidden.len()];
        for (name, sign) in terms {
            if let Some(at) = at.get(&name) {
                row[*at] += sign;
            }
        }
        row
    });
    let fixed = support::fixed_by(rows.collect(), hidden.len());
    fixed.into_iter().map(|at| hidden[at].clone()).collect()
}

/// Amounts that must not be known: few people; few of a place who lack a service or have it;
/// all that is told of a place of few.
fn is_small(name: &str, amounts: &Amounts, is_known: &dyn Fn(&str) -> bool) -> bool {
    let value = |name: &str| amounts.get(name).copied().flatten().unwrap_or(0.0);
    let few = |count: f64| count > 1e-6 && count < 5.0;
    let (of, rest) = name.split_once('/').expect("a name");
    let place = rest.split('/').next().unwrap_or_default();
    let whole = value(&format!("all/{place}"));
    let is_lacking = of != "all" && rest == place && is_known(place);
    let of_few = value(name) > 0.0 && whole > 0.0 && whole < 20.0;
    few(value(name)) || of_few || (is_lacking && few(whole - value(name)))
}

#[test]
fn no_sum_over_all_tables_gives_a_small_number_back() {
    let mut tried = 0;
    for seed in 0..24 {
        let (world, count) = world(seed);
        let open = printed(&world);
        world.add(RULE);
        let published = printed(&world);
        for (name, value) in &published {
            let is_right = value.is_none() || *value == open[name];
            assert!(is_right, "seed {seed}: {name} is another number");
            let is_small = is_small(name, &open, &|place| {
                published[&format!("all/{place}")].is_some()
            });
            assert!(value.is_none() || !is_small, "seed {seed}: {name}");
        }
        let told = recovered(&published, count);
        // Few who have a service are told only where it is known how many there are.
        let is_known = |place: &str| {
            let whole = format!("all/{place}");
            published[&whole].is_some() || told.contains(&whole)
        };
        let is_told = |name: &&String| is_small(name, &open, &is_known);
        let small: Vec<&String> = told.iter().filter(is_told).collect();
        assert!(small.is_empty(), "seed {seed}: {small:?}");
        tried += published.values().filter(|value| value.is_none()).count();
    }
    assert!(tried > 200, "the worlds have little to hide: {tried}");
}
