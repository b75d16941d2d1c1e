// The throughput of the last five minutes on a canvas: two filled lines, a scale that fits, values under the pointer.

import { rate } from "./format.js";

const SECONDS = 300;
const LEFT = 64;
const BOTTOM = 22;
const TOP = 10;

// Heads of the scale that divide into round steps: lead → number of steps.
const LEADS = [[1, 5], [2, 4], [3, 3], [4, 4], [5, 5], [6, 3], [8, 4], [10, 5]];

/** The smallest round scale above a value: its top and its number of steps. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const [lead, steps] = LEADS.find(([candidate]) => candidate * power >= value);
  return { top: lead * power, steps };
}

export class Chart {
  constructor(canvas) {
    this.canvas = canvas;
    this.up = [];
    this.down = [];
    this.pointer = null;
    this.scale = 1000;
    this.steps = 5;
    new ResizeObserver(() => this.draw()).observe(canvas);
    canvas.addEventListener("pointermove", (event) => {
      this.pointer = event.offsetX;
      this.draw();
    });
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.draw();
    });
  }

  load(up, down) {
    this.up = up.slice(-SECONDS);
    this.down = down.slice(-SECONDS);
    this.draw();
  }

  add(up, down) {
    this.up.push(up);
    this.down.push(down);
    if (this.up.length > SECONDS) {
      this.up.shift();
      this.down.shift();
    }
    this.draw();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (width === 0 || height === 0) return;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const peak = Math.max(1000, ...this.up, ...this.down);
    ({ top: this.scale, steps: this.steps } = nice(peak * 1.08));
    const plot = { left: LEFT, right: width - 4, top: TOP, bottom: height - BOTTOM };
    this.grid(pen, plot, colour, style.fontFamily);
    this.line(pen, plot, this.down, colour("--down"), 0.34);
    this.line(pen, plot, this.up, colour("--up"), 0.22);
    if (this.pointer !== null) this.cursor(pen, plot, colour, style.fontFamily);
    this.describe(peak);
  }

  x(plot, index, length) {
    return plot.right - ((length - 1 - index) / (SECONDS - 1)) * (plot.right - plot.left);
  }

  y(plot, value) {
    return plot.bottom - (value / this.scale) * (plot.bottom - plot.top);
  }

  grid(pen, plot, colour, font) {
    pen.font = `11px ${font}`;
    pen.lineWidth = 1;
    pen.strokeStyle = colour("--line");
    pen.fillStyle = colour("--dim");
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    const steps = this.steps;
    for (let i = 0; i <= steps; i += 1) {
      const value = (this.scale * i) / steps;
      const y = Math.round(this.y(plot, value)) + 0.5;
      pen.beginPath();
      pen.moveTo(plot.left, y);
      pen.lineTo(plot.right, y);
      pen.stroke();
      pen.fillText(i === 0 ? "0" : rate(value).replace(/(\.\d*?)0+ /, "$1 ").replace(". ", " "), plot.left - 8, y);
    }
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    const every = plot.right - plot.left < 420 ? 2 : 1;
    for (let minute = every; minute < SECONDS / 60; minute += every) {
      pen.fillText(`−${minute} min`, this.x(plot, SECONDS - 1 - minute * 60, SECONDS), plot.bottom + 16);
    }
    pen.textAlign = "right";
    pen.fillText("now", plot.right, plot.bottom + 16);
  }

  line(pen, plot, values, colour, opacity) {
    if (values.length < 2) return;
    pen.beginPath();
    values.forEach((value, i) => pen.lineTo(this.x(plot, i, values.length), this.y(plot, value)));
    pen.strokeStyle = colour;
    pen.lineWidth = 1.8;
    pen.lineJoin = "round";
    pen.stroke();
    pen.lineTo(plot.right, plot.bottom);
    pen.lineTo(this.x(plot, 0, values.length), plot.bottom);
    pen.closePath();
    const shade = pen.createLinearGradient(0, plot.top, 0, plot.bottom);
    shade.addColorStop(0, colour);
    shade.addColorStop(1, "transparent");
    pen.globalAlpha = opacity;
    pen.fillStyle = shade;
    pen.fill();
    pen.globalAlpha = 1;
  }

  cursor(pen, plot, colour, font) {
    const length = this.down.length;
    const back = Math.round(((plot.right - this.pointer) / (plot.right - plot.left)) * (SECONDS - 1));
    const index = length - 1 - back;
    if (index < 0 || index >= length) return;
    const x = this.x(plot, index, length);
    pen.strokeStyle = colour("--dim");
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(x, plot.top);
    pen.lineTo(x, plot.bottom);
    pen.stroke();
    pen.setLineDash([]);
    const label = `↓ ${rate(this.down[index])}   ↑ ${rate(this.up[index])}`;
    pen.font = `600 12px ${font}`;
    const half = pen.measureText(label).width / 2 + 8;
    const middle = Math.min(Math.max(x, plot.left + half), plot.right - half);
    pen.fillStyle = colour("--ink");
    pen.beginPath();
    pen.roundRect(middle - half, plot.top - 4, 2 * half, 22, 6);
    pen.fill();
    pen.fillStyle = colour("--card");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(label, middle, plot.top + 7);
  }

  describe(peak) {
    const last = this.down.length - 1;
    if (last < 0 || last % 10 !== 0) return;
    this.canvas.setAttribute(
      "aria-label",
      `Throughput of the last five minutes: now ${rate(this.down[last])} down, ${rate(this.up[last])} up; at most ${rate(peak)}.`,
    );
  }
}
