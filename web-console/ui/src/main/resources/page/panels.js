// The state tile, the figures, outbounds, rules and bundles.

import { byId, confirm, make, reconcile, show, text, toast } from "./dom.js";
import { call } from "./api.js";
import { bytes, count, duration, plain, rate } from "./format.js";

const STATES = {
  off: { word: "Off", icon: "M24 8v14M14 13a14 14 0 1 0 20 0", action: "Start" },
  starting: { word: "Starting", icon: "M24 8a16 16 0 0 1 16 16M24 16v9l6 4" },
  connected: { word: "Connected", icon: "M10 25l9 9 19-20", action: "Stop" },
  degraded: { word: "Degraded", icon: "M24 8L42 39H6zM24 20v8M24 33.500v.100", action: "Stop" },
  offline: { word: "Offline", icon: "M24 8L42 39H6zM24 20v8M24 33.500v.100", action: "Stop" },
  stopping: { word: "Stopping", icon: "M24 8a16 16 0 0 1 16 16M24 16v9l6 4" },
  error: { word: "Error", icon: "M14 14l20 20M34 14L14 34", action: "Start" },
  unknown: { word: "Unknown", icon: "M17 18a7 7 0 1 1 9 7c-2 1-2 2-2 4M24 36v.100" },
};

let status = null;
let asked = null;

/** Draws the tile; while the appliance is not heard from, it says so and nothing else. */
export function drawState(connected) {
  const known = connected && status;
  const name = known ? status.state : "unknown";
  const state = STATES[name] ?? STATES.unknown;
  const tile = byId("state");
  tile.dataset.state = name;
  byId("state-icon").setAttribute("d", state.icon);
  text(byId("state-word"), state.word);
  text(byId("state-line"), known ? status.headline : "The appliance is not heard from; what it does now is not known.");
  const error = known && (name === "error" || name === "off") ? status.tunnel?.error : null;
  show(byId("state-error"), Boolean(error));
  if (error) text(byId("state-error"), `${error.message} ${error.remedy}`);
  const toggle = byId("toggle");
  if (asked && known && asked !== name) asked = null;
  show(toggle, Boolean(known && state.action && status.tunnel));
  toggle.disabled = asked !== null;
  text(toggle, asked ? "Working…" : state.action === "Start" ? "Start tunnel" : "Stop tunnel");
  document.title = known ? `${state.word} · Sluice` : "Sluice";
  drawUptime(connected);
}

export function drawUptime(connected) {
  const since = connected && status?.tunnel?.startedAt;
  text(byId("state-up"), since && status.state !== "off" ? `up ${duration((Date.now() - Date.parse(since)) / 1000)}` : "");
}

export function takeStatus(next) {
  status = next;
  const egress = next.egress;
  text(byId("fig-egress"), egress ? [egress.interface4, egress.interface6].filter((n, i, all) => n && all.indexOf(n) === i).join(", ") || "none" : "–");
  text(byId("fig-config"), next.config ? `#${next.config.number}` : "–");
  byId("fig-config").title = next.config ? plain(`applied ${new Date(next.config.appliedAt).toLocaleString()} by ${next.config.author}`) : "";
  reconcile(byId("warnings"), next.warnings, (line) => line, () => make("li"), (node, line) => text(node, line));
  show(byId("warnings"), next.warnings.length > 0);
}

export function wireToggle(isConnected) {
  byId("toggle").addEventListener("click", async () => {
    const stop = STATES[status.state].action === "Stop";
    if (
      stop &&
      !(await confirm("Stop the tunnel?", "Traffic goes the way it went before the tunnel, without its protection. Flows through it end.", "Stop tunnel"))
    ) {
      return;
    }
    asked = status.state;
    drawState(isConnected());
    try {
      await call("POST", stop ? "/tunnel:stop" : "/tunnel:start");
    } catch (failure) {
      toast(failure.message, true);
    }
    setTimeout(() => {
      asked = null;
      drawState(isConnected());
    }, 1500);
  });
}

export function takeTotals(totals) {
  const figure = (id, value) => text(byId(id), totals.active ? value() : "–");
  figure("fig-live", () => count(totals.live));
  figure("fig-down", () => bytes(totals.downlinkBytes));
  figure("fig-up", () => bytes(totals.uplinkBytes));
  figure("fig-opened", () => count(totals.opened));
  figure("down-rate", () => rate(totals.downRate));
  figure("up-rate", () => rate(totals.upRate));
  sums = totals.outbounds ?? {};
  drawOutbounds();
}

let outbounds = [];
let sums = {};

export function takeOutbounds(items) {
  outbounds = items;
  drawOutbounds();
}

function drawOutbounds() {
  const busiest = Math.max(1, ...Object.values(sums).map((sum) => sum.upRate + sum.downRate));
  reconcile(
    byId("outbounds"),
    outbounds,
    (outbound) => outbound.tag,
    () => {
      const node = make("li");
      const head = make("div", "row");
      head.append(make("b", "tag"), make("span", "type"), make("span", "grow"), make("span", "number"));
      const foot = make("div", "row dim");
      foot.append(make("bdi", "grow clip"), make("span", "number"));
      const meter = make("div", "meter");
      meter.append(make("i"));
      node.append(head, foot, meter);
      return node;
    },
    (node, outbound) => {
      const sum = sums[outbound.tag] ?? { live: 0, upRate: 0, downRate: 0, failed: 0 };
      const [head, foot, meter] = node.children;
      text(head.children[0], outbound.tag);
      text(head.children[1], outbound.type);
      text(head.children[3], `${count(sum.live)} live`);
      text(foot.children[0], outbound.description);
      text(foot.children[1], `↓ ${rate(sum.downRate)}  ↑ ${rate(sum.upRate)}${sum.failed ? `  ·  ${count(sum.failed)} failed` : ""}`);
      meter.firstElementChild.style.width = `${(100 * (sum.upRate + sum.downRate)) / busiest}%`;
    },
  );
  show(byId("outbounds-empty"), outbounds.length === 0);
}

export function takeRules(items) {
  const most = Math.max(1, ...items.map((rule) => rule.hits));
  reconcile(
    byId("rules"),
    items,
    (rule) => rule.index,
    () => {
      const node = make("li");
      const row = make("div", "row");
      const words = make("div", "grow");
      words.append(make("b"), make("bdi", "code"));
      row.append(make("span", "index"), words, make("span", "number"));
      const meter = make("div", "meter");
      meter.append(make("i"));
      node.append(row, meter);
      return node;
    },
    (node, rule) => {
      const [index, words, hits] = node.firstElementChild.children;
      text(index, String(rule.index));
      text(words.children[0], rule.name);
      show(words.children[0], rule.name !== "");
      text(words.children[1], rule.text);
      text(hits, `${count(rule.hits)} hits`);
      node.lastElementChild.firstElementChild.style.width = `${(100 * rule.hits) / most}%`;
    },
  );
  show(byId("rules-empty"), items.length === 0);
}

let bundles = [];
let all = false;

export function wireBundles() {
  const button = byId("all-bundles");
  button.addEventListener("click", () => {
    all = !all;
    button.setAttribute("aria-pressed", String(all));
    text(button, all ? "Show less" : "Show all");
    drawBundles();
  });
}

export function takeBundles(items) {
  bundles = items;
  drawBundles();
}

function drawBundles() {
  const ours = (bundle) => bundle.name?.startsWith("io.sluice");
  const weight = (bundle) => (bundle.level === "PROBLEM" ? 0 : ours(bundle) ? 1 : 2);
  const sorted = [...bundles].sort((one, other) => weight(one) - weight(other) || one.id - other.id);
  const shown = all ? sorted : sorted.filter((bundle) => weight(bundle) < 2);
  const problems = bundles.filter((bundle) => bundle.level === "PROBLEM").length;
  text(byId("bundle-count"), count(bundles.length));
  text(byId("bundle-note"), problems === 0 ? "everything that should be active is" : `${problems} not active`);
  byId("bundle-note").classList.toggle("bad", problems > 0);
  reconcile(
    byId("bundles"),
    shown,
    (bundle) => bundle.id,
    () => {
      const node = make("li");
      const row = make("div", "row");
      row.append(make("span", "dot"), make("b", "clip grow"), make("span", "dim version"), make("span", "pill"));
      node.append(row, make("p", "why"));
      return node;
    },
    (node, bundle) => {
      const [dot, name, version, state] = node.firstElementChild.children;
      const level = bundle.level ?? "OK";
      node.dataset.level = level;
      text(dot, level === "PROBLEM" ? "✗" : level === "IDLE" ? "○" : "●");
      text(name, bundle.name ?? `bundle ${bundle.id}`);
      text(version, bundle.version);
      text(state, level === "IDLE" ? "idle" : level === "PROBLEM" && bundle.state === "active" ? "waiting" : bundle.state);
      const why = node.lastElementChild;
      show(why, Boolean(bundle.why));
      if (bundle.why) text(why, `${bundle.subject.startsWith(bundle.name) ? "" : `${bundle.subject.split(".").pop()}: `}${bundle.why}. ${bundle.remedy}`);
    },
  );
}
