// The picture: drawn on a canvas with zoom, pan and a wipe; others draw over it.

const MOST_BITMAPS = 12;
const MOST_ZOOM = 16;

export class Screen {
  zoom = 1;
  wipe = 0.5;
  painters = [];
  #canvas;
  #pan = [0, 0];
  #aspect = 16 / 9;
  #bitmaps = new Map();
  #shown = null;
  #under = null;
  #asked = 0;
  #due = false;

  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#size()).observe(canvas);
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, [event.offsetX, event.offsetY]);
    }, { passive: false });
  }

  set aspect(value) { this.#aspect = value; this.draw(); }
  get wiping() { return Boolean(this.#under); }

  // The picture's place in the canvas, in CSS pixels.
  get box() {
    const { clientWidth: wide, clientHeight: tall } = this.#canvas;
    const width = Math.min(wide, tall * this.#aspect) * this.zoom;
    const height = width / this.#aspect;
    return { left: (wide - width) / 2 + this.#pan[0], top: (tall - height) / 2 + this.#pan[1], width, height };
  }

  // Shares of the picture, y down, from CSS pixels in the canvas, and back.
  share(x, y) {
    const { left, top, width, height } = this.box;
    return [(x - left) / width, (y - top) / height];
  }

  pixel([x, y]) {
    const { left, top, width, height } = this.box;
    return [left + x * width, top + y * height];
  }

  fit() { this.zoom = 1; this.#pan = [0, 0]; this.draw(); }

  zoomBy(factor, where = [this.#canvas.clientWidth / 2, this.#canvas.clientHeight / 2]) {
    const zoom = Math.min(MOST_ZOOM, Math.max(0.5, this.zoom * factor));
    const kept = this.share(...where);
    this.zoom = zoom;
    const now = this.pixel(kept);
    this.panBy(where[0] - now[0], where[1] - now[1]);
  }

  panBy(x, y) {
    this.#pan = [this.#pan[0] + x, this.#pan[1] + y];
    this.draw();
  }

  // Show a picture ({key, blob}), another under it left of the wipe; true once it is seen.
  async show(shown, under = null) {
    const turn = ++this.#asked;
    const [above, below] = await Promise.all([this.#bitmap(shown), this.#bitmap(under)]);
    if (turn !== this.#asked) return false;
    this.#shown = above;
    this.#under = below;
    Object.assign(this.#canvas.dataset, { shown: shown?.key ?? "", under: under?.key ?? "" });
    this.#paint();
    return true;
  }

  async #bitmap(one) {
    if (!one) return null;
    if (!this.#bitmaps.has(one.key)) {
      this.#bitmaps.set(one.key, createImageBitmap(one.blob).catch(() => null));
      for (const [key, old] of this.#bitmaps) {
        if (this.#bitmaps.size <= MOST_BITMAPS) break;
        if (key === one.key) continue;
        this.#bitmaps.delete(key);
        old.then((bitmap) => { if (bitmap && bitmap !== this.#shown && bitmap !== this.#under) bitmap.close(); });
      }
    }
    return this.#bitmaps.get(one.key);
  }

  #size() {
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(this.#canvas.clientWidth * ratio);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * ratio);
    this.#paint();
  }

  draw() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => { this.#due = false; this.#paint(); });
  }

  #paint() {
    const ratio = window.devicePixelRatio || 1;
    const ink = this.#canvas.getContext("2d");
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    ink.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight);
    const { left, top, width, height } = this.box;
    ink.imageSmoothingEnabled = this.zoom < 4;
    if (this.#shown?.width) ink.drawImage(this.#shown, left, top, width, height);
    if (this.#under?.width) this.#parted(ink);
    for (const painter of this.painters) { ink.save(); painter(ink, this); ink.restore(); }
  }

  #parted(ink) {
    const { left, top, width, height } = this.box;
    const edge = left + this.wipe * width;
    ink.save();
    ink.beginPath();
    ink.rect(left, top, edge - left, height);
    ink.clip();
    ink.drawImage(this.#under, left, top, width, height);
    ink.restore();
    ink.fillStyle = "#fff";
    ink.fillRect(edge - 1.5, top, 3, height);
    ink.fillStyle = "#0f6b5c";
    ink.fillRect(edge - 0.5, top, 1, height);
  }
}
