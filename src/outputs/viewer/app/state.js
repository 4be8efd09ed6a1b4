// What the page shows, and how it stands in the address after `#`.

import { LEVELS } from "./totals.js";

/** The view that a page opens on. */
export function initial(world) {
  const exposures = world.exposures;
  const people = exposures.find((l) => l.exposed.measures.some((m) => m.id === "people"));
  const layer = people ?? exposures[0];
  const has = (id) => layer?.exposed.measures.some((m) => m.id === id);
  const hazard = world.hazards.some((h) => h.id === "any") ? "any" : "";
  const shown = world.layers.filter(
    (l) =>
      l.roles.territory !== undefined ||
      (l.roles.context !== undefined && l.roles.exposure === undefined) ||
      l.id === layer?.id,
  );
  return {
    lang: world.project.locale,
    hazard,
    levels: new Set(LEVELS.slice(0, 4)),
    second: "",
    secondLevels: new Set(LEVELS.slice(0, 4)),
    place: "_T",
    layer: layer?.id ?? "",
    measure: has("people") ? "people" : "features",
    unserved: "",
    shown: new Map([
      ...shown.map((l) => [l.id, 100]),
      ...(hazard ? [[`hazard:${hazard}`, 75]] : []),
    ]),
    view: null,
    picked: null,
    sheet: "",
  };
}

/** The address part that gives the same view again. */
export function fragment(state) {
  const p = new URLSearchParams();
  p.set("v", "1");
  p.set("lang", state.lang);
  p.set("hazard", state.hazard);
  p.set("levels", [...state.levels].join(","));
  if (state.second) {
    p.set("and", state.second);
    p.set("and_levels", [...state.secondLevels].join(","));
  }
  p.set("territory", state.place);
  p.set("layer", state.layer);
  p.set("measure", state.measure);
  if (state.unserved) p.set("without", state.unserved);
  p.set("shown", [...state.shown].map(([id, o]) => `${id}*${o}`).join(","));
  if (state.view) p.set("view", state.view.map((n) => +n.toFixed(2)).join(","));
  if (state.picked) p.set("feature", `${state.picked.layer}/${state.picked.row}`);
  if (state.sheet) p.set("sheet", state.sheet);
  return `#${p}`;
}

/** Reads an address part; null if anything in it is not of this page. */
export function parse(text, world) {
  const p = new URLSearchParams(text.replace(/^#/, ""));
  const known = new Set(
    "v lang hazard levels and and_levels territory layer measure without shown view feature sheet".split(" "),
  );
  for (const key of p.keys()) if (!known.has(key)) return null;
  if (p.get("v") !== "1") return null;
  const state = initial(world);
  const take = (key, set, valid) => {
    const value = p.get(key);
    if (value === null) return true;
    if (!valid(value)) return false;
    set(value);
    return true;
  };
  const levels = (text) => (text === "" ? [] : text.split(","));
  const areLevels = (text) => levels(text).every((l) => LEVELS.includes(l));
  const isHazard = (id) => world.hazards.some((h) => h.id === id);
  const layer = () => world.exposures.find((l) => l.id === state.layer);
  const places = ["_T", "_X", ...world.territories.map((t) => t.code)];
  const good =
    take("lang", (v) => (state.lang = v), (v) => v === "es" || v === "en") &&
    take("hazard", (v) => (state.hazard = v), (v) => v === state.hazard || isHazard(v)) &&
    take("levels", (v) => (state.levels = new Set(levels(v))), areLevels) &&
    take("and", (v) => (state.second = v), isHazard) &&
    take("and_levels", (v) => (state.secondLevels = new Set(levels(v))), areLevels) &&
    take("territory", (v) => (state.place = v), (v) => places.includes(v)) &&
    take("layer", (v) => (state.layer = v), (v) => v === state.layer || world.exposures.some((l) => l.id === v)) &&
    take("measure", (v) => (state.measure = v), (v) => !layer() || layer().exposed.measures.some((m) => m.id === v)) &&
    take("without", (v) => (state.unserved = v), (v) => world.access.some((a) => a.deficit === v && a.layer === state.layer)) &&
    take("shown", (v) => (state.shown = shownOf(v)), (v) => [...shownOf(v)].every(([id, o]) => world.paintable(id) && o >= 0 && o <= 100)) &&
    take("view", (v) => (state.view = v.split(",").map(Number)), (v) => isView(v.split(",").map(Number), world)) &&
    take("sheet", (v) => (state.sheet = v), (v) => world.sheets.some((one) => one.name === v)) &&
    take("feature", (v) => (state.picked = pickedOf(v)), (v) => isFeature(pickedOf(v), world));
  return good ? state : null;
}

function shownOf(text) {
  if (text === "") return new Map();
  return new Map(
    text.split(",").map((one) => {
      const cut = one.lastIndexOf("*");
      return [one.slice(0, cut), cut < 0 ? NaN : Number(one.slice(cut + 1) || NaN)];
    }),
  );
}

function isView(v, world) {
  const [west, south, east, north] = world.frame.whole;
  const far = Math.max(east - west, north - south);
  return (
    v.length === 3 &&
    v.every(Number.isFinite) &&
    v[0] > west - far && v[0] < east + far && v[1] > south - far && v[1] < north + far &&
    v[2] >= -12 && v[2] <= 4
  );
}

function pickedOf(text) {
  const cut = text.lastIndexOf("/");
  return { layer: text.slice(0, cut), row: cut < 0 || !/^\d+$/.test(text.slice(cut + 1)) ? NaN : Number(text.slice(cut + 1)) };
}

function isFeature({ layer, row }, world) {
  const found = world.layers.find((l) => l.id === layer);
  return Boolean(found) && row >= 0 && row < found.ids.length;
}
