// Distances and areas on the plane of the project's system: the one that the figures are in.

import { leaflet as L, latLng } from "./map.js";

export function length(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    sum += Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
  }
  return sum;
}

export function area(points) {
  let sum = 0;
  points.forEach(([x, y], i) => {
    const [nx, ny] = points[(i + 1) % points.length];
    sum += x * ny - nx * y;
  });
  return Math.abs(sum) / 2;
}

/** The line or polygon that is being measured, on the map. */
export function tool(map) {
  let points = [];
  const line = L.polyline([], { color: "#000", weight: 3, dashArray: "6 4", interactive: false });
  const face = L.polygon([], { color: "#000", weight: 0, fillOpacity: 0.15, interactive: false });
  return {
    start() {
      points = [];
      this.draw();
      line.addTo(map);
      face.addTo(map);
    },
    add(point) {
      points.push(point);
      this.draw();
    },
    back() {
      points.pop();
      this.draw();
    },
    draw() {
      line.setLatLngs(points.map(latLng));
      face.setLatLngs(points.map(latLng));
    },
    stop() {
      line.remove();
      face.remove();
      points = [];
    },
    points: () => points,
  };
}
