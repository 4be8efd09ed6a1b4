// The model as the page works with it: shapes and contributions are opened when first asked for.

import { decode } from "./shapes.js";
import { places } from "./places.js";
import * as totals from "./totals.js";

const KINDS = ["point", "line", "area"];

export function make({ model, ...stream }) {
  const step = model.frame.step_m;
  const lazy = (section) => {
    let shapes = null;
    return () => (shapes ??= decode(stream.u8(section), step));
  };
  const layers = model.layers;
  for (const layer of layers) {
    layer.shapes = lazy(layer.shapes);
    const first = layer.shapes().dims;
    layer.kind = KINDS[first.length ? first[first.length >> 1] : 0];
    layer.nameOf = (row) => nameOf(layer, row);
  }
  const hazards = model.hazards;
  for (const hazard of hazards) {
    hazard.zones = hazard.zones.map(([level, section]) => [level, lazy(section)]);
    hazard.study = hazard.study && lazy(hazard.study);
    hazard.trace = hazard.trace && lazy(hazard.trace);
  }
  if (hazards.length) hazards.push({ id: "any", zones: null });
  const world = {
    ...model,
    layers,
    hazards,
    exposures: layers.filter((l) => l.exposed),
    places: places(model.frame, stream),
    paintable: (id) =>
      layers.some((l) => l.id === id) || hazards.some((one) => `hazard:${one.id}` === id),
    hazardAt: (id) => hazards.findIndex((one) => one.id === id),
    placeAt: (code) => {
      const at = model.territories.findIndex((t) => t.code === code);
      return at < 0 ? code : at;
    },
  };
  for (const layer of world.exposures) {
    let opened = null;
    layer.parts = () => (opened ??= totals.open(layer, stream, model.territories, hazards));
  }
  for (const one of world.access) {
    const distances = stream.f64(one.distances);
    one.distance = (row) => distances[row];
    // A feature is served whole or not at all; one without a place is not.
    one.isServed = (row) => distances[row] <= one.within_m;
  }
  return world;
}

function nameOf(layer, row) {
  const id = layer.ids[row] ?? layer.exposed?.lost[row - layer.ids.length] ?? "";
  const name = layer.names?.[row];
  return name && name !== id ? `${name} (${id})` : id;
}
