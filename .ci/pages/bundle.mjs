// Bundles the viewer's script and style with Leaflet, and writes the manifest of digests.
//
//   node bundle.mjs            writes src/outputs/viewer/bundle/
//   node bundle.mjs --check    compares with what is committed, writes nothing

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const home = join(here, "../../src/outputs/viewer");
const app = join(home, "app");
const read = (path) => readFileSync(path, "utf8");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const version = (name) => JSON.parse(read(join(here, "node_modules", name, "package.json"))).version;

const options = {
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  legalComments: "inline",
  nodePaths: [join(here, "node_modules")],
  logLevel: "warning",
};
const script = await esbuild.build({
  ...options,
  entryPoints: [join(app, "main.js")],
  format: "iife",
  target: ["chrome80", "firefox113", "safari16.4"],
});
// Of Leaflet's style only what places things: its pictures of controls and marks are not used.
const base = read(join(here, "node_modules/leaflet/dist/leaflet.css"));
const placed = base.replace(/[^{}]*\{[^{}]*url\([^{}]*\}/g, "");
const style = await esbuild.transform(placed + read(join(app, "viewer.css")), {
  loader: "css",
  minify: true,
  charset: "utf8",
  target: ["chrome80", "firefox113", "safari16.4"],
});

const files = { "viewer.css": style.code, "viewer.js": script.outputFiles[0].text };
const digests = (folder, names) =>
  Object.fromEntries(names.map((name) => [name, sha256(read(join(folder, name)))]));
const manifest = {
  bundle: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha256(text)])),
  packages: { esbuild: version("esbuild"), leaflet: version("leaflet") },
  sources: digests(app, readdirSync(app).sort()),
};
files["manifest.json"] = `${JSON.stringify(manifest, null, 2)}\n`;

const target = join(home, "bundle");
let differs = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(target, name);
  if (process.argv.includes("--check")) {
    if (read(path) !== text) {
      console.error(`src/outputs/viewer/bundle/${name} is not what its sources make: run \`npm run bundle\` in .ci/pages`);
      differs = true;
    }
  } else {
    mkdirSync(target, { recursive: true });
    writeFileSync(path, text);
  }
}
process.exit(differs ? 1 : 0);
