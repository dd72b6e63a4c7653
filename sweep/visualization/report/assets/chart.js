// The tradeoff chart: any column over any other, better at the lower left.

const CHART_MARGIN = { left: 62, right: 18, top: 14, bottom: 48 };
// How much longer an axis may become to hold a reference, and HR's own value.
const REFERENCE_STRETCH = 1.5;
const HR_STRETCH = 2.5;
const CURVE_DASHES = { weights: "1 4", images: "6 3 1 3" };

const chartView = { focus: 0, points: [] };

const drawable = (g) =>
  Number.isFinite(g.mean[state.x]) && Number.isFinite(g.mean[state.y]);

/** Columns of both axes in the order in which a front is stored. */
function frontOf() {
  const { fronts } = dataset();
  return fronts[`${state.x}|${state.y}`] ?? fronts[`${state.y}|${state.x}`] ?? null;
}

function drawControls() {
  const axes = data.columns.filter((c) => c.axis).map((c) => [c.name, heading(c)]);
  const show = (name) => (on) => choose({ show: { ...state.show, [name]: on } });
  byId("chart-controls").replaceChildren(
    select("Across", axes, state.x, (x) => choose({ x }), "axis-x"),
    select("Up", axes, state.y, (y) => choose({ y }), "axis-y"),
    tick("front", state.show.front, show("front"), "show-front"),
    tick("error bars", state.show.bars, show("bars"), "show-bars"),
    tick("\u03bb", state.show.labels, show("labels"), "show-labels"),
    ...(dataset().curves.length
      ? [tick("interpolation", state.show.curves, show("curves"), "show-curves")]
      : []),
    ...(dataset().published.length
      ? [tick("published", state.show.published, show("published"), "show-published")]
      : []),
  );
}

function drawChart() {
  const holder = byId("chart");
  const width = Math.max(300, holder.clientWidth);
  const height = Math.round(Math.min(560, Math.max(320, width * 0.62)));
  const groups = dataset().groups.filter(drawable);
  const note = byId("chart-note");
  if (!groups.length) {
    holder.replaceChildren(el("p", { class: "empty" }, emptyReason()));
    note.textContent = absentText([]);
    return;
  }
  const [sx, sy] = chartScales(groups, width, height);
  const front = new Set(frontOf() ?? []);
  const title = `${heading(column(state.y))} over ${heading(column(state.x))}, ${dataset().name}`;
  const root = svg("svg", { width, height, role: "group", "aria-label": `Tradeoff chart: ${title}` });
  drawAxes(root, sx, sy, width, height);
  drawHr(root, sx, sy, width, height);
  for (const ends of bothEnds()) root.append(endsBand(ends, sx, sy));
  if (state.show.front && front.size) root.append(frontLine(sx, sy, front));
  for (const style of data.styles) root.append(seriesLine(style.content, sx, sy));
  if (state.show.curves) drawInterpolation(root, sx, sy);
  if (state.show.published) drawPublished(root, sx, sy);
  const focus = root.ownerDocument.activeElement?.dataset?.key;
  chartView.points = [];
  const labels = groups.map((g) => drawPoint(root, g, sx, sy, front, width, height));
  const bounds = {
    left: CHART_MARGIN.left, right: width - 2, top: 2, bottom: height - CHART_MARGIN.bottom,
  };
  const layer = svg("g", { "aria-hidden": "true" });
  const written = state.show.labels ? labels : labels.filter((l) => l.always);
  placeLabels(layer, written, bounds, lineDots(root));
  root.append(layer);
  holder.replaceChildren(root);
  rove(focus);
  drawLegend(front.size > 0);
  note.textContent = absentText(groups);
}

function chartScales(groups, width, height) {
  const core = groups.filter((g) => ["srgan", "srresnet", "pair"].includes(g.method));
  const needed = core.length ? core : groups;
  const extra = state.show.published ? dataset().published : [];
  const scale = (name, from, to) => {
    const bars = state.show.bars ? needed.flatMap((g) => barEnds(g, name)) : [];
    const values = [...needed.map((g) => g.mean[name]), ...bars].filter(Number.isFinite);
    const optional = [...groups.map((g) => g.mean[name]), ...extra.map((p) => p[name])]
      .filter(Number.isFinite)
      .map((value) => [value, REFERENCE_STRETCH]);
    const hr = dataset().hr[name];
    if (Number.isFinite(hr)) optional.push([hr, HR_STRETCH]);
    return axisScale(name, values, optional, from, to);
  };
  return [
    scale(state.x, CHART_MARGIN.left, width - CHART_MARGIN.right),
    scale(state.y, height - CHART_MARGIN.bottom, CHART_MARGIN.top),
  ];
}

function drawAxes(root, sx, sy, width, height) {
  const { left, right, top, bottom } = CHART_MARGIN;
  const grid = svg("g", { class: "grid", "aria-hidden": "true" });
  for (const value of sx.ticks(width < 500 ? 4 : 7)) {
    const x = sx.at(value);
    grid.append(svg("line", { x1: x, x2: x, y1: top, y2: height - bottom }));
    grid.append(
      svg("text", { x, y: height - bottom + 17, "text-anchor": "middle" }, decimalText(value)),
    );
  }
  for (const value of sy.ticks(7)) {
    const y = sy.at(value);
    grid.append(svg("line", { x1: left, x2: width - right, y1: y, y2: y }));
    grid.append(svg("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, decimalText(value)));
  }
  const middle = (height - bottom + top) / 2;
  const [cx, cy] = [column(state.x), column(state.y)];
  grid.append(
    svg("text", { class: "axis", x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" },
      heading(cx) + direction(cx)),
    svg("text", { class: "axis", "text-anchor": "middle", transform: `translate(16,${middle}) rotate(-90)` },
      heading(cy) + direction(cy)),
  );
  if (cx.higher !== null && cy.higher !== null) {
    const better = svg("text", { class: "better", x: left + 8, y: height - bottom - 8 }, "\u2199 better");
    grid.append(better);
  }
  root.append(grid);
}

const direction = (c) => (c.higher === null ? "" : `${arrow(c)} ${c.higher ? "higher" : "lower"} is better`);

/** Lines at HR's own values: beyond them is not more natural. */
function drawHr(root, sx, sy, width, height) {
  const { left, right, top, bottom } = CHART_MARGIN;
  const { hr } = dataset();
  const text = (name) => `HR ${numberText(hr[name], column(name).decimals)}`;
  if (Number.isFinite(hr[state.y]) && sy.holds(hr[state.y])) {
    const y = sy.at(hr[state.y]);
    root.append(svg("line", { class: "hr", x1: left, x2: width - right, y1: y, y2: y }));
    root.append(svg("text", { class: "hr-text", x: width - right - 4, y: y - 5, "text-anchor": "end" }, text(state.y)));
  }
  if (Number.isFinite(hr[state.x]) && sx.holds(hr[state.x])) {
    const x = sx.at(hr[state.x]);
    root.append(svg("line", { class: "hr", x1: x, x2: x, y1: top, y2: height - bottom }));
    root.append(svg("text", { class: "hr-text", x: x + 5, y: top + 12 }, text(state.x)));
  }
}

/** The staircase through the front, from one end of the horizontal axis to the other. */
function frontLine(sx, sy, front) {
  const corners = [...front]
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

/** The areas between the two curves of a content loss, from one coefficient that both have to the next. */
function endsBand(ends, sx, sy) {
  const [first, second] = ends.map(({ content }) => series(content).filter(drawable));
  const at = (g) => `${sx.at(g.mean[state.x])},${sy.at(g.mean[state.y])}`;
  const pairs = first
    .map((g) => [g, second.find((other) => other.adv === g.adv)])
    .filter(([, other]) => other);
  const areas = pairs.slice(1).map(([a, b], n) => `M${at(pairs[n][0])}L${at(a)}L${at(b)}L${at(pairs[n][1])}Z`);
  const band = svg("path", { class: "band", d: areas.join(""), "aria-hidden": "true" });
  band.style.fill = styleOf(ends[0].content).color;
  return band;
}

function drawPoint(root, group, sx, sy, front, width, height) {
  const place = dataset().groups.indexOf(group);
  const look = lookOf(group);
  const key = groupKey(group);
  const value = [group.mean[state.x], group.mean[state.y]];
  const inside = sx.holds(value[0]) && sy.holds(value[1]);
  const { left, right, top, bottom } = CHART_MARGIN;
  const x = Math.min(Math.max(sx.at(value[0]), left + 12), width - right - 12);
  const y = Math.min(Math.max(sy.at(value[1]), top + 12), height - bottom - 12);
  const pale = frontOf() !== null && group.method === "srgan" && !front.has(place);
  const unhealthy = group.health !== "";
  const classes = ["point", pale && "pale", unhealthy && "unhealthy"].filter(Boolean).join(" ");
  const selected = state.selected.includes(key);
  const mark = svg("g", {
    class: classes, transform: `translate(${x},${y})`, role: "button", tabindex: -1,
    "aria-pressed": String(selected), "aria-label": pointText(group), "data-key": key,
    click: () => toggle(key),
    keydown: (event) => pointKey(event, key),
    pointerenter: () => hoverPoint(mark, group),
    pointerleave: hideTooltip,
    focus: () => hoverPoint(mark, group),
    blur: hideTooltip,
  });
  if (state.show.bars && inside) drawBars(root, group, sx, sy, look);
  mark.append(svg("circle", { class: "hit", r: 15 }));
  if (key === state.slider.key) mark.append(svg("circle", { class: "ring", r: 12 }));
  if (selected) mark.append(svg("circle", { class: "picked", r: 9.5 }));
  mark.append(paint(svg("path", { class: "marker", d: markerPath(look.marker, look.radius) }), look));
  if (unhealthy) mark.append(svg("path", { class: "strike", d: "M-9,9L9,-9" }));
  root.append(mark);
  chartView.points.push(mark);
  return { x, y, text: labelText(group, sx, sy), color: look.color, always: group.method !== "srgan" };
}

/** Words the label: the coefficient, or a reference's name and, where it lies outside, its value. */
function labelText(group, sx, sy) {
  if (group.method === "srgan") return group.adv === null ? "?" : coefficientText(group.adv);
  const beyond = [[state.x, sx, "\u2190\u2192"], [state.y, sy, "\u2193\u2191"]]
    .filter(([name, scale]) => !scale.holds(group.mean[name]))
    .map(([name, scale, [less, more]]) => {
      const value = group.mean[name];
      const rises = scale.at(scale.limits[1]) > scale.at(scale.limits[0]) === (name === state.x);
      return `${(value > scale.limits[1]) === rises ? more : less} ${numberText(value, column(name).decimals)}`;
    });
  return [groupName(group), ...beyond].join("\n");
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
    const dashes = CURVE_DASHES[rows[0].space] ?? "2 3";
    root.append(svg("path", { class: "interpolation", d: `M${points.join("L")}`, "stroke-dasharray": dashes }, svg("title", {}, name)));
  }
}

function drawPublished(root, sx, sy) {
  for (const row of dataset().published) {
    const [x, y] = [row[state.x], row[state.y]];
    if (!Number.isFinite(x) || !Number.isFinite(y) || !sx.holds(x) || !sy.holds(y)) continue;
    const name = `${row.method} (${row.source ?? "published"})`;
    const mark = svg("g", { class: "published", transform: `translate(${sx.at(x)},${sy.at(y)})` },
      svg("path", { d: "M-6,0H6M0,-6V6" }), svg("text", { x: 9, y: 4 }, String(row.method)), svg("title", {}, name));
    root.append(mark);
  }
}
