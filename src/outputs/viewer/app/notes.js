// Notes on the map: what one is, which ones a file may bring, how they are kept.

export const STATES = ["open", "accepted", "rejected", "resolved"];
const LONGEST = { observation: 10000, author: 200 };
const MARKUP = /<[a-z!/?][^>]*>/i;

/** A new id. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `n-${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

/** What is wrong with the words of a note: keys of the catalogue. */
export function wrongWords({ observation, author, date, state }) {
  const wrong = [];
  for (const [field, text] of [["observation", observation], ["author", author]]) {
    if (typeof text !== "string" || !text.trim()) wrong.push(`missing_${field}`);
    else if (text.length > LONGEST[field]) wrong.push(`long_${field}`);
    else if (MARKUP.test(text)) wrong.push(`markup_${field}`);
  }
  if (!isDate(date)) wrong.push("bad_date");
  if (!STATES.includes(state)) wrong.push("bad_state");
  return wrong;
}

function isDate(text) {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [y, m, d] = text.split("-").map(Number);
  const date = new Date(Date.UTC(y, m - 1, d));
  return date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
}

/** Longitude and latitude to seven decimals: a centimetre. */
export const rounded = (degrees) => degrees.map((v) => Math.round(v * 1e7) / 1e7);

/** Notes as GeoJSON (RFC 7946). */
export function toGeoJson(notes, project) {
  const features = [...notes]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, at, observation, author, date, state }) => ({
      type: "Feature",
      id,
      geometry: { type: "Point", coordinates: at },
      properties: { observation, author, date, state },
    }));
  const about = { notes: 1, project: project.id, settings_sha256: project.settings_sha256 };
  return `${JSON.stringify({ type: "FeatureCollection", atalaya: about, features }, null, 1)}\n`;
}

/** Reads a file of notes: those that are good, and why each other one is refused. */
export function fromGeoJson(text, places, known) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return { good: [], refused: [{ at: null, why: ["no_json"] }] };
  }
  if (file?.type !== "FeatureCollection" || !Array.isArray(file.features)) {
    return { good: [], refused: [{ at: null, why: ["no_collection"] }] };
  }
  const crs = file.crs && !/(CRS84|:4326)$/.test(file.crs?.properties?.name ?? "");
  const good = [];
  const refused = [];
  const seen = new Map(known.map((note) => [note.id, note]));
  let same = 0;
  file.features.forEach((feature, index) => {
    const { note, why } = read(feature, places, crs);
    const before = note && seen.get(note.id);
    if (before && !why.length) {
      if (isSame(before, note)) {
        same++;
        return;
      }
      why.push("other_content");
    }
    if (why.length) {
      refused.push({ at: index + 1, id: typeof feature?.id === "string" ? feature.id : "", why });
    } else {
      seen.set(note.id, note);
      good.push(note);
    }
  });
  return { good, refused, same };
}

function read(feature, places, crs) {
  const properties = feature?.properties ?? {};
  const { observation, author, date, state } = properties;
  const why = [];
  if (feature?.type !== "Feature") return { why: ["no_feature"] };
  if (typeof feature.id !== "string" || !/^[\w.:-]{1,100}$/.test(feature.id)) why.push("bad_id");
  why.push(...wrongWords(properties));
  const { type, coordinates } = feature.geometry ?? {};
  const isPoint = type === "Point" && Array.isArray(coordinates) && coordinates.length >= 2;
  if (crs) why.push("other_crs");
  else if (!isPoint || !coordinates.slice(0, 2).every(Number.isFinite)) why.push("no_point");
  else if (Math.abs(coordinates[0]) > 180 || Math.abs(coordinates[1]) > 90) why.push("other_crs");
  else if (!places.meters(coordinates)) why.push("outside");
  const at = isPoint ? rounded(coordinates.slice(0, 2)) : null;
  return { note: { id: feature.id, at, observation, author, date, state }, why };
}

export const isSame = (a, b) =>
  ["observation", "author", "date", "state"].every((f) => a[f] === b[f]) &&
  a.at[0] === b.at[0] && a.at[1] === b.at[1];

/** Notes kept by the browser for this project, where it lets pages of files keep anything. */
export function shelf(project) {
  const key = `atalaya.notes.${project.id}`;
  return {
    load() {
      try {
        const all = JSON.parse(localStorage.getItem(key) ?? "[]");
        return Array.isArray(all) ? all.filter((n) => n && !wrongWords(n).length && Array.isArray(n.at)) : [];
      } catch {
        return [];
      }
    },
    keep(notes) {
      try {
        localStorage.setItem(key, JSON.stringify(notes));
        return true;
      } catch {
        return false;
      }
    },
  };
}
