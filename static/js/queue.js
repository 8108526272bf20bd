// One queue over REST: what is asked of the server about it, and its entries to write back as they were.

import { ask } from "./api.js";
import { payloadOf } from "./content.js";

const RETRY_CODES = [404, 409];

/** The request's body of an entry as the server gave it to edit, its response spelled as its author did. */
function spelled({ id, body, ...fields }) {
  return payloadOf(body, fields);
}

export class Queue {
  constructor({ caller, href }) {
    this.caller = caller;
    this.href = href;
    this.path = `/api/preset-queue/${encodeURIComponent(caller)}`;
  }

  /** The fields of one entry, its response as the text `body`; null when it is not there any more. */
  async entry(id) {
    const response = await fetch(`${this.href}/entries/${id}`).catch(() => null);
    return response?.ok ? response.json() : null;
  }

  add(body) {
    return ask("POST", this.path, { body });
  }

  change(id, body) {
    return ask("PATCH", `${this.path}/${id}`, { body });
  }

  remove(id) {
    return ask("DELETE", `${this.path}/${id}`);
  }

  /** `before`: the id of an entry, or null for the end. */
  move(id, before) {
    return ask("POST", `${this.path}/${id}/move`, { body: JSON.stringify({ before }) });
  }

  /** Adds an entry that `entry` gave, before another one; at the end when that one is gone. */
  async copy(entry, before) {
    const result = await this.add(spelled(entry));
    if (result.code !== 200 || before === null) return result;
    const moved = await this.move(result.data.response_id, before);
    return moved.code === 200 || RETRY_CODES.includes(moved.code) ? result : moved;
  }

  pause(paused) {
    return ask("POST", `${this.path}/pause`, { body: JSON.stringify({ paused }) });
  }

  clear() {
    return ask("DELETE", this.path);
  }

  /** All entries as a file's text; "" when there are none, or they are larger than that. */
  async export(max_bytes) {
    const response = await fetch(`${this.path}/export?format=full`).catch(() => null);
    if (!response?.ok) return "";
    if (Number(response.headers.get("content-length")) > max_bytes) {
      response.body.cancel();
      return "";
    }
    const file = await response.blob();
    return file.size > max_bytes ? "" : file.text();
  }

  /** Adds what `export` gave. */
  import(text) {
    const body = new FormData();
    body.append("file", new Blob([text], { type: "application/json" }), "queue.json");
    return ask("POST", `${this.path}/import`, { body });
  }
}
