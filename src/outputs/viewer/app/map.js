// The map: Leaflet on the plane of the project's own system, with canvases of ours on it.
// Coordinates of Leaflet are metres from the lattice's origin: lat is y, lng is x.

import L from "leaflet";
import { features, pattern } from "./paint.js";

/** How far beyond the window a canvas reaches, as a share of the window. */
const MARGIN = 0.35;
/** What must be left of that, or it is painted again. */
const SPARE = 0.1;
/** Longest that a slice of painting takes, ms. */
const BUDGET = 20;

export const leaflet = L;
export const place = (latlng) => [latlng.lng, latlng.lat];
export const latLng = ([x, y]) => L.latLng(y, x);

/** What is being painted, by all layers: one slice after the other, so that their time adds up. */
const queue = [];

function pump() {
  const began = performance.now();
  while (queue.length && performance.now() - began < BUDGET) {
    if (queue[0]()) queue.shift();
  }
  if (queue.length) requestAnimationFrame(pump);
}

/** `slice` does a part of the work and says whether it was the last. */
function later(slice) {
  queue.push(slice);
  if (queue.length === 1) requestAnimationFrame(pump);
}

/** A layer of the map: a canvas of its own, painted again when the map has moved. */
const Canvas = L.Layer.extend({
  initialize(painter, z) {
    this.painter = painter;
    this.z = z;
    this.opacity = 1;
    this.turn = 0;
  },
  getEvents() {
    return { moveend: this.settle, move: this.follow, zoomanim: this.animate, resize: this.repaint };
  },
  onAdd() {
    this.repaint();
  },
  onRemove() {
    this.turn++;
    this.canvas?.remove();
    this.canvas = null;
  },
  setOpacity(opacity) {
    this.opacity = opacity;
    if (this.canvas) this.canvas.style.opacity = opacity;
  },
  /** Paints again only where what is painted does not do: at another zoom, or near its end. */
  settle() {
    const map = this._map;
    const isThere = this.view?.zoom === map.getZoom() && !map.printing;
    const spare = map.getSize().multiplyBy(SPARE);
    const seen = map.getPixelBounds();
    const wanted = L.bounds(seen.min.subtract(spare), seen.max.add(spare));
    if (!isThere || !this.painted.contains(wanted)) this.repaint();
  },
  follow() {
    // A long drag leaves the painted ground: paint on, at most once a frame.
    if (!this.painted || this.waiting || this.painted.contains(this._map.getPixelBounds())) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this._map) this.repaint();
    });
  },
  animate(event) {
    if (!this.canvas || !this.view) return;
    const scale = this._map.getZoomScale(event.zoom, this.view.zoom);
    const at = this._map._latLngToNewLayerPoint(this.corner, event.zoom, event.center);
    L.DomUtil.setTransform(this.canvas, at, scale);
  },
  /** Paints into a new canvas that takes the place of the old one when it is done. */
  repaint(now) {
    const map = this._map;
    if (!map) return;
    const turn = ++this.turn;
    const size = map.getSize();
    if (!size.x || !size.y) return;
    const ratio = map.printing ? 3 : Math.min(2, window.devicePixelRatio || 1);
    const pad = map.printing ? 0 : MARGIN;
    const bounds = map.getPixelBounds();
    const low = bounds.min.subtract(size.multiplyBy(pad)).floor();
    const span = size.multiplyBy(1 + 2 * pad).ceil();
    const canvas = document.createElement("canvas");
    canvas.className = "leaflet-zoom-animated sheet";
    canvas.width = span.x * ratio;
    canvas.height = span.y * ratio;
    canvas.style.width = `${span.x}px`;
    canvas.style.height = `${span.y}px`;
    canvas.style.zIndex = this.z;
    canvas.style.opacity = this.opacity;
    const zoom = map.getZoom();
    const scale = 2 ** zoom;
    const view = {
      zoom,
      k: scale * ratio,
      left: low.x * ratio,
      top: low.y * ratio,
      ratio,
      box: [low.x / scale, -(low.y + span.y) / scale, (low.x + span.x) / scale, -low.y / scale],
    };
    const ctx = canvas.getContext("2d", { willReadFrequently: true });
    ctx.lineJoin = "round";
    const work = this.painter(ctx, view);
    const finish = () => {
      if (turn !== this.turn || !this._map) return;
      this.corner = map.unproject(low, zoom);
      this.view = view;
      this.painted = L.bounds(low, low.add(span));
      L.DomUtil.setTransform(canvas, map.latLngToLayerPoint(this.corner), 2 ** (map.getZoom() - zoom));
      if (this.canvas) this.canvas.replaceWith(canvas);
      else map.getPane("overlayPane").append(canvas);
      this.canvas = canvas;
    };
    if (now === true || map.printing) {
      while (!work.next().done);
      finish();
      return;
    }
    later(() => {
      if (turn !== this.turn) return true;
      const { done } = work.next();
      // Reading a pixel makes the browser paint now what it has put off: so the clock is right.
      ctx.getImageData(0, 0, 1, 1);
      if (done) finish();
      return done;
    });
  },
});

/** Makes the map of a world in an element. */
export function make(element, world, events) {
  const CRS = L.extend({}, L.CRS.Simple, { infinite: true });
  const [west, south, east, north] = world.frame.ground;
  const map = L.map(element, {
    crs: CRS,
    minZoom: -10,
    maxZoom: 3,
    zoomSnap: 0.25,
    zoomDelta: 0.5,
    wheelPxPerZoomLevel: 120,
    attributionControl: false,
    zoomControl: false,
    maxBoundsViscosity: 0.6,
    fadeAnimation: false,
  });
  const home = L.latLngBounds([south, west], [north, east]);
  map.fitBounds(home, { animate: false });
  map.setMinZoom(Math.floor(map.getZoom()) - 2);
  map.on("click", (e) => events.click(place(e.latlng)));
  map.on("moveend", () => events.moved());
  const canvases = new Map();
  const patterns = new Map();
  const looks = (level, ratio) => {
    const key = `${level}/${ratio}`;
    if (!patterns.has(key)) patterns.set(key, pattern(world.style.levels[level], ratio));
    return patterns.get(key);
  };

  function show(id, painter, z, opacity) {
    let canvas = canvases.get(id);
    if (!canvas) {
      canvas = new Canvas(painter, z);
      canvas.setOpacity(opacity);
      canvases.set(id, canvas);
      canvas.addTo(map);
    } else {
      canvas.setOpacity(opacity);
    }
    return canvas;
  }

  function keep(ids) {
    for (const [id, canvas] of canvases) {
      if (ids.has(id)) continue;
      canvas.remove();
      canvases.delete(id);
    }
  }

  return {
    map,
    home,
    looks,
    show,
    keep,
    repaint: (id, now) => canvases.get(id)?.repaint(now),
    repaintAll: (now) => canvases.forEach((canvas) => canvas.repaint(now)),
    features,
  };
}
