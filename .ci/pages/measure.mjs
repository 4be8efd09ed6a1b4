// Times a viewer in headless Chromium: opening, the longest frame while panning, a sheet.
// Not part of any check: what it gives depends on the machine.
//
//   node measure.mjs FOLDER
import { resolve, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = resolve(process.argv[2]);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, offline: true });
await page.goto(pathToFileURL(join(folder, "viewer.html")).href);
await page.waitForSelector("html[data-ready=true]", { timeout: 60000 });
const opened = await page.evaluate(() => ({
  paint: performance.getEntriesByType("paint").map((p) => [p.name, Math.round(p.startTime)]),
  ready: Math.round(Number(document.documentElement.dataset.readyAt)),
}));
await page.waitForTimeout(1500);
async function pan(zooms) {
  for (let i = 0; i < zooms; i++) {
    await page.click("#zoom-in");
    await page.waitForTimeout(400);
  }
  await page.evaluate(() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = (now) => {
      window.frames_.push(now - last);
      last = now;
      window.loop_ = requestAnimationFrame(tick);
    };
    window.loop_ = requestAnimationFrame(tick);
  });
  for (let turn = 0; turn < 6; turn++) {
    await page.mouse.move(420, 400);
    await page.mouse.down();
    for (let i = 1; i <= 40; i++) await page.mouse.move(420 + (turn % 2 ? 9 : -9) * i, 400 + 3 * i);
    await page.mouse.up();
    await page.waitForTimeout(250);
  }
  return page.evaluate(() => {
    cancelAnimationFrame(window.loop_);
    const all = window.frames_.slice(1).sort((a, b) => b - a);
    return { longest: all.slice(0, 3).map(Math.round), median: Math.round(all[all.length >> 1]), frames: all.length };
  });
}
/** Milliseconds from a click to the sheet on the screen: the first, with the faces, and the next. */
async function sheet(button) {
  return page.evaluate(async (id) => {
    const box = document.getElementById("sheets");
    const before = box.dataset.shown;
    const began = performance.now();
    document.getElementById(id).click();
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    while (!box.dataset.shown || box.dataset.shown === before) await frame();
    await frame();
    await frame();
    return Math.round(performance.now() - began);
  }, button);
}
const panned = { whole: await pan(0), closer: await pan(4) };
const hasSheets = (await page.locator("#sheets-open").count()) > 0;
const sheets = hasSheets ? [await sheet("sheets-open"), await sheet("sheet-next")] : null;
console.log(JSON.stringify({ opened, ...panned, sheets }));
await browser.close();
