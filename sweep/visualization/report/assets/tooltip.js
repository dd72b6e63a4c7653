// One hover box for all charts, put where it covers nothing of the pointer, on a phone nothing of the chart.

const tooltip = byId("tooltip");
const NARROW = 600;

/** Shows lines of text beside a place in the window; `chart` is the element that holds the place. */
function showTooltip(x, y, title, rows, chart) {
  tooltip.replaceChildren(
    el("strong", {}, title),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
  );
  tooltip.hidden = false;
  const narrow = window.innerWidth < NARROW;
  tooltip.classList.toggle("docked", narrow);
  if (narrow) putOutside(tooltip, chart.getBoundingClientRect());
  else putBeside(tooltip, x, y);
}

/** Puts a fixed box to the right of a place in the window, or to its left where there is no room. */
function putBeside(box, x, y) {
  const { width, height } = box.getBoundingClientRect();
  const left = x + 16 + width > window.innerWidth ? x - 16 - width : x + 16;
  const top = Math.min(y - height / 2, window.innerHeight - height - 8);
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, top)}px`;
}

/** Puts a fixed box below a part of the page, or above it where more room is. */
function putOutside(box, part) {
  const { height } = box.getBoundingClientRect();
  const below = window.innerHeight - part.bottom >= Math.min(height + 8, part.top);
  box.style.left = "8px";
  box.style.top = `${below ? part.bottom + 4 : Math.max(0, part.top - height - 4)}px`;
}

function hideTooltip() {
  tooltip.hidden = true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTooltip();
});
window.addEventListener("scroll", () => {
  hideTooltip();
  byId("chooser")?.hidePopover();
}, { passive: true });
