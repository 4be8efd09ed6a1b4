// The words of the page in its two languages.

import { localized } from "./exact.js";

export function words(world, state) {
  const of = (key, values = {}) => {
    const text = world.words[state.lang][key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
  const say = (key, values) => of(`viewer.${key}`, values);
  const both = (text) => text?.[state.lang] ?? "";
  return {
    lang: state.lang,
    of,
    say,
    both,
    level: (id) => of(`map.level.${id}`),
    status: (id) => of(`map.status.${id}`),
    stamp: (id) => of(`map.stamp.${id}`),
    number: (text, most) => localized(text, state.lang, most),
    hazard: (id) => (id === "any" ? say("any") : both(world.hazards.find((h) => h.id === id)?.title)),
    layer: (layer) => both(layer.title),
    measure: (m) => (m.names ? both(m.names) : say(`measure.${m.id}`)),
    place: (code) =>
      code === "_T" ? say("all") : code === "_X" ? say("outside") : world.territories.find((t) => t.code === code)?.name ?? code,
    deficit: (id) => both(world.deficits.find((d) => d.id === id)?.title) || id,
    source(layer) {
      const { title, publisher, date, licence } = layer.source ?? {};
      return [title, publisher, date, licence].filter(Boolean).join(" · ") || say("no_source");
    },
    accuracy(layer) {
      if (!layer.accuracy_m) return say("no_accuracy");
      const [low, high] = layer.accuracy_m.map((m) => localized(String(m), state.lang, 1));
      return low === high ? `± ${high} m` : `± ${low}–${high} m`;
    },
    /** A length or an area, in the unit that its size asks for. */
    meters(m) {
      return m >= 10000 ? `${localized((m / 1000).toFixed(2), state.lang)} km` : `${localized(m.toFixed(1), state.lang)} m`;
    },
    squares(m2) {
      return m2 >= 100000 ? `${localized((m2 / 10000).toFixed(2), state.lang)} ha` : `${localized(m2.toFixed(1), state.lang)} m²`;
    },
  };
}
