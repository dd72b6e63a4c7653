// The images: side by side, before and after, or their difference.

const PANE_WIDTH = 200;
const compare = { mode: "side", first: "bicubic", second: "", split: 0.5, gain: 4 };

/** What can be shown of the chosen image: [source, name, group or null], references first. */
function shownSources() {
  const groups = dataset().groups;
  const start = groups.find((g) => g.method === "srresnet");
  const selected = state.selected.map(groupByKey).filter((g) => g && g.method === "srgan");
  const trained = [start, ...selected].filter(Boolean).map((g) => [trialOf(g, state.image), groupName(g), g]);
  return [["lr", "LR", null], ["bicubic", "bicubic", null], ...trained, ["hr", "HR", null]];
}

/** Everything that before/after and the difference can choose from. */
function allSources() {
  const groups = dataset().groups.filter((g) => ["srgan", "srresnet", "pair"].includes(g.method));
  return [["hr", "HR"], ["bicubic", "bicubic"], ["lr", "LR"], ...groups.map((g) => [trialOf(g, state.image), groupName(g)])];
}

/** Size of the image at HR scale, from whichever picture the page has. */
function imageSize() {
  const { scale } = dataset();
  for (const [source] of shownSources()) {
    const picture = data.pictures[pictureKey(source, state.image)];
    if (picture) {
      const factor = source === "lr" ? scale : 1;
      return { width: picture[1] * factor, height: picture[2] * factor };
    }
  }
  return { width: 0, height: 0 };
}

function scoreLine(source) {
  const scores = imageScores(source, state.image);
  if (!scores) return "";
  return metricColumns()
    .filter((c) => ["psnr_y", "lpips_alex", "niqe"].includes(c.name) && scores[c.name] !== null)
    .map((c) => `${c.label.replace(/ \(.*\)/, "")} ${numberText(scores[c.name], c.decimals)}`)
    .join(" \u00b7 ");
}

function drawViewer() {
  const holder = byId("viewer");
  const { images } = dataset();
  const size = imageSize();
  // Wide images get low panes, tall ones high panes.
  const aspect = size.width ? Math.min(1.6, Math.max(0.75, size.width / size.height)) : 1;
  holder.style.setProperty("--aspect", String(aspect));
  if (!images.length) {
    holder.replaceChildren(el("p", { class: "empty" }, "There is no table of single images here, so none can be shown."));
    return;
  }
  const focused = document.activeElement?.id;
  const body = { side: sideBySide, slide: beforeAfter, difference: differenceView }[compare.mode]();
  holder.replaceChildren(viewerControls(images), body);
  if (focused && holder.querySelector(`[id="${focused}"]`)) byId(focused).focus({ preventScroll: true });
  redrawPanes();
}

function viewerControls(images) {
  const modes = [["side", "Side by side"], ["slide", "Before / after"], ["difference", "Difference"]];
  const setMode = (mode) => () => {
    compare.mode = mode;
    drawViewer();
  };
  const first = () => [...panes].find((pane) => pane.canvas.isConnected);
  const step = (factor) => () => first() && zoomAt(first(), factor);
  const levels = [[0, "Fit"], [1, "100%"], [4, "400%"]].map(([zoom, text]) =>
    button(text, () => moveView(zoom ? { zoom } : { zoom, x: 0.5, y: 0.5 }), { "data-zoom": zoom }));
  return el("div", { class: "controls" },
    select("Image", images.map((name) => [name, name]), state.image, (image) => choose({ image }), "image-choice"),
    el("div", { class: "switch", role: "group", "aria-label": "How to compare" },
      ...modes.map(([mode, text]) => button(text, setMode(mode), { id: `mode-${mode}`, "aria-pressed": String(mode === compare.mode) }))),
    el("div", { class: "switch", role: "group", "aria-label": "Zoom" },
      button("\u2212", step(0.5), { "aria-label": "Zoom out", id: "zoom-out" }), ...levels,
      button("+", step(2), { "aria-label": "Zoom in", id: "zoom-in" })),
    el("output", { id: "zoom-level", class: "hint" }));
}

/** A pane with its caption; what the page does not have says so. */
function imageFigure(source, name, group = null) {
  const alt = `${state.image}, ${name}${source === "lr" ? " at the size of HR, pixels repeated" : ""}`;
  const scores = scoreLine(source);
  const caption = el("figcaption", {}, el("strong", {}, name), " ", el("span", { class: "scores" }, scores));
  if (group?.method === "srgan") {
    const look = styleOf(contentOf(group));
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = look.color;
    caption.prepend(swatch);
    caption.append(button("\u00d7", () => toggle(groupKey(group)), { class: "close", "aria-label": `Remove ${name}` }));
  }
  if (!hasPicture(source, state.image)) {
    return el("figure", {}, el("div", { class: "pane missing" }, "no image here"), caption);
  }
  return el("figure", {}, imagePane(source, scores ? `${alt}: ${scores}` : alt).canvas, caption);
}

function imagePane(source, label) {
  let picture = null;
  const size = imageSize();
  const pane = makePane(label, () => size, (context, place) => drawImageAt(context, picture, place));
  pane.canvas.dataset.source = source;
  bitmap(source, state.image).then((made) => {
    picture = made;
    if (!made) pane.canvas.classList.add("missing");
    pane.canvas.dataset.ready = String(Boolean(made));
    redrawPanes();
  });
  return pane;
}

function sideBySide() {
  const figures = shownSources().map(([source, name, group]) => imageFigure(source, name, group));
  const hint = state.selected.length ? "" : "Select points in the chart or rows in the table to see their images here. ";
  // Rows of equal length: six images beside each other, or three over three, but not five over one.
  const room = Math.max(2, Math.floor(byId("viewer").clientWidth / PANE_WIDTH));
  const rows = Math.ceil(figures.length / room);
  const grid = el("div", { class: "panes" }, ...figures);
  grid.style.setProperty("--columns", String(Math.ceil(figures.length / rows)));
  return el("div", {}, grid,
    el("p", { class: "hint" }, `${hint}Drag to move, wheel or + and \u2212 to zoom, double click or 0 to see all; all images move together. From 100% on, pixels are shown as they are.`));
}

/** Keeps both choices among what exists. */
function comparePair() {
  const sources = allSources();
  const names = sources.map(([source]) => source);
  const slider = groupByKey(state.slider.key);
  if (!names.includes(compare.first)) compare.first = names[1];
  if (!names.includes(compare.second)) compare.second = slider ? trialOf(slider, state.image) : names[0];
  const set = (side) => (value) => {
    compare[side] = value;
    drawViewer();
  };
  return {
    names: Object.fromEntries(sources),
    choices: [
      select("Left", sources, compare.first, set("first"), "compare-first"),
      select("Right", sources, compare.second, set("second"), "compare-second"),
    ],
  };
}

/** A pane of two images, made by `layers(context, place, first, second)` once both are there. */
function pairPane(label, layers) {
  const size = imageSize();
  let pair = [null, null];
  const pane = makePane(label, () => size, (context, place) => layers(context, place, ...pair));
  pane.canvas.classList.add("large");
  Promise.all([compare.first, compare.second].map((source) => bitmap(source, state.image))).then((made) => {
    pair = made;
    pane.canvas.dataset.ready = String(made.every(Boolean));
    pane.onReady?.(...made);
    redrawPanes();
  });
  return pane;
}

function beforeAfter() {
  const { names, choices } = comparePair();
  const pane = pairPane(`${state.image}: ${names[compare.first]} on the left, ${names[compare.second]} on the right of the divider`,
    (context, place, first, second) => {
      const { width, height } = context.canvas;
      const at = Math.round(compare.split * width);
      const part = (picture, from, to) => {
        context.save();
        context.beginPath();
        context.rect(from, 0, to - from, height);
        context.clip();
        drawImageAt(context, picture, place);
        context.restore();
      };
      part(first, 0, at);
      part(second, at, width);
      context.fillStyle = "#ffffff";
      context.fillRect(at - 1, 0, 2, height);
    });
  const slider = el("input", { type: "range", id: "split", min: 0, max: 100, value: compare.split * 100, "aria-label": "Divider between the two images",
    input: () => {
      compare.split = slider.value / 100;
      redrawPanes();
    } });
  let dragging = false;
  pane.canvas.addEventListener("pointerdown", (event) => {
    dragging = Math.abs(event.offsetX / pane.canvas.clientWidth - compare.split) < 24 / pane.canvas.clientWidth;
  });
  pane.drag = (event) => {
    if (!dragging) return false;
    compare.split = Math.min(1, Math.max(0, event.offsetX / pane.canvas.clientWidth));
    slider.value = compare.split * 100;
    redrawPanes();
    return true;
  };
  return el("div", { class: "pair" }, el("div", { class: "controls" }, ...choices), pane.canvas, slider, pairScores(names));
}

function pairScores(names) {
  const line = (source) => `${names[source]}: ${scoreLine(source) || "no scores"}`;
  return el("p", { class: "hint" }, `${line(compare.first)} | ${line(compare.second)}`);
}

function differenceView() {
  const { names, choices } = comparePair();
  const result = el("output", { id: "difference-mean", class: "hint" });
  let drawn = null;
  const pane = pairPane(`${state.image}: absolute difference of ${names[compare.first]} and ${names[compare.second]}`,
    (context, place) => drawImageAt(context, drawn, place));
  pane.onReady = (first, second) => {
    if (!first || !second) {
      result.textContent = "One of the two images is not here.";
      return;
    }
    const { canvas, mean } = difference(first, second, compare.gain);
    drawn = canvas;
    result.textContent = `Mean absolute difference ${mean.toFixed(3)} of 255 levels, shown \u00d7${compare.gain}.`;
  };
  const gains = [1, 2, 4, 8, 16].map((gain) => [String(gain), `\u00d7${gain}`]);
  const setGain = (gain) => {
    compare.gain = Number(gain);
    drawViewer();
  };
  return el("div", { class: "pair" },
    el("div", { class: "controls" }, ...choices, select("Gain", gains, String(compare.gain), setGain, "gain")),
    pane.canvas, result, pairScores(names));
}
