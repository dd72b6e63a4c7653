// The points of the tradeoff chart, and which of them a pointer or a key means.

const HIT_RADIUS = 15;
// Within these a pointer is on a marker; a finger covers more.
const MOUSE_REACH = 8;
const TOUCH_REACH = 14;

/** Draws a point with its rings; gives its label. */
function drawPoint(root, group, sx, sy, width, height) {
  const look = lookOf(group);
  const key = groupKey(group);
  const value = [group.mean[state.x], group.mean[state.y]];
  const { left, right, top, bottom } = CHART_MARGIN;
  const x = Math.min(Math.max(sx.at(value[0]), left + 12), width - right - 12);
  const y = Math.min(Math.max(sy.at(value[1]), top + 12), height - bottom - 12);
  const point = { key, group, x, y };
  point.mark = svg("g", {
    class: ["point", shadeOf(group), group.health && "unhealthy"].filter(Boolean).join(" "),
    transform: `translate(${x},${y})`, role: "button", tabindex: -1,
    "aria-pressed": String(state.selected.includes(key)), "aria-label": pointText(group), "data-key": key,
    click: (event) => clickPoint(event, key),
    keydown: (event) => pointKey(event, key),
    focus: () => showPoint(point),
    blur: hideTooltip,
  });
  if (state.show.bars && sx.holds(value[0]) && sy.holds(value[1])) drawBars(root, group, sx, sy, look);
  point.mark.append(svg("circle", { class: "hit", r: HIT_RADIUS }), ...ringsOf(group, key),
    paint(svg("path", { class: "marker", d: markerPath(look.marker, look.radius) }), look));
  if (group.health) point.mark.append(svg("path", { class: "strike", d: STRIKE }));
  root.append(point.mark);
  chartView.points.push(point);
  return { x, y, key, text: labelText(group, sx, sy), color: look.color, always: group.method !== "srgan" };
}

const STRIKE = "M-9,9L9,-9";
const RINGS = { knee: 9.5, picked: 11.5, ring: 14.5 };
const ringOf = (name) => svg("circle", { class: name, r: RINGS[name] });

/** The rings around a point: the knee's, that of a selected one, that of the slider's. */
function ringsOf(group, key) {
  const rings = { knee: isKnee(group), picked: state.selected.includes(key), ring: key === state.slider.key };
  return Object.keys(rings).filter((name) => rings[name]).map(ringOf);
}

/** Trained points beside the front are pale, half of it where only their means are dominated. */
function shadeOf(group) {
  const place = dataset().groups.indexOf(group);
  if (frontOf() === null || group.method !== "srgan" || frontOf().includes(place)) return "";
  return pairOf().unsure.includes(place) ? "half" : "pale";
}

const isKnee = (group) => pairOf() !== null && dataset().groups.indexOf(group) === pairOf().knee;

/** Words the label: the coefficient, or a reference's name and, where it lies outside, its value. */
function labelText(group, sx, sy) {
  if (group.method === "srgan") return advText(group.adv);
  const beyond = [[state.x, sx, "\u2190\u2192"], [state.y, sy, "\u2193\u2191"]]
    .filter(([name, scale]) => !scale.holds(group.mean[name]))
    .map(([name, scale, [less, more]]) => {
      const value = group.mean[name];
      const rises = scale.at(scale.limits[1]) > scale.at(scale.limits[0]) === (name === state.x);
      return `${(value > scale.limits[1]) === rises ? more : less} ${numberText(value, column(name).decimals)}`;
    });
  return [groupName(group), ...beyond].join("\n");
}

/** Points whose markers are under a pointer, the nearest first; without one, the nearest beside it. */
function pointsAt(event) {
  const box = byId("chart").querySelector("svg").getBoundingClientRect();
  const away = ({ x, y }) => Math.hypot(box.left + x - event.clientX, box.top + y - event.clientY);
  const near = chartView.points.filter((point) => away(point) <= HIT_RADIUS).sort((a, b) => away(a) - away(b));
  const reach = event.pointerType === "touch" ? TOUCH_REACH : MOUSE_REACH;
  const under = near.filter((point) => away(point) <= reach);
  return under.length ? under : near.slice(0, 1);
}

function clickPoint(event, key) {
  // A click by a reading aid has no place.
  const found = event.detail === 0 ? [] : pointsAt(event);
  if (found.length > 1) askWhich(found, event);
  else selectPoint(found[0]?.key ?? key);
}

function selectPoint(key) {
  toggle(key);
  rove(key);
}

/** Lets the reader choose among points that lie over one another; Escape or a click elsewhere ends it. */
function askWhich(points, event) {
  hideTooltip();
  byId("chooser")?.remove();
  const choice = ({ key, group }) => button(groupName(group), () => {
    box.hidePopover();
    selectPoint(key);
  }, { "aria-pressed": String(state.selected.includes(key)), "data-choice": key });
  const box = el("div", { id: "chooser", class: "chooser", popover: "auto", role: "group", "aria-label": "Points at this place",
    toggle: (change) => change.newState === "closed" && box.remove() },
  el("p", { class: "hint" }, `${points.length} points lie here:`), ...points.map(choice));
  document.body.append(box);
  box.showPopover();
  putBeside(box, event.clientX, event.clientY);
  box.querySelector("button").focus();
}

/** Shows what is under the pointer. */
function hoverPoints(event) {
  const found = pointsAt(event);
  for (const point of chartView.points) point.mark.classList.toggle("near", point === found[0]);
  if (found.length) showPoint(...found);
  else hideTooltip();
}

function leavePoints() {
  for (const { mark } of chartView.points) mark.classList.remove("near");
  hideTooltip();
}

/** Shows a point's scores, and names those that lie at the same place. */
function showPoint({ mark, group }, ...others) {
  const box = mark.getBoundingClientRect();
  const rows = metricColumns()
    .filter((c) => c.name in group.mean)
    .map((c) => [heading(c) + arrow(c), scoreText(group, c)]);
  rows.push(["mean of", meanOf(group)]);
  if (group.health) rows.push(["health", group.health]);
  if (group.trials.length === 1 && group.method === "srgan") rows.push(["trial", group.trials[0]]);
  if (others.length) rows.push(["also here", others.map((other) => groupName(other.group)).join("; ")]);
  showTooltip(box.left + box.width / 2, box.top + box.height / 2, groupName(group), rows, byId("chart"));
}

/** Enter and space select; the arrows go to the neighbour in the order of the table. */
function pointKey(event, key) {
  const { points } = chartView;
  const place = points.findIndex((point) => point.key === key);
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (event.key === "Enter" || event.key === " ") toggle(key);
  else if (event.key in steps) rove(points[(place + steps[event.key] + points.length) % points.length].key);
  else return;
  event.preventDefault();
}

/** Leaves one point in the tab order, and gives it the focus that it had before a redraw. */
function rove(focused) {
  const { points } = chartView;
  const place = points.findIndex((point) => point.key === focused);
  if (place >= 0) chartView.focus = place;
  chartView.focus = Math.min(chartView.focus, points.length - 1);
  points.forEach((point, n) => point.mark.setAttribute("tabindex", n === chartView.focus ? 0 : -1));
  if (place >= 0) points[place].mark.focus({ preventScroll: true });
}
