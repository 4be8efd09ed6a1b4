// Collections of shapes: decoded into flat arrays, found by place.
// How they are written is told in src/outputs/viewer/shapes.rs.

export const POINT = 0;
export const LINE = 1;
export const AREA = 2;

/** Decodes a collection. Coordinates are metres from the lattice's origin. */
export function decode(bytes, step) {
  let at = 0;
  const next = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);
  const count = next();
  const dims = new Uint8Array(count);
  const firstPart = new Uint32Array(count + 1);
  const boxes = new Float32Array(count * 4);
  const firstPoint = [0];
  const coords = [];
  let x = 0;
  let y = 0;
  for (let row = 0; row < count; row++) {
    const head = next();
    dims[row] = head % 4;
    const parts = (head - dims[row]) / 4;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let part = 0; part < parts; part++) {
      const points = next() >>> 1;
      for (let i = 0; i < points; i++) {
        x += unzigzag(next());
        y += unzigzag(next());
        coords.push(x * step, y * step);
        const px = x * step;
        const py = y * step;
        if (px < west) west = px;
        if (px > east) east = px;
        if (py < south) south = py;
        if (py > north) north = py;
      }
      firstPoint.push(coords.length / 2);
    }
    firstPart[row + 1] = firstPart[row] + parts;
    boxes.set([west, south, east, north], row * 4);
  }
  const shapes = {
    count,
    dims,
    firstPart,
    boxes,
    firstPoint: Uint32Array.from(firstPoint),
    coords: Float32Array.from(coords),
  };
  shapes.index = index(shapes);
  return shapes;
}

/** The box of a feature: west, south, east, north. */
export const boxOf = (shapes, row) => shapes.boxes.subarray(row * 4, row * 4 + 4);

/** The parts of a feature, each as its places. */
export function partsOf({ firstPart, firstPoint, coords }, row) {
  const parts = [];
  for (let part = firstPart[row]; part < firstPart[row + 1]; part++) {
    const places = [];
    for (let i = firstPoint[part]; i < firstPoint[part + 1]; i++) places.push([coords[2 * i], coords[2 * i + 1]]);
    parts.push(places);
  }
  return parts;
}

/** A grid of cells with the rows that touch each. */
function index(shapes) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let row = 0; row < shapes.count; row++) {
    const box = boxOf(shapes, row);
    if (!(box[0] <= box[2])) continue;
    west = Math.min(west, box[0]);
    south = Math.min(south, box[1]);
    east = Math.max(east, box[2]);
    north = Math.max(north, box[3]);
  }
  if (!(west <= east)) return null;
  const side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(shapes.count / 4))));
  const width = (east - west || 1) / side;
  const height = (north - south || 1) / side;
  const clamp = (v) => Math.max(0, Math.min(side - 1, Math.floor(v)));
  const cells = (box) => [
    clamp((box[0] - west) / width),
    clamp((box[1] - south) / height),
    clamp((box[2] - west) / width),
    clamp((box[3] - south) / height),
  ];
  const starts = new Uint32Array(side * side + 1);
  const each = (visit) => {
    for (let row = 0; row < shapes.count; row++) {
      const box = boxOf(shapes, row);
      if (!(box[0] <= box[2])) continue;
      const [c0, r0, c1, r1] = cells(box);
      for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) visit(r * side + c, row);
    }
  };
  each((cell) => starts[cell + 1]++);
  for (let i = 0; i < side * side; i++) starts[i + 1] += starts[i];
  const rows = new Uint32Array(starts[side * side]);
  const filled = starts.slice();
  each((cell, row) => (rows[filled[cell]++] = row));
  return { side, cells, starts, rows, seen: new Uint32Array(shapes.count), turn: 0 };
}

/** The rows whose boxes meet a box, in their order. */
export function within(shapes, box) {
  const grid = shapes.index;
  if (!grid) return [];
  const [c0, r0, c1, r1] = grid.cells(box);
  const turn = ++grid.turn;
  const found = [];
  for (let r = r0; r <= r1; r++) {
    for (let c = c0; c <= c1; c++) {
      const cell = r * grid.side + c;
      for (let i = grid.starts[cell]; i < grid.starts[cell + 1]; i++) {
        const row = grid.rows[i];
        if (grid.seen[row] === turn) continue;
        grid.seen[row] = turn;
        const b = boxOf(shapes, row);
        if (b[0] <= box[2] && b[2] >= box[0] && b[1] <= box[3] && b[3] >= box[1]) found.push(row);
      }
    }
  }
  return found.sort((a, b) => a - b);
}

/** The rows at a place: areas that hold it, lines and points within a reach, metres. */
export function at(shapes, [x, y], reach) {
  const near = within(shapes, [x - reach, y - reach, x + reach, y + reach]);
  return near.filter((row) => touches(shapes, row, x, y, reach));
}

/** Whether an area holds a place. */
export const holds = (shapes, row, x, y) => touches(shapes, row, x, y, 0);

function touches(shapes, row, x, y, reach) {
  const dim = shapes.dims[row];
  let inside = false;
  for (let part = shapes.firstPart[row]; part < shapes.firstPart[row + 1]; part++) {
    const first = shapes.firstPoint[part];
    const end = shapes.firstPoint[part + 1];
    for (let i = first; i < end; i++) {
      const [ax, ay] = [shapes.coords[2 * i], shapes.coords[2 * i + 1]];
      if (dim === POINT) {
        if (Math.hypot(ax - x, ay - y) <= reach) return true;
        continue;
      }
      const j = i + 1 < end ? i + 1 : first;
      if (dim === LINE && j === first) continue;
      const [bx, by] = [shapes.coords[2 * j], shapes.coords[2 * j + 1]];
      if (dim === LINE) {
        if (toSegment(x, y, ax, ay, bx, by) <= reach) return true;
      } else if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
    }
  }
  return inside;
}

function toSegment(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(ax + t * dx - x, ay + t * dy - y);
}
