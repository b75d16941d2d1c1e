// Talks to /api/v1. A failure is an error with the sentence of the appliance.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * One request; the value of its answer, or undefined when there is none.
 *
 * @param body a value, sent as JSON
 * @param plain a text, sent as it is
 */
export async function call(method, path, body, plain) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: body ? { "Content-Type": "application/json" } : plain ? { "Content-Type": "text/plain" } : {},
      body: body ? JSON.stringify(body) : plain,
      signal: AbortSignal.timeout(60000),
    });
  } catch {
    throw new Refused(0, "The appliance does not answer.");
  }
  const json = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : undefined;
  if (!answer.ok) {
    throw new Refused(answer.status, json?.detail ?? `The appliance answered with ${answer.status}.`);
  }
  return json;
}

/**
 * Listens to the event stream, for ever: a broken stream is opened again.
 *
 * @param handlers by name of the event; `open` and `lost` for the stream itself
 * @returns a function that ends it
 */
export function listen(handlers) {
  let source;
  let timer;
  let ended = false;
  const open = () => {
    source = new EventSource("/api/v1/events");
    source.onopen = () => handlers.open();
    source.onerror = () => {
      source.close();
      if (ended) return;
      handlers.lost();
      timer = setTimeout(open, 2000);
    };
    for (const name of ["status", "totals", "history", "flows", "notice"]) {
      source.addEventListener(name, (event) => handlers[name](JSON.parse(event.data)));
    }
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
