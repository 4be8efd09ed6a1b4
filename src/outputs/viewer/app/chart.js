// The bars of the territories: the chart that the program drew, its pieces laid anew.

/** A piece as it is drawn: from its first corner to the right, down and back. */
const PIECE = /^M(\S+) (\S+)l(\S+) 0 0 (\S+) /;

/** Takes the drawn bars of a figure: six pieces each, the first at the left. */
export function bars(figure) {
  if (!figure) return null;
  const svg = figure.querySelector("svg");
  const pieces = [...svg.querySelectorAll("path:not([fill=none])")].flatMap((path) => {
    const [x, y, width, height] = (PIECE.exec(path.getAttribute("d")) ?? []).slice(1).map(Number);
    return path.closest("defs") || !(width > 0) ? [] : [{ path, x, y, width, height }];
  });
  const left = Math.min(...pieces.map((piece) => piece.x));
  const right = Math.max(...pieces.map((piece) => piece.x + piece.width));
  const tops = [...new Set(pieces.map((piece) => piece.y))].sort((a, b) => a - b);
  for (const piece of pieces) {
    piece.row = tops.indexOf(piece.y);
    piece.level = Math.round((piece.x - left) / piece.width);
  }
  // The label of a bar and then the words at its end, bar after bar, after those of the axis.
  const notes = [...svg.querySelectorAll("text")].slice(-2 * tops.length).filter((_, at) => at % 2);

  /** Gives the bars their lengths and words: `shares` of the levels, null where they are hidden. */
  function lay(rows, label, nameOf) {
    for (const { path, y, height, row, level } of pieces) {
      const shares = rows[row].shares ?? [0];
      const from = shares.slice(0, level).reduce((a, b) => a + b, 0);
      const [x, width] = [left + from * (right - left), (shares[level] ?? 0) * (right - left)];
      path.setAttribute("d", width > 0 ? `M${x} ${y}l${width} 0 0 ${height} ${-width} 0z` : "");
    }
    notes.forEach((note, row) => {
      note.removeAttribute("textLength");
      note.textContent = rows[row].text;
    });
    svg.querySelector("title").textContent = label;
    svg.querySelector("desc").textContent = notes.map((_, row) => `${nameOf(row)}: ${rows[row].text}`).join("; ");
    return figure;
  }
  return { lay };
}
