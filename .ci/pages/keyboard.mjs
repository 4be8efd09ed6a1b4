// A walk through a viewer with the keyboard alone, as somebody without a mouse takes it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { WIDE, open, picture, ready } from "./browser.mjs";

/** More stops than any page of a small project has. */
const MOST = 250;

const focused = (page) => page.evaluate(() => {
  const one = document.activeElement;
  // A file is chosen by a hidden control; its label shows the focus.
  const seen = one.id === "n-import" ? document.querySelector("label[for=n-import]") : one;
  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
  const box = seen.getBoundingClientRect();
  return {
    id: one.id,
    tag: one.tagName,
    what: one.outerHTML.slice(0, 120),
    isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0,
  };
});

/** Goes on with Tab to an element. */
async function reach(page, id, key = "Tab") {
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (now.tag !== "BODY") assert.ok(now.isSeen, `the focus is not seen on ${now.what}`);
    if (now.id === id) return;
  }
  assert.fail(`no ${key} leads to #${id}`);
}

/** Once around: every control that can be used is passed, and the way ends. */
async function around(page, what) {
  await page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
    window.unseen_ = new Set([...all].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })));
  });
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press("Tab");
    const rest = await page.evaluate(() => {
      window.unseen_.delete(document.activeElement);
      return window.unseen_.size;
    });
    if (rest === 0) return;
  }
  const left = await page.evaluate(() => [...window.unseen_].map((one) => one.outerHTML.slice(0, 100)));
  assert.fail(`${what}: no Tab leads to\n${left.join("\n")}`);
}

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const isAt = async (page, id) => assert.equal((await focused(page)).id, id);

export async function keyboard(folder) {
  const { page, wrong, close } = await open(join(folder, "viewer.html"), WIDE);
  await ready(page);
  await around(page, "the first view");

  // Filters, and the legend.
  await reach(page, "f-hazard");
  const before = await page.inputValue("#f-hazard");
  await press(page, "ArrowUp", "ArrowDown", "ArrowUp");
  await isAt(page, "f-hazard");
  assert.notEqual(await page.inputValue("#f-hazard"), before, "arrows choose another hazard");
  await reach(page, "l-high");
  await press(page, "Space");
  assert.equal(await page.isChecked("#l-high"), false);
  await reach(page, "legend-head");
  const isOpen = () => page.$eval("#legend details", (one) => one.open);
  const was = await isOpen();
  await press(page, "Enter");
  assert.equal(await isOpen(), !was);
  await press(page, "Enter");

  // A name, its card, and what lies in the middle of the map.
  await reach(page, "q");
  await page.keyboard.type("a");
  await press(page, "Tab");
  await isAt(page, "hit-0");
  await press(page, "Enter");
  await isAt(page, "card-title");
  const name = await page.textContent("#card-title");
  await reach(page, "map");
  await picture(page, "keyboard-map");
  await press(page, "Enter");
  assert.notEqual(await page.textContent("#live"), "", "what was picked is told");
  assert.ok((await page.textContent("#card-title")).length > 0 && name.length > 0);
  await isAt(page, "map");
  await around(page, "a feature");

  // A distance between two places of the map's middle.
  await reach(page, "distance");
  await press(page, "Enter");
  await reach(page, "map");
  await press(page, "Enter", "ArrowRight");
  await page.waitForTimeout(500);
  await press(page, "Enter");
  assert.match(await page.textContent("#measured"), /[1-9]/, "two places are apart");
  await press(page, "Escape");
  assert.equal(await page.locator("#measured").count(), 0);

  // A note in the middle of the map.
  await reach(page, "tab-feature");
  await press(page, "ArrowRight", "ArrowRight");
  await isAt(page, "tab-notes");
  await reach(page, "n-center");
  await press(page, "Enter");
  await isAt(page, "n-observation");
  await page.keyboard.type("Aquí se inunda");
  await press(page, "Tab");
  await page.keyboard.type("Ana");
  await reach(page, "n-save");
  await press(page, "Enter");
  assert.equal(await page.locator(".notes li").count(), 1);
  await isAt(page, "n-center");
  await around(page, "notes");

  // The other language.
  await reach(page, "lang-en");
  await press(page, "Enter");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await isAt(page, "lang-en");

  // The sheets: to the next, larger, the one after by its key, and back to where one was.
  await reach(page, "sheets-open");
  await press(page, "Enter");
  await page.waitForSelector("#sheets[data-shown]");
  await isAt(page, "sheet-title");
  const first = await page.textContent("#sheet-title");
  await around(page, "sheets");
  await reach(page, "sheet-next");
  await press(page, "Enter");
  assert.notEqual(await page.textContent("#sheet-title"), first);
  await isAt(page, "sheet-next");
  const second = await page.textContent("#sheet-title");
  await reach(page, "sheet-box");
  await press(page, "+", "ArrowDown", "PageDown");
  assert.notEqual(await page.textContent("#sheet-title"), second);
  await press(page, "Escape");
  await isAt(page, "sheets-open");

  // On paper and back.
  await reach(page, "print", "Shift+Tab");
  await press(page, "Enter");
  await isAt(page, "print-now");
  await reach(page, "print-back");
  await press(page, "Enter");
  await isAt(page, "print");
  assert.deepEqual(wrong, [], "with the keyboard");
  await close();
  console.log("everything is reached with the keyboard alone");
}
