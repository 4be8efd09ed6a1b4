// Sums of the run's own contributions: whole numbers, so they are those of exposure.csv.

export const LEVELS = ["very_high", "high", "medium", "low", "none", "not_studied"];
const NO_CLASS = 0xffffffff;

/** Opens the contributions of a layer. */
export function open(layer, stream, territories, hazards) {
  const x = layer.exposed;
  const cases = x.levels * 3;
  const levels = stream.u8(x.classes);
  const territory = stream.u32(x.territories);
  return {
    measures: x.measures,
    places: territories.length,
    hazards,
    classes: territory.length,
    territory,
    /** Level of a class to a hazard: edge as drawn (0), moved in (1), moved out (2). */
    level: (at, hazard, edge = 0) => levels[at * cases + hazard * 3 + edge],
    counts: stream.u32(x.counts),
    rows: stream.u32(x.rows),
    parts: stream.u32(x.parts),
    shares: stream.f32(x.shares),
    amounts: x.amounts.map((section) => stream.f64(section)),
    sums: [],
  };
}

/** Position of a measure's amounts; −1 for the number of features. */
const column = (open, measure) => open.measures.findIndex((m) => m.id === measure) - 1;

/** Sums by class: of all features, or of those that `keep` says. */
export function byClass(open, measure, keep) {
  const at = column(open, measure);
  if (!keep && open.sums[at + 1]) return open.sums[at + 1];
  const sums = new Array(open.classes).fill(0n);
  if (at < 0) {
    for (let row = 0; row < open.counts.length; row++) {
      const kind = open.counts[row];
      if (kind !== NO_CLASS && (!keep || keep(row))) sums[kind] += 1000000000000n;
    }
  } else {
    const amounts = open.amounts[at];
    for (let i = 0; i < amounts.length; i++) {
      // What nobody knows is NaN, and adds nothing.
      if (amounts[i] === amounts[i] && (!keep || keep(open.rows[i]))) {
        sums[open.parts[i]] += BigInt(amounts[i]);
      }
    }
  }
  if (!keep) open.sums[at + 1] = sums;
  return sums;
}

/** Whether a class lies in a territory: a code's position, `_T` or `_X`. */
export function inPlace(open, kind, place) {
  const at = open.territory[kind];
  if (place === "_T") return at < open.places;
  return at === (place === "_X" ? open.places : place);
}

/** Sums at each level of a hazard, for a territory and a second hazard's levels. */
export function levels(open, sums, hazard, place, second) {
  const found = new Array(LEVELS.length).fill(0n);
  for (let kind = 0; kind < open.classes; kind++) {
    if (!inPlace(open, kind, place)) continue;
    if (second && !second.levels.has(open.level(kind, second.hazard))) continue;
    found[open.level(kind, hazard)] += sums[kind];
  }
  return found;
}

/** Which features have a part that a filter asks for: 1 each. */
export function matching(open, count, hazard, chosen, place, second, keep) {
  const kinds = new Uint8Array(open.classes);
  for (let kind = 0; kind < open.classes; kind++) {
    kinds[kind] =
      inPlace(open, kind, place) &&
      chosen.has(open.level(kind, hazard)) &&
      (!second || second.levels.has(open.level(kind, second.hazard)))
        ? 1
        : 0;
  }
  const found = new Uint8Array(count);
  for (let i = 0; i < open.rows.length; i++) {
    const row = open.rows[i];
    if (kinds[open.parts[i]] && (!keep || keep(row))) found[row] = 1;
  }
  return found;
}

/** What a feature adds by measure (steps; null where unknown), and its share at each level. */
export function ofFeature(open, row) {
  const amounts = open.amounts.map(() => null);
  const parts = [];
  // Parts are in the order of rows.
  let [low, high] = [0, open.rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (open.rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < open.rows.length && open.rows[i] === row; i++) {
    parts.push({ kind: open.parts[i], share: open.shares[i] });
    open.amounts.forEach((all, at) => {
      if (all[i] === all[i]) amounts[at] = (amounts[at] ?? 0n) + BigInt(all[i]);
    });
  }
  const kind = open.counts[row];
  return { amounts, parts, kind: kind === NO_CLASS || kind === undefined ? null : kind };
}
