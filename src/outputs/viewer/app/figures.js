// Hazard × exposure: what to count, where, and what it comes to.

import { bars } from "./chart.js";
import { choice, field, h } from "./dom.js";
import { printed, steps, valueOf } from "./exact.js";
import { LEVELS, byClass, levels, matching } from "./totals.js";

/** A chart as the program drew it; it stands in the page, where no script runs as well. */
function drawn(id) {
  const figure = document.getElementById(id);
  if (!figure) return null;
  figure.hidden = false;
  figure.remove();
  return figure;
}

/** The charts of the whole run, and those of the territories, by language. */
const whole = {};
const territories = {};
for (const lang of ["es", "en"]) {
  whole[lang] = drawn(`chart-${lang}`);
  territories[lang] = bars(drawn(`bars-${lang}`));
}

const indices = (ids) => new Set([...ids].map((id) => LEVELS.indexOf(id)));

/** Everything that a filter comes to. */
export function compute(world, state) {
  const layer = world.exposures.find((l) => l.id === state.layer);
  if (!layer || !state.hazard) return null;
  const parts = layer.parts();
  const measure = layer.exposed.measures.find((m) => m.id === state.measure);
  const asked = world.access.find((a) => a.deficit === state.unserved && a.layer === layer.id);
  const keep = asked ? (row) => !asked.isServed(row) : null;
  const sums = measure.table ? null : byClass(parts, measure.id, keep);
  const hazard = world.hazardAt(state.hazard);
  const second = state.second
    ? { hazard: world.hazardAt(state.second), levels: indices(state.secondLevels) }
    : null;
  const at = (place) => levels(parts, sums, hazard, world.placeAt(place), second);
  const text = (steps) => printed(valueOf(steps), measure.decimals);
  if (measure.table) return fromTables(world, state, { layer, measure, parts, hazard, second, keep, text });
  const own = at(state.place);
  const isRow = !second && !keep;
  const ranges = isRow && world.ranges[layer.id]?.[measure.id]?.[state.place]?.[state.hazard];
  const chosen = [...state.levels].reduce((sum, id) => sum + own[LEVELS.indexOf(id)], 0n);
  const whole = own.reduce((a, b) => a + b, 0n);
  return {
    layer,
    measure,
    isRow,
    rows: LEVELS.map((id, level) => ({ id, text: text(own[level]), range: ranges?.[level], share: whole ? Number(own[level]) / Number(whole) : 0 })),
    chosen: text(chosen),
    whole: text(whole),
    places: [...world.territories.map((t) => t.code), "_X"].map((code) => ({ code, sums: at(code), text })),
    match: () =>
      matching(parts, layer.ids.length, hazard, indices(state.levels), world.placeAt(state.place), second, keep),
    parts,
  };
}

/** The same for a measure that is not given feature by feature: what the tables print, null where
 *  a rule hides it. Nothing can be crossed. */
function fromTables(world, state, { layer, measure, parts, hazard, second, keep, text }) {
  const isRow = !second && !keep;
  const of = (place) => world.cells[layer.id]?.[measure.id]?.[place]?.[state.hazard];
  const at = (place) => {
    const cells = of(place);
    if (!isRow) return new Array(LEVELS.length + 1).fill(null);
    return cells ? cells.map(steps) : new Array(LEVELS.length + 1).fill(0n);
  };
  const add = (all) => (all.some((one) => one === null) ? null : all.reduce((a, b) => a + b, 0n));
  const shown = (sum) => (sum === null ? null : text(sum));
  const cells = at(state.place);
  const [own, whole] = [cells.slice(0, LEVELS.length), cells[LEVELS.length]];
  const ranges = isRow && world.ranges[layer.id]?.[measure.id]?.[state.place]?.[state.hazard];
  const share = (sum) => (sum === null || whole === null ? null : whole ? Number(sum) / Number(whole) : 0);
  return {
    layer,
    measure,
    isRow,
    rows: LEVELS.map((id, level) => ({ id, text: shown(own[level]), range: ranges?.[level], share: share(own[level]) })),
    chosen: shown(add([...state.levels].map((id) => own[LEVELS.indexOf(id)]))),
    whole: shown(whole),
    places: [...world.territories.map((t) => t.code), "_X"].map((code) => ({ code, sums: at(code).slice(0, LEVELS.length), text })),
    match: () =>
      matching(parts, layer.ids.length, hazard, indices(state.levels), world.placeAt(state.place), second, keep),
    parts,
  };
}

export function panel(world, state, words, found, change, sheetButton) {
  const { say } = words;
  if (!found) return [h("p", {}, say("nothing_exposed"))];
  const { layer, measure } = found;
  const hazards = world.hazards.map((one) => [one.id, words.hazard(one.id)]);
  const questions = world.access.filter((a) => a.layer === layer.id);
  return [
    h("div", { class: "filters" },
      field(say("field.layer"), choice("f-layer", world.exposures.map((l) => [l.id, words.layer(l)]), layer.id, (v) => change.layer(v))),
      field(say("field.measure"), choice("f-measure", layer.exposed.measures.map((m) => [m.id, words.measure(m)]), measure.id, (v) => change.set({ measure: v }))),
      field(say("field.hazard"), choice("f-hazard", hazards, state.hazard, (v) => change.hazard(v))),
      field(say("field.territory"), choice("f-territory", ["_T", ...world.territories.map((t) => t.code), "_X"].map((c) => [c, words.place(c)]), state.place, (v) => change.set({ place: v }))),
      field(say("field.second"), choice("f-second", [["", say("no_second")], ...hazards.filter(([id]) => id !== state.hazard)], state.second, (v) => change.set({ second: v }))),
      questions.length
        ? field(say("field.without"), choice("f-without", [["", say("everybody")], ...questions.map((q) => [q.deficit, words.deficit(q.deficit)])], state.unserved, (v) => change.set({ unserved: v })))
        : null,
      state.second
        ? h("fieldset", { class: "levels" }, h("legend", {}, say("second_levels", { hazard: words.hazard(state.second) })),
            LEVELS.map((id) => h("label", {}, h("input", { type: "checkbox", id: `s-${id}`, checked: state.secondLevels.has(id), onchange: () => change.toggle("secondLevels", id) }), words.level(id))))
        : null,
    ),
    table(world, state, words, found, change),
    sheetButton("hazards", state.hazard, words.hazard(state.hazard)),
    h("p", { class: "small" }, say(measure.table ? "from_tables" : found.isRow ? "exact" : "exact_crossed")),
    territories[state.lang] ? [h("h3", { class: "hidden" }, say("by_territory")), byTerritory(state, words, found)] : null,
    whole[state.lang] ? [h("h3", {}, say("whole_run")), whole[state.lang]] : null,
    notes(world, state, words, layer),
  ];
}

/** The bars of the territories, as long as what the filter comes to in each. */
function byTerritory(state, words, { layer, measure, places }) {
  const rows = places.map(({ sums, text }) => {
    // A bar with a piece left out would be read as another bar.
    if (sums.includes(null)) return { shares: null, text: words.say("hidden") };
    const whole = sums.reduce((a, b) => a + b, 0n);
    return {
      shares: sums.map((sum) => (whole ? Number(sum) / Number(whole) : 0)),
      text: `${words.number(text(whole), decimals(measure))} ${unit(measure)}`.trim(),
    };
  });
  const about = { layer: words.layer(layer), measure: words.measure(measure), hazard: words.hazard(state.hazard) };
  return territories[state.lang].lay(rows, words.say("chart_label", about), (at) => words.place(places[at].code));
}

export const decimals = (measure) => (measure.id === "features" ? 0 : measure.unit === "m2" || measure.unit === "m" ? 2 : 1);
export const unit = (measure) => ({ m2: "m²", m: "m" })[measure.unit] ?? "";

function table(world, state, words, found, change) {
  const { say } = words;
  const { measure } = found;
  const places = decimals(measure);
  const hazard = words.hazard(state.hazard);
  const amount = (text) => (text === null ? say("hidden") : `${words.number(text, places)} ${unit(measure)}`);
  return h("table", { class: "totals" },
    h("caption", {}, say("caption", { measure: words.measure(measure), layer: words.layer(found.layer), hazard, territory: words.place(state.place) })),
    h("thead", {}, h("tr", {}, ["level", "value", "range", "share"].map((key) => h("th", { scope: "col" }, say(`column.${key}`))))),
    h("tbody", {}, found.rows.map((row, level) =>
      h("tr", {},
        h("th", { scope: "row" },
          h("label", {},
            h("input", { type: "checkbox", id: `l-${row.id}`, checked: state.levels.has(row.id), onchange: () => change.toggle("levels", row.id) }),
            swatch(world, level), words.level(row.id))),
        h("td", { "data-level": row.id, "data-value": row.text ?? "" }, row.text === null ? say("hidden") : isOpenNothing(row) ? "–" : words.number(row.text, places)),
        h("td", { class: "range" }, rangeText(row.range, words, places, found)),
        h("td", {}, row.share === null ? "" : `${words.number((row.share * 100).toFixed(1))} %`)))),
    h("tfoot", {},
      h("tr", { class: "chosen" },
        h("th", { scope: "row" }, say("chosen")),
        h("td", { id: "chosen", "data-value": found.chosen ?? "" }, amount(found.chosen)),
        h("td", { colspan: "2" }, "")),
      h("tr", {},
        h("th", { scope: "row" }, say("whole")),
        h("td", { id: "whole", "data-value": found.whole ?? "" }, amount(found.whole)),
        h("td", { colspan: "2" }, ""))));
}

/** Nothing as drawn, of which nobody can say whether it is nothing: a 0 would be read as nobody. */
function isOpenNothing(row) {
  return row.range?.[2] && Number(row.text) === 0;
}

function rangeText(range, words, places, found) {
  if (!range) return found.isRow ? words.say("no_range") : "";
  const [low, high, open] = range;
  const ends = `${words.number(low, places)}–${words.number(high, places)}`;
  return open ? `${words.of("map.undecidable")} (${ends})` : ends;
}

export function swatch(world, level) {
  return h("canvas", { class: "swatch", width: "28", height: "18", "data-swatch": level, "aria-hidden": "true" });
}

/** What must be said beside a figure: status, source, accuracy of both layers. */
function notes(world, state, words, layer) {
  const { say } = words;
  const hazards = state.hazard === "any" ? world.hazards.filter((one) => one.in_any) : world.hazards.filter((one) => one.id === state.hazard);
  return h("details", { class: "sources" }, h("summary", {}, say("sources")),
    [layer, ...hazards].map((one) => about(one, words)),
    h("p", { class: "small" }, say("indicative")));
}

export function about(one, words) {
  const { say } = words;
  const bands = one.unresolved?.length
    ? h("p", { class: "doubt" }, say("unresolved", { levels: one.unresolved.map((at) => words.level(LEVELS[at])).join(", ") }))
    : null;
  return h("div", { class: "about" },
    h("p", {}, h("strong", {}, words.layer(one)), " ", badge(one.status, words)),
    h("p", { class: "small" }, `${words.source(one)} · ${say("accuracy")}: ${words.accuracy(one)}`),
    one.in_force === false ? h("p", { class: "doubt" }, say("not_in_force")) : null,
    bands,
    one.notes ? h("p", { class: "small" }, words.both(one.notes)) : null);
}

export const badge = (status, words) => h("span", { class: `badge ${status}` }, words.stamp(status));
