// Training curves: one small chart for each thing that the log holds.

const CURVE_CHARTS = [
  ["Pixel loss", ["loss_pixel"]],
  ["Content loss", ["loss_content"]],
  ["Adversarial loss", ["loss_adv"]],
  ["Discriminator\u2019s loss", ["loss_d"]],
  ["D\u2019s outputs: real (thick), restored (thin)", ["d_real", "d_fake"]],
  ["Gradient norm, pixel term", ["grad_pixel"]],
  ["Gradient norm, content term", ["grad_content"]],
  ["Gradient norm, adversarial term", ["grad_adv"]],
  ["Learning rate", ["learning_rate"]],
];
const CURVE_SIZE = { width: 340, height: 200, left: 52, right: 14, top: 8, bottom: 38 };
const curvesView = { logarithmic: false };

/** The trials that are drawn, and words for why these. */
function curveTrials() {
  const chosen = new Set(state.selected.flatMap((key) => groupByKey(key)?.trials ?? []));
  const logged = data.trials.filter((t) => t.curve?.step?.length);
  const selected = logged.filter((t) => chosen.has(t.name));
  const all = logged.filter((t) => t.method === "srgan");
  if (selected.length) return { trials: selected, scope: "the selected trials" };
  return { trials: all, scope: chosen.size ? "all trials; the selected ones have no log" : "all trials; select some to see them alone" };
}

function drawCurves() {
  const { trials, scope } = curveTrials();
  const holder = byId("curves");
  if (!trials.length) {
    holder.replaceChildren(el("p", { class: "empty" }, "No trial has a training log here."));
    return;
  }
  const set = (on) => {
    curvesView.logarithmic = on;
    drawCurves();
  };
  const focused = document.activeElement?.id === "log-scale";
  const charts = CURVE_CHARTS.map(([title, names]) => curveFigure(title, names, trials)).filter(Boolean);
  const reading = "From left to right: steps. Vertical scales differ from chart to chart.";
  const bent = curvesView.logarithmic ? " Values of 0 and below have no place on a logarithmic scale." : "";
  holder.replaceChildren(
    el("div", { class: "controls" }, tick("logarithmic", curvesView.logarithmic, set, "log-scale"), el("span", { class: "hint" }, `Shown: ${scope}. ${reading}${bent}`)),
    curveLegend(trials),
    el("div", { class: "small-charts" }, ...charts));
  if (focused) byId("log-scale").focus();
}

/** One line of entries for each curve: its coefficients, as they are drawn. */
function curveLegend(trials) {
  const curves = [...new Set(trials.map(curveName))];
  return el("div", { id: "curve-legend", class: "curve-legend" }, ...curves.map((name) => {
    const looks = new Map(trials.filter((t) => curveName(t) === name).map((t) => [t.adv, t]));
    const entries = [...looks].sort(([a], [b]) => a - b).map(([adv, trial]) =>
      legendEntry(adv === null ? "" : `\u03bb ${advText(adv)}`, paintCurve(rule({ class: "curve-key" }), trial)));
    return el("div", { class: "legend" }, el("strong", {}, name), ...entries);
  }));
}

const curveName = (trial) => (trial.method === "srgan" ? contentOf(trial) : METHOD_NAMES[trial.method] ?? trial.method);

/** The look of a trial: colour and dashes of its curve in the chart above, the stronger the higher its coefficient. */
function paintCurve(line, trial) {
  const { color, dashes } = trial.method === "srgan" ? styleOf(contentOf(trial)) : { color: "var(--ink)", dashes: "" };
  const ranks = series(contentOf(trial));
  const rank = ranks.findIndex((g) => g.trials.includes(trial.name));
  line.style.stroke = color;
  line.style.opacity = String(ranks.length > 1 && rank >= 0 ? 0.45 + (0.55 * rank) / (ranks.length - 1) : 1);
  if (dashes) line.setAttribute("stroke-dasharray", dashes);
  return line;
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
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} of ${counted(trials.length, "trial")} over steps` });
  root.append(curveGrid(sx, sy));
  for (const line of lines) root.append(curveLine(line, sx, sy));
  for (const name of ["pointermove", "pointerdown"]) {
    root.addEventListener(name, (event) => hoverCurve(event, root, lines, sx, sy));
  }
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
  grid.append(svg("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "step"));
  return grid;
}

function curveLine({ trial, name, nth, points }, sx, sy) {
  const path = points.map(([x, y]) => `${sx.at(x).toFixed(1)},${sy.at(y).toFixed(1)}`).join("L");
  return paintCurve(svg("path", { class: nth ? "curve thin" : "curve", d: `M${path}`, "data-trial": trial.name, "data-name": name }), trial);
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
  const { trial, name } = best.line;
  const title = trial.method === "srgan" ? `${curveName(trial)}, \u03bb ${advText(trial.adv)}` : curveName(trial);
  showTooltip(event.clientX, event.clientY, title, [["trial", trial.name], ["step", String(best.x)], [name, curveValue(best.y)]], root);
}
