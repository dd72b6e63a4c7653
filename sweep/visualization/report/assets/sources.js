// Which images can be shown, and what they are called.

const REFERENCES = ["lr", "bicubic", "hr"];

/** LR and bicubic are called after how the LR images of the test set came about. */
const referenceName = (source) => dataset().references[source] ?? METHOD_NAMES[source];

/** The group at the slider, the one with the ring in the chart. */
const sliderGroup = () => groupByKey(state.slider.key);

/** Groups whose images stand side by side: the start, the selected ones, the slider's. */
function shownGroups() {
  const start = dataset().groups.find((g) => g.method === "srresnet");
  const selected = state.selected.map(groupByKey);
  return [...new Set([start, ...selected, sliderGroup()])].filter((g) => g && !REFERENCES.includes(g.method));
}

/** What can be shown of the chosen image: [source, name, group or null], references first. */
function shownSources() {
  const [lr, bicubic, hr] = REFERENCES.map((source) => [source, referenceName(source), null]);
  const trained = shownGroups().map((g) => [trialOf(g, state.image), imageName(g), g]);
  return [lr, bicubic, ...trained, hr];
}

/** A group and, where it has several seeds, the one whose image is shown. */
const imageName = (g) => `${groupName(g)}${seedText(g)}`;

function seedText(g) {
  const seed = trialRecord(trialOf(g, state.image))?.seed ?? null;
  return g.trials.length > 1 && seed !== null ? `, seed ${seed}` : "";
}

/** Everything that before/after and the difference can choose from; "" follows the slider. */
function allSources() {
  const groups = dataset().groups.filter((g) => !REFERENCES.includes(g.method));
  const moving = sliderGroup() ? [["", `\u03bb slider: ${imageName(sliderGroup())}`]] : [];
  return [...moving, ...[...REFERENCES].reverse().map((source) => [source, referenceName(source)]), ...groups.map((g) => [trialOf(g, state.image), imageName(g)])];
}

/** The source of a choice of `allSources`. */
const sourceOf = (choice) => choice || trialOf(sliderGroup(), state.image);

/** Size of the image at HR scale, from whichever picture the page has. */
function imageSize() {
  const { scale } = dataset();
  for (const [source] of shownSources()) {
    const picture = data.pictures[pictureKey(source, state.image)];
    if (picture) {
      const factor = source === "lr" ? scale : 1;
      return { width: picture[1] * factor, height: picture[2] * factor };
    }
  }
  return { width: 0, height: 0 };
}

function scoreLine(source) {
  const scores = imageScores(source, state.image);
  if (!scores) return "";
  return metricColumns()
    .filter((c) => ["psnr_y", "lpips_alex", "niqe"].includes(c.name) && scores[c.name] !== null)
    .map((c) => `${c.label.replace(/ \(.*\)/, "")} ${numberText(scores[c.name], c.decimals)}`)
    .join(" \u00b7 ");
}
