// The flows that ended for a fault, newest first, each with the sentence of the flow list and the log.

import { byId, make, reconcile, show, text } from "./dom.js";
import { duration, plain } from "./format.js";

export const FAILURES = "/flows?failed=true&limit=20";

export function takeFailures(items) {
  show(byId("failures"), items.length > 0);
  reconcile(byId("failure-rows"), items, (flow) => flow.id, row, fill);
}

function row() {
  const node = make("tr");
  const destination = make("td", "destination");
  destination.append(make("span"), make("bdi", "host"));
  const client = make("td", "client");
  client.append(make("bdi", "host"), make("small"));
  const outbound = make("td", "outbound");
  outbound.append(make("bdi", "tag"));
  const began = make("td", "num");
  began.dataset.label = "Began";
  node.append(destination, client, outbound, make("td", "sentence"), began);
  return node;
}

function fill(node, flow) {
  const [destination, client, outbound, sentence, began] = node.children;
  const network = destination.firstElementChild;
  network.className = `net ${flow.network}`;
  text(network, flow.network);
  text(destination.children[1], flow.destination);
  destination.title = plain(flow.rule ? `Rule: ${flow.rule}` : "");
  text(client.children[0], flow.source);
  text(client.children[1], flow.user ? `${flow.user} via ${flow.inbound}` : `via ${flow.inbound}`);
  text(outbound.firstElementChild, flow.outbound ?? "–");
  text(sentence, flow.detail ?? flow.closeSentence);
  text(began, `${duration((Date.now() - Date.parse(flow.started)) / 1000)} ago`);
}
