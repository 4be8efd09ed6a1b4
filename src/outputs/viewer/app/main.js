// The page: opens the stream, puts the map and the panels together, answers to people.

import { about, badge, compute, panel as figuresPanel, swatch, unit, decimals } from "./figures.js";
import { card } from "./card.js";
import { choice, field, h, put } from "./dom.js";
import { elements, hazard as paintHazard } from "./layers.js";
import { latLng, leaflet as L, make as makeMap } from "./map.js";
import { area, length, tool } from "./measure.js";
import { drawMarks, pattern } from "./paint.js";
import { review as makeReview } from "./review.js";
import { sheets as makeSheets } from "./sheets.js";
import { AREA, POINT, at as shapesAt, boxOf, partsOf } from "./shapes.js";
import { fragment, initial, parse } from "./state.js";
import { open } from "./stream.js";
import { words as makeWords } from "./words.js";
import { make as makeWorld } from "./world.js";
import { printed, valueOf } from "./exact.js";

const TABS = ["figures", "layers", "feature", "list", "notes"];
const LISTED = 200;
/** Pixels from which on the feature that is picked shows by its own outline. */
const OUTLINED = 40;
/** Pixels to a millimetre of a sign in the legend. */
const KEY = 4.2;

async function begin() {
  const app = document.getElementById("app");
  if (!("DecompressionStream" in window)) {
    document.getElementById("opening").replaceChildren("Este navegador es demasiado antiguo: use Firefox 113, Chrome 80 o Safari 16.4, o más nuevos. / This browser is too old: use Firefox 113, Chrome 80 or Safari 16.4, or newer.");
    return;
  }
  const stream = await open(document.getElementById("stream").textContent);
  document.getElementById("stream").remove();
  page(app, makeWorld(stream));
}

function page(app, world) {
  const linked = location.hash.length > 1 ? parse(decodeSafe(location.hash), world) : null;
  const linkedView = linked?.view;
  let state = linked ?? initial(world);
  let words = makeWords(world, state);
  let tab = state.picked ? "feature" : "figures";
  let mode = "";
  let isSharing = false;
  let found = null;
  let match = null;
  let query = "";
  let hits = [];
  let isLegendOpen = null;
  const live = h("p", { id: "live", role: "status", class: "hidden" });
  const mapBox = h("div", { id: "map" });
  const side = h("section", { id: "side" });
  const tools = h("div", { id: "tools" });
  const head = h("header", {});
  const legend = h("div", { id: "legend" });
  const foot = h("footer", { id: "title-block" });
  app.className = "app";
  const leaf = h("section", { id: "sheets", hidden: true });
  app.replaceChildren(head, tools, h("section", { id: "map-side" }, mapBox, legend), side, foot, leaf, live);

  const atlas = makeMap(mapBox, world, { click: clicked, moved });
  const map = atlas.map;
  const ruler = tool(map);
  const picked = L.layerGroup().addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  const notes = makeReview(world, atlas, () => words, (goTo) => { if (goTo) tab = goTo; drawSide(); }, tell);
  mapBox.tabIndex = 0;
  mapBox.setAttribute("role", "application");
  const leaves = world.sheets.length
    ? makeSheets(leaf, world, () => words, { choose: (name) => change.sheet(name), close: () => change.sheet(""), link: copyLink })
    : null;

  function decodeSafe(text) {
    try {
      decodeURIComponent(text);
      return text;
    } catch {
      return "#broken";
    }
  }

  const center = () => [map.getCenter().lng, map.getCenter().lat];

  function tell(text) {
    live.textContent = text;
  }

  // --- state ------------------------------------------------------------------------------

  const change = {
    set(parts) {
      state = { ...state, ...parts };
      refresh();
    },
    toggle(name, id) {
      const levels = new Set(state[name]);
      if (!levels.delete(id)) levels.add(id);
      change.set({ [name]: levels });
    },
    hazard(id) {
      const shown = new Map([...state.shown].filter(([one]) => one !== `hazard:${state.hazard}`));
      shown.set(`hazard:${id}`, state.shown.get(`hazard:${state.hazard}`) ?? 75);
      change.set({ hazard: id, shown, second: state.second === id ? "" : state.second });
    },
    layer(id) {
      const layer = world.exposures.find((l) => l.id === id);
      const measure = layer.exposed.measures.some((m) => m.id === state.measure) ? state.measure : layer.exposed.measures.some((m) => m.id === "people") ? "people" : "features";
      const shown = new Map(state.shown);
      shown.set(id, shown.get(id) ?? 100);
      change.set({ layer: id, measure, unserved: "", shown });
    },
    show(id, is) {
      const shown = new Map(state.shown);
      if (is) shown.set(id, 80);
      else shown.delete(id);
      change.set({ shown });
    },
    sheet(name) {
      const isOpened = !state.sheet && name;
      const isClosed = state.sheet && !name;
      if (isOpened) opener = document.activeElement?.id;
      state.sheet = name;
      drawSheet();
      remember();
      if (isOpened) leaves.focus();
      if (isClosed) (document.getElementById(opener) ?? document.getElementById("sheets-open"))?.focus();
      if (name) tell(`${words.say("sheets.number", { at: world.sheets.findIndex((one) => one.name === name) + 1, all: world.sheets.length })}: ${world.sheets.find((one) => one.name === name).title}`);
    },
    opacity(id, value) {
      state.shown.set(id, value);
      atlas.show(id, null, 0, value / 100);
      remember();
    },
  };

  function refresh() {
    words = makeWords(world, state);
    document.documentElement.lang = state.lang;
    mapBox.setAttribute("aria-label", words.say("map_label"));
    found = compute(world, state);
    match = found?.match();
    drawMap();
    drawHead();
    drawTools();
    drawSide();
    drawLegend();
    drawTitle();
    drawSheet();
    if (found) tell(`${words.say("chosen")}: ${found.chosen === null ? words.say("hidden") : words.number(found.chosen, decimals(found.measure))} ${words.measure(found.measure)}`);
    remember();
  }

  let last = "";
  function remember() {
    last = fragment(state);
    const link = document.getElementById("link");
    try {
      history.replaceState(null, "", last);
    } catch {
      location.hash = last;
    }
    if (link) link.value = location.href;
  }

  function moved() {
    const { lng, lat } = map.getCenter();
    state.view = [lng, lat, map.getZoom()];
    remember();
    drawTitle();
  }

  window.addEventListener("hashchange", () => {
    if (location.hash === last) return;
    const next = parse(decodeSafe(location.hash), world);
    if (!next) tell(words.say("broken_link"));
    state = next ?? { ...initial(world), lang: state.lang };
    if (state.view) map.setView(latLng(state.view), state.view[2], { animate: false });
    else map.fitBounds(atlas.home, { animate: false });
    refresh();
  });

  // --- the sheets -------------------------------------------------------------------------

  let opener = null;
  function drawSheet() {
    if (!leaves) return;
    if (state.sheet) leaves.show(state.sheet).catch((error) => tell(error.message));
    else leaves.hide();
  }

  /** A button to the sheet of a hazard or a deficit; nothing where the run drew none. */
  function sheetButton(topic, subject, title, isShort) {
    const name = leaves?.of(topic, subject);
    if (!name) return null;
    return h("button", { type: "button", class: "to-sheet", id: `to-${name}`, "aria-label": words.say("sheets.see_of", { title }), onclick: () => change.sheet(name) }, words.say(isShort ? "sheets.one" : "sheets.see"));
  }

  // --- the map ----------------------------------------------------------------------------

  function painterOf(id) {
    if (id.startsWith("hazard:")) {
      return (ctx, view) => paintHazard(ctx, view, world, atlas, id.slice(7));
    }
    const layer = world.layers.find((l) => l.id === id);
    return (ctx, view) => elements(ctx, view, world, layer, layer.id === state.layer ? match : null);
  }

  function zOf(id) {
    if (id.startsWith("hazard:")) return 200;
    const layer = world.layers.find((l) => l.id === id);
    if (layer.roles.territory !== undefined) return 100;
    // What is asked for lies above all but the points, which it would hide.
    if (id === state.layer) return { area: 330, line: 335, point: 400 }[layer.kind];
    return 300 + { area: 0, line: 20, point: 40 }[layer.kind] + (layer.roles.context === undefined ? 5 : 0);
  }

  let painted = "";
  function drawMap() {
    atlas.keep(new Set(state.shown.keys()));
    const key = `${state.layer}|${[...state.levels]}|${state.second}|${[...state.secondLevels]}|${state.place}|${state.unserved}|${state.hazard}`;
    for (const [id, opacity] of state.shown) {
      const canvas = atlas.show(id, painterOf(id), zOf(id), opacity / 100);
      if (canvas.z !== zOf(id) || (id === state.layer || canvas.wasLayer) && key !== painted) {
        canvas.z = zOf(id);
        canvas.wasLayer = id === state.layer;
        canvas.repaint();
      }
    }
    painted = key;
    drawPicked();
  }

  function drawPicked() {
    picked.clearLayers();
    if (!state.picked) return;
    const layer = world.layers.find((l) => l.id === state.picked.layer);
    if (state.picked.row >= layer.shapes().count) return;
    const shapes = layer.shapes();
    const box = boxOf(shapes, state.picked.row);
    const look = { color: "#000", weight: 3, fill: false, interactive: false };
    const wide = Math.max(box[2] - box[0], box[3] - box[1]) * 2 ** map.getZoom();
    if (wide > OUTLINED && shapes.dims[state.picked.row] !== POINT) {
      for (const part of partsOf(shapes, state.picked.row)) {
        const make = shapes.dims[state.picked.row] === AREA ? L.polygon : L.polyline;
        picked.addLayer(make(part.map(latLng), look));
      }
      return;
    }
    // What is small is ringed at a distance.
    const reach = 8 * 2 ** -map.getZoom();
    const bounds = [[box[1] - reach, box[0] - reach], [box[3] + reach, box[2] + reach]];
    picked.addLayer(L.rectangle(bounds, look));
  }
  map.on("zoomend", drawPicked);

  function clicked(xy) {
    if (mode === "distance" || mode === "area") {
      ruler.add(xy);
      drawTools();
      return;
    }
    if (mode === "note") {
      mode = "";
      notes.placeAt(xy);
      drawTools();
      return;
    }
    const reach = 7 * 2 ** -map.getZoom();
    const order = [...state.shown.keys()].filter((id) => !id.startsWith("hazard:")).sort((a, b) => zOf(b) - zOf(a));
    hits = order.flatMap((id) => {
      const layer = world.layers.find((l) => l.id === id);
      return shapesAt(layer.shapes(), xy, reach).map((row) => ({ layer: id, row }));
    });
    pick(hits[0] ?? null, false);
  }

  function pick(feature, goThere) {
    state.picked = feature;
    tab = "feature";
    drawPicked();
    drawSide();
    remember();
    if (feature && goThere) {
      go(world.layers.find((l) => l.id === feature.layer), feature.row);
      // What was chosen from is gone: the card says what it is.
      document.getElementById("card-title")?.focus({ preventScroll: true });
    }
    tell(feature ? world.layers.find((l) => l.id === feature.layer).nameOf(feature.row) : words.say("nothing_here"));
  }

  function go(layer, row) {
    if (!state.shown.has(layer.id)) change.show(layer.id, true);
    if (row >= layer.shapes().count) return;
    const box = boxOf(layer.shapes(), row);
    if (!(box[0] <= box[2])) return;
    map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { maxZoom: -1, padding: [60, 60] });
  }

  // --- around it ---------------------------------------------------------------------------

  function drawHead() {
    const { project } = world;
    document.title = words.both(project.title);
    put(head,
      h("div", { class: "name" }, h("h1", {}, words.both(project.title)), badge(project.status, words)),
      h("div", { class: "search", role: "search" },
        h("label", { for: "q", class: "hidden" }, words.say("search")),
        h("input", { id: "q", type: "search", placeholder: words.say("search"), value: query, autocomplete: "off", oninput: (e) => { query = e.target.value; drawFound(); } }),
        h("div", { id: "found", "aria-live": "polite" })),
      h("div", { class: "langs", role: "group", "aria-label": words.say("language") },
        ["es", "en"].map((lang) => h("button", { type: "button", id: `lang-${lang}`, lang, "aria-pressed": String(state.lang === lang), onclick: () => change.set({ lang }) }, lang === "es" ? "Español" : "English"))));
    drawFound();
  }

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function drawFound() {
    const box = document.getElementById("found");
    const wanted = plain(query.trim());
    if (!wanted) return put(box);
    const results = [];
    for (const layer of world.layers) {
      layer.plain ??= Array.from(layer.ids, (_, row) => plain(layer.nameOf(row)));
      for (let row = 0; row < layer.plain.length && results.length < 12; row++) {
        if (layer.plain[row].includes(wanted)) results.push({ layer, row });
      }
    }
    put(box, results.length
      ? h("ul", {}, results.map(({ layer, row }, at) => h("li", {}, h("button", { type: "button", id: `hit-${at}`, onclick: () => { query = ""; hits = [{ layer: layer.id, row }]; drawHead(); pick(hits[0], true); } }, h("span", {}, layer.nameOf(row).slice(0, 120)), " ", h("small", {}, words.layer(layer))))))
      : h("p", {}, words.say("nothing_found")));
  }

  function setMode(next) {
    ruler.stop();
    mode = mode === next ? "" : next;
    if (mode === "distance" || mode === "area") ruler.start();
    mapBox.classList.toggle("aiming", mode !== "");
    drawTools();
    if (tab === "notes") drawSide();
  }

  function drawTools() {
    const { say } = words;
    const button = (id, text, onclick, pressed) => h("button", { type: "button", id, onclick, "aria-pressed": pressed === undefined ? null : String(pressed) }, text);
    put(tools,
      h("div", { class: "group" },
        button("zoom-in", h("span", { "aria-label": say("zoom_in"), role: "img" }, "+"), () => map.zoomIn()),
        button("zoom-out", h("span", { "aria-label": say("zoom_out"), role: "img" }, "−"), () => map.zoomOut()),
        button("home", say("home"), () => map.fitBounds(atlas.home))),
      h("div", { class: "group" },
        button("distance", say("distance"), () => setMode("distance"), mode === "distance"),
        button("area", say("area"), () => setMode("area"), mode === "area")),
      h("div", { class: "group" },
        button("print", say("print"), () => beginPrint(true)),
        button("share", say("share"), share, isSharing)),
      leaves
        ? h("div", { class: "group" }, button("sheets-open", say("sheets.open", { all: world.sheets.length }), () => change.sheet(world.sheets[0].name)))
        : h("p", { class: "small", id: "sheets-none" }, say("sheets.none")),
      mode === "distance" || mode === "area" ? measured() : null,
      isSharing ? h("div", { class: "measured" }, field(say("share_link"), h("input", { id: "link", readonly: true, value: location.href, onfocus: (e) => e.target.select() }))) : null);
  }

  function measured() {
    const { say } = words;
    const points = ruler.points();
    const text = mode === "area"
      ? `${words.squares(area(points))} · ${say("perimeter")} ${words.meters(length(points.length > 2 ? [...points, points[0]] : points))}`
      : words.meters(length(points));
    return h("div", { class: "measured" },
      h("output", { id: "measured", "aria-live": "polite" }, text),
      h("button", { type: "button", id: "m-center", onclick: () => { ruler.add(center()); drawTools(); } }, say("measure_center")),
      h("button", { type: "button", id: "m-back", onclick: () => { ruler.back(); drawTools(); } }, say("measure_back")),
      h("small", {}, say("measure_note", { crs: world.project.crs, low: Math.round(world.project.grid_scale_ppm[0]), high: Math.round(world.project.grid_scale_ppm[1]) })));
  }

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      tell(words.say("shared"));
    } catch {
      tell(words.say("share_by_hand"));
    }
  }

  /** Copies the link of the view and shows it, or takes it away again. */
  async function share() {
    isSharing = !isSharing;
    if (!isSharing) return drawTools();
    await copyLink();
    drawTools();
    document.getElementById("link").focus();
  }

  function drawSide() {
    const { say } = words;
    const choose = (next) => { tab = next; drawSide(); document.getElementById(`tab-${next}`).focus(); };
    const keys = (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (step) choose(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]);
    };
    const top = side.scrollTop;
    put(side,
      h("div", { role: "tablist", "aria-label": say("panels"), class: "tabs", onkeydown: keys },
        TABS.map((one) => h("button", { type: "button", role: "tab", id: `tab-${one}`, "aria-selected": String(tab === one), "aria-controls": "panel", tabindex: tab === one ? "0" : "-1", onclick: () => choose(one) }, say(`tab.${one}`)))),
      h("div", { id: "panel", role: "tabpanel", "aria-labelledby": `tab-${tab}`, tabindex: "0" }, h("h2", { class: "hidden" }, say(`tab.${tab}`)), contents()));
    side.scrollTop = top;
    paintSwatches(side);
  }

  function contents() {
    if (tab === "figures") return figuresPanel(world, state, words, found, change, sheetButton);
    if (tab === "layers") return layerList();
    if (tab === "notes") return notes.panel(mode === "note", () => setMode("note"));
    if (tab === "list") return featureList();
    return [
      hits.length > 1
        ? field(words.say("hits", { count: hits.length }), choice("hit", hits.map(({ layer, row }, at) => { const l = world.layers.find((one) => one.id === layer); return [String(at), `${l.nameOf(row).slice(0, 80)} — ${words.layer(l)}`]; }), String(hits.findIndex((x) => x.layer === state.picked?.layer && x.row === state.picked?.row)), (v) => pick(hits[Number(v)], false)))
        : null,
      h("div", { class: "buttons" }, h("button", { type: "button", id: "pick-center", onclick: () => clicked(center()) }, words.say("pick_center"))),
      state.picked ? card(world, state, words, go, sheetButton) : h("p", {}, words.say("pick_something")),
    ];
  }

  function layerList() {
    const { say } = words;
    const line = (id, title, look, about, toSheet) => {
      const is = state.shown.has(id);
      return h("li", {},
        toSheet,
        h("label", {}, h("input", { type: "checkbox", id: `show-${id}`, checked: is, onchange: (e) => change.show(id, e.target.checked) }), look, title),
        is ? h("label", { class: "opacity" }, h("span", { class: "hidden" }, say("opacity", { layer: title })), h("input", { type: "range", id: `opacity-${id}`, min: "0", max: "100", step: "5", value: state.shown.get(id), oninput: (e) => change.opacity(id, Number(e.target.value)) })) : null,
        about);
    };
    const groups = [
      ["group.hazards", world.hazards.map((one) => line(`hazard:${one.id}`, words.hazard(one.id), null, one.id === "any" ? null : h("details", {}, aboutHead(words.hazard(one.id)), about(one, words)), sheetButton("hazards", one.id, words.hazard(one.id), true)))],
      ["group.exposed", listed((l) => l.exposed)],
      ["group.services", listed((l) => !l.exposed && l.roles.service !== undefined)],
      ["group.context", listed((l) => !l.exposed && l.roles.service === undefined)],
    ];
    function listed(which) {
      return world.layers.filter(which).map((l) => line(l.id, words.layer(l), key(l), h("details", {}, aboutHead(words.layer(l)), about(l, words))));
    }
    return groups.filter(([, items]) => items.length).map(([key, items]) => [h("h3", {}, say(key)), h("ul", { class: "layers" }, items)]);
  }

  const aboutHead = (title) =>
    h("summary", {}, h("span", { class: "hidden" }, `${title}: `), words.say("sources"));

  const key = (layer) => h("canvas", { class: "swatch", width: "56", height: "36", "data-key": layer.id, "aria-hidden": "true" });

  function featureList() {
    const { say } = words;
    if (!found) return [h("p", {}, say("nothing_exposed"))];
    const { layer, measure, parts } = found;
    const at = measure.table ? -1 : layer.exposed.measures.indexOf(measure) - 1;
    const sums = new Float64Array(layer.ids.length);
    if (at >= 0) parts.rows.forEach((row, i) => { if (parts.amounts[at][i] === parts.amounts[at][i] && row < sums.length) sums[row] += parts.amounts[at][i]; });
    const rows = [];
    for (let row = 0; row < match.length; row++) if (match[row]) rows.push(row);
    rows.sort((a, b) => sums[b] - sums[a] || a - b);
    const hazard = world.hazardAt(state.hazard);
    return [
      h("p", {}, say("list_about", { count: words.number(String(rows.length)), shown: Math.min(LISTED, rows.length) })),
      h("table", { class: "facts", id: "features" },
        h("caption", { class: "hidden" }, say("tab.list")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, words.layer(layer)), h("th", { scope: "col" }, words.hazard(state.hazard)), at >= 0 ? h("th", { scope: "col" }, words.measure(measure)) : null)),
        h("tbody", {}, rows.slice(0, LISTED).map((row) => {
          const kind = parts.counts[row];
          const level = kind < parts.classes ? words.level(["very_high", "high", "medium", "low", "none", "not_studied"][parts.level(kind, hazard)]) : "";
          return h("tr", {},
            h("th", { scope: "row" }, h("button", { type: "button", id: `row-${row}`, onclick: () => { hits = [{ layer: layer.id, row }]; pick(hits[0], true); } }, layer.nameOf(row).slice(0, 120))),
            h("td", {}, level),
            at >= 0 ? h("td", {}, `${words.number(printed(valueOf(sums[row]), measure.decimals), decimals(measure))} ${unit(measure)}`) : null);
        }))),
    ];
  }

  function paintSwatches(root) {
    for (const canvas of root.querySelectorAll("canvas.swatch")) {
      const ctx = canvas.getContext("2d");
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      ctx.scale(canvas.width / 28, canvas.height / 18);
      if (canvas.dataset.swatch !== undefined) {
        ctx.fillStyle = pattern(world.style.levels[canvas.dataset.swatch], 1);
        ctx.fillRect(0, 0, 28, 18);
        ctx.strokeRect(0.5, 0.5, 27, 17);
        continue;
      }
      const layer = world.layers.find((l) => l.id === canvas.dataset.key);
      drawKey(ctx, layer);
    }
  }

  function drawKey(ctx, layer) {
    if (layer.look) {
      drawMarks(ctx, layer.look.key, 14, 9, KEY);
      return;
    }
    ctx.strokeStyle = world.style.limit;
    ctx.lineWidth = 2;
    ctx.strokeRect(2, 2, 24, 14);
  }

  /** Layers by their sign: points of one look share an entry, as in the legends of the sheets. */
  function alike(layers) {
    const groups = new Map();
    for (const layer of layers) {
      const look = layer.look?.sign ? JSON.stringify(layer.look.sign) : layer.id;
      groups.set(look, [...(groups.get(look) ?? []), layer]);
    }
    return [...groups.values()];
  }

  function drawLegend() {
    const ids = [...state.shown.keys()];
    const hazards = ids.filter((id) => id.startsWith("hazard:")).map((id) => words.hazard(id.slice(7)));
    const others = world.layers.filter((l) => ids.includes(l.id));
    isLegendOpen ??= mapBox.clientWidth > 600;
    put(legend, h("details", { open: isLegendOpen, ontoggle: (e) => { if (!map.printing) isLegendOpen = e.target.open; } }, h("summary", { id: "legend-head" }, words.say("legend")),
      hazards.length ? [h("p", { class: "small" }, hazards.join("; ")), h("ul", {}, [0, 1, 2, 3, 5].map((level) => h("li", {}, swatch(world, level), words.level(["very_high", "high", "medium", "low", "none", "not_studied"][level]))))] : null,
      h("ul", {}, alike(others).map((all) => h("li", {}, key(all[0]), all.map((l) => words.layer(l)).join("; "))))));
    paintSwatches(legend);
  }

  // --- on paper ----------------------------------------------------------------------------

  function drawTitle() {
    const { say } = words;
    const { project } = world;
    const scale = Math.round(2 ** -map.getZoom() / (0.0254 / 96) / 100) * 100;
    const middle = world.places?.inside(center()) ? world.places.degrees(center()) : null;
    put(foot,
      h("div", {},
        h("strong", {}, words.both(project.title)),
        found ? h("p", {}, `${words.layer(found.layer)} × ${words.hazard(state.hazard)} — ${words.place(state.place)}`) : null,
        h("p", {}, say("paper.scale", { scale: words.number(String(scale)) }), " · ", `${project.crs}`, middle ? ` · ${middle[1].toFixed(4)}, ${middle[0].toFixed(4)}` : "", " · ", say("paper.north")),
        h("p", {}, [project.reference_date && say("paper.date", { date: project.reference_date }), project.date && say("paper.run", { date: project.date }), say("paper.digest", { digest: project.settings_sha256.slice(0, 16) }), project.program].filter(Boolean).join(" · ")),
        h("p", {}, badge(project.status, words), " ", say("indicative"))),
      found
        ? h("table", {}, h("tbody", {}, found.rows.filter((row) => state.levels.has(row.id)).map((row) => h("tr", {}, h("th", { scope: "row" }, words.level(row.id)), h("td", {}, row.text === null ? words.say("hidden") : `${words.number(row.text, decimals(found.measure))} ${words.measure(found.measure)}`), h("td", {}, row.range ? (row.range[2] ? words.of("map.undecidable") + " " : "") + `(${words.number(row.range[0], 0)}–${words.number(row.range[1], 0)})` : "")))))
        : null,
      h("div", { class: "buttons no-print" },
        h("button", { type: "button", id: "print-now", class: "main", onclick: () => window.print() }, say("print_now")),
        h("button", { type: "button", id: "print-back", onclick: endPrint }, say("back"))));
  }

  let before = null;
  let preview = false;
  function beginPrint(asPreview) {
    if (before) return;
    preview = asPreview;
    before = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
    document.body.classList.add("paper");
    map.printing = true;
    legend.querySelector("details").open = true;
    drawTitle();
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(before.bounds, { animate: false });
    atlas.repaintAll(true);
    drawTitle();
    if (asPreview) document.getElementById("print-now").focus();
  }
  function endPrint() {
    if (!before) return;
    document.body.classList.remove("paper");
    drawLegend();
    map.printing = false;
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
    atlas.repaintAll();
    document.getElementById("print").focus();
  }
  window.addEventListener("beforeprint", () => { if (!state.sheet) beginPrint(false); });
  window.addEventListener("afterprint", () => { if (!preview) endPrint(); });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    if (before) endPrint();
    else if (state.sheet) change.sheet("");
    else if (mode) setMode(mode);
  });

  mapBox.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target === mapBox) clicked(center()); });
  refresh();
  // The legend has its room now: the map knows how much is left.
  const fill = () => { if (mapBox.clientWidth && !map.printing) map.invalidateSize({ animate: false }); };
  fill();
  if (linkedView) map.setView(latLng(linkedView), linkedView[2], { animate: false });
  else map.fitBounds(atlas.home, { animate: false });
  new ResizeObserver(fill).observe(mapBox);
  if (location.hash.length > 1 && !linked) tell(words.say("broken_link"));
  document.documentElement.dataset.readyAt = performance.now();
  document.documentElement.dataset.ready = "true";
}

begin().catch((error) => {
  document.getElementById("opening")?.replaceChildren(`Atalaya: ${error.message}`);
  throw error;
});
