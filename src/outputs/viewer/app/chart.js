// A bar for each territory: the share of each level, drawn as SVG with the hatches of the maps.

import { s } from "./dom.js";

const WIDTH = 340;
const BAR = 18;
const ROW = 40;

/** `rows`: { name, shares by level, text }. */
export function chart(rows, style, label) {
  const height = rows.length * ROW + 4;
  const defs = s("defs", {}, style.levels.map((paint, at) => hatch(paint, `hatch${at}`)));
  const bars = rows.map((row, at) => {
    let x = 0;
    const y = at * ROW + 18;
    const pieces = row.shares.map((share, level) => {
      const width = share * WIDTH;
      const piece = [
        s("rect", { x, y, width, height: BAR, fill: style.levels[level].solid ?? "none" }),
        s("rect", { x, y, width, height: BAR, fill: `url(#hatch${level})` }),
      ];
      x += width;
      return width > 0 ? piece : null;
    });
    return s("g", {},
      s("text", { x: 0, y: y - 5 }, row.name),
      s("text", { x: WIDTH, y: y - 5, "text-anchor": "end" }, row.text),
      pieces,
      s("rect", { x: 0, y, width: WIDTH, height: BAR, fill: "none", stroke: "#555" }));
  });
  return s("svg", { class: "chart", viewBox: `-1 0 ${WIDTH + 2} ${height}`, role: "img", "aria-label": label }, defs, bars);
}

function hatch({ hatch }, id) {
  const side = hatch ? Math.max(4, hatch.spacing_mm * 4.4) : 8;
  const stroke = { stroke: hatch?.colour, "stroke-width": 0.8 };
  const lines = {
    cross: [[0, 0, side, side], [0, side, side, 0]],
    rising: [[0, side, side, 0]],
    falling: [[0, 0, side, side]],
    upright: [[side / 2, 0, side / 2, side]],
    dots: [],
  };
  const kind = !hatch ? "dots" : hatch.kind !== "lines" ? hatch.kind : hatch.angle === 90 ? "upright" : hatch.angle > 0 ? "rising" : "falling";
  return s("pattern", { id, width: side, height: side, patternUnits: "userSpaceOnUse" },
    hatch && kind === "dots" ? s("circle", { cx: side / 2, cy: side / 2, r: 1, fill: hatch.colour }) : null,
    lines[kind].map(([x1, y1, x2, y2]) => s("line", { x1, y1, x2, y2, ...stroke })));
}
