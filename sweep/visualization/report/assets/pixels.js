// Images: decoded when first shown, the least recently used ones dropped.

const MOST_DECODED = 64;
const decoded = new Map();

const pictureKey = (source, image) => `${dataset().name}/${source}/${image}`;
const hasPicture = (source, image) => pictureKey(source, image) in data.pictures;

/** Gives a promise of an image as ImageBitmap; null where the page has none. */
function bitmap(source, image) {
  const key = pictureKey(source, image);
  if (!(key in data.pictures)) return Promise.resolve(null);
  const stamp = `${key} ${data.pictures[key].join(" ")}`;
  const known = decoded.get(stamp);
  if (known) {
    decoded.delete(stamp);
    decoded.set(stamp, known);
    return known;
  }
  const made = bytesOf(key)
    .then((blob) =>
      createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" }),
    )
    .catch(() => null);
  decoded.set(stamp, made);
  for (const old of decoded.keys()) {
    if (decoded.size <= MOST_DECODED) break;
    decoded.delete(old);
  }
  return made;
}

async function bytesOf(key) {
  const [type, , , number] = data.pictures[key];
  if (data.live) {
    const answer = await fetch(`picture/${number}`);
    if (!answer.ok) throw new Error(`no picture ${key}`);
    return answer.blob();
  }
  const holder = [...document.scripts].find((script) => script.dataset.picture === key);
  const text = atob(holder.textContent);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return new Blob([bytes], { type });
}

/** The pixels of a bitmap at HR size; LR is repeated, never smoothed. */
function pixelsAt(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The absolute difference of two images, times a gain; with the mean over all samples. */
function difference(first, second, gain) {
  const width = Math.max(first.width, second.width);
  const height = Math.max(first.height, second.height);
  const one = pixelsAt(first, width, height);
  const other = pixelsAt(second, width, height).data;
  let sum = 0;
  for (let place = 0; place < one.data.length; place += 4) {
    for (let channel = place; channel < place + 3; channel += 1) {
      const distance = Math.abs(one.data[channel] - other[channel]);
      sum += distance;
      one.data[channel] = Math.min(255, distance * gain);
    }
    one.data[place + 3] = 255;
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(one, 0, 0);
  return { canvas, mean: sum / (width * height * 3) };
}
