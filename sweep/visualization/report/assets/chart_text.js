// Words and keys of the tradeoff chart: hovers, legend, notes, moving by arrow keys.

function pointText(group) {
  const scores = metricColumns()
    .filter((c) => c.name in group.mean)
    .map((c) => `${c.label} ${scoreText(group, c)}${c.unit ? ` ${c.unit}` : ""}`);
  const health = group.health ? `, health: ${group.health}` : "";
  return `${groupName(group)}: ${scores.join(", ")}${health}`;
}

function scoreText(group, c) {
  const value = numberText(group.mean[c.name], c.decimals);
  return c.name in group.half ? `${value} \u00b1 ${numberText(group.half[c.name], c.decimals)}` : value;
}

function hoverPoint(mark, group) {
  const box = mark.getBoundingClientRect();
  const rows = metricColumns()
    .filter((c) => c.name in group.mean)
    .map((c) => [heading(c) + arrow(c), scoreText(group, c)]);
  if (group.seeds > 1) rows.push(["seeds", String(group.seeds)]);
  if (group.health) rows.push(["health", group.health]);
  if (group.trials.length === 1 && group.method === "srgan") rows.push(["trial", group.trials[0]]);
  showTooltip(box.left + box.width / 2, box.top + box.height / 2, groupName(group), rows);
}

/** Enter and space select; the arrows go to the neighbour in the order of the table. */
function pointKey(event, key) {
  const { points } = chartView;
  const place = points.findIndex((point) => point.dataset.key === key);
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (event.key === "Enter" || event.key === " ") toggle(key);
  else if (event.key in steps) {
    chartView.focus = (place + steps[event.key] + points.length) % points.length;
    rove(points[chartView.focus].dataset.key);
  } else return;
  event.preventDefault();
}

/** Leaves one point in the tab order, and gives it the focus that it had before a redraw. */
function rove(focused) {
  const { points } = chartView;
  const place = points.findIndex((point) => point.dataset.key === focused);
  if (place >= 0) chartView.focus = place;
  chartView.focus = Math.min(chartView.focus, points.length - 1);
  points.forEach((point, n) => point.setAttribute("tabindex", n === chartView.focus ? 0 : -1));
  if (place >= 0) points[place].focus({ preventScroll: true });
}

function drawLegend(hasFront) {
  const entry = (look, line, text) => {
    const icon = svg("svg", { width: 34, height: 16, "aria-hidden": "true" });
    if (line) icon.append(line);
    if (look) {
      const marker = svg("path", { class: "marker", d: markerPath(look.marker, 5), transform: "translate(17,8)" });
      icon.append(paint(marker, look));
    }
    return el("span", {}, icon, text);
  };
  const entries = data.styles
    .filter((style) => series(style.content).length)
    .map((style) => {
      const look = styleOf(style.content);
      const line = svg("path", { class: "series", d: "M0,8H34", "stroke-dasharray": look.dashes });
      line.style.stroke = look.color;
      return entry(look, line, style.content);
    });
  if (bothEnds().length) {
    const band = svg("path", { class: "band", d: "M0,2H34V14H0Z" });
    band.style.fill = "var(--ink)";
    entries.push(entry(null, band, "gap between both ends"));
  }
  const grey = { color: "var(--muted)", marker: "o" };
  entries.push(entry({ ...grey, hollow: true }, null, "\u03bb = 0, no adversary"));
  if (hasFront && state.show.front) {
    entries.push(entry(null, svg("path", { class: "front", d: "M0,4H17V12H34" }), "Pareto front"));
  }
  if (dataset().curves.length && state.show.curves) {
    for (const space of new Set(dataset().curves.map((row) => row.space))) {
      const line = svg("path", { class: "interpolation", d: "M0,8H34", "stroke-dasharray": CURVE_DASHES[space] ?? "2 3" });
      entries.push(entry(null, line, `interpolated ${space}`));
    }
  }
  byId("legend").replaceChildren(...entries);
}

function emptyReason() {
  return `No trial has both ${column(state.x).label} and ${column(state.y).label} yet. Choose other axes.`;
}

/** Says what lambda buys on these axes, what the pale points mean, what bars are, and which trials are not drawn and why. */
function absentText(drawn) {
  const parts = [dataset().exchanges[`${state.x}|${state.y}`] ?? ""].filter(Boolean);
  if (frontOf()) parts.push("Pale points are dominated: another trained generator is at least as good on both axes.");
  if (drawn.some((g) => state.y in g.half || state.x in g.half)) parts.push("Bars: 95% interval of the mean over the seeds (Student\u2019s t).");
  if (frontOf() && [state.x, state.y].some((name) => Number.isFinite(dataset().hr[name]))) parts.push("A value beyond HR\u2019s own counts as equal to it.");
  const absent = dataset().groups.filter((g) => g.method === "srgan" && !drawn.includes(g));
  if (absent.length) {
    parts.push(`Not drawn: ${absent.map((g) => `${groupName(g)} (${g.status === "done" ? "no finite mean over its seeds" : g.status || "no scores"})`).join("; ")}.`);
  }
  return parts.join(" ");
}
