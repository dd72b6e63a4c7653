// Elements, numbers and files. Text from the data reaches the page as text nodes alone.

const SVG = "http://www.w3.org/2000/svg";
const DASH = "\u2013";

/** Makes an element; `attributes` with a function as value are listeners, null ones are left out. */
function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const byId = (id) => document.getElementById(id);

/** A labelled choice; `options` are [value, text] pairs. */
function select(label, options, value, onChange, id = null) {
  const choice = el("select", { id, change: () => onChange(choice.value) });
  for (const [key, text] of options) choice.append(el("option", { value: key }, text));
  choice.value = value;
  return el("label", {}, label, " ", choice);
}

/** A labelled tick. */
function tick(label, checked, onChange, id = null) {
  const box = el("input", { type: "checkbox", id, change: () => onChange(box.checked) });
  box.checked = checked;
  return el("label", { class: "tick" }, box, " ", label);
}

const button = (text, onClick, attributes = {}) =>
  el("button", { type: "button", click: onClick, ...attributes }, text);

/** Writes a number: chosen ones exactly, measured ones with the column's decimals. */
function numberText(value, decimals = null) {
  if (value === null || value === undefined) return DASH;
  if (value === "inf") return "\u221e";
  if (value === "-inf") return "\u2212\u221e";
  if (typeof value !== "number") return String(value);
  if (decimals === null) return decimalText(value);
  return value.toFixed(decimals).replace("-", "\u2212");
}

/** The shortest decimal without an exponent, as the tables write a coefficient. */
function decimalText(value) {
  const text = String(value);
  if (!/e/i.test(text)) return text;
  return value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "");
}

/** A coefficient for people: one of more than 4 significant digits is written with 3. */
function coefficientText(value) {
  const digits = decimalText(value).replace(".", "").replace(/^0+|0+$/g, "").length;
  return decimalText(digits > 4 ? Number(value.toPrecision(3)) : value);
}

/** A number with so many significant digits, for ticks and hovers. */
function shortNumber(value, digits = 4) {
  if (!Number.isFinite(value)) return DASH;
  const text = Number(value.toPrecision(digits));
  return (Math.abs(text) < 1e-4 && text !== 0) || Math.abs(text) >= 1e6
    ? text.toExponential()
    : decimalText(text);
}

function duration(seconds) {
  if (!Number.isFinite(seconds)) return DASH;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** CSV text; a cell cannot start a formula in a spreadsheet, as in the tables on disk. */
function csvText(header, rows) {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return decimalText(value);
    const text = /^[=+\-@\t\r']/.test(value) && !/^-?inf$/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

/** Offers a file to save. */
function download(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Calls `draw` at the next frame, once however often it was asked for. */
function batched(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
