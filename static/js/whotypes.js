// Who is typing an answer to the open call live, and what they have typed.

import { ask } from "./api.js";
import { personName } from "./person.js";

/** {seq, text, by} of an answer that is being typed; null when none is. */
export async function typedSoFar(id) {
  const { code, data } = await ask("GET", `/api/desk/${id}/stream`);
  return code === 200 && data.seq > 0 && !data.done && data.state === "answered" ? data : null;
}

export class WhoTypes {
  #turn = 0; // counts what was asked and what was forgotten: an older answer comes too late

  /** `name`: somebody else, "" for nobody. `onMine(soFar)`: it is this person, who may go on; `onOther()`: the name is another. */
  constructor({ onMine, onOther }) {
    Object.assign(this, { onMine, onOther, id: "", name: "" });
  }

  /** Nobody, as far as is known. */
  forget(id = "") {
    this.#turn += 1;
    Object.assign(this, { id, name: "" });
  }

  async look(id) {
    const turn = ++this.#turn;
    const soFar = await typedSoFar(id);
    if (turn !== this.#turn) return;
    if (soFar?.by === personName()) {
      this.name = "";
      this.onMine(soFar);
    } else if (this.name !== (soFar?.by ?? "")) {
      this.name = soFar?.by ?? "";
      this.onOther();
    }
  }
}
