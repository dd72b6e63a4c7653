// The images: side by side, before and after, or their difference.

const PANE_WIDTH = 200;
// The second image is that of the slider until another one is chosen.
const compare = { mode: "side", first: "bicubic", second: "", split: 0.5, gain: 4 };

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
  if (group) markFigure(caption, name, group);
  if (!hasPicture(source, state.image)) return el("figure", {}, missingPane(), caption);
  return el("figure", {}, imagePane(source, scores ? `${alt}: ${scores}` : alt).canvas, caption);
}

const missingPane = (text = "no image here") => el("div", { class: "pane missing" }, text);

/** Says in a caption which curve and which choice an image belongs to; what was selected can be removed. */
function markFigure(caption, name, group) {
  const key = groupKey(group);
  if (group.method === "srgan") {
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = styleOf(contentOf(group)).color;
    caption.prepend(swatch);
  }
  if (key === state.slider.key) caption.append(el("span", { class: "scores" }, "at the \u03bb slider"));
  if (state.selected.includes(key)) {
    caption.append(button("\u00d7", () => toggle(key), { class: "close", "aria-label": `Remove ${name}` }));
  }
}

const UNREADABLE = "this image cannot be read";

function imagePane(source, label) {
  let picture = null;
  const size = imageSize();
  const pane = makePane(label, () => size, (context, place) => drawImageAt(context, picture, place));
  pane.canvas.dataset.source = source;
  bitmap(source, state.image).then((made) => {
    picture = made;
    pane.canvas.dataset.ready = String(Boolean(made));
    if (!made) pane.canvas.replaceWith(missingPane(UNREADABLE));
    redrawPanes();
  });
  return pane;
}

function sideBySide() {
  const figures = shownSources().map(([source, name, group]) => imageFigure(source, name, group));
  const hint = state.selected.length ? "" : "Move the \u03bb slider, or select points in the chart or rows in the table, to see their images here. ";
  // Rows of equal length: six images beside each other, or three over three, but not five over one.
  const room = Math.max(2, Math.floor(byId("viewer").clientWidth / PANE_WIDTH));
  const rows = Math.ceil(figures.length / room);
  const grid = el("div", { class: "panes" }, ...figures);
  grid.style.setProperty("--columns", String(Math.ceil(figures.length / rows)));
  return el("div", {}, grid,
    el("p", { class: "hint", id: "images-hint", role: "status" }, state.dropped),
    el("p", { class: "hint" }, `${hint}The scores are those of this image alone. Drag to move, wheel or + and \u2212 to zoom, double click or 0 to see all; all images move together. From 100% on, pixels are shown as they are.`));
}

/** Keeps both choices among what exists. */
function comparePair() {
  const sources = allSources();
  const names = sources.map(([source]) => source);
  if (!names.includes(compare.first)) compare.first = "bicubic";
  if (!names.includes(compare.second)) compare.second = names[0];
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
  Promise.all([compare.first, compare.second].map((choice) => bitmap(sourceOf(choice), state.image))).then((made) => {
    pair = made;
    pane.canvas.dataset.ready = String(made.every(Boolean));
    if (made.every(Boolean)) pane.onReady?.(...made);
    else pane.canvas.replaceWith(missingPane("One of the two images is not here."));
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
  const line = (choice) => `${names[choice]}: ${scoreLine(sourceOf(choice)) || "no scores"}`;
  return el("p", { class: "hint" }, `${line(compare.first)} | ${line(compare.second)}`);
}

function differenceView() {
  const { names, choices } = comparePair();
  const result = el("output", { id: "difference-mean", class: "hint" });
  let drawn = null;
  const pane = pairPane(`${state.image}: absolute difference of ${names[compare.first]} and ${names[compare.second]}`,
    (context, place) => drawImageAt(context, drawn, place));
  pane.onReady = (first, second) => {
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
