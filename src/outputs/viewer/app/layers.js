// What is painted of each layer: hazards by level, elements by whether the filter asks for them.

import { features } from "./paint.js";
import { AREA, boxOf } from "./shapes.js";

const SIGNS = ["circle", "square", "triangle", "diamond"];

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
  const trace = { line: world.style.trace, width: 1.6 * view.ratio, dash: [8 * view.ratio, 4 * view.ratio], fill: world.style.trace, sign: "diamond", size: 3 * view.ratio };
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
  const tone = toneOf(world, layer);
  const sign = SIGNS[signOf(world, layer) % SIGNS.length];
  const area = { fill: faded(tone, 0.22), line: tone, width: 0.7 * r };
  const hit = { fill: faded(tone, 0.5), line: "#000", width: 1.1 * r };
  const line = { line: tone, width: 2 * r };
  const lineHit = { line: tone, width: 4 * r };
  const point = { fill: tone, line: "#fff", width: 1.2 * r, sign, size: 4.2 * r };
  const pointHit = { fill: tone, line: "#000", width: 1.6 * r, sign, size: 6 * r };
  const both = [[point, pointHit], [line, lineHit], [area, hit]];
  const small = [{ fill: area.fill }, { fill: faded(tone, 0.75) }];
  const look = (row) => {
    const asked = match?.[row] ? 1 : 0;
    const box = boxOf(shapes, row);
    // An outline would be all that is seen of a speck.
    const isSpeck = shapes.dims[row] === AREA && Math.max(box[2] - box[0], box[3] - box[1]) * view.k < 7 * r;
    return isSpeck ? small[asked] : both[shapes.dims[row]][asked];
  };
  if (!match) {
    yield* features(ctx, shapes, view, look);
    return;
  }
  // What is asked for lies on top.
  yield* features(ctx, shapes, view, (row) => (match[row] ? null : look(row)));
  yield* features(ctx, shapes, view, (row) => (match[row] ? look(row) : null));
}

/** Colour of a layer, also in the legend. */
export function toneOf(world, layer) {
  const { style } = world;
  const kind = layer.roles.context;
  if (layer.roles.exposure === undefined && kind !== undefined && layer.roles.service === undefined) {
    if (/coast|river|water|sea/.test(kind)) return style.water;
    return /road|rail/.test(kind) ? style.road : style.ink;
  }
  if (layer.roles.service !== undefined) {
    return layer.kind === "area" ? style.service_area : style.facility;
  }
  const order = world.exposures.filter((l) => l.roles.service === undefined);
  return style.exposed[Math.max(0, order.indexOf(layer)) % style.exposed.length];
}

export function signOf(world, layer) {
  return Math.max(0, world.layers.filter((l) => l.kind === "point").indexOf(layer));
}

export const signName = (world, layer) => SIGNS[signOf(world, layer) % SIGNS.length];

function faded(colour, alpha) {
  const n = parseInt(colour.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
}
