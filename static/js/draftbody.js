// The body of a draft: one JSON text, read and changed in parts; what another kind of answer had is kept aside.

import { asStructure, kindOf, NATURAL, partOf, placesIn, setPart } from "./bodyparts.js";
import { isContent } from "./content.js";
import { isObject, tryJson, writeJson } from "./rawjson.js";

export class DraftBody {
  constructor() {
    this.write("");
  }

  /** `kind` and `spare` as a draft kept them; without them the kind is read from the body. */
  write(text, { kind = "", spare = {}, status = 200, hasSchema = false, first = "text" } = {}) {
    Object.assign(this, { text, spare: { ...spare } });
    this.root = text.trim() ? tryJson(text) : {};
    this.kind = this.isShown ? this.#kind(kind, { status, hasSchema, first }) : kind || "text";
  }

  /** Whether a form can show it. */
  get isShown() {
    return placesIn(this.root) !== null && !isContent(this.root);
  }

  get isEmpty() {
    return !this.text.trim();
  }

  get(name) {
    return partOf(this.root, name);
  }

  set(name, value) {
    setPart(this.root, name, value);
    this.#spell();
  }

  /** Makes it another kind of answer: parts that this kind has not are put aside, what was put aside comes back. */
  become(kind) {
    if (kind === this.kind) return;
    if (this.kind === "error") this.#leaveError();
    if (kind === "error") this.#enterError();
    else this.#turn(kind);
    this.kind = kind;
    this.#spell();
  }

  /** The kind that was kept counts as long as the body does not say otherwise. */
  #kind(kept, situation) {
    const read = kindOf(this.root, situation);
    if (!kept || kept === read) return read;
    if (kept === "schema" && !situation.hasSchema) return read;
    const isSilent = !this.get("content");
    if (["text", "schema"].includes(read) && isSilent) return kept;
    if (read === "text" && kept === "tools") return kept;
    return ["text", "schema"].includes(kept) && ["text", "schema"].includes(read) ? kept : read;
  }

  #leaveError() {
    const { answer } = this.spare;
    this.spare.error = this.text;
    this.root = tryJson(answer?.text ?? "{}") ?? {};
    this.kind = answer?.kind ?? "text";
  }

  #enterError() {
    this.spare.answer = { text: this.isEmpty ? "{}" : this.text, kind: this.kind };
    this.root = tryJson(this.spare.error || "{}") ?? {};
  }

  #turn(kind) {
    this.#putAside();
    const { spare } = this;
    const parts = { content: undefined, tool_calls: undefined, refusal: undefined };
    if (kind === "text" || kind === "tools") parts.content = spare.text ?? spare.structureText;
    if (kind === "tools") parts.tool_calls = spare.tools;
    if (kind === "refusal") parts.refusal = spare.refusal;
    if (kind === "schema") parts.content = spare.structure ?? asStructure(spare.text);
    for (const [name, value] of Object.entries(parts)) setPart(this.root, name, value);
    const natural = [undefined, ...Object.values(NATURAL)];
    if (natural.includes(this.get("finish_reason"))) {
      const isWhole = this.root.choices !== undefined;
      setPart(this.root, "finish_reason", isWhole ? NATURAL[kind] : undefined);
    }
  }

  #putAside() {
    const [content, calls, refusal] = ["content", "tool_calls", "refusal"].map((name) => this.get(name));
    if (this.kind === "schema") {
      this.spare.structure = content;
      this.spare.structureText = typeof content === "string" ? content : content && writeJson(content);
    } else if (this.kind !== "refusal") this.spare.text = content ?? undefined;
    if (this.kind === "tools") this.spare.tools = calls;
    if (this.kind === "refusal") this.spare.refusal = refusal;
  }

  #spell() {
    const isNothing = isObject(this.root) && !Object.keys(this.root).length;
    this.text = isNothing ? "" : writeJson(this.root);
  }
}
