// Opens the pages of a run in a browser as people do, from the disk and without a network.
//
//   node check.mjs FOLDER [OTHER]   folders that `atalaya run` wrote; the report is that of the
//                                   other, where it is given: a small one is looked at sooner
//   SHOTS=DIR node check.mjs …   pictures as well

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PHONE, WIDE, axe, browser, open as openFile, pages, picture, ready, shots } from "./browser.mjs";
import { keyboard } from "./keyboard.mjs";
import { sheets } from "./sheets.mjs";

let folder = resolve(process.argv[2] ?? "");
const reported = resolve(process.argv[3] ?? folder);
const open = (name, viewport, hash) => openFile(join(folder, name), viewport, hash);

/** Rows of a table as objects. */
function table(name) {
  const text = readFileSync(join(folder, "tables", name), "utf8");
  const records = [];
  let [record, cell, quoted] = [[], "", false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') cell += text[++i];
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      record.push(cell);
      cell = "";
      if (c === "\n") {
        records.push(record);
        record = [];
      }
    } else cell += c;
  }
  const [head, ...rows] = records;
  return rows.map((row) => Object.fromEntries(head.map((key, at) => [key, row[at]])));
}

// --- the viewer ----------------------------------------------------------------------------

const exposure = table("exposure.csv");
const LEVELS = ["very_high", "high", "medium", "low", "none", "not_studied"];

/** What the page shows for the six levels. */
const shown = (page) =>
  page.$$eval("td[data-level]", (cells) =>
    Object.fromEntries(cells.map((c) => [c.dataset.level, { value: c.dataset.value, text: c.textContent }])));

async function choose(page, filter) {
  for (const name of ["layer", "measure", "hazard", "territory"]) {
    if (filter[name]) await page.selectOption(`#f-${name}`, filter[name]);
  }
}

/** A printed number as the page writes it in Spanish. */
function spanish(text, decimals) {
  const value = Number(text);
  const cut = decimals === undefined ? text : value.toFixed(decimals);
  let [whole, part = ""] = cut.split(".");
  if (/^0*$/.test(part)) part = "";
  if (whole.length > 4) whole = whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  return part ? `${whole},${part}` : whole;
}

/** The filters that are compared: of what the run has, rows that differ much from each other. */
function filters() {
  const seen = new Set();
  const all = [];
  const rows = exposure.filter((r) => r.level === "very_high");
  const take = (which) => {
    const row = rows.find((r) => which(r) && !seen.has(`${r.layer}/${r.measure}/${r.hazard}/${r.territory}`));
    if (!row) return;
    seen.add(`${row.layer}/${row.measure}/${row.hazard}/${row.territory}`);
    all.push({ layer: row.layer, measure: row.measure, hazard: row.hazard, territory: row.territory });
  };
  const isDistrict = (r) => !r.territory.startsWith("_");
  take((r) => r.measure === "people" && r.hazard === "any" && r.territory === "_T");
  take((r) => r.measure === "people" && r.hazard !== "any" && isDistrict(r) && Number(r.value) > 0);
  take((r) => r.measure === "area" && isDistrict(r) && Number(r.value) > 0);
  take((r) => r.measure === "length" && r.territory === "_T" && Number(r.value) > 0);
  take((r) => r.measure === "features" && r.territory === "_X");
  take((r) => r.unit === "1" && r.measure !== "features" && isDistrict(r));
  take((r) => r.measure === "features" && isDistrict(r) && Number(r.value) > 0);
  return all;
}

/** The bars of the territories are as long as the rows of the table say. */
async function bars(page, filter) {
  const drawn = await page.$$eval("#bars-es svg > path[fill^='#']", (all) => all.map((one) => one.getAttribute("d")));
  const rows = new Map();
  for (const d of drawn) {
    const [x, y, width] = (/^M(\S+) (\S+)l(\S+) 0 0 /.exec(d) ?? []).slice(1).map(Number);
    if (width > 0) rows.set(y, [...(rows.get(y) ?? []), [x, width]]);
  }
  const shares = [...rows.values()].map((pieces) => {
    const whole = pieces.reduce((sum, [, width]) => sum + width, 0);
    return pieces.sort(([a], [b]) => a - b).map(([, width]) => (width / whole).toFixed(3)).join(" ");
  });
  const codes = [...new Set(exposure.map((r) => r.territory))].filter((code) => code !== "_T");
  const expected = codes.map((territory) => {
    const own = exposure.filter((r) => r.territory === territory && ["layer", "measure", "hazard"].every((k) => r[k] === filter[k]));
    const whole = own.reduce((sum, r) => sum + Number(r.value), 0);
    const pieces = LEVELS.map((level) => Number(own.find((r) => r.level === level)?.value ?? 0) / whole);
    return pieces.filter((share) => share > 0).map((share) => share.toFixed(3)).join(" ");
  });
  assert.deepEqual(shares.sort(), expected.filter(Boolean).sort(), `bars of ${JSON.stringify(filter)}`);
}

async function viewer() {
  const { page, wrong, close } = await open("viewer.html", WIDE);
  await ready(page);
  await page.waitForTimeout(300);
  await picture(page, "wide-figures");

  const compared = filters();
  assert.ok(compared.length >= 5, `only ${compared.length} filters to compare`);
  for (const filter of compared) {
    await choose(page, filter);
    const found = await shown(page);
    for (const level of LEVELS) {
      const row = exposure.find((r) => r.level === level && Object.entries(filter).every(([k, v]) => r[k] === v));
      assert.equal(found[level].value, row.value, `${JSON.stringify(filter)} ${level}`);
      const decimals = row.unit === "m2" || row.unit === "m" ? undefined : filter.measure === "features" ? 0 : 1;
      // Where nobody can say whether it is nothing, the page shows no 0.
      const isOpen = Number(row.value) === 0 && Number(row.high) > 0;
      const text = isOpen ? "–" : spanish(row.value, decimals);
      assert.equal(found[level].text, text, `${JSON.stringify(filter)} ${level} as text`);
      assert.equal(await page.getAttribute("#whole", "data-value"), row.total);
    }
    await bars(page, filter);
  }

  // The levels that are chosen add up; in whole steps, so within half a step a level of the table's.
  const filter = compared[0];
  await choose(page, filter);
  const own = await shown(page);
  const sum = (levels) => levels.reduce((s, l) => s + Number(own[l].value), 0);
  const chosen = async () => Number(await page.getAttribute("#chosen", "data-value"));
  assert.ok(Math.abs((await chosen()) - sum(LEVELS.slice(0, 4))) < 4e-4);
  await page.click("#l-low");
  assert.ok(Math.abs((await chosen()) - sum(LEVELS.slice(0, 3))) < 4e-4);
  await page.click("#l-low");

  // Crossed with a deficit: the rows of deficit_in_hazard.csv.
  const without = await page.$$eval("#f-without option", (all) => all.map((o) => o.value).filter(Boolean));
  if (without.length) {
    const rows = table("deficit_in_hazard.csv");
    await page.selectOption("#f-without", without[0]);
    const found = await shown(page);
    for (const level of LEVELS) {
      const row = rows.find((r) => r.territory === filter.territory && r.deficit === without[0] && r.hazard === filter.hazard && r.level === level);
      assert.equal(Number(found[level].value), Number(row?.people ?? 0), `${without[0]} ${level}`);
    }
    await page.selectOption("#f-without", "");
  }

  // Crossed with a second hazard: no more than without it, and back the same.
  const second = await page.$$eval("#f-second option", (all) => all.map((o) => o.value).filter(Boolean));
  if (second.length) {
    await page.selectOption("#f-second", second[0]);
    const crossed = await shown(page);
    for (const level of LEVELS) assert.ok(Number(crossed[level].value) <= Number(own[level].value));
    await page.selectOption("#f-second", "");
    assert.deepEqual(await shown(page), own);
  }

  // Other words, the same figures.
  await page.click("#lang-en");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.equal((await shown(page)).very_high.value, own.very_high.value);
  await page.click("#lang-es");

  // A link gives the same view; a broken one the first.
  await choose(page, compared[1]);
  const link = await page.evaluate(() => location.hash);
  const linked = await open("viewer.html", WIDE, link);
  await ready(linked.page);
  assert.deepEqual(await shown(linked.page), await shown(page));
  assert.deepEqual(linked.wrong, []);
  await linked.close();
  for (const hash of ["#v=1&hazard=%3Cscript%3E", "#%E0%A4%A", "#v=2", link.replace("levels=", "levels=worst,"), "#v=1&view=1,2,NaN"]) {
    const broken = await open("viewer.html", WIDE, hash);
    await ready(broken.page);
    assert.equal(await broken.page.inputValue("#f-territory"), "_T", hash);
    assert.deepEqual(broken.wrong, [], hash);
    await broken.close();
  }

  for (const tab of ["layers", "list", "feature", "figures"]) {
    await page.click(`#tab-${tab}`);
    if (tab === "list") await page.click("#features button >> nth=0");
    await page.waitForTimeout(150);
    await picture(page, `wide-${tab}`);
    await axe(page, tab);
  }
  await page.fill("#q", "a");
  await page.waitForSelector("#found button");
  await axe(page, "search");
  await page.fill("#q", "");

  await notes(page);
  await axe(page, "notes");

  await page.click("#print");
  const [pdf, count] = await pages(page);
  assert.equal(count, 1, "the print view has one page");
  if (shots) writeFileSync(join(shots, "print.pdf"), pdf);
  await picture(page, "wide-print");
  await page.click("#print-back");
  const [, plain] = await pages(page);
  assert.equal(plain, 1, "printed by the browser's own command it has one page too");
  assert.deepEqual(wrong, [], "viewer.html");
  await close();

  const phone = await open("viewer.html", PHONE);
  await ready(phone.page);
  await phone.page.waitForTimeout(300);
  await picture(phone.page, "phone");
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `on a phone the page is ${wide} px wide`);
  await axe(phone.page, "phone");
  for (const tab of ["layers", "list", "feature", "notes", "figures"]) {
    await phone.page.click(`#tab-${tab}`);
    const own = await phone.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(own <= PHONE.width, `on a phone ${tab} is ${own} px wide`);
  }
  await phone.page.click("#print");
  await phone.page.click("#print-back", { timeout: 5000 });
  await phone.page.locator("#side").scrollIntoViewIfNeeded();
  await phone.page.evaluate(() => document.getElementById("side").scrollIntoView());
  await picture(phone.page, "phone-side");
  assert.deepEqual(phone.wrong, [], "viewer.html on a phone");
  await phone.close();
  console.log(`viewer.html: ${compared.length} filters equal exposure.csv`);
}

async function taken(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  const path = join(tmpdir(), `notes-${process.pid}.geojson`);
  await download.saveAs(path);
  return readFileSync(path, "utf8");
}

async function bring(page, features, more = {}) {
  const text = JSON.stringify({ type: "FeatureCollection", ...more, features });
  await page.setInputFiles("#n-import", { name: "n.geojson", mimeType: "application/geo+json", buffer: Buffer.from(text) });
  await page.waitForSelector("#n-report");
  await page.waitForTimeout(50);
  return page.textContent("#n-report");
}

async function notes(page) {
  await page.click("#tab-notes");
  await page.click("#n-center");
  await page.fill("#n-observation", "La quebrada «El Muerto» llega más al sur & no figura: 3 < 5");
  await page.fill("#n-author", "Ana Ñahui");
  await page.selectOption("#n-state", "accepted");
  await page.click("#n-save");
  // A second one where the map is clicked.
  await page.click("#n-place");
  await page.click("#map", { position: { x: 300, y: 250 } });
  await page.fill("#n-observation", "x".repeat(5000));
  await page.fill("#n-author", "Luis");
  await page.click("#n-save");
  await picture(page, "wide-notes");
  const first = await taken(page, "#n-export");
  assert.equal(JSON.parse(first).features.length, 2);
  await page.click("#n-clear");
  assert.equal(await page.locator(".notes li").count(), 0);
  const good = JSON.parse(first).features;
  await bring(page, good, { atalaya: JSON.parse(first).atalaya });
  assert.equal(await taken(page, "#n-export"), first, "notes come back as they went");

  const [one] = good;
  const words = { ...one.properties, observation: "<img src=x onerror=alert(1)>" };
  const report = await bring(page, [
    { ...one, id: "b1", properties: words },
    { ...one, id: "b2", properties: { ...one.properties, author: undefined } },
    { ...one, id: "b3", geometry: { type: "Point", coordinates: [256000, 8045000] } },
    { ...one, id: "b4", geometry: { type: "Point", coordinates: [10, 50] } },
    { ...one, id: "b5" },
  ]);
  assert.match(report, /Entraron 1; ya estaban 0; rechazadas 4/);
  assert.equal(await page.locator("#n-report li").count(), 4);
  const other = await bring(page, [{ ...one, id: "b6" }], { crs: { type: "name", properties: { name: "EPSG:24879" } } });
  assert.match(other, /rechazadas 1/);
}

/** Every figure of exposure that the report explains is that of the table, and a link leads to it. */
async function figures(page) {
  const told = await page.evaluate(() =>
    [...document.querySelectorAll("[data-figure^='exposure/']")].map((e) => [e.dataset.figure, e.dataset.value, e.id]),
  );
  const key = (r) => ["exposure", r.territory, r.hazard, r.level, r.layer, r.measure].join("/");
  const rows = new Map(table("exposure.csv").map((row) => [key(row), row.value]));
  for (const [name, value] of told) assert.equal(value, rows.get(name), name);
  const lost = await page.evaluate(() => {
    const links = [...document.querySelectorAll("a[href^='#']")];
    return links.filter((a) => !document.getElementById(a.hash.slice(1))).map((a) => a.hash);
  });
  assert.deepEqual(lost, [], "links of report.html that lead nowhere");
  assert.ok(told.length > 0, "report.html explains no figure of exposure");
  await page.click("#findings a.how");
  const [, , id] = told.find(([, , id]) => page.url().endsWith(`#${id}`)) ?? [];
  if (id) assert.ok(await page.locator(`[id="${id}"]`).isVisible());
}

/** Leaves of what repeats a few, since axe-core looks at every cell: a province has thousands. */
async function shorten(page) {
  await page.evaluate(() => {
    const more = ".basis:nth-of-type(n+4), #exposure h3:nth-of-type(4) ~ *, #deficit-in-hazard .scroll:nth-of-type(n+3)";
    for (const one of document.querySelectorAll(more)) one.remove();
  });
}

async function report() {
  if (!existsSync(join(folder, "report.html"))) {
    console.log("report.html is not in this run: skipped");
    return;
  }
  for (const [viewport, name] of [[WIDE, "wide"], [PHONE, "phone"]]) {
    const { page, wrong, close } = await open("report.html", viewport);
    await page.waitForLoadState("load");
    await picture(page, `${name}-report`);
    if (name === "wide") {
      await figures(page);
      assert.ok((await pages(page))[1] >= 1);
    }
    await shorten(page);
    await axe(page, `report.html, ${name}`);
    assert.deepEqual(wrong, [], "report.html");
    await close();
  }
  console.log("report.html: no request, no complaint");
}

/** The title shows as the project has it, whatever is in it, and only the page's own scripts are. */
async function title() {
  const { settings } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  // The viewer takes its stream away once it has read it.
  for (const [name, scripts] of [["viewer.html", 1], ["report.html", 0]]) {
    if (!existsSync(join(folder, name))) continue;
    const { page, wrong, close } = await open(name, PHONE);
    if (scripts) {
      await ready(page);
      const drawn = await page.locator("figure.drawn svg").count();
      assert.ok(drawn <= 2, "the charts of one language at a time");
    }
    const text = await page.evaluate(() => document.title);
    assert.ok(text.includes(settings.project.title.es), `${name}: ${text}`);
    assert.ok((await page.textContent("h1")).includes(settings.project.title.es), name);
    const found = await page.evaluate(() => [document.querySelectorAll("script:not([type])").length, window.ran]);
    assert.deepEqual(found, [scripts, undefined], name);
    assert.deepEqual(wrong, [], name);
    await close();
  }
  console.log("titles are text");
}

try {
  await viewer();
  await sheets(folder);
  folder = reported;
  await keyboard(folder);
  await report();
  await title();
} finally {
  await browser.close();
}
