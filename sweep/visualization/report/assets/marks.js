// Markers and labels of the tradeoff chart.

const MARKER_PATHS = {
  o: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`,
  s: (r) => `M${-r * 0.9},${-r * 0.9}h${1.8 * r}v${1.8 * r}h${-1.8 * r}Z`,
  "^": (r) => `M0,${-1.15 * r}L${1.1 * r},${0.85 * r}H${-1.1 * r}Z`,
  v: (r) => `M0,${1.15 * r}L${1.1 * r},${-0.85 * r}H${-1.1 * r}Z`,
  D: (r) => `M0,${-1.25 * r}L${1.25 * r},0L0,${1.25 * r}L${-1.25 * r},0Z`,
  P: (r) => `M${-r * 0.4},${-r}h${0.8 * r}v${0.6 * r}h${0.6 * r}v${0.8 * r}h${-0.6 * r}v${0.6 * r}h${-0.8 * r}v${-0.6 * r}h${-0.6 * r}v${-0.8 * r}h${0.6 * r}Z`,
  X: (r) => `M${-r},${-0.5 * r}L${-0.5 * r},${-r}L0,${-0.5 * r}L${0.5 * r},${-r}L${r},${-0.5 * r}L${0.5 * r},0L${r},${0.5 * r}L${0.5 * r},${r}L0,${0.5 * r}L${-0.5 * r},${r}L${-r},${0.5 * r}L${-0.5 * r},0Z`,
  h: (r) => `M0,${-r}L${0.87 * r},${-r / 2}V${r / 2}L0,${r}L${-0.87 * r},${r / 2}V${-r / 2}Z`,
  p: (r) => polygonPath(5, 1.15 * r, 0.93 * r),
  "*": (r) => polygonPath(5, 1.4 * r, 0.6 * r),
};

/** A star of `points` corners, whose inner corners lie at `inner`; a polygon where it is flat. */
function polygonPath(points, outer, inner) {
  const corners = Array.from({ length: 2 * points }, (_, n) => {
    const length = n % 2 ? inner : outer;
    const angle = (Math.PI * n) / points - Math.PI / 2;
    return `${(length * Math.cos(angle)).toFixed(2)},${(length * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${corners.join("L")}Z`;
}

const markerPath = (marker, radius) => (MARKER_PATHS[marker] ?? MARKER_PATHS.h)(radius);

/** How a group is drawn. */
function lookOf(group) {
  if (group.method === "srgan") {
    const style = styleOf(contentOf(group));
    return { ...style, radius: 6, hollow: group.adv === 0 };
  }
  const marker = { bicubic: "X", srresnet: "*", pair: "p" }[group.method] ?? "h";
  return { color: "var(--ink)", marker, radius: 7, hollow: false, dashes: "" };
}

/** Sets the fill and line of a marker by style, which may name custom properties. */
function paint(mark, look) {
  mark.style.fill = look.hollow ? "var(--card)" : look.color;
  mark.style.stroke = look.color;
  return mark;
}

const pen = document.createElement("canvas").getContext("2d");

/** Width of a text of the chart in px, with a little room on both sides. */
function textWidth(text) {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width + 2;
}

/**
 * Writes labels where they cover no marker and no other label, and as little of the lines as can
 * be, each nearer to its own point than to any other. Gives the number of those without room.
 */
function placeLabels(layer, labels, bounds, dots, reserved) {
  const taken = [...reserved, ...labels.map(({ x, y }) => ({ x: x - 8, y: y - 8, w: 16, h: 16 }))];
  const meets = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  const inside = (b) => b.x > bounds.left && b.x + b.w < bounds.right && b.y > bounds.top && b.y + b.h < bounds.bottom;
  const own = (box, label) => labels.every((other) => gap(box, label) <= gap(box, other));
  let left = 0;
  for (const label of labels) {
    const lines = label.text.split("\n");
    const w = Math.max(...lines.map(textWidth));
    const h = 14 * lines.length;
    const places = labelPlaces(w, h)
      .map(([dx, dy]) => ({ x: label.x + dx, y: label.y + dy, w, h }))
      .filter((box) => inside(box) && own(box, label) && !taken.some((other) => meets(box, other)));
    const cost = (box, rank) => rank + 4 * dots.filter((dot) => meets(box, { x: dot[0], y: dot[1], w: 0, h: 0 })).length;
    const ranked = places.map((box, rank) => [cost(box, rank), box]).sort((a, b) => a[0] - b[0]);
    if (!ranked.length) {
      left += 1;
      continue;
    }
    const [[, box]] = ranked;
    taken.push(box);
    layer.append(...lines.map((line, n) => labelLine(line, box, n, label)));
  }
  return left;
}

/** How far a point lies from a box. */
const gap = (box, { x, y }) =>
  Math.hypot(Math.max(box.x - x, 0, x - box.x - box.w), Math.max(box.y - y, 0, y - box.y - box.h));

function labelLine(text, box, n, { key, color }) {
  const line = svg("text", { x: box.x + 1, y: box.y + 11 + 14 * n, class: "label", "data-label": key }, text);
  line.style.fill = `color-mix(in srgb, ${color} 45%, var(--ink))`;
  return line;
}

/** Offsets of a label's corner from its point, the preferred ones first. */
function labelPlaces(w, h) {
  return [
    [13, -h / 2], [-w - 13, -h / 2], [-w / 2, -h - 10], [-w / 2, 10], [8, -h - 6], [8, 6],
    [-w - 8, -h - 6], [-w - 8, 6], [22, -h / 2], [-w - 22, -h / 2], [-w / 2, 22], [-w / 2, -h - 22],
  ];
}

/** Points every few pixels along the lines of a chart. */
function lineDots(root) {
  return [...root.querySelectorAll("path.series, path.front")].flatMap((path) => {
    const length = path.getAttribute("d") ? path.getTotalLength() : 0;
    return Array.from({ length: Math.floor(length / 5) + 1 }, (_, n) => path.getPointAtLength(n * 5)).map((p) => [p.x, p.y]);
  });
}
