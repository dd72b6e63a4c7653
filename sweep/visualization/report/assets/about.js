// Config, provenance, health, and the protocol of every column.

const WORRYING = ["failed", "diverged", "interrupted"];

function drawAbout() {
  byId("provenance").replaceChildren(
    trialsCard(),
    fold("Columns and their protocol", protocolTable(), "protocol"),
    fold("Config (sweep.yaml)", el("pre", { tabindex: 0 }, data.config || "There is no sweep.yaml here."), "config"),
    ...(data.notes.length ? [fold(`Notes (${data.notes.length})`, el("ul", {}, ...data.notes.map((note) => el("li", {}, note))), "notes", true)] : []));
}

function fold(title, content, id, open = false) {
  const was = byId(id);
  return el("details", { class: "card", id, open: was ? was.open : open }, el("summary", {}, title), el("div", { class: "scroll" }, content));
}

function trialsCard() {
  const heads = ["trial", "status", "health", "attempts", "host", "trained", "time", "what happened"];
  const rows = data.trials.map((trial) => {
    const attempts = trial.attempts ?? [];
    const last = attempts.at(-1) ?? {};
    const bad = WORRYING.includes(trial.status);
    return el("tr", {},
      el("th", { scope: "row" }, trial.name),
      el("td", {}, el("span", { class: bad ? "verdict bad" : "verdict" }, trial.status)),
      el("td", {}, el("span", { class: trial.health && !["ok", "healthy"].includes(trial.health) ? "verdict bad" : "" }, trial.health || DASH)),
      el("td", { class: "number" }, String(attempts.length || DASH)),
      el("td", {}, last.host ?? DASH),
      el("td", {}, (last.ended ?? last.started ?? DASH).replace("T", " ").slice(0, 16)),
      el("td", { class: "number" }, trial.seconds === null ? DASH : duration(trial.seconds)),
      el("td", {}, trial.cause ?? DASH));
  });
  const table = el("table", {}, el("caption", {}, "What became of each trial"),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
  const worried = data.trials.some((t) => WORRYING.includes(t.status) || t.cause);
  return fold(`Trials (${data.trials.length})`, table, "provenance-trials", worried);
}

function protocolTable() {
  const metrics = Array.isArray(data.protocol.metrics) ? data.protocol.metrics : [];
  const heads = ["column", "label", "kind", "better", "compared", "border", "rounding", "range", "source", "libraries"];
  const versions = (entry) => Object.entries(entry.libraries ?? {}).map(([name, version]) => `${name} ${version}`).join(", ");
  const rows = metrics.map((entry) => el("tr", {},
    el("th", { scope: "row" }, el("code", {}, String(entry.column))),
    ...[entry.label, entry.kind, entry.higher_is_better ? "higher" : "lower", entry.channel, entry.border, entry.quantisation, entry.value_range, entry.source, versions(entry)]
      .map((text) => el("td", {}, String(text ?? DASH)))));
  return el("table", { class: "wrapped" }, el("caption", {}, "How each column was computed"),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
}

function drawSummary() {
  const trials = data.trials.filter((t) => t.method === "srgan");
  const states = new Map();
  for (const { status } of trials) states.set(status, (states.get(status) ?? 0) + 1);
  const counts = [...states].map(([status, count]) => `${count} ${status}`).join(", ");
  const { name, scale, count } = dataset();
  byId("summary").textContent = `${counted(trials.length, "trial")}${counts ? `: ${counts}` : ""} \u00b7 ${name}, \u00d7${scale}, ${counted(count, "image")}`;
}
