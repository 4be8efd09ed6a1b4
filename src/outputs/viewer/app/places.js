// Metres of the project's system and degrees on WGS 84: see src/outputs/viewer/places.rs.

/** Ways between metres (from the lattice's origin) and degrees; null where there are none. */
export function places(frame, stream) {
  const grid = frame.degrees;
  if (!grid) return null;
  const lon = stream.f64(grid.lon);
  const lat = stream.f64(grid.lat);
  const low = grid.low.map((v, i) => v - frame.origin[i]);
  const high = low.map((v, i) => v + grid.step[i] * (grid.nodes - 1));
  const inside = ([x, y]) => x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1];

  function weights(position) {
    const first = Math.max(0, Math.min(grid.nodes - 4, Math.floor(position) - 1));
    const t = position - first;
    return [
      first,
      [
        -((t - 1) * (t - 2) * (t - 3)) / 6,
        (t * (t - 2) * (t - 3)) / 2,
        -(t * (t - 1) * (t - 3)) / 2,
        (t * (t - 1) * (t - 2)) / 6,
      ],
    ];
  }

  function degrees([x, y]) {
    const [column, across] = weights((x - low[0]) / grid.step[0]);
    const [row, up] = weights((y - low[1]) / grid.step[1]);
    let [sumLon, sumLat] = [0, 0];
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 4; c++) {
        const node = (row + r) * grid.nodes + column + c;
        sumLon += up[r] * across[c] * lon[node];
        sumLat += up[r] * across[c] * lat[node];
      }
    }
    return [sumLon, sumLat];
  }

  /** Newton's method; null if the place lies outside. */
  function meters([wantedLon, wantedLat]) {
    let at = low.map((v, i) => (v + high[i]) / 2);
    for (let turn = 0; turn < 12; turn++) {
      const [l0, b0] = degrees(at);
      const d = 1;
      const [lx, bx] = degrees([at[0] + d, at[1]]);
      const [ly, by] = degrees([at[0], at[1] + d]);
      const [a, b, c, e] = [lx - l0, ly - l0, bx - b0, by - b0];
      const det = a * e - b * c;
      if (!det) return null;
      const [dl, db] = [wantedLon - l0, wantedLat - b0];
      const move = [(dl * e - db * b) / det, (a * db - c * dl) / det];
      at = [at[0] + move[0] * d, at[1] + move[1] * d];
      if (!at.every(Number.isFinite)) return null;
      if (Math.hypot(...move) < 1e-4) return inside(at) ? at : null;
    }
    return null;
  }

  return { degrees, meters, inside };
}
