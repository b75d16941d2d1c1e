// The table of live flows: rows are updated in place, rates come from the difference of two events.

import { byId, make, reconcile, show, text, toast } from "./dom.js";
import { call, Refused } from "./api.js";
import { bytes, count, duration, plain, rate } from "./format.js";

// More rows than this nobody reads, and a browser begins to feel them; the filter finds the others.
const MAX_ROWS = 200;

export class Flows {
  constructor() {
    this.flows = new Map();
    this.seen = new Map();
    this.live = 0;
    this.paused = false;
    this.rows = byId("flow-rows");
    this.filter = byId("filter");
    this.filter.addEventListener("input", () => this.draw(true));
    byId("pause").addEventListener("click", () => this.pause());
  }

  pause() {
    this.paused = !this.paused;
    const button = byId("pause");
    button.setAttribute("aria-pressed", String(this.paused));
    text(button, this.paused ? "Go on" : "Pause");
    this.draw(true);
  }

  /** Takes an event of the stream. */
  take(event) {
    const now = performance.now();
    if (event.reset) {
      this.flows.clear();
      this.seen.clear();
    }
    this.live = event.live;
    for (const id of event.removed ?? []) {
      this.flows.delete(id);
      this.seen.delete(id);
    }
    for (const flow of event.changed) {
      const octets = flow.uplinkBytes + flow.downlinkBytes;
      const before = this.seen.get(flow.id);
      const seconds = before ? (now - before.at) / 1000 : 0;
      flow.rate = before && seconds > 0.2 ? (octets - before.octets) / seconds : 0;
      flow.changed = now;
      this.seen.set(flow.id, { octets, at: now });
      this.flows.set(flow.id, flow);
    }
    this.draw();
  }

  /** Once a second: a flow that sent no event has no rate. */
  tick() {
    const now = performance.now();
    for (const flow of this.flows.values()) {
      if (now - flow.changed > 1800) flow.rate = 0;
    }
    this.draw();
  }

  matching() {
    const wanted = this.filter.value.trim().toLowerCase();
    const all = [...this.flows.values()];
    const found = wanted
      ? all.filter((flow) =>
          [flow.destination, flow.source, flow.outbound, flow.inbound, flow.rule, flow.network, flow.state, flow.user].some((field) =>
            field?.toLowerCase().includes(wanted),
          ),
        )
      : all;
    return found.sort((one, other) => other.id - one.id);
  }

  draw(always = false) {
    if (this.paused && !always) return;
    const found = this.matching();
    const shown = found.slice(0, MAX_ROWS);
    reconcile(this.rows, shown, (flow) => flow.id, (flow) => this.row(flow), (row, flow) => this.fill(row, flow));
    const filtered = this.filter.value.trim() !== "";
    text(byId("flow-count"), filtered ? `${count(found.length)} of ${count(this.live)}` : count(this.live));
    const empty = byId("flow-empty");
    if (shown.length === 0) {
      text(empty, filtered ? "No live flow matches." : "No flow is live.");
    } else {
      text(empty, `${count(this.live - shown.length)} more are live; the newest are shown.`);
    }
    show(empty, shown.length === 0 || (!filtered && this.live > shown.length));
  }

  row(flow) {
    const cell = (name, label) => {
      const node = make("td", name);
      if (label) node.dataset.label = label;
      return node;
    };
    const row = make("tr");
    const destination = cell("destination");
    destination.append(make("span", `net ${flow.network}`, flow.network), make("bdi", "host"));
    const end = make("button", "icon", "×");
    end.type = "button";
    end.setAttribute("aria-label", `Close the flow to ${plain(flow.destination)}`);
    end.title = "Close this flow";
    end.addEventListener("click", () => this.close(flow.id, end));
    const last = cell("close");
    last.append(end);
    row.append(
      destination,
      cell("client", "Client"),
      cell("outbound", "Outbound"),
      cell("status", "State"),
      cell("num", "Down"),
      cell("num", "Up"),
      cell("num rate", "Rate"),
      cell("num", "Age"),
      last,
    );
    row.children[1].append(make("bdi", "host"), make("small"));
    row.children[2].append(make("bdi", "tag"));
    row.children[3].append(make("span", "pill"));
    return row;
  }

  fill(row, flow) {
    const cells = row.children;
    text(cells[0].children[1], flow.destination);
    cells[0].title = plain(flow.rule ? `Rule: ${flow.rule}` : "");
    text(cells[1].children[0], flow.source);
    text(cells[1].children[1], flow.user ? `${flow.user} via ${flow.inbound}` : `via ${flow.inbound}`);
    text(cells[2].children[0], flow.outbound ?? "–");
    const state = cells[3].firstElementChild;
    text(state, flow.state.toLowerCase().replace("_", "-"));
    state.dataset.state = flow.state;
    text(cells[4], bytes(flow.downlinkBytes));
    text(cells[5], bytes(flow.uplinkBytes));
    text(cells[6], flow.rate > 0 ? rate(flow.rate) : "–");
    text(cells[7], duration((Date.now() - Date.parse(flow.started)) / 1000));
  }

  async close(id, button) {
    button.disabled = true;
    try {
      await call("DELETE", `/flows/${id}`);
    } catch (failure) {
      if (!(failure instanceof Refused && failure.status === 404)) {
        toast(failure.message, true);
        button.disabled = false;
      }
    }
  }
}
