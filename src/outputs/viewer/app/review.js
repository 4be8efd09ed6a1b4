// Review mode: notes placed on the map, listed, filtered, taken out and in as GeoJSON.

import { choice, field, h, save } from "./dom.js";
import { leaflet as L, latLng } from "./map.js";
import { STATES, fromGeoJson, newId, rounded, shelf, toGeoJson, wrongWords } from "./notes.js";

const MARKS = { open: "?", accepted: "✓", rejected: "×", resolved: "■" };

export function review(world, atlas, words, redraw, tell) {
  const box = shelf(world.project);
  let notes = box.load();
  let draft = null;
  let filter = { state: "", text: "" };
  let author = notes.at(-1)?.author ?? "";
  let report = null;
  const marks = L.layerGroup();

  const shown = () => {
    const text = filter.text.toLowerCase();
    return notes.filter(
      (n) => (!filter.state || n.state === filter.state) &&
        (!text || `${n.observation} ${n.author} ${n.date}`.toLowerCase().includes(text)),
    );
  };

  function keep() {
    if (!box.keep(notes)) tell(words().say("notes.not_kept"));
    draw();
    redraw();
  }

  function draw() {
    marks.clearLayers();
    for (const note of shown()) {
      const at = world.places.meters(note.at);
      if (!at) continue;
      const title = `${words().say(`notes.state.${note.state}`)}: ${note.observation.slice(0, 80)}`;
      const icon = L.divIcon({ className: `note ${note.state}`, html: MARKS[note.state], iconSize: [26, 26] });
      const mark = L.marker(latLng(at), { icon, title, alt: title, keyboard: true });
      mark.on("click keypress", () => edit(note));
      marks.addLayer(mark);
    }
    if (draft?.xy) {
      const icon = L.divIcon({ className: "note draft", html: "+", iconSize: [30, 30] });
      marks.addLayer(L.marker(latLng(draft.xy), { icon, interactive: false, keyboard: false }));
    }
  }

  function edit(note) {
    draft = { ...note, xy: world.places.meters(note.at), wrong: [], isOld: true };
    draw();
    redraw("notes");
    document.getElementById("n-observation")?.focus();
  }

  /** A place was chosen for a new note, or for the one being written. */
  function placeAt(xy) {
    if (!world.places.inside(xy)) return tell(words().say("notes.why.outside"));
    const today = new Date();
    const two = (n) => String(n).padStart(2, "0");
    const date = `${today.getFullYear()}-${two(today.getMonth() + 1)}-${two(today.getDate())}`;
    draft ??= { id: newId(), observation: "", author, date, state: "open", wrong: [] };
    draft.xy = xy;
    draft.at = rounded(world.places.degrees(xy));
    draw();
    redraw("notes");
    document.getElementById("n-observation")?.focus();
  }

  function finish() {
    draft.wrong = wrongWords(draft);
    if (draft.wrong.length) return redraw();
    const { id, at, observation, date, state } = draft;
    author = draft.author;
    notes = [...notes.filter((n) => n.id !== id), { id, at, observation, author, date, state }];
    draft = null;
    tell(words().say("notes.saved"));
    keep();
    leave();
  }

  /** The form is gone: the focus goes to where the next note begins. */
  const leave = () => document.getElementById("n-center")?.focus();

  async function bring(file) {
    const found = fromGeoJson(await file.text(), world.places, notes);
    notes = [...notes, ...found.good];
    report = found;
    keep();
  }

  function form() {
    const { say } = words();
    const bind = (name) => ({ oninput: (e) => (draft[name] = e.target.value) });
    const [lon, lat] = draft.at;
    return h("form", { class: "note-form", onsubmit: (e) => { e.preventDefault(); finish(); } },
      h("h3", {}, say(draft.isOld ? "notes.edit" : "notes.new")),
      h("p", { class: "small" }, `${lon.toFixed(7)}, ${lat.toFixed(7)} (WGS 84)`),
      draft.wrong.length ? h("ul", { class: "wrong", role: "alert" }, draft.wrong.map((key) => h("li", {}, say(`notes.why.${key}`)))) : null,
      field(say("notes.observation"), h("textarea", { id: "n-observation", rows: "4", value: draft.observation, ...bind("observation") })),
      field(say("notes.author"), h("input", { id: "n-author", value: draft.author, autocomplete: "name", ...bind("author") })),
      field(say("notes.date"), h("input", { id: "n-date", type: "date", value: draft.date, ...bind("date") })),
      field(say("notes.state_label"), choice("n-state", STATES.map((s) => [s, say(`notes.state.${s}`)]), draft.state, (v) => (draft.state = v))),
      h("div", { class: "buttons" },
        h("button", { type: "submit", id: "n-save", class: "main" }, say("notes.save")),
        h("button", { type: "button", id: "n-cancel", onclick: () => { draft = null; draw(); redraw(); leave(); } }, say("cancel")),
        draft.isOld ? h("button", { type: "button", id: "n-delete", onclick: () => { notes = notes.filter((n) => n.id !== draft.id); draft = null; keep(); leave(); } }, say("notes.delete")) : null));
  }

  function told() {
    const { say } = words();
    if (!report) return null;
    const { good, refused, same } = report;
    return h("div", { role: "status", id: "n-report" },
      h("p", {}, say("notes.brought", { good: good.length, same: same ?? 0, refused: refused.length })),
      h("ul", { class: "wrong" }, refused.map(({ at, id, why }) =>
        h("li", {}, at ? `${say("notes.feature", { at })}${id ? ` (${id.slice(0, 60)})` : ""}: ` : "", why.map((key) => say(`notes.why.${key}`)).join("; ")))));
  }

  function panel(placing, startPlacing) {
    const { say } = words();
    if (!world.places) return [h("p", {}, say("notes.no_degrees"))];
    const list = shown();
    return [
      h("p", { class: "small" }, say("notes.about")),
      h("div", { class: "buttons" },
        h("button", { type: "button", id: "n-place", class: "main", "aria-pressed": String(placing), onclick: startPlacing }, say("notes.place")),
        h("button", { type: "button", id: "n-center", onclick: () => placeAt([atlas.map.getCenter().lng, atlas.map.getCenter().lat]) }, say("notes.center"))),
      draft ? form() : null,
      h("h3", {}, say("notes.list", { count: list.length, all: notes.length })),
      h("div", { class: "filters" },
        field(say("notes.state_label"), choice("n-filter-state", [["", say("notes.every_state")], ...STATES.map((s) => [s, say(`notes.state.${s}`)])], filter.state, (v) => { filter.state = v; draw(); redraw(); })),
        field(say("notes.search"), h("input", { id: "n-filter-text", type: "search", value: filter.text, oninput: (e) => { filter.text = e.target.value; draw(); redraw(); } }))),
      h("ul", { class: "notes" }, list.map((note) =>
        h("li", { class: note.state },
          h("button", { type: "button", id: `note-${note.id}`, onclick: () => { atlas.map.setView(latLng(world.places.meters(note.at)), Math.max(atlas.map.getZoom(), -1)); edit(note); } },
            h("span", { class: "mark", "aria-hidden": "true" }, MARKS[note.state]), " ", say(`notes.state.${note.state}`)),
          h("p", { class: "text", tabindex: note.observation.length > 300 ? "0" : null }, note.observation),
          h("p", { class: "small" }, `${note.author} · ${note.date}`)))),
      h("div", { class: "buttons" },
        h("button", { type: "button", id: "n-export", disabled: !notes.length, onclick: () => save(`notas-${world.project.id}.geojson`, "application/geo+json", toGeoJson(notes, world.project)) }, say("notes.export")),
        h("label", { class: "button", for: "n-import" }, say("notes.import")),
        h("input", { id: "n-import", class: "hidden", type: "file", accept: ".geojson,.json,application/geo+json", onchange: (e) => e.target.files[0] && bring(e.target.files[0]) }),
        h("button", { type: "button", id: "n-clear", disabled: !notes.length, onclick: () => { if (confirm(say("notes.sure"))) { notes = []; report = null; keep(); } } }, say("notes.clear"))),
      told(),
    ];
  }

  marks.addTo(atlas.map);
  if (world.places) draw();
  return { panel, placeAt, draw, count: () => notes.length };
}
