// Puts the page together.

const THEMES = ["auto", "light", "dark"];

function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "auto") root.removeAttribute("data-theme");
  else root.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  byId("theme").dataset.theme = theme;
}

byId("theme").addEventListener("click", () => {
  const now = THEMES.indexOf(byId("theme").dataset.theme ?? "auto");
  setTheme(THEMES[(now + 1) % THEMES.length]);
});

/** The choices that hold for the whole page. */
function drawHeader() {
  const sets = byId("dataset");
  sets.replaceChildren(...data.datasets.map((d, place) => el("option", { value: place }, d.name)));
  sets.value = String(state.dataset);
  byId("dataset-choice").hidden = data.datasets.length < 2;
  const seeds = [...new Set(data.trials.map((t) => t.seed).filter((s) => s !== null))].sort((a, b) => a - b);
  byId("seed").replaceChildren(...seeds.map((seed) => el("option", { value: seed }, String(seed))));
  byId("seed").value = String(state.seed);
  byId("seed-choice").hidden = seeds.length < 2;
}

byId("dataset").addEventListener("change", () => {
  state.dataset = Number(byId("dataset").value);
  chooseDefaults();
  choose({});
});
byId("seed").addEventListener("change", () => choose({ seed: Number(byId("seed").value) }));

function drawAll() {
  drawHeader();
  drawSummary();
  drawControls();
  drawChart();
  drawSlider();
  drawViewer();
  drawTable();
  drawConvergence();
  drawCurves();
  drawAbout();
}

chooseDefaults();
applyStyles();
setTheme("auto");
/** Draws all parts; controls that are made anew keep the focus. */
onChange(() => {
  const id = document.activeElement?.id;
  drawAll();
  if (id && document.activeElement?.id !== id) byId(id)?.focus({ preventScroll: true });
});
choose({});

let chartWidth = byId("chart").clientWidth;
new ResizeObserver(batched(() => {
  if (byId("chart").clientWidth === chartWidth) return;
  chartWidth = byId("chart").clientWidth;
  drawChart();
})).observe(byId("chart"));
if (data.live) poll();
document.documentElement.dataset.ready = "true";
