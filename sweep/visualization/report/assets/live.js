// While a server stands behind the page: asks for news, and keeps what the reader chose.

const POLL_MILLISECONDS = 2000;

async function poll() {
  try {
    const answer = await fetch(`data.json?have=${encodeURIComponent(data.version)}`);
    if (answer.status === 200) {
      data = await answer.json();
      refresh();
    } else if (answer.status !== 204) throw new Error(String(answer.status));
    drawLive(null);
  } catch {
    drawLive("The server does not answer; this is the last state that it sent.");
  }
  setTimeout(poll, POLL_MILLISECONDS);
}

/** Says what runs and when it should end. */
function drawLive(trouble) {
  const line = byId("live");
  line.hidden = false;
  line.classList.toggle("trouble", Boolean(trouble));
  const running = data.trials.filter((t) => t.progress);
  const parts = running.map(({ name, progress }) => {
    const of = progress.steps ? ` of ${progress.steps}` : "";
    const rate = progress.rate === null ? "" : `, ${shortNumber(progress.rate, 3)} patches/s`;
    return `${name}: step ${progress.step}${of}${rate}`;
  });
  const text = trouble ?? (parts.length ? `Live. ${parts.join("; ")}` : "Live. Nothing is being trained now.");
  if (line.textContent !== text) line.textContent = text;
}

function refresh() {
  chooseDefaults();
  applyStyles();
  byId("slider").replaceChildren();
  choose({});
}
