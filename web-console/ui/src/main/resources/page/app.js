// Log in, listen, draw.

import { byId, show, text, toast } from "./dom.js";
import { call, listen } from "./api.js";
import { Chart } from "./chart.js";
import { FAILURES, takeFailures } from "./failures.js";
import { Flows } from "./flows.js";
import { refreshKillSwitch, wireKillSwitch } from "./killswitch.js";
import { drawState, drawUptime, takeBundles, takeOutbounds, takeRules, takeStatus, takeTotals, wireBundles, wireToggle } from "./panels.js";

// Outbounds and rules change seldom and bundles more seldom still; the stream carries what changes every second.
const PATHS_MILLIS = 3000;
const BUNDLES_MILLIS = 10000;
// For its counters: a change of its state is told by a notice.
const KILL_SWITCH_MILLIS = 2000;

const page = document.documentElement;
const chart = new Chart(byId("chart"));
const flows = new Flows();
let connected = false;
let heard = null;
let end = null;

function link(state, words) {
  byId("link").dataset.state = state;
  text(byId("link-text"), words);
}

function setConnected(now) {
  connected = now;
  link(now ? "live" : "lost", now ? "Live" : "Reconnecting");
  show(byId("stale"), !now);
  if (!now) {
    text(byId("stale"), heard ? `The connection is lost. What is shown is as of ${heard.toLocaleTimeString()}.` : "The appliance does not answer yet.");
  }
  page.classList.toggle("is-stale", !now);
  drawState(connected);
}

async function poll(path, take, absent) {
  if (document.hidden || !connected) return;
  try {
    take((await call("GET", path)).items);
  } catch (failure) {
    if (failure.status === 401) logIn();
    else if (failure.status === 503) take(absent);
  }
}

function refreshPaths() {
  poll("/outbounds", takeOutbounds, []);
  poll("/rules", takeRules, []);
  poll(FAILURES, takeFailures, []);
}

const refreshBundles = () => poll("/bundles", takeBundles, []);

function start() {
  page.dataset.view = "console";
  let failures = 0;
  end = listen({
    open() {
      failures = 0;
      setConnected(true);
      refreshKillSwitch();
      refreshPaths();
      refreshBundles();
    },
    async lost() {
      setConnected(false);
      failures += 1;
      // A stream does not say why it was refused; the session does.
      await call("GET", "/session").catch((failure) => failure.status === 401 && logIn());
    },
    status(event) {
      heard = new Date();
      takeStatus(event);
      drawState(connected);
    },
    history: (event) => chart.load(event.up, event.down),
    totals(event) {
      heard = new Date();
      takeTotals(event);
      chart.add(event.upRate ?? 0, event.downRate ?? 0);
    },
    flows: (event) => flows.take(event),
    // Also in a window that nobody looks at: what it says of the kill switch is true when it is looked at again.
    notice: (event) => event.room === "killswitch" && refreshKillSwitch(),
  });
}

function logIn(message = "") {
  end?.();
  end = null;
  page.dataset.view = "login";
  document.title = "Sluice";
  show(byId("login-error"), message !== "");
  text(byId("login-error"), message);
  byId("token").focus();
}

async function enter(credentials) {
  try {
    await call("POST", "/session", credentials);
    start();
  } catch (failure) {
    logIn(credentials.code ? "This address was used before or is too old. Print a new one." : failure.message);
  }
}

byId("login-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("token");
  const token = field.value.trim();
  field.value = "";
  if (token) enter({ token });
});

byId("logout").addEventListener("click", async () => {
  await call("DELETE", "/session").catch((failure) => toast(failure.message, true));
  logIn();
});

function switchTheme() {
  const dark = page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  page.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("sluice-theme", page.dataset.theme);
  chart.draw();
}

byId("theme").addEventListener("click", switchTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.draw());

// g then o, f, p, s goes to a section; / filters; . pauses; t switches the theme.
let going = false;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target === byId("filter")) {
    byId("filter").value = "";
    byId("filter").dispatchEvent(new Event("input"));
    byId("filter").blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input") || byId("confirm").open || page.dataset.view !== "console") return;
  const section = { o: "overview", f: "flows", p: "paths", s: "system" }[event.key];
  if (going && section) {
    location.hash = section;
  } else if (event.key === "/") {
    event.preventDefault();
    byId("filter").focus();
  } else if (event.key === ".") {
    flows.pause();
  } else if (event.key === "t") {
    switchTheme();
  }
  going = event.key === "g";
});

wireToggle(() => connected);
wireBundles();
wireKillSwitch();
setInterval(() => {
  if (document.hidden) return;
  flows.tick();
  drawUptime(connected);
}, 1000);
setInterval(() => document.hidden || !connected || refreshKillSwitch(), KILL_SWITCH_MILLIS);
setInterval(refreshPaths, PATHS_MILLIS);
setInterval(refreshBundles, BUNDLES_MILLIS);

/** Uses the code of a login address, if there is one; it has no business in the address bar or the history. */
async function enterByAddress() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return false;
  history.replaceState(null, "", location.pathname);
  end?.();
  await enter({ code });
  return true;
}

// A login address opened in a tab that shows this page already changes nothing but the fragment.
addEventListener("hashchange", enterByAddress);

if (!(await enterByAddress())) {
  await call("GET", "/session").then(start, (failure) => (failure.status === 401 ? logIn() : start()));
}
