// Numbers and texts as people read them.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Octets in decimal units, three significant digits. */
export function bytes(octets) {
  let value = octets;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

export const rate = (octets) => `${bytes(octets)}/s`;

export const count = (number) => number.toLocaleString("en");

/** Seconds as the two largest units. */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86400)}d ${Math.floor((s % 86400) / 3600)}h`;
}

// Controls, bidirectional overrides and invisible marks in a text of an outsider could make it look like another.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text of an outsider, with what could disguise it made visible. */
export const plain = (text) => String(text ?? "").replace(STEERING, "\ufffd");
