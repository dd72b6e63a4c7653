// Which rows of a table pass its filter, what is wrong with the filter, and how rows are ordered.

const SIGN = /<=|>=|!=|==|=|<|>/;
const CONDITION = new RegExp(`^([^<>=!"]+)(${SIGN.source})(.*)$`);

/** Rows that pass the filter, in the chosen order, with their place in the table; none when it has errors. */
function chosenRows(table) {
  const tests = rowTests(table);
  if (tests.some(({ error }) => error)) return [];
  const rows = table.rows.map((cells, place) => ({ cells, place }));
  const kept = rows.filter(({ cells }) => tests.every(({ passes }) => passes(cells)));
  if (tableView.sort === null) return kept;
  const place = table.columns.indexOf(tableView.sort);
  const sign = tableView.down ? -1 : 1;
  return kept.sort((a, b) => compareCells(a.cells[place], b.cells[place], sign) || a.place - b.place);
}

/** What is wrong with the filter, in sentences. */
const filterErrors = (table) => rowTests(table).map(({ error }) => error).filter(Boolean);

/** One test for each word and condition: `passes(cells)`, or an `error`. */
const rowTests = (table) => filterWords(tableView.filter, table).map((word) => rowTest(word, table));

/** Splits at spaces, but not inside quotes, nor around a sign that a name precedes. */
function filterWords(text, table) {
  const spaced = new RegExp(`([^\\s<>=!"]+)(\\s*)(${SIGN.source})(\\s*)`, "g");
  const joined = text.replace(spaced, (whole, name, before, sign, after) =>
    (findColumn(name, table) || (before && after) ? `${name}${sign}` : whole));
  return joined.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

/** A column by its name or the heading above it; undefined where the table has none. */
function findColumn(text, table) {
  const wanted = text.trim().toLowerCase();
  const columns = table.columns.map((name, place) => ({ ...column(name), place }));
  return columns.find((c) => c.name.toLowerCase() === wanted) ?? columns.find((c) => c.label.toLowerCase() === wanted);
}

function rowTest(word, table) {
  const condition = CONDITION.exec(word);
  if (condition) return conditionTest(condition.slice(1), table);
  const wanted = word.replaceAll('"', "").toLowerCase();
  return { passes: (cells) => cells.some((cell) => cell !== null && cellWord(cell).includes(wanted)) };
}

function conditionTest([name, sign, value], table) {
  const c = findColumn(name, table);
  const text = value.replaceAll('"', "");
  const is = sign.replace("==", "=");
  if (!c) return { error: `This table has no column ${name}. It has: ${table.columns.join(", ")}.` };
  if (!value) return { error: `${name}${sign} lacks a value.` };
  return c.numeric ? numberTest(c, is, text) : textTest(c, is, text);
}

function textTest(c, sign, text) {
  if (!["=", "!="].includes(sign)) return { error: `${c.name} holds text, which has = and != alone.` };
  const same = (cell) => String(cell ?? "").toLowerCase() === text.toLowerCase();
  return { passes: (cells) => same(cells[c.place]) === (sign === "=") };
}

/** Equal is also what the table writes alike. */
function numberTest(c, sign, text) {
  const bound = numberOf(text.toLowerCase());
  if (Number.isNaN(bound)) return { error: `${c.name} holds numbers, and ${text} is none.` };
  const same = (value) => value === bound || cellText(c, value) === cellText(c, bound);
  const tests = {
    "<": (value) => value < bound, ">": (value) => value > bound, "<=": (value) => value <= bound,
    ">=": (value) => value >= bound, "=": same, "!=": (value) => !same(value),
  };
  return { passes: (cells) => !isMissing(cells[c.place]) && tests[sign](numberOf(cells[c.place])) };
}

const isMissing = (value) => value === null || value === "";
const numberOf = (value) => (value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value));

/** Empty cells come last whichever way the others go. */
function compareCells(a, b, sign) {
  if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
  const [one, other] = [numberOf(a), numberOf(b)];
  if (!Number.isNaN(one) && !Number.isNaN(other)) return sign * (one < other ? -1 : one > other ? 1 : 0);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

const cellWord = (cell) => (typeof cell === "number" ? decimalText(cell) : String(cell)).toLowerCase();
