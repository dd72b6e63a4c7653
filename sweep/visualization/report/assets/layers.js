// What lies under the points of the tradeoff chart: front, curves, bands, bars, published results.

/** The staircase through the front, from one end of the horizontal axis to the other. */
function frontLine(sx, sy) {
  const corners = frontOf()
    .map((place) => dataset().groups[place].mean)
    .filter((mean) => Number.isFinite(mean[state.x]) && Number.isFinite(mean[state.y]))
    .map((mean) => [sx.at(mean[state.x]), sy.at(mean[state.y])])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const path = corners.map(([x, y], n) => (n ? `H${x}V${y}` : `M${x},${y}`)).join("");
  return svg("path", { class: "front", d: path, "aria-hidden": "true" });
}

function seriesLine(content, sx, sy) {
  const points = series(content).filter(drawable);
  const path = points.map((g) => `${sx.at(g.mean[state.x])},${sy.at(g.mean[state.y])}`).join("L");
  const style = styleOf(content);
  const line = svg("path", { class: "series", d: path ? `M${path}` : "", "stroke-dasharray": style.dashes });
  line.style.stroke = style.color;
  return line;
}

/** The areas between the two curves of a content loss, from one coefficient that both have to the next; null without. */
function endsBand(ends, sx, sy) {
  const [first, second] = ends.map(({ content }) => series(content).filter(drawable));
  const at = (g) => `${sx.at(g.mean[state.x])},${sy.at(g.mean[state.y])}`;
  const pairs = first
    .map((g) => [g, second.find((other) => other.adv === g.adv)])
    .filter(([, other]) => other);
  if (pairs.length < 2) return null;
  const areas = pairs.slice(1).map(([a, b], n) => `M${at(pairs[n][0])}L${at(a)}L${at(b)}L${at(pairs[n][1])}Z`);
  const band = svg("path", { class: "band", d: areas.join(""), "aria-hidden": "true" });
  band.style.fill = styleOf(ends[0].content).color;
  return band;
}

/** Both ends of a 95% interval; not numbers where there is none. */
const barEnds = (group, name) => [-1, 1].map((sign) => group.mean[name] + sign * group.half[name]);

function drawBars(root, group, sx, sy, look) {
  const [x, y] = [sx.at(group.mean[state.x]), sy.at(group.mean[state.y])];
  const bar = (d) => {
    const line = svg("path", { class: "bar", d, "aria-hidden": "true" });
    line.style.stroke = look.color;
    root.append(line);
  };
  if (state.x in group.half) {
    const [a, b] = barEnds(group, state.x).map(sx.at);
    bar(`M${a},${y - 4}v8M${a},${y}H${b}M${b},${y - 4}v8`);
  }
  if (state.y in group.half) {
    const [a, b] = barEnds(group, state.y).map(sy.at);
    bar(`M${x - 4},${a}h8M${x},${a}V${b}M${x - 4},${b}h8`);
  }
}

const CURVE_DASHES = { weights: "1 4", images: "6 3 1 3" };
const interpolationDashes = (space) => CURVE_DASHES[space] ?? "2 3";

/** Curves between two generators that cost no training, one for each pair and kind. */
function drawInterpolation(root, sx, sy) {
  const lines = new Map();
  for (const row of dataset().curves) {
    const name = `${row.from} \u2192 ${row.to}, ${row.space}`;
    if (Number.isFinite(row[state.x]) && Number.isFinite(row[state.y])) {
      lines.set(name, [...(lines.get(name) ?? []), row]);
    }
  }
  for (const [name, rows] of lines) {
    const points = rows.sort((a, b) => a.alpha - b.alpha).map((r) => `${sx.at(r[state.x])},${sy.at(r[state.y])}`);
    const { space } = rows[0];
    root.append(svg("path", { class: "interpolation", d: `M${points.join("L")}`, "stroke-dasharray": interpolationDashes(space), "data-space": space }, svg("title", {}, name)));
  }
}

const publishedMark = () => svg("path", { d: "M-6,0H6M0,-6V6" });
const publishedName = (row) => `${row.method} (${row.source ?? "published"})`;

/** Published results that follow the protocol of both axes, and whether these reach so far. */
const publishedHere = (sx, sy) =>
  dataset().published
    .map((row) => ({ row, x: row[state.x], y: row[state.y] }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .map((found) => ({ ...found, inside: sx.holds(found.x) && sy.holds(found.y) }));

/** Draws the published results, and gives the words for those beyond the axes. */
function drawPublished(root, sx, sy) {
  const found = publishedHere(sx, sy);
  for (const { row, x, y } of found.filter(({ inside }) => inside)) {
    root.append(svg("g", { class: "published", role: "img", "aria-label": publishedName(row), transform: `translate(${sx.at(x)},${sy.at(y)})` },
      svg("title", {}, publishedName(row)), publishedMark(), svg("text", { x: 9, y: 4 }, String(row.method))));
  }
  const beyond = found.filter(({ inside }) => !inside).map(({ row, x, y }) => `${publishedName(row)} at ${x}, ${y}`);
  const drawn = found.filter(({ inside }) => inside).map(({ row }) => publishedName(row));
  return [drawn.length && `Published elsewhere: ${drawn.join("; ")}.`, beyond.length && `Beyond these axes: ${beyond.join("; ")}.`,
    !found.length && "No published result follows the protocol of both axes."].filter(Boolean);
}
