// Training curves: one small chart for each thing that the log holds.

const CURVE_CHARTS = [
  ["Pixel loss", ["loss_pixel"]],
  ["Content loss", ["loss_content"]],
  ["Adversarial loss", ["loss_adv"]],
  ["Discriminator\u2019s loss", ["loss_d"]],
  ["D\u2019s outputs: real (line), restored (dashes)", ["d_real", "d_fake"]],
  ["Gradient norm, pixel term", ["grad_pixel"]],
  ["Gradient norm, content term", ["grad_content"]],
  ["Gradient norm, adversarial term", ["grad_adv"]],
  ["Learning rate", ["learning_rate"]],
];
const CURVE_SIZE = { width: 340, height: 190, left: 52, right: 10, top: 8, bottom: 26 };
const curvesView = { logarithmic: false };

/** Selected trials with a log, or all of them. */
function curveTrials() {
  const chosen = new Set(state.selected.flatMap((key) => groupByKey(key)?.trials ?? []));
  const logged = data.trials.filter((t) => t.curve?.step?.length && t.method === "srgan");
  const selected = logged.filter((t) => chosen.has(t.name));
  return selected.length ? selected : logged;
}

function drawCurves() {
  const trials = curveTrials();
  const holder = byId("curves");
  if (!trials.length) {
    holder.replaceChildren(el("p", { class: "empty" }, "No trial has a training log here."));
    return;
  }
  const scope = state.selected.length ? "the selected trials" : "all trials; select some to see them alone";
  const set = (on) => {
    curvesView.logarithmic = on;
    drawCurves();
  };
  const focused = document.activeElement?.id === "log-scale";
  const charts = CURVE_CHARTS.map(([title, names]) => curveFigure(title, names, trials)).filter(Boolean);
  holder.replaceChildren(
    el("div", { class: "controls" }, tick("logarithmic", curvesView.logarithmic, set, "log-scale"), el("span", { class: "hint" }, `Shown: ${scope}. The stronger the line, the higher \u03bb.`)),
    el("div", { class: "small-charts" }, ...charts));
  if (focused) byId("log-scale").focus();
}

function curveFigure(title, names, trials) {
  const lines = trials.flatMap((trial) => names.map((name, nth) => ({ trial, name, nth, points: curvePoints(trial.curve, name) })))
    .filter((line) => line.points.length > 1);
  if (!lines.length) return null;
  const { width, height, left, right, top, bottom } = CURVE_SIZE;
  const xs = lines.flatMap((line) => line.points.map(([x]) => x));
  const ys = lines.flatMap((line) => line.points.map(([, y]) => y));
  const sx = linear([Math.min(...xs), Math.max(...xs)], left, width - right);
  const sy = linear(limitsOf(ys, [], 0.05), height - bottom, top);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} of ${trials.length} trial${trials.length === 1 ? "" : "s"} over steps` });
  root.append(curveGrid(sx, sy));
  for (const line of lines) root.append(curveLine(line, sx, sy));
  root.addEventListener("pointermove", (event) => hoverCurve(event, root, lines, sx, sy));
  root.addEventListener("pointerleave", hideTooltip);
  return el("figure", {}, el("figcaption", {}, title), root);
}

function curvePoints(curve, name) {
  const bend = (y) => (curvesView.logarithmic ? (y > 0 ? Math.log10(y) : NaN) : y);
  return (curve[name] ?? []).map((y, place) => [curve.step[place], y === null ? NaN : bend(y)]).filter((p) => p.every(Number.isFinite));
}

const curveValue = (y) => shortNumber(curvesView.logarithmic ? 10 ** y : y, 3);

function curveGrid(sx, sy) {
  const { width, height, left, right, bottom } = CURVE_SIZE;
  const grid = svg("g", { class: "grid" });
  for (const y of sy.ticks(4)) {
    grid.append(svg("line", { x1: left, x2: width - right, y1: sy.at(y), y2: sy.at(y) }));
    grid.append(svg("text", { x: left - 6, y: sy.at(y) + 4, "text-anchor": "end" }, curveValue(y)));
  }
  for (const x of sx.ticks(4)) {
    grid.append(svg("text", { x: sx.at(x), y: height - bottom + 16, "text-anchor": "middle" }, decimalText(x)));
  }
  return grid;
}

function curveLine({ trial, name, nth, points }, sx, sy) {
  const path = points.map(([x, y]) => `${sx.at(x).toFixed(1)},${sy.at(y).toFixed(1)}`).join("L");
  const line = svg("path", { class: "curve", d: `M${path}`, "stroke-dasharray": nth ? "4 3" : null, "data-trial": trial.name, "data-name": name });
  line.style.stroke = styleOf(trial.content || NO_CONTENT).color;
  const ranks = series(trial.content || NO_CONTENT);
  const rank = ranks.findIndex((g) => g.trials.includes(trial.name));
  line.style.opacity = String(0.4 + (0.6 * (rank + 1)) / Math.max(1, ranks.length));
  return line;
}

/** Names the line that is nearest to the pointer. */
function hoverCurve(event, root, lines, sx, sy) {
  const box = root.getBoundingClientRect();
  const px = ((event.clientX - box.left) / box.width) * CURVE_SIZE.width;
  const py = ((event.clientY - box.top) / box.height) * CURVE_SIZE.height;
  let best = null;
  for (const line of lines) {
    for (const [x, y] of line.points) {
      const distance = Math.hypot(sx.at(x) - px, (sy.at(y) - py) * 0.5);
      if (!best || distance < best.distance) best = { distance, line, x, y };
    }
  }
  if (!best || best.distance > 60) {
    hideTooltip();
    return;
  }
  showTooltip(event.clientX, event.clientY, best.line.trial.name, [["step", String(best.x)], [best.line.name, curveValue(best.y)]]);
}
