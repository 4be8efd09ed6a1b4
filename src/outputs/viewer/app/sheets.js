// The sheets of the run as they are printed, one at a time: see src/outputs/viewer/sheets.rs.
// What is seen is the text of the sheet's SVG, put into the page; nothing of it is decided here.

import { h, put } from "./dom.js";
import { frame } from "./frame.js";
import { inflated } from "./stream.js";

const TOPICS = ["general", "hazards", "deficits", "risk"];
const FACES = [["face-regular", {}], ["face-bold", { weight: "bold" }], ["face-italic", { style: "italic" }]];
/** How the page calls the faces that the sheets are set in; viewer.css says who wears them. */
const FAMILY = "Atalaya sheet";

/** The text of an element that carries a stream. */
const read = (id) => inflated(document.getElementById(id).textContent);

let faces = null;
/** The faces of the sheets, opened with the first of them. */
function ready() {
  faces ??= Promise.all(FACES.map(async ([id, look]) => {
    document.fonts.add(await new FontFace(FAMILY, await read(id), look).load());
  }));
  return faces;
}

/** A sheet as elements of the page, its ids apart from those of the page. */
function drawing(text, lang) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const svg = document.importNode(parsed, true);
  for (const one of svg.querySelectorAll("[id]")) one.id = `drawn-${one.id}`;
  for (const name of ["fill", "clip-path"]) {
    for (const one of svg.querySelectorAll(`[${name}^="url(#"]`)) {
      one.setAttribute(name, one.getAttribute(name).replace("url(#", "url(#drawn-"));
    }
  }
  // A picture would hide its words from who hears the page.
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-labelledby", "drawn-title");
  svg.setAttribute("aria-describedby", "drawn-desc");
  svg.setAttribute("lang", lang);
  return svg;
}

/** The rule that says what paper is printed on, changed while a sheet is shown. */
function paper() {
  const own = document.styleSheets[0];
  const at = [...own.cssRules].findIndex((rule) => rule instanceof CSSPageRule);
  // A browser without such rules prints on the paper that people choose.
  if (at < 0) return { be() {}, back() {} };
  const usual = own.cssRules[at].cssText;
  const become = (text) => {
    own.deleteRule(at);
    own.insertRule(text, at);
  };
  return {
    be: ([width, height]) => become(`@page { size: ${width}mm ${height}mm; margin: 0; }`),
    back: () => become(usual),
  };
}

/** The view of the sheets, in an element. `events`: choose(name), close(), link(), tell(text). */
export function sheets(box, world, words, events) {
  const all = world.sheets;
  const lang = world.project.locale;
  const bar = h("div", { id: "sheet-bar" });
  const list = h("details", { id: "sheet-list" });
  const title = h("h2", { id: "sheet-title", tabindex: "-1", lang });
  const about = h("p", { id: "sheet-about", class: "small", lang });
  const window = h("div", { id: "sheet-box", tabindex: "0", role: "region" });
  const foreign = h("p", { id: "sheet-lang", class: "small" });
  const busy = h("p", { id: "sheet-busy", hidden: true });
  const hint = h("p", { id: "sheet-hint", class: "small" });
  box.append(bar, list, h("div", { id: "sheet-main" }, title, about, foreign, window, busy, hint));
  const view = frame(window, { zoomed: drawZoom, turn });
  const page = paper();
  let shown = -1;
  let wanted = -1;

  const atOf = (name) => all.findIndex((sheet) => sheet.name === name);

  function turn(step) {
    const next = wanted + step;
    if (all[next]) events.choose(all[next].name);
  }

  /** Shows a sheet; gives when it is there. */
  async function show(name) {
    wanted = atOf(name);
    const sheet = all[wanted];
    if (box.hidden) {
      box.hidden = false;
      document.documentElement.classList.add("leafing");
      list.open = !isNarrow();
    }
    drawWords();
    if (shown === wanted) return;
    window.setAttribute("aria-busy", "true");
    busy.hidden = false;
    const [text] = await Promise.all([read(`sheet-${wanted}`), ready()]);
    // Somebody was faster than the sheet.
    if (sheet !== all[wanted]) return;
    const svg = drawing(new TextDecoder().decode(text), lang);
    shown = wanted;
    page.be(sheet.size_mm);
    const root = document.documentElement.style;
    root.setProperty("--paper-w", `${sheet.size_mm[0]}mm`);
    root.setProperty("--paper-h", `${sheet.size_mm[1]}mm`);
    view.put(svg, sheet.size_mm);
    window.removeAttribute("aria-busy");
    busy.hidden = true;
    box.dataset.shown = sheet.name;
  }

  function hide() {
    if (box.hidden) return;
    box.hidden = true;
    document.documentElement.classList.remove("leafing");
    page.back();
    view.clear();
    delete box.dataset.shown;
    [shown, wanted] = [-1, -1];
  }

  const button = (id, text, label, onclick, more = {}) =>
    h("button", { type: "button", id, "aria-label": label, title: label, onclick, ...more }, text);

  function drawWords() {
    const { say } = words();
    const sheet = all[wanted];
    if (!sheet) return;
    title.textContent = sheet.title;
    about.textContent = sheet.description;
    box.setAttribute("aria-label", say("sheets.name"));
    window.setAttribute("aria-label", say("sheets.box", { title: sheet.title }));
    hint.textContent = say("sheets.keys");
    busy.textContent = say("sheets.opening");
    foreign.textContent = words().lang === lang ? "" : say(`sheets.in_${lang}`);
    foreign.hidden = words().lang === lang;
    put(bar,
      h("div", { class: "group" },
        h("button", { type: "button", id: "sheet-back", onclick: events.close }, say("sheets.back"))),
      h("div", { class: "group" },
        button("sheet-previous", "◀", say("sheets.previous"), () => turn(-1), { "aria-disabled": wanted === 0 ? "true" : null }),
        h("output", { id: "sheet-number" }, say("sheets.number", { at: wanted + 1, all: all.length })),
        button("sheet-next", "▶", say("sheets.next"), () => turn(1), { "aria-disabled": wanted === all.length - 1 ? "true" : null })),
      h("div", { class: "group", role: "group", "aria-label": say("sheets.size") },
        button("sheet-out", "−", say("zoom_out"), () => view.zoom(1 / 1.25)),
        button("sheet-in", "+", say("zoom_in"), () => view.zoom(1.25)),
        h("button", { type: "button", id: "sheet-width", onclick: () => view.fit("width") }, say("sheets.width")),
        h("button", { type: "button", id: "sheet-whole", onclick: () => view.fit("whole") }, say("sheets.whole"))),
      h("div", { class: "group" },
        h("button", { type: "button", id: "sheet-print", onclick: () => globalThis.print() }, say("sheets.print")),
        h("button", { type: "button", id: "sheet-share", onclick: events.link }, say("share"))));
    drawZoom();
    drawList();
  }

  function drawZoom() {
    for (const mode of ["width", "whole"]) {
      document.getElementById(`sheet-${mode}`)?.setAttribute("aria-pressed", String(view.mode() === mode));
    }
  }

  function drawList() {
    const { say } = words();
    const item = (sheet, at) =>
      h("li", {}, h("button", { type: "button", id: `pick-${sheet.name}`, lang, "aria-current": at === wanted ? "page" : null, onclick: () => picked(sheet.name) },
        h("span", { class: "at" }, `${at + 1}. `), sheet.title));
    const groups = TOPICS.map((topic) => [topic, all.flatMap((sheet, at) => (sheet.topic === topic ? [item(sheet, at)] : []))]);
    const top = list.scrollTop;
    put(list, h("summary", { id: "sheet-list-head" }, say("sheets.list", { all: all.length })),
      h("nav", { "aria-label": say("sheets.list", { all: all.length }) },
        groups.filter(([, items]) => items.length).map(([topic, items]) => [h("h3", {}, say(`sheets.topic.${topic}`)), h("ul", {}, items)])));
    list.scrollTop = top;
    document.getElementById(`pick-${all[wanted].name}`)?.scrollIntoView({ block: "nearest" });
  }

  const isNarrow = () => box.clientWidth < 820;

  function picked(name) {
    if (isNarrow()) list.open = false;
    events.choose(name);
    if (isNarrow()) title.focus();
  }

  return {
    show,
    hide,
    focus: () => title.focus(),
    of: (topic, subject) => all.find((sheet) => sheet.topic === topic && sheet.subject === subject)?.name,
  };
}
