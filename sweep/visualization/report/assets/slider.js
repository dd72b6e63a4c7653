// The slider: one content loss, its coefficients from left to right, image and point moving along.

let sliderPane = null;
let sliderPicture = null;

function drawSlider() {
  const holder = byId("slider");
  const contents = data.styles.map((style) => style.content).filter((name) => series(name).length);
  if (!contents.length) {
    holder.replaceChildren(el("p", { class: "empty" }, "No trial has been trained yet."));
    return;
  }
  const { content } = state.slider;
  const points = series(content);
  const place = Math.max(0, points.findIndex((g) => groupKey(g) === state.slider.key));
  const group = points[place];
  if (!holder.querySelector("#lambda")) buildSlider(holder, contents);
  const range = byId("lambda");
  range.max = Math.max(0, points.length - 1);
  range.value = place;
  range.setAttribute("aria-valuetext", groupName(group));
  byId("slider-content").value = content;
  byId("lambda-ticks").replaceChildren(
    ...points.map((g) => el("span", { class: groupKey(g) === state.slider.key ? "now" : null }, g.adv === null ? "?" : coefficientText(g.adv))));
  const chosen = state.selected.includes(groupKey(group));
  byId("slider-pick").textContent = chosen ? "Remove from comparison" : "Add to comparison";
  drawSliderScores(group);
  showSliderImage(group);
}

function buildSlider(holder, contents) {
  const go = (content, place) => {
    const points = series(content);
    const group = points[Math.min(place, points.length - 1)];
    choose({ slider: { content, key: groupKey(group) } });
  };
  const range = el("input", { type: "range", id: "lambda", min: 0, step: 1, "aria-label": "\u03bb along the content loss",
    input: () => go(state.slider.content, Number(range.value)) });
  const pick = button("", () => toggle(state.slider.key), { id: "slider-pick" });
  sliderPane = makePane("", imageSize, (context, where) => drawImageAt(context, sliderPicture, where));
  sliderPane.canvas.id = "slider-image";
  holder.replaceChildren(
    el("div", { class: "controls" },
      select("Content loss", contents.map((name) => [name, name]), state.slider.content,
        (content) => go(content, Number(range.value)), "slider-content")),
    el("div", { class: "lambda" }, el("label", { for: "lambda" }, "\u03bb"),
      el("div", {}, range, el("div", { id: "lambda-ticks", class: "lambda-ticks", "aria-hidden": "true" }))),
    el("figure", {}, sliderPane.canvas, el("figcaption", { id: "slider-caption" })),
    el("dl", { id: "slider-scores", class: "scores-list" }), pick);
}

function showSliderImage(group) {
  const trial = trialOf(group, state.image);
  const name = groupName(group);
  const { width, height } = imageSize();
  byId("slider").style.setProperty("--aspect", String(width ? Math.min(1.6, Math.max(0.9, width / height)) : 1.2));
  sliderPane.canvas.setAttribute("aria-label", `${state.image}, ${name}: ${scoreLine(trial) || "no scores"}`);
  sliderPane.canvas.dataset.source = trial;
  byId("slider-caption").textContent = state.image ? `${state.image}, ${name}` : name;
  bitmap(trial, state.image).then((made) => {
    if (sliderPane.canvas.dataset.source !== trial) return;
    sliderPicture = made;
    sliderPane.canvas.dataset.ready = String(Boolean(made));
    if (!made) byId("slider-caption").textContent = `${name}: no image here`;
    redrawPanes();
  });
}

function drawSliderScores(group) {
  const entries = metricColumns().flatMap((c) => [
    el("dt", {}, heading(c) + arrow(c)),
    el("dd", {}, c.name in group.mean ? scoreText(group, c) : DASH),
  ]);
  if (group.status && group.status !== "done") entries.push(el("dt", {}, "status"), el("dd", {}, group.status));
  if (group.health) entries.push(el("dt", {}, "health"), el("dd", {}, group.health));
  byId("slider-scores").replaceChildren(...entries);
}
