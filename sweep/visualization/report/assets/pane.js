// A canvas that shows an image at the common place and zoom of all panes.
//
// From 100% on, an image pixel is a whole number of screen pixels and nothing is smoothed.

const LEVELS = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
const view = { zoom: 0, x: 0.5, y: 0.5 };
const panes = new Set();

/** Screen pixels per image pixel; zoom 0 stands for the whole image. */
function deviceScale(pane) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = pane.size();
  const whole = Math.min(pane.canvas.width / width, pane.canvas.height / height);
  const wanted = view.zoom === 0 ? whole : view.zoom * ratio;
  if (wanted < 1) return wanted;
  return view.zoom === 0 ? Math.floor(wanted) : Math.round(wanted);
}

const redrawPanes = batched(() => {
  for (const pane of panes) {
    if (pane.canvas.isConnected) pane.draw();
    else panes.delete(pane);
  }
  byId("zoom-level")?.replaceChildren(zoomText());
});

function zoomText() {
  const pane = [...panes].find((p) => p.canvas.isConnected && p.canvas.width);
  if (!pane || !pane.size().width) return DASH;
  return `${Math.round((deviceScale(pane) / (window.devicePixelRatio || 1)) * 100)}%`;
}

function moveView(changes) {
  Object.assign(view, changes);
  view.x = Math.min(1, Math.max(0, view.x));
  view.y = Math.min(1, Math.max(0, view.y));
  redrawPanes();
}

/** Goes to the next level, keeping the image point under (px, py) of a pane where it is. */
function zoomAt(pane, factor, px = pane.canvas.width / 2, py = pane.canvas.height / 2) {
  const ratio = window.devicePixelRatio || 1;
  const before = deviceScale(pane);
  const now = before / ratio;
  const next = factor > 1
    ? (LEVELS.find((level) => level > now * 1.01) ?? LEVELS.at(-1))
    : (LEVELS.findLast((level) => level < now * 0.99) ?? LEVELS[0]);
  const { width, height } = pane.size();
  const dx = px - pane.canvas.width / 2;
  const dy = py - pane.canvas.height / 2;
  const at = { x: view.x * width + dx / before, y: view.y * height + dy / before };
  view.zoom = next;
  const after = deviceScale(pane);
  moveView({ x: (at.x - dx / after) / width, y: (at.y - dy / after) / height });
}

/** Makes a pane; `layers(context, place)` draws, `size()` is that of HR in pixels. */
function makePane(label, size, layers) {
  const canvas = el("canvas", { class: "pane", role: "img", tabindex: 0, "aria-label": label });
  const pane = { canvas, size, layers, draw: () => drawPane(pane) };
  panes.add(pane);
  new ResizeObserver(redrawPanes).observe(canvas);
  listenToPane(pane);
  return pane;
}

function drawPane(pane) {
  const { canvas } = pane;
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.round(canvas.clientWidth * ratio);
  const high = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const { width, height } = pane.size();
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!width || !canvas.width) return;
  const scale = deviceScale(pane);
  context.imageSmoothingQuality = "high";
  const edge = (centre, length, room) =>
    length * scale <= room ? (room - length * scale) / 2
      : Math.min(0, Math.max(room - length * scale, room / 2 - centre * length * scale));
  const left = Math.round(edge(view.x, width, canvas.width));
  const top = Math.round(edge(view.y, height, canvas.height));
  pane.layers(context, { left, top, width: width * scale, height: height * scale, scale });
}

/** Draws an image over a place; LR fills the same place with larger pixels. */
function drawImageAt(context, picture, place) {
  if (!picture) return;
  context.imageSmoothingEnabled = place.width < picture.width;
  context.drawImage(picture, place.left, place.top, place.width, place.height);
}

function listenToPane(pane) {
  const { canvas } = pane;
  const pointers = new Map();
  const ratio = () => window.devicePixelRatio || 1;
  const inside = (event) => [event.offsetX * ratio(), event.offsetY * ratio()];
  let spread = 0;
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(pane, event.deltaY < 0 ? 2 : 0.5, ...inside(event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    pointers.set(event.pointerId, now);
    if (pointers.size === 2) {
      spread = pinch(pane, pointers, spread);
    } else if (pane.drag?.(event) !== true) {
      const scale = deviceScale(pane) / ratio();
      const { width, height } = pane.size();
      moveView({
        x: view.x - (now[0] - before[0]) / scale / width,
        y: view.y - (now[1] - before[1]) / scale / height,
      });
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      spread = 0;
    });
  }
  canvas.addEventListener("dblclick", () => moveView({ zoom: 0, x: 0.5, y: 0.5 }));
  canvas.addEventListener("keydown", (event) => paneKey(event, pane));
}

/** Zooms by two fingers: a level for each doubling or halving of their distance. */
function pinch(pane, pointers, spread) {
  const [[ax, ay], [bx, by]] = [...pointers.values()];
  const now = Math.hypot(ax - bx, ay - by);
  if (!spread) return now;
  if (now / spread > 1.3 || now / spread < 0.77) {
    zoomAt(pane, now / spread);
    return now;
  }
  return spread;
}

/** Arrows move a tenth of the pane, + and - zoom, 0 shows the whole image. */
function paneKey(event, pane) {
  const { width, height } = pane.size();
  const scale = deviceScale(pane);
  const stepX = pane.canvas.width / scale / width / 10;
  const stepY = pane.canvas.height / scale / height / 10;
  const keys = {
    ArrowLeft: () => moveView({ x: view.x - stepX }),
    ArrowRight: () => moveView({ x: view.x + stepX }),
    ArrowUp: () => moveView({ y: view.y - stepY }),
    ArrowDown: () => moveView({ y: view.y + stepY }),
    "+": () => zoomAt(pane, 2),
    "=": () => zoomAt(pane, 2),
    "-": () => zoomAt(pane, 0.5),
    0: () => moveView({ zoom: 0, x: 0.5, y: 0.5 }),
  };
  if (!(event.key in keys) || event.ctrlKey || event.metaKey) return;
  keys[event.key]();
  event.preventDefault();
}
