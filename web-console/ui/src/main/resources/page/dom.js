// Elements are made from text only: no markup is ever parsed (the policy of the page forbids it as well).

import { plain } from "./format.js";

export const byId = (id) => document.getElementById(id);

/** Sets a text if it differs, so that screen readers and the browser have nothing to do when nothing changed. */
export function text(node, value) {
  const shown = plain(value);
  if (node.textContent !== shown) node.textContent = shown;
  return node;
}

/** An element with a class and a text or children. */
export function make(name, className = "", ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  for (const child of children) {
    node.append(child instanceof Node ? child : plain(child));
  }
  return node;
}

export function show(node, visible) {
  node.hidden = !visible;
}

/** Makes the children of a list equal to the items: existing ones are updated in place. */
export function reconcile(parent, items, key, create, update) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = String(key(item));
    let node = known.get(id);
    if (node) {
      known.delete(id);
    } else {
      node = create(item);
      node.dataset.key = id;
    }
    if (node === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(node, place);
    }
    update(node, item);
  }
  for (const node of known.values()) node.remove();
}

export function toast(message, bad = false) {
  const node = make("p", bad ? "toast bad" : "toast", message);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), bad ? 12000 : 5000);
}

/** Asks before something that cannot be taken back. */
export function confirm(title, question, yes) {
  const dialog = byId("confirm");
  text(byId("confirm-title"), title);
  text(byId("confirm-text"), question);
  text(byId("confirm-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
