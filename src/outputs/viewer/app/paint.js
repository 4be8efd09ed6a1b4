// Shapes on a canvas, in slices, so that nothing waits long for a large layer.

import { AREA, LINE, boxOf, within } from "./shapes.js";

const PX_PER_MM = 96 / 25.4;
/** Features between two looks at the clock. */
const SLICE = 400;

/** A fill with the hatch of a level, as the printed maps have it. */
export function pattern(paint, ratio) {
  const { hatch } = paint;
  const scale = PX_PER_MM * ratio;
  if (!hatch) return paint.solid ?? "transparent";
  const side = Math.max(3, Math.round(hatch.spacing_mm * scale * Math.SQRT2));
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const ctx = tile.getContext("2d");
  if (paint.solid) {
    ctx.fillStyle = paint.solid;
    ctx.fillRect(0, 0, side, side);
  }
  ctx.strokeStyle = ctx.fillStyle = hatch.colour;
  ctx.lineWidth = Math.max(0.8 * ratio, hatch.width_mm * scale);
  const line = (x0, y0, x1, y1) => {
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  };
  const rising = () => [-side, 0, side].forEach((d) => line(d, side, d + side, 0));
  const falling = () => [-side, 0, side].forEach((d) => line(d, 0, d + side, side));
  if (hatch.kind === "dots") {
    const r = Math.max(0.7 * ratio, (hatch.width_mm * scale) / 2);
    ctx.beginPath();
    ctx.arc(side / 4, side / 4, r, 0, 7);
    ctx.arc((side * 3) / 4, (side * 3) / 4, r, 0, 7);
    ctx.fill();
  } else if (hatch.kind === "cross") {
    rising();
    falling();
  } else if (hatch.angle === 90) {
    line(side / 2, 0, side / 2, side);
  } else if (hatch.angle > 0) {
    rising();
  } else {
    falling();
  }
  return document.createElement("canvas").getContext("2d").createPattern(tile, "repeat");
}

/** Draws the features of a collection that meet a view; yields between slices.
 *  `look(row)` gives { fill, line, width, dash, sprite, size } or null; equal looks are one object. */
export function* features(ctx, shapes, view, look, rows) {
  const found = rows ?? within(shapes, view.box);
  let run = null;
  let length = 0;
  const flush = () => {
    if (!run) return;
    if (run.fill) {
      ctx.fillStyle = run.fill;
      ctx.fill(run.rule ?? "nonzero");
    }
    if (run.line) {
      ctx.strokeStyle = run.line;
      ctx.lineWidth = run.width ?? 1;
      ctx.setLineDash(run.dash ?? []);
      ctx.stroke();
    }
    run = null;
  };
  for (const row of found) {
    const now = look(row);
    if (!now) continue;
    if (now !== run || length >= SLICE) {
      flush();
      if (length >= SLICE) {
        length = 0;
        yield;
      }
      run = now;
      ctx.beginPath();
    }
    length += trace(ctx, shapes, row, view, now);
  }
  flush();
}

/** Adds a feature to the path; says how much work that was. */
function trace(ctx, shapes, row, view, look) {
  const { k, left, top } = view;
  const box = boxOf(shapes, row);
  const dim = shapes.dims[row];
  if (dim === AREA && (box[2] - box[0]) * k < 2 && (box[3] - box[1]) * k < 2) {
    const size = Math.max(1, (box[2] - box[0]) * k);
    ctx.rect(box[0] * k - left, -box[3] * k - top, size, size);
    return 0.2;
  }
  const { coords, firstPart, firstPoint } = shapes;
  let work = 0;
  for (let part = firstPart[row]; part < firstPart[row + 1]; part++) {
    const end = firstPoint[part + 1];
    work += (end - firstPoint[part]) / 20;
    for (let i = firstPoint[part]; i < end; i++) {
      const x = coords[2 * i] * k - left;
      const y = -coords[2 * i + 1] * k - top;
      if (dim === AREA || dim === LINE) {
        if (i === firstPoint[part]) ctx.moveTo(x, y);
        else ctx.lineTo(x, y);
      } else {
        if (look.sprite) look.sprite(ctx, x, y);
        else diamond(ctx, x, y, look.size);
      }
    }
    if (dim === AREA) ctx.closePath();
  }
  return Math.max(0.5, work);
}

function diamond(ctx, x, y, r) {
  ctx.moveTo(x, y - 1.4 * r);
  ctx.lineTo(x + 1.4 * r, y);
  ctx.lineTo(x, y + 1.4 * r);
  ctx.lineTo(x - 1.4 * r, y);
  ctx.closePath();
}

/** Draws the paths of a sign, as the program gives them, about a place: `k` pixels to a mm. */
export function drawMarks(ctx, marks, x, y, k) {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(k, k);
  for (const [fill, stroke, width, dash, data] of marks) {
    const path = new Path2D(data);
    if (fill) {
      ctx.fillStyle = fill;
      ctx.fill(path);
    }
    if (stroke) {
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width;
      ctx.setLineDash(dash);
      ctx.stroke(path);
    }
  }
  ctx.restore();
}

/** A sign ready to be put at many places; `isAsked` gives it a dark edge. */
export function sprite(marks, k, isAsked) {
  const side = Math.ceil(7 * k);
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const ctx = tile.getContext("2d");
  if (isAsked) drawMarks(ctx, marks.filter(([fill]) => fill).map(([, , , , data]) => [null, "#000", 0.45, [], data]), side / 2, side / 2, k);
  drawMarks(ctx, marks, side / 2, side / 2, k);
  return (to, x, y) => to.drawImage(tile, Math.round(x - side / 2), Math.round(y - side / 2));
}
