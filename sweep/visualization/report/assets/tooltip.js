// One hover box for all charts, moved to where it covers nothing of the pointer.

const tooltip = byId("tooltip");

/** Shows lines of text beside a place in the window; the first line is the title. */
function showTooltip(x, y, title, rows) {
  tooltip.replaceChildren(
    el("strong", {}, title),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
  );
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const left = x + 16 + width > window.innerWidth ? x - 16 - width : x + 16;
  const top = Math.min(Math.max(8, y - height / 2), window.innerHeight - height - 8);
  tooltip.style.left = `${Math.max(8, left)}px`;
  tooltip.style.top = `${top}px`;
}

function hideTooltip() {
  tooltip.hidden = true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTooltip();
});
window.addEventListener("scroll", hideTooltip, { passive: true });
