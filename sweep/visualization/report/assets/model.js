// The data of the page and what the reader chose.
//
// document: title, columns (name, label, unit, kind, higher, numeric, axis), styles (one per
// curve), datasets (name, scale, count, images, rows, marks, decimals, perImage, groups, pairs,
// cautions, references, hr, curves, published, convergence), bracketNotes, trials (name, status, health, cause,
// attempts, curve, progress), config, protocol, notes, live,
// pictures ("dataset/source/image" to [type, width, height]).
// A group is a generator averaged over its seeds: mean, and half of its 95% interval; setting has
// the values of the grid's further axes by their names; its key is stable while data change. A pair of metrics, "x|y", has front, unsure and knee (places among the
// groups), summary and exchange (sentences). Decimals are those of the printed table, null for exact columns.

let data = JSON.parse(byId("document").textContent);

const MOST_SELECTED = 8;

const state = {
  dataset: 0,
  x: "",
  y: "",
  selected: [],
  dropped: "",
  slider: { content: "", key: "" },
  seed: null,
  only: {},
  image: "",
  show: { front: true, bars: true, labels: true, curves: true, published: false },
};

const listeners = [];
/** Registers a drawing function; it runs whenever something was chosen. */
const onChange = (draw) => listeners.push(draw);
/** Changes the choice and draws what depends on it. */
function choose(changes) {
  Object.assign(state, changes);
  for (const draw of listeners) draw();
}

const dataset = () => data.datasets[state.dataset] ?? data.datasets[0];
const column = (name) => ({
  ...(data.columns.find((c) => c.name === name) ??
    { name, label: name, unit: "", higher: null, numeric: true }),
  decimals: dataset().decimals[name] ?? null,
});
const heading = (c) => (c.unit ? `${c.label} [${c.unit}]` : c.label);
const arrow = (c) => (c.higher === null ? "" : c.higher ? " \u2191" : " \u2193");

/** What holds on both axes; null unless both are metrics. */
const pairOf = () => dataset().pairs[`${state.x}|${state.y}`] ?? null;
const frontOf = () => pairOf()?.front ?? null;

const groupKey = (g) => `${g.method}|${g.content}|${g.adv}|${g.method === "srgan" ? "" : g.trials[0]}`;
const groupByKey = (key) => dataset().groups.find((g) => groupKey(g) === key);
const groupOfTrial = (trial) => dataset().groups.find((g) => g.trials.includes(trial));
const NO_CONTENT = "none";
const contentOf = (g) => g.content || NO_CONTENT;

/** Each further axis of the grid with its values, in the order of the table; those of one value are no choice. */
function settingAxes() {
  const axes = new Map();
  for (const [name, value] of dataset().groups.flatMap((g) => Object.entries(g.setting))) {
    axes.set(name, (axes.get(name) ?? new Set()).add(value));
  }
  return [...axes].map(([name, values]) => [name, [...values]]).filter(([, values]) => values.length > 1);
}

/** Whether the chart shows the setting of a group; what an axis does not apply to stays. */
const isChosen = (g) =>
  Object.entries(state.only).every(([name, value]) => !value || !(name in g.setting) || g.setting[name] === value);

/** Groups of one content loss in the order of the coefficient. */
const series = (content) =>
  dataset()
    .groups.filter((g) => g.method === "srgan" && contentOf(g) === content)
    .sort((a, b) => (a.adv ?? -1) - (b.adv ?? -1));

const METHOD_NAMES = { srresnet: "SRResNet", original: "HR", hr: "HR" };

function groupName(g) {
  if (g.method !== "srgan") return dataset().references[g.method] ?? METHOD_NAMES[g.method] ?? g.method;
  return `${contentOf(g)}, \u03bb ${advText(g.adv)}`;
}

/** A coefficient with no more digits than tell it from the others, four at least. */
function advText(adv) {
  if (adv === null) return "?";
  const all = new Set(data.trials.map((t) => t.adv));
  const short = (value, digits) => Number(value.toPrecision(digits));
  const alone = (digits) => [...all].every((other) => other === adv || other === null || short(other, digits) !== short(adv, digits));
  const digits = [4, 6, 9, 12].find(alone);
  return decimalText(digits ? short(adv, digits) : adv);
}

/** Trial of a group whose images are shown: that of the chosen seed, else one with images. */
function trialOf(g, image) {
  const has = (trial) => `${dataset().name}/${trial}/${image}` in data.pictures;
  const seeded = g.trials.find((name) => trialRecord(name)?.seed === state.seed);
  if (seeded && has(seeded)) return seeded;
  return g.trials.find(has) ?? seeded ?? g.trials[0];
}

const trialRecord = (name) => data.trials.find((t) => t.name === name);

/** Style of a content loss; its colours are custom properties of the style sheet. */
function styleOf(content) {
  const place = data.styles.findIndex((s) => s.content === content);
  return place < 0
    ? { color: "var(--muted)", marker: "h", dashes: "" }
    : { ...data.styles[place], color: `var(--series-${place})` };
}

/** The styles of both curves of each content loss whose trials set out from both ends. */
const bothEnds = () => {
  const shown = data.styles.filter(({ content }) => series(content).length);
  const losses = new Set(shown.map((style) => style.loss));
  return [...losses].map((loss) => shown.filter((style) => style.loss === loss)).filter((ends) => ends.length > 1);
};

function applyStyles() {
  data.styles.forEach((style, place) => {
    const colours = `light-dark(${style.light}, ${style.dark})`;
    document.documentElement.style.setProperty(`--series-${place}`, colours);
  });
}

/** Selects a group for comparison, or takes it out. */
function toggle(key) {
  const without = state.selected.filter((other) => other !== key);
  const more = without.length < state.selected.length ? without : [...without, key];
  const selected = more.slice(-MOST_SELECTED);
  const lost = groupByKey(more[more.length - MOST_SELECTED - 1]);
  const dropped = lost ? `No more than ${MOST_SELECTED} are compared at once: ${groupName(lost)} was taken out.` : "";
  const group = groupByKey(key);
  const slider =
    group?.method === "srgan" ? { content: contentOf(group), key } : { ...state.slider };
  choose({ selected, slider, dropped });
}

/** Cells of a table as numbers or text, by image. */
function imageScores(trial, image) {
  const table = dataset().perImage;
  const t = table.columns.indexOf("trial");
  const i = table.columns.indexOf("image");
  const row = table.rows.find((cells) => cells[t] === trial && cells[i] === image);
  return row ? Object.fromEntries(table.columns.map((name, place) => [name, row[place]])) : null;
}

/** Metrics that this data set has values of, the distortions first. */
function metricColumns() {
  const names = new Set(dataset().groups.flatMap((g) => Object.keys(g.mean)));
  return data.columns.filter((c) => c.kind && names.has(c.name)).map((c) => column(c.name));
}

/** First choice of axes, trials and image. */
function chooseDefaults() {
  const metrics = metricColumns().map((c) => c.name);
  const axes = data.columns.filter((c) => c.axis).map((c) => c.name);
  const wanted = (names, fallback) => names.find((n) => metrics.includes(n)) ?? fallback;
  if (!axes.includes(state.x)) state.x = wanted(["psnr_y"], metrics[0] ?? axes[0] ?? "");
  if (!axes.includes(state.y)) {
    state.y = wanted(["lpips_alex", "niqe"], metrics[1] ?? axes[1] ?? state.x);
  }
  if (!dataset().images.includes(state.image)) {
    const images = dataset().images;
    state.image = images.includes("butterfly") ? "butterfly" : (images[0] ?? "");
  }
  const keys = dataset().groups.map(groupKey);
  state.selected = state.selected.filter((key) => keys.includes(key));
  if (!keys.includes(state.slider.key)) state.slider = defaultSlider();
  const seeds = [...new Set(data.trials.map((t) => t.seed).filter((s) => s !== null))];
  if (!seeds.includes(state.seed)) state.seed = seeds.length ? Math.min(...seeds) : null;
}

/** Starts at the trial of the front that is best on the vertical axis. */
function defaultSlider() {
  const c = column(state.y);
  const any = dataset().groups.find((g) => g.method === "srgan");
  const front = (frontOf() ?? []).map((place) => dataset().groups[place]).filter((g) => g.method === "srgan");
  const worth = (g) => (c.higher ? -1 : 1) * g.mean[state.y];
  const best = front.sort((a, b) => worth(a) - worth(b))[0] ?? any;
  return best ? { content: contentOf(best), key: groupKey(best) } : { content: "", key: "" };
}
