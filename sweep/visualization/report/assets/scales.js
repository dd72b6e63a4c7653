// Axes: from data to pixels, and where ticks stand.

/** Limits that hold the needed values; an optional one is included while it stretches little. */
function limitsOf(needed, optional = [], margin = 0.08) {
  let low = Math.min(...needed);
  let high = Math.max(...needed);
  const span = high - low;
  const far = (value) => Math.max(low - value, value - high);
  for (const [value, stretch] of [...optional].sort((a, b) => far(a[0]) - far(b[0]))) {
    if (span === 0 || Math.max(high, value) - Math.min(low, value) <= stretch * span) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === high) {
    const half = Math.max(Math.abs(high) * 0.05, 1e-6);
    return [low - half, high + half];
  }
  return [low - margin * (high - low), high + margin * (high - low)];
}

/** Round tick values within the limits. */
function ticksOf([low, high], most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough) ?? 10);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high + step * 1e-9; n += 1) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return ticks;
}

/** A linear scale onto pixels. */
function linear(limits, from, to) {
  const [low, high] = limits;
  const at = (value) => from + ((value - low) / (high - low)) * (to - from);
  return { at, ticks: (most) => ticksOf(limits, most), holds: (v) => v >= low && v <= high, limits };
}

/** A scale of coefficients: equal factors are equal steps, and zero stands a step before the rest. */
function coefficients(values, from, to) {
  const positive = values.filter((v) => v > 0);
  const floor = positive.length ? Math.log10(Math.min(...positive)) : 0;
  const log = (v) => (v > 0 ? Math.log10(v) : floor - 1);
  const inner = linear(limitsOf(values.map(log)), from, to);
  const all = [...new Set(values)].sort((a, b) => a - b);
  return { at: (v) => inner.at(log(v)), ticks: () => all, holds: () => true, limits: inner.limits };
}

/** The scale of an axis; better lies at `good` where a direction is known. */
function axisScale(name, needed, optional, from, to) {
  const c = column(name);
  const [start, end] = c.higher === true ? [to, from] : [from, to];
  if (name === "adv") return coefficients(needed, from, to);
  return linear(limitsOf(needed, optional), start, end);
}
