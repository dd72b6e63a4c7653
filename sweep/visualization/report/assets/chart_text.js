// Words of the tradeoff chart: of its points, and the note below it.

function pointText(group) {
  const scores = metricColumns()
    .filter((c) => c.name in group.mean)
    .map((c) => `${c.label} ${scoreText(group, c)}${c.unit ? ` ${c.unit}` : ""}`);
  const health = group.health ? `, health: ${group.health}` : "";
  return `${groupName(group)}: ${scores.join(", ")}${health}`;
}

function scoreText(group, c) {
  const value = numberText(group.mean[c.name], c.decimals);
  return c.name in group.half ? `${value} \u00b1 ${numberText(group.half[c.name], c.decimals)}` : value;
}

function emptyReason() {
  return `No trial has both ${column(state.x).label} and ${column(state.y).label} yet. Choose other axes.`;
}

/** What the numbers of a group are the mean of. */
function meanOf(group) {
  const images = counted(dataset().count, "image");
  return group.seeds > 1 ? `${images}, ${group.seeds} seeds` : images;
}

/** Writes below the chart what it says, how to read it, and what is not drawn and why. */
function drawNote(drawn, ...remarks) {
  const pair = pairOf();
  const said = [pair?.exchange, pair?.summary].filter(Boolean);
  const lines = [...said, readingText(drawn), ...remarks, absentText(drawn)].filter(Boolean);
  byId("chart-note").replaceChildren(...lines.map((line) => el("p", { class: "hint" }, line)));
}

/** How to read what is drawn. */
function readingText(drawn) {
  const shades = new Set(drawn.map(shadeOf));
  const parts = [
    (shades.has("pale") || shades.has("half")) && "Pale points are dominated: another trained generator is at least as good on both axes.",
    shades.has("half") && "Half pale: by the means, not beyond the bars.",
    drawn.some((g) => state.y in g.half || state.x in g.half) && "Bars: 95% interval of the mean over the seeds (Student\u2019s t).",
    frontOf() && [state.x, state.y].some((name) => Number.isFinite(dataset().hr[name])) && "A value beyond HR\u2019s own counts as equal to it.",
  ];
  return parts.filter(Boolean).join(" ");
}

/** Which trials are not drawn and why. */
function absentText(drawn) {
  const trials = dataset().groups.filter((g) => g.method === "srgan");
  const hidden = trials.filter((g) => !isChosen(g)).length;
  const absent = trials.filter((g) => isChosen(g) && !drawn.includes(g));
  const reason = (g) => (g.status === "done" ? "no finite mean over its seeds" : g.status || "no scores");
  return [
    hidden && `${counted(hidden, "point")} of other settings left out; the front is that of all.`,
    absent.length && `Not drawn: ${absent.map((g) => `${groupName(g)} (${reason(g)})`).join("; ")}.`,
  ].filter(Boolean).join(" ");
}
