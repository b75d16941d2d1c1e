// The kill switch: three states that nobody can mistake, its mode, and the proof.

import { byId, confirm, make, reconcile, show, text, toast } from "./dom.js";
import { call } from "./api.js";
import { count } from "./format.js";

// A state differs in colour, shape and word, so that it is known without colours.
const STATES = {
  disarmed: { word: "Disarmed", icon: "M24 5l16 6v12c0 10-7 17-16 20C15 40 8 33 8 23V11zM10 8l28 32" },
  armed: { word: "Armed", icon: "M24 5l16 6v12c0 10-7 17-16 20C15 40 8 33 8 23V11zM16 24l6 6 11-12" },
  blocked: { word: "Blocked", icon: "M24 5l16 6v12c0 10-7 17-16 20C15 40 8 33 8 23V11zM17 17l14 14M31 17L17 31" },
  unknown: { word: "Not active", icon: "M24 5l16 6v12c0 10-7 17-16 20C15 40 8 33 8 23V11zM24 15v10M24 32v.100" },
};

const OUTCOMES = { held_back: "held back", escaped: "ESCAPED", not_sent: "not sent" };

const QUESTIONS = {
  off: ["Disarm the kill switch?", "Everything passes from now on, also while the tunnel is down or Sluice does not run.", "Disarm"],
  lockdown: [
    "Lock this machine down?",
    "It is closed at once and stays so, also when the tunnel is stopped. Only what killSwitch allows in the configuration (allowLan, inputPorts) still reaches it; this page may not.",
    "Lock down",
  ],
};

let busy = false;
let asking = false;
// There was a reason to ask since the question that is under way was asked.
let stale = false;
// The state that the shown proof was made in; of another one it says nothing.
let proved = null;

export function takeKillSwitch(next) {
  const name = next?.state ?? "unknown";
  const state = STATES[name] ?? STATES.unknown;
  const tile = byId("killswitch");
  tile.dataset.state = name;
  byId("ks-icon").setAttribute("d", state.icon);
  text(byId("ks-word"), state.word);
  if (proved !== null && proved !== name) {
    proved = null;
    show(byId("ks-proof"), false);
  }
  text(byId("ks-line"), next?.reason ?? "The kill switch is not part of this appliance, or its room is being exchanged: rules that are in the kernel stay.");
  for (const button of byId("ks-modes").children) {
    button.setAttribute("aria-pressed", String(next?.mode === button.dataset.mode));
    button.disabled = busy || !next;
  }
  byId("ks-prove").disabled = busy || !next || name === "disarmed";
  const held = Object.values(next?.heldBack ?? {}).reduce((sum, kind) => sum + kind.packets, 0);
  text(byId("ks-held"), next ? `${count(held)} packets held back` : "");
  text(byId("ks-heals"), next?.heals ? `· rules put back ${count(next.heals)}× after others had changed them` : "");
  const notes = next?.limitations ?? [];
  reconcile(byId("ks-notes"), notes, (line) => line, () => make("li"), (node, line) => text(node, line));
  show(byId("ks-notes"), notes.length > 0);
}

function takeProof(proof) {
  const result = byId("ks-result");
  proved = byId("killswitch").dataset.state;
  show(byId("ks-proof"), true);
  result.dataset.holds = String(proof.holds);
  text(result, `${proof.sentence} (${new Date(proof.at).toLocaleTimeString()})`);
  reconcile(
    byId("ks-canaries"),
    proof.canaries,
    (canary) => `${canary.kind} ${canary.destination} ${canary.interface}`,
    () => {
      const row = make("tr");
      row.append(make("td"), make("td"), make("td"), make("td"), make("td", "dim"));
      return row;
    },
    (row, canary) => {
      row.dataset.outcome = canary.outcome;
      [canary.kind, canary.destination, canary.interface, OUTCOMES[canary.outcome], canary.detail].forEach((value, i) => text(row.children[i], value));
    },
  );
}

async function doing(work) {
  if (busy) return;
  busy = true;
  byId("killswitch").setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (failure) {
    toast(failure.message, true);
  } finally {
    busy = false;
    byId("killswitch").removeAttribute("aria-busy");
    await refreshKillSwitch();
  }
}

async function setMode(mode) {
  const question = QUESTIONS[mode];
  if (question && !(await confirm(...question))) return;
  await doing(async () => {
    if (mode === "off") await call("POST", "/killswitch:disarm");
    else await call("PUT", "/killswitch/mode", undefined, mode);
  });
}

async function ask() {
  try {
    takeKillSwitch(await call("GET", "/killswitch"));
  } catch (failure) {
    if (failure.status !== 0 && failure.status !== 401) takeKillSwitch(null);
  }
}

/**
 * Asks how it stands; whoever has no kill switch is told so. One question at a time, however many reasons to ask there are, and the last answer is
 * always to a question that was asked after the last reason.
 */
export async function refreshKillSwitch() {
  stale = true;
  if (asking) return;
  asking = true;
  try {
    while (stale) {
      stale = false;
      await ask();
    }
  } finally {
    asking = false;
  }
}

export function wireKillSwitch() {
  for (const button of byId("ks-modes").children) {
    button.addEventListener("click", () => setMode(button.dataset.mode));
  }
  byId("ks-prove").addEventListener("click", () => doing(async () => takeProof(await call("POST", "/killswitch:prove"))));
}
