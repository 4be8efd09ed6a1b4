// What is painted of each layer: hazards by level, elements by whether the filter asks for them.

import { features, sprite } from "./paint.js";
import { AREA, boxOf, holds, within } from "./shapes.js";

/** Signs on a screen are larger than on paper by this, and those asked for by that. */
const LARGER = [1.35, 1.9];
/** Pixels to a millimetre. */
const PX_PER_MM = 96 / 25.4;
/** Areas smaller than this have no room for a sign, px. */
const ROOM = 26;

/** Hazards whose zones a hazard of the page is painted from. */
export const zonesOf = (world, id) =>
  id === "any" ? world.hazards.filter((h) => h.zones && h.in_any) : world.hazards.filter((h) => h.id === id);

/** Paints the zones of a hazard, the worst on top. */
export function* hazard(ctx, view, world, atlas, id) {
  const all = zonesOf(world, id);
  if (id !== "any" && all[0]?.study) yield* unstudied(ctx, view, world, atlas, all[0].study);
  for (let level = 3; level >= 0; level--) {
    const look = {
      fill: atlas.looks(level, view.ratio),
      line: world.style.edges[level],
      width: 0.8 * view.ratio,
    };
    for (const one of all) {
      for (const [own, shapes] of one.zones) {
        if (own === level) yield* features(ctx, shapes(), view, () => look);
      }
    }
  }
  const trace = { line: world.style.trace, width: 1.6 * view.ratio, dash: [8 * view.ratio, 4 * view.ratio], fill: world.style.trace, size: 3 * view.ratio };
  const line = { ...trace, fill: null };
  for (const one of all) {
    if (!one.trace) continue;
    const shapes = one.trace();
    yield* features(ctx, shapes, view, (row) => (shapes.dims[row] === 0 ? trace : line));
  }
}

/** The ground that nobody has looked at. */
function* unstudied(ctx, view, world, atlas, study) {
  const ground = world.layers.find((l) => l.roles.territory !== undefined).shapes();
  const look = { fill: atlas.looks(5, view.ratio) };
  yield* features(ctx, ground, view, () => look);
  ctx.globalCompositeOperation = "destination-out";
  yield* features(ctx, study(), view, () => SOLID);
  ctx.globalCompositeOperation = "source-over";
}

const SOLID = { fill: "#000" };

/** Paints any other layer. `match` tells which features the filter asks for, if it is theirs. */
export function* elements(ctx, view, world, layer, match) {
  const { style } = world;
  const shapes = layer.shapes();
  const r = view.ratio;
  if (layer.roles.territory !== undefined) {
    const look = { fill: style.land, line: style.limit, width: 1.6 * r };
    yield* features(ctx, shapes, view, () => look);
    return;
  }
  const { look: own } = layer;
  const tone = own.line ?? own.fill ?? style.limit;
  const area = { fill: own.fill, line: tone, width: 0.7 * r };
  const hit = { fill: faded(tone, 0.5), line: "#000", width: 1.1 * r };
  const width = Math.max(1.3, (own.width_mm ?? 0) * PX_PER_MM) * r;
  const dash = (own.dash_mm ?? []).map((mm) => mm * PX_PER_MM * r);
  const line = { line: tone, width, dash };
  const lineHit = { line: tone, width: 2 * width, dash };
  const marked = (at) => ({ sprite: sprite(own.sign, LARGER[at] * PX_PER_MM * r, at > 0) });
  const plain = (at) => ({ fill: tone, line: ["#fff", "#000"][at], width: 1.2 * r, size: [3, 4.5][at] * r });
  const points = [0, 1].map(own.sign ? marked : plain);
  const both = [points, [line, lineHit], [area, hit]];
  const small = [{ fill: area.fill ?? faded(tone, 0.22) }, { fill: faded(tone, 0.75) }];
  const look = (row) => {
    const asked = match?.[row] ? 1 : 0;
    const box = boxOf(shapes, row);
    // An outline would be all that is seen of a speck.
    const isSpeck = shapes.dims[row] === AREA && Math.max(box[2] - box[0], box[3] - box[1]) * view.k < 7 * r;
    return isSpeck ? small[asked] : both[shapes.dims[row]][asked];
  };
  if (match) {
    // What is asked for lies on top.
    yield* features(ctx, shapes, view, (row) => (match[row] ? null : look(row)));
    yield* features(ctx, shapes, view, (row) => (match[row] ? look(row) : null));
  } else {
    yield* features(ctx, shapes, view, look);
  }
  if (own.motif) strew(ctx, view, shapes, sprite(own.motif, LARGER[0] * PX_PER_MM * r, false));
}

/** Puts the sign of a layer in the midst of its areas, where they have room for it. */
function strew(ctx, view, shapes, mark) {
  for (const row of within(shapes, view.box)) {
    const [west, south, east, north] = boxOf(shapes, row);
    if (shapes.dims[row] !== AREA || Math.min(east - west, north - south) * view.k < ROOM * view.ratio) continue;
    const [x, y] = [(west + east) / 2, (south + north) / 2];
    if (holds(shapes, row, x, y)) mark(ctx, x * view.k - view.left, -y * view.k - view.top);
  }
}

/** A colour of the style with another opacity. */
function faded(colour, alpha) {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  const rgb = hex ? hex.slice(1).map((two) => parseInt(two, 16)) : colour.match(/[\d.]+/g).slice(0, 3);
  return `rgba(${rgb},${alpha})`;
}
