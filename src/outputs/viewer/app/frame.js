// A window onto a sheet: as large as it is wanted, moved by scrolling, dragging, wheel, pinch or
// keys. The sheet stays what it is; only its size on the screen changes.

/** Pixels of the screen to a millimetre of the paper, at most. */
const MOST = 40;
/** Room around the sheet, px. */
const ROOM = 8;
const ARROWS = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };

/** Makes an element a window. `events`: zoomed(), turn(step). */
export function frame(box, events) {
  let svg = null;
  let size = [1, 1];
  let mode = "whole";
  let scale = 1;

  const least = () => Math.min(...[box.clientWidth, box.clientHeight].map((room, i) => (room - 2 * ROOM) / size[i]));

  function lay() {
    if (!svg || !box.clientWidth) return;
    if (mode === "whole") scale = least();
    if (mode === "width") scale = (box.clientWidth - 2 * ROOM) / size[0];
    svg.style.width = `${size[0] * scale}px`;
    svg.style.height = `${size[1] * scale}px`;
  }

  function fit(next) {
    mode = next;
    lay();
    events.zoomed();
  }

  /** Makes the sheet larger by a factor; a place of the screen stays where it is. */
  function zoom(by, x, y) {
    if (!svg) return;
    const own = box.getBoundingClientRect();
    const [px, py] = [x ?? own.left + box.clientWidth / 2, y ?? own.top + box.clientHeight / 2];
    const before = svg.getBoundingClientRect();
    const at = [(px - before.left) / before.width, (py - before.top) / before.height];
    mode = "free";
    scale = Math.max(Math.min(least(), 1), Math.min(MOST, scale * by));
    lay();
    const after = svg.getBoundingClientRect();
    box.scrollLeft += after.left + at[0] * after.width - px;
    box.scrollTop += after.top + at[1] * after.height - py;
    events.zoomed();
  }

  box.addEventListener("wheel", (e) => {
    if (e.shiftKey) return;
    e.preventDefault();
    const lines = e.deltaMode === 1 ? 30 : e.deltaMode === 2 ? 400 : 1;
    zoom(2 ** (-(e.deltaY * lines) / (e.ctrlKey ? 60 : 300)), e.clientX, e.clientY);
  }, { passive: false });

  box.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    const arrow = ARROWS[e.key];
    if (arrow) box.scrollBy(...arrow);
    else if (e.key === "+" || e.key === "=") zoom(1.25);
    else if (e.key === "-") zoom(1 / 1.25);
    else if (e.key === "0") fit("whole");
    else if (e.key === "PageDown") events.turn(1);
    else if (e.key === "PageUp") events.turn(-1);
    else return;
    e.preventDefault();
  });

  let held = null;
  box.addEventListener("pointerdown", (e) => {
    if (e.pointerType !== "mouse" || e.button !== 0 || e.target === box) return;
    held = [e.clientX, e.clientY];
    box.setPointerCapture(e.pointerId);
    box.classList.add("held");
  });
  box.addEventListener("pointermove", (e) => {
    if (!held) return;
    box.scrollBy(held[0] - e.clientX, held[1] - e.clientY);
    held = [e.clientX, e.clientY];
  });
  const drop = () => {
    held = null;
    box.classList.remove("held");
  };
  box.addEventListener("pointerup", drop);
  box.addEventListener("pointercancel", drop);

  let apart = 0;
  const span = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  box.addEventListener("touchstart", (e) => {
    apart = e.touches.length === 2 ? span(e.touches) : 0;
  }, { passive: true });
  box.addEventListener("touchmove", (e) => {
    if (e.touches.length !== 2 || !apart) return;
    e.preventDefault();
    const [a, b] = e.touches;
    const now = span(e.touches);
    zoom(now / apart, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    apart = now;
  }, { passive: false });

  new ResizeObserver(lay).observe(box);

  return {
    fit,
    zoom,
    mode: () => mode,
    put(next, paper) {
      [svg, size] = [next, paper];
      box.replaceChildren(svg);
      lay();
      if (mode !== "free") box.scrollTo(0, 0);
    },
    clear() {
      box.replaceChildren();
      svg = null;
    },
  };
}
