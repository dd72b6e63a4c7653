// Tables of trials and of single images: sorted, filtered, saved as CSV.

const MOST_ROWS = 300;
const tableView = { kind: "rows", sort: null, down: false, filter: "", all: false };
const CELL_WORDS = 12;

function drawTable() {
  const holder = byId("table");
  if (!holder.querySelector("#filter")) buildTable(holder);
  for (const kind of ["rows", "perImage"]) {
    byId(`table-${kind}`).setAttribute("aria-pressed", String(kind === tableView.kind));
  }
  drawRows();
}

function buildTable(holder) {
  const kinds = [["rows", "Per trial"], ["perImage", "Per image"]];
  const set = (kind) => () => {
    Object.assign(tableView, { kind, sort: null, down: false, all: false });
    drawTable();
  };
  const filter = el("input", { type: "search", id: "filter", placeholder: "vgg16-22 psnr_y>29",
    "aria-describedby": "filter-error filter-hint", input: () => {
      tableView.filter = filter.value;
      drawRows();
    } });
  holder.replaceChildren(
    el("div", { class: "controls" },
      el("div", { class: "switch", role: "group", "aria-label": "Table" },
        ...kinds.map(([kind, text]) => button(text, set(kind), { id: `table-${kind}` }))),
      el("label", {}, "Filter ", filter),
      button("Save CSV", saveTable, { id: "save-csv" }),
      el("output", { id: "row-count", class: "hint" })),
    el("p", { class: "bad", id: "filter-error", role: "status" }),
    el("p", { class: "hint", id: "filter-hint" },
      "Words that a row must hold, and conditions such as psnr_y>29, adv<=0.001, seed=0 or status!=done, by the headings or the names below them; quotes keep spaces. A click on a row selects its trial."),
    el("div", { class: "scroll", id: "table-rows-holder", tabindex: 0, role: "region", "aria-label": "Result table" }));
}

/** Columns that tell rows apart, the trial first and the long ones last; the CSV has all of them. */
function shownColumns(table) {
  const first = (name) => (name === "trial" ? -1 : ["generator_sha256", "train_seconds"].includes(name) ? 1 : 0);
  const dull = (c) => ["dataset", "method"].includes(c.name)
    || (["scale", "images", "seed", "start"].includes(c.name) && new Set(table.rows.map((row) => row[c.place]).filter((v) => v !== null && v !== "")).size < 2);
  return table.columns
    .map((name, place) => ({ ...column(name), place }))
    .filter((c) => !dull(c) && table.rows.some((row) => row[c.place] !== null && row[c.place] !== ""))
    .sort((a, b) => first(a.name) - first(b.name));
}

function drawRows() {
  const table = dataset()[tableView.kind];
  const columns = shownColumns(table);
  const rows = chosenRows(table);
  const shown = tableView.all ? rows : rows.slice(0, MOST_ROWS);
  const head = el("tr", {}, ...columns.map(headCell));
  const body = shown.map((row) => rowElement(row, columns, table));
  const more = rows.length > shown.length
    ? button(`Show all ${rows.length} rows`, () => {
      tableView.all = true;
      drawRows();
    })
    : null;
  byId("table-rows-holder").replaceChildren(
    el("table", {}, el("caption", {}, tableView.kind === "rows" ? `Scores of ${dataset().name}, means over its ${counted(dataset().count, "image")}` : `Scores of the single images of ${dataset().name}`),
      el("thead", {}, head), el("tbody", {}, ...body)), ...(more ? [more] : []));
  byId("row-count").textContent = `${rows.length} of ${counted(table.rows.length, "row")}`;
  byId("save-csv").disabled = !rows.length;
  drawFilterErrors(table, rows.length);
}

function drawFilterErrors(table, kept) {
  const errors = filterErrors(table);
  const none = table.rows.length && !kept ? "No row passes: each must hold every word and meet every condition." : "";
  byId("filter").setAttribute("aria-invalid", String(errors.length > 0));
  byId("filter-error").textContent = errors.join(" ") || none;
}

/** A heading, and below it the name by which files and the filter know the column. */
function headCell(c) {
  const sorted = tableView.sort === c.name;
  const click = () => {
    const down = sorted ? !tableView.down : c.higher === true;
    Object.assign(tableView, { sort: c.name, down });
    drawRows();
    byId(`sort-${c.name}`)?.focus();
  };
  const sign = sorted ? (tableView.down ? " \u25be" : " \u25b4") : "";
  return el("th", { scope: "col", class: c.numeric ? "number" : null, "aria-sort": sorted ? (tableView.down ? "descending" : "ascending") : "none" },
    button(heading(c) + arrow(c) + sign, click, { id: `sort-${c.name}` }),
    ...(c.label === c.name ? [] : [el("code", {}, c.name)]));
}

function rowElement({ cells, place }, columns, table) {
  const trial = cells[table.columns.indexOf("trial")];
  const group = groupOfTrial(trial);
  const key = group ? groupKey(group) : null;
  const pick = key && !REFERENCES.includes(group.method)
    ? () => {
      const image = tableView.kind === "perImage" ? cells[table.columns.indexOf("image")] : state.image;
      const seed = trialRecord(trial)?.seed ?? state.seed;
      Object.assign(state, { image, seed });
      toggle(key);
    }
    : null;
  const marks = tableView.kind === "rows" ? dataset().marks : {};
  const parts = columns.map((c, n) => {
    const value = cells[c.place];
    const text = cellText(c, value);
    const attributes = { class: [c.numeric && "number", marks[c.name]?.[place]].filter(Boolean).join(" ") || null, title: typeof value === "string" && text !== value ? value : null };
    if (n) return el("td", attributes, text);
    return el("th", { scope: "row", ...attributes }, pick ? button(text, pick, { class: "link", "aria-pressed": String(state.selected.includes(key)) }) : text);
  });
  const click = pick ? (event) => event.target.closest("button") || pick() : null;
  return el("tr", { class: [state.selected.includes(key) && "picked", pick && "pickable"].filter(Boolean).join(" ") || null, click }, ...parts);
}

/** What a cell shows: hashes are cut, numbers have the digits of the printed table. */
function cellText({ name, numeric, decimals }, value) {
  if (isMissing(value)) return DASH;
  if (name === "adv") return advText(value);
  if (numeric) return numberText(value, decimals);
  return name === "generator_sha256" ? `${value.slice(0, CELL_WORDS)}\u2026` : value;
}

/** Saves the rows that the filter leaves, in their order, with all columns. */
function saveTable() {
  const table = dataset()[tableView.kind];
  const text = csvText(table.columns, chosenRows(table).map(({ cells }) => cells));
  const name = tableView.kind === "rows" ? "results" : "per_image";
  download(`${name}-${dataset().name}.csv`.replace(/[^\w.-]+/g, "_"), text, "text/csv");
}
