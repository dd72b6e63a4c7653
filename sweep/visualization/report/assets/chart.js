// The tradeoff chart: any column over any other, better at the lower left.

const CHART_MARGIN = { left: 62, right: 18, top: 14, bottom: 48 };
// How much longer an axis may become to hold a reference, and HR's own value.
const REFERENCE_STRETCH = 1.5;
const HR_STRETCH = 2.5;

const chartView = { focus: 0, points: [] };

const drawable = (g) =>
  Number.isFinite(g.mean[state.x]) && Number.isFinite(g.mean[state.y]) && isChosen(g);

function drawControls() {
  const axes = data.columns.filter((c) => c.axis).map((c) => [c.name, heading(c)]);
  const show = (name) => (on) => choose({ show: { ...state.show, [name]: on } });
  byId("chart-controls").replaceChildren(
    select("Across", axes, state.x, (x) => choose({ x }), "axis-x"),
    select("Up", axes, state.y, (y) => choose({ y }), "axis-y"),
    ...settingAxes().map(([name, values]) =>
      select(name, [["", "all"], ...values.map((value) => [value, value])], state.only[name] ?? "",
        (value) => choose({ only: { ...state.only, [name]: value } }), `only-${name}`)),
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
  const width = Math.max(240, holder.clientWidth);
  const height = Math.round(Math.min(560, Math.max(320, width * 0.62)));
  const groups = dataset().groups.filter(drawable);
  drawCautions();
  if (!groups.length) {
    holder.replaceChildren(el("p", { class: "empty" }, emptyReason()));
    byId("legend").replaceChildren();
    drawNote([]);
    return;
  }
  const [sx, sy] = chartScales(groups, width, height);
  const title = `${heading(column(state.y))} over ${heading(column(state.x))}, ${dataset().name}`;
  const root = svg("svg", { width, height, role: "group", "aria-label": `Tradeoff chart: ${title}`,
    pointermove: hoverPoints, pointerdown: hoverPoints, pointerleave: leavePoints });
  drawAxes(root, sx, sy, width, height);
  drawHr(root, sx, sy, width, height);
  const remarks = drawLayers(root, sx, sy);
  const focus = root.ownerDocument.activeElement?.dataset?.key;
  chartView.points = [];
  const labels = groups.map((g) => drawPoint(root, g, sx, sy, width, height));
  const unwritten = drawLabels(root, labels, width, height);
  holder.replaceChildren(root);
  rove(focus);
  drawLegend(root);
  drawNote(groups, ...remarks, unwritten);
}

/** Draws what lies under the points; gives remarks on it. */
function drawLayers(root, sx, sy) {
  root.append(...bothEnds().map((ends) => endsBand(ends, sx, sy)).filter(Boolean));
  if (state.show.front && frontOf()?.length) root.append(frontLine(sx, sy));
  const drawn = data.styles.filter(({ content }) => series(content).some(drawable));
  for (const style of drawn) root.append(seriesLine(style.content, sx, sy));
  if (state.show.curves) drawInterpolation(root, sx, sy);
  return state.show.published ? drawPublished(root, sx, sy) : [];
}

/** Writes the labels; gives a remark where some have no room. */
function drawLabels(root, labels, width, height) {
  const bounds = {
    left: CHART_MARGIN.left, right: width - 2, top: 2, bottom: height - CHART_MARGIN.bottom,
  };
  const layer = svg("g", { "aria-hidden": "true" });
  const taken = [...root.querySelectorAll("text.hr-text")].map((text) => text.dataset.box.split(" ").map(Number)).map(([x, y, w, h]) => ({ x, y, w, h }));
  const written = state.show.labels ? labels : labels.filter((l) => l.always);
  const left = placeLabels(layer, written, bounds, lineDots(root), taken);
  root.append(layer);
  return left ? `No room for ${counted(left, "label")}: point at a marker, or go to it by the arrow keys, to read its scores.` : "";
}

/** Says above the chart where its numbers bear little weight. */
function drawCautions() {
  byId("cautions").replaceChildren(...dataset().cautions.map((text) => el("p", {}, text)));
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
      svg("text", { x, y: height - bottom + 17, "text-anchor": "middle" }, tickText(state.x, value)),
    );
  }
  for (const value of sy.ticks(7)) {
    const y = sy.at(value);
    grid.append(svg("line", { x1: left, x2: width - right, y1: y, y2: y }));
    grid.append(svg("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, tickText(state.y, value)));
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

const tickText = (name, value) => (name === "adv" ? advText(value) : decimalText(value));
const direction = (c) => (c.higher === null ? "" : `${arrow(c)} ${c.higher ? "higher" : "lower"} is better`);

/** Lines at HR's own values: beyond them is not more natural. */
function drawHr(root, sx, sy, width, height) {
  const { left, right, top, bottom } = CHART_MARGIN;
  const { hr } = dataset();
  const text = (name) => `HR ${numberText(hr[name], column(name).decimals)}`;
  if (Number.isFinite(hr[state.y]) && sy.holds(hr[state.y])) {
    const y = sy.at(hr[state.y]);
    root.append(svg("line", { class: "hr", x1: left, x2: width - right, y1: y, y2: y }));
    root.append(hrText(text(state.y), width - right - 4, y - 5, "end"));
  }
  if (Number.isFinite(hr[state.x]) && sx.holds(hr[state.x])) {
    const x = sx.at(hr[state.x]);
    root.append(svg("line", { class: "hr", x1: x, x2: x, y1: top, y2: height - bottom }));
    root.append(hrText(text(state.x), x + 5, top + 12, "start"));
  }
}

/** A text that no label covers; it tells its box. */
function hrText(text, x, y, anchor) {
  const w = textWidth(text);
  const box = [anchor === "end" ? x - w : x, y - 11, w, 14].join(" ");
  return svg("text", { class: "hr-text", x, y, "text-anchor": anchor, "data-box": box }, text);
}
