// How far apart the trials from both ends of each grid point are, and what that says.

const LAMBDA = "\u03bb";

/** The whole part is there only where trials set out from both ends. */
function drawConvergence() {
  const table = dataset().convergence;
  byId("convergence").hidden = !table;
  byId("to-convergence").hidden = !table;
  if (!table) return;
  const head = (text) => el("th", { scope: "col", class: text === LAMBDA ? "number" : null }, text);
  const heads = ["content", LAMBDA, ...table.metrics].map(head);
  const rows = table.rows.map((row) => el("tr", {},
    el("th", { scope: "row" }, row.content),
    el("td", { class: "number" }, row.adv),
    ...row.cells.map(bracketCell)));
  byId("brackets").replaceChildren(
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Brackets" },
      el("table", {}, el("caption", {}, `${dataset().name}: how far apart both ends are`),
        el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))),
    ...data.bracketNotes.map((note) => el("p", { class: "hint" }, sentence(note))));
}

function bracketCell(cell) {
  if (!cell) return el("td", {}, DASH);
  const verdict = el("span", { class: "verdict", "data-verdict": cell.verdict }, cell.words);
  return el("td", {}, ...(cell.gap ? [`${cell.gap} `, verdict] : [verdict]));
}

const sentence = (note) => `${note[0].toUpperCase()}${note.slice(1)}.`;
