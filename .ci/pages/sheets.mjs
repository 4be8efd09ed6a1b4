// The sheets within a viewer: each is the one that was printed, in its own letters, and prints on
// its own paper.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PHONE, WIDE, axe, open, pages, picture, ready } from "./browser.mjs";

const POINTS_PER_MM = 72 / 25.4;
/** Sheets that are opened: of all kinds, and the first and the last. */
const LOOKED_AT = 6;

const shown = (page, name) => page.waitForSelector(`#sheets[data-shown="${name}"]`, { timeout: 10000 });

/** What is seen says the words of the file, in letters that take the room that was measured. */
async function same(page, folder, name) {
  const text = readFileSync(join(folder, "maps", `${name}.svg`), "utf8");
  const wanted = [...text.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((found) => found[1]);
  const found = await page.evaluate(() => [...document.querySelectorAll("#sheet-box text")].map((one) => {
    const measured = Number(one.getAttribute("textLength"));
    one.removeAttribute("textLength");
    const own = one.getComputedTextLength() - Number(one.getAttribute("letter-spacing") ?? 0);
    one.setAttribute("textLength", measured);
    return { text: one.textContent, measured, own };
  }));
  const plain = (words) => words.replace(/&apos;/g, "'").replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  assert.deepEqual(found.map((one) => one.text), wanted.map(plain), `the words of ${name}`);
  for (const { text: words, measured, own } of found) {
    assert.ok(Math.abs(own - measured) < 0.05 + 0.01 * measured, `${name}: «${words}» takes ${own} mm and not ${measured}`);
  }
  const lost = await page.evaluate(() => [...document.querySelectorAll("#sheet-box [fill^='url('], #sheet-box [clip-path]")].filter((one) => {
    const name = (one.getAttribute("clip-path") ?? one.getAttribute("fill")).slice(5, -1);
    return !document.getElementById(name);
  }).length);
  assert.equal(lost, 0, `${name}: hatches and clips are found`);
}

/** Width and height of the pages of a PDF, mm. */
function boxes(pdf) {
  const all = [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/g)];
  return all.map((found) => found.slice(1).map((points) => Math.round(Number(points) / POINTS_PER_MM)));
}

export async function sheets(folder) {
  if (!existsSync(join(folder, "maps"))) {
    console.log("this run drew no maps: no sheets are looked at");
    return;
  }
  const drawn = readdirSync(join(folder, "maps")).filter((name) => name.endsWith(".svg")).map((name) => name.slice(0, -4));
  const { page, wrong, close } = await open(join(folder, "viewer.html"), WIDE);
  await ready(page);
  await page.click("#sheets-open");
  await shown(page, "overview");
  const listed = await page.$$eval("#sheet-list li button", (all) => all.map((one) => one.id.slice(5)));
  assert.deepEqual([...listed].sort(), drawn.sort(), "every sheet is listed");
  await axe(page, "sheets");
  await picture(page, "wide-sheets");

  const step = Math.max(1, Math.floor(listed.length / LOOKED_AT));
  const looked = listed.filter((_, at) => at % step === 0 || at === listed.length - 1);
  for (const [at, name] of looked.entries()) {
    await page.click(`#pick-${name}`);
    await shown(page, name);
    await same(page, folder, name);
    // A browser takes seconds to print hatches: every third is printed.
    if (at % 3 !== 0) continue;
    const paper = await page.$eval("#sheet-box svg", (svg) => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]);
    const [pdf, count] = await pages(page);
    assert.equal(count, 1, `${name} prints on one page`);
    assert.deepEqual(boxes(pdf), [paper.map(Math.round)], `${name} prints on its paper`);
  }

  // Larger, smaller, to the width; the sheet stays under the pointer.
  const width = () => page.$eval("#sheet-box svg", (svg) => svg.getBoundingClientRect().width);
  const before = await width();
  await page.click("#sheet-in");
  assert.ok((await width()) > 1.2 * before);
  await page.mouse.move(800, 400);
  await page.mouse.wheel(0, -300);
  await page.waitForTimeout(100);
  assert.ok((await width()) > 2 * before, "the wheel makes it larger");
  await page.click("#sheet-width");
  const room = await page.$eval("#sheet-box", (box) => box.clientWidth);
  assert.ok(Math.abs((await width()) - room + 16) < 2, "as wide as its window");
  await picture(page, "wide-sheet-width");

  // The other language, a link, and back: the map prints on its own paper again.
  await page.click("#lang-en");
  assert.match(await page.textContent("#sheet-number"), /^Sheet /);
  const link = await page.evaluate(() => location.hash);
  const linked = await open(join(folder, "viewer.html"), PHONE, link);
  await ready(linked.page);
  await shown(linked.page, listed.at(-1));
  await axe(linked.page, "sheets on a phone", ["#sheet-box svg"]);
  const wide = await linked.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `on a phone the sheets are ${wide} px wide`);
  await picture(linked.page, "phone-sheets");
  assert.deepEqual(linked.wrong, []);
  await linked.close();
  const broken = await open(join(folder, "viewer.html"), WIDE, link.replace(/sheet=[^&]*/, "sheet=nowhere"));
  await ready(broken.page);
  assert.ok(await broken.page.locator("#sheets").isHidden(), "a sheet that is not there opens the map");
  await broken.close();
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#map").isVisible());
  assert.deepEqual(boxes((await pages(page))[0]), [[297, 210]], "the map prints on its own paper");

  // From a hazard to its sheet.
  const own = listed.find((name) => name.startsWith("hazard_") && name !== "hazard_any");
  if (own) {
    await page.selectOption("#f-hazard", own.slice(7));
    await page.click(`#to-${own}`);
    await shown(page, own);
  }
  assert.deepEqual(wrong, [], "sheets");
  await close();

  // A browser that cannot open the page is told so.
  const old = await open(join(folder, "viewer.html"), WIDE, "", (page) => page.addInitScript("delete window.DecompressionStream"));
  assert.match(await old.page.textContent("#opening"), /demasiado antiguo.*too old/);
  await old.close();
  console.log(`${listed.length} sheets are in viewer.html as they were printed`);
}
