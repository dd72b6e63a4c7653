// The legend of the tradeoff chart: what is drawn stands in it, and nothing else.

const ICON = { width: 34, height: 16 };

/** An entry: shapes that lie over one another, and their name. */
function legendEntry(text, ...shapes) {
  return el("span", {}, svg("svg", { ...ICON, "aria-hidden": "true" }, ...shapes), text);
}

const middle = (shape) => svg("g", { transform: `translate(${ICON.width / 2},${ICON.height / 2})` }, shape);
const marker = (look) => middle(paint(svg("path", { class: "marker", d: markerPath(look.marker, 5) }), look));
const rule = (attributes) => svg("path", { d: "M0,8H34", ...attributes });
const GREY = { color: "var(--muted)", marker: "o" };

/** Draws the entries of what `root`, the chart, holds. */
function drawLegend(root) {
  const has = (selector) => root.querySelector(selector) !== null;
  const drawn = chartView.points.map((point) => point.group).filter((g) => g.method === "srgan");
  const pale = middle(svg("g", { class: "pale-key" }, marker(GREY).firstChild));
  const ring = (name) => middle(svg("g", { transform: "scale(0.46)" }, ringOf(name)));
  const entries = [
    ...curveEntries(drawn),
    has(".band") && legendEntry("gap of the two ends", svg("path", { class: "band", d: "M0,2H34V14H0Z" })),
    drawn.some((g) => g.adv === 0) && legendEntry("\u03bb = 0, no adversary", marker({ ...GREY, hollow: true })),
    has(".front") && legendEntry("Pareto front", svg("path", { class: "front", d: "M0,4H17V12H34" })),
    has(".pale, .half") && legendEntry("dominated", pale),
    has(".knee") && legendEntry("knee of the front", ring("knee")),
    has(".bar") && legendEntry("95% interval", svg("path", { class: "bar grey", d: "M5,4v8M5,8H29M29,4v8" })),
    has(".unhealthy") && legendEntry("unhealthy", middle(svg("path", { class: "strike", d: STRIKE, transform: "scale(0.7)" }))),
    has(".hr") && legendEntry("HR\u2019s own value", rule({ class: "hr" })),
    ...interpolationEntries(root),
    has(".published") && legendEntry("published elsewhere", svg("g", { class: "published" }, middle(publishedMark()))),
    has(".ring") && legendEntry("at the \u03bb slider", ring("ring")),
    has(".picked") && legendEntry("selected", ring("picked")),
  ];
  byId("legend").replaceChildren(...entries.filter(Boolean));
}

function curveEntries(drawn) {
  const contents = new Set(drawn.map(contentOf));
  return data.styles.filter(({ content }) => contents.has(content)).map(({ content }) => {
    const look = styleOf(content);
    const line = rule({ class: "series", "stroke-dasharray": look.dashes });
    line.style.stroke = look.color;
    return legendEntry(content, line, marker(look));
  });
}

function interpolationEntries(root) {
  const spaces = new Set([...root.querySelectorAll(".interpolation")].map((path) => path.dataset.space));
  return [...spaces].map((space) =>
    legendEntry(`interpolated ${space}`, rule({ class: "interpolation", "stroke-dasharray": interpolationDashes(space) })));
}
