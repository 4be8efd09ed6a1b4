// A browser without a network that watches what pages do: for the checks of this folder.
//
//   SHOTS=DIR     pictures as well

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const shots = process.env.SHOTS;
export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

/** A page that is watched: every request and every complaint is kept. */
export async function open(file, viewport, hash = "", before = async () => {}) {
  const context = await browser.newContext({ viewport, offline: true, acceptDownloads: true });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const wrong = [];
  page.on("request", (r) => {
    const known = r.url().split("#")[0] === url || r.url().startsWith("blob:") || r.url().startsWith("data:");
    if (!known) wrong.push(`asks for ${r.url().slice(0, 200)}`);
  });
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && wrong.push(m.text()));
  page.on("pageerror", (e) => wrong.push(String(e)));
  page.on("dialog", (d) => d.accept());
  await before(page);
  await page.goto(url + hash);
  return { page, wrong, close: () => context.close() };
}

/** No grave fault of accessibility; `without` names what was looked at before. */
export async function axe(page, what, without = []) {
  await page.evaluate(AXE);
  const found = await page.evaluate((exclude) => window.axe.run({ include: [["html"]], exclude }, { resultTypes: ["violations"] }), without.map((one) => [one]));
  const grave = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
  const told = grave.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200)).join("\n  ")}`);
  assert.equal(told.length, 0, `axe-core, ${what}:\n${told.join("\n")}`);
}

/** A PDF of what the page prints, and how many pages it has. */
export async function pages(page) {
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  return [pdf, (pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length];
}

export const picture = (page, name) => (shots ? page.screenshot({ path: join(shots, `${name}.png`) }) : null);
export const ready = (page) => page.waitForSelector("html[data-ready=true]", { timeout: 20000 });
