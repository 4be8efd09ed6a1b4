// What the page knows about a feature: figures, levels, doubts, sources.

import { about, badge, decimals, unit } from "./figures.js";
import { h } from "./dom.js";
import { printed, valueOf } from "./exact.js";
import { LEVELS, ofFeature } from "./totals.js";

export function card(world, state, words, go, sheetButton) {
  const { say } = words;
  const { layer: id, row } = state.picked;
  const layer = world.layers.find((l) => l.id === id);
  return [
    h("h3", { tabindex: "-1", id: "card-title" }, layer.nameOf(row)),
    h("p", {}, words.layer(layer), " ", badge(layer.status, words), " ",
      h("button", { type: "button", id: "card-go", onclick: () => go(layer, row) }, say("show_on_map"))),
    layer.exposed ? exposed(world, state, words, layer, row) : null,
    layer.roles.territory !== undefined ? deficits(world, words, world.territories[row]?.code, sheetButton) : null,
    h("h4", {}, say("source")),
    about(layer, words),
  ];
}

function exposed(world, state, words, layer, row) {
  const { say } = words;
  const parts = layer.parts();
  const { amounts, parts: pieces, kind } = ofFeature(parts, row);
  const figures = layer.exposed.measures.slice(1).map((m, at) => {
    const steps = amounts[at];
    const text = m.table ? say("hidden_feature") : steps === null ? say("unknown") : `${words.number(printed(valueOf(steps), m.decimals), decimals(m))} ${unit(m)}`;
    return h("tr", {}, h("th", { scope: "row" }, words.measure(m)), h("td", {}, text));
  });
  const place = kind === null ? null : parts.territory[kind];
  const home = place === null ? say("unknown") : words.place(world.territories[place]?.code ?? "_X");
  const access = world.access.filter((a) => a.layer === layer.id);
  return [
    h("table", { class: "facts" }, h("caption", { class: "hidden" }, say("figures_of_feature")),
      h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, say("field.territory")), h("td", {}, home)), figures)),
    layer.exposed.growth ? h("p", { class: "doubt" }, say("grown")) : null,
    h("h4", {}, say("levels_of_feature")),
    kind === null ? h("p", {}, say("no_place")) : hazards(world, words, parts, kind, pieces),
    access.length
      ? [h("h4", {}, say("access")),
         h("ul", {}, access.map((a) => {
           const m = a.distance(row);
           const far = Number.isFinite(m) ? words.meters(m) : say("no_facility");
           const key = a.isServed(row) ? "served" : "not_served";
           return h("li", {}, `${words.deficit(a.deficit)}: ${far} — ${say(key, { within: words.meters(a.within_m) })}`);
         }))]
      : null,
  ];
}

function hazards(world, words, parts, kind, pieces) {
  const { say } = words;
  const rows = world.hazards.map((one, at) => {
    const [drawn, inner, outer] = [0, 1, 2].map((edge) => parts.level(kind, at, edge));
    const shares = new Array(LEVELS.length).fill(0);
    for (const piece of pieces) shares[parts.level(piece.kind, at)] += piece.share;
    const split = shares.map((share, level) => [share, level]).filter(([share]) => share > 0.0005);
    const text = split.map(([share, level]) => `${words.level(LEVELS[level])} ${words.number((share * 100).toFixed(1))} %`).join(", ");
    const hasDoubt = inner !== drawn || outer !== drawn;
    const ends = [...new Set([inner, drawn, outer])].map((level) => words.level(LEVELS[level])).join(" / ");
    const known = one.id === "any" || one.accuracy_m;
    return { one, drawn, cells: [h("th", { scope: "row" }, words.hazard(one.id)), h("td", {}, words.level(LEVELS[drawn])), h("td", {}, text), h("td", { class: hasDoubt ? "doubt" : "" }, hasDoubt ? `${words.of("map.undecidable")}: ${ends}` : known ? say("certain") : say("no_accuracy"))] };
  });
  const seen = rows.filter((r) => r.one.id === "any" || r.drawn < 4 || r.cells[3].className);
  const rest = rows.length - seen.length;
  const head = ["hazard", "worst", "split", "doubt"].map((key) => h("th", { scope: "col" }, say(`column.${key}`)));
  return [
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("levels_of_feature") },
      h("table", { class: "facts" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, seen.map((r) => h("tr", {}, r.cells))))),
    rest ? h("p", { class: "small" }, say("other_hazards", { count: rest })) : null,
  ];
}

function deficits(world, words, code, sheetButton) {
  const { say } = words;
  const rows = world.deficits.filter((d) => d.rows[code]).map((d) => {
    const row = d.rows[code];
    const number = (text) => figure(d, text, words);
    const ends = row.low || row.high ? ` (${number(row.low || "")}–${number(row.high || "")})` : "";
    const meets = row.meets === null ? say("meets_unknown") : say(row.meets ? "meets" : "meets_not");
    return h("tr", {},
      h("th", { scope: "row" }, words.both(d.title), h("br"), h("small", {}, [row.period, row.source].filter(Boolean).join(" · ")), sheetButton("deficits", d.id, words.both(d.title), true)),
      h("td", {}, row.value ? `${row.qualifier}${number(row.value)}${ends} ${unitOf(d, words)}` : say(row.hidden ? "hidden" : "unknown")),
      h("td", {}, row.standard ? number(row.standard) : say("no_standard")),
      h("td", {}, row.standard ? meets : ""));
  });
  const head = ["deficit", "value", "standard", "meets"].map((key) => h("th", { scope: "col" }, say(`column.${key}`)));
  return [h("h4", {}, say("deficits")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("deficits") },
      h("table", { class: "facts" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)))];
}

/** A figure of a deficit: shares as percentages, all else with three decimals at most. */
function figure({ unit }, text, words) {
  if (unit !== "1" || text === "") return words.number(text, 3);
  return `${words.number((Number(text) * 100).toFixed(1))} %`;
}

function unitOf({ unit }, words) {
  const key = { "m2/person": "m2_person", "people/unit": "people_unit" }[unit];
  return unit === "1" ? "" : key ? words.say(`unit.${key}`) : unit;
}
