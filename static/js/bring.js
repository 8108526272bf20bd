// The panel in which many entries come at once: pasted or from a file, looked at first.

import { problems } from "./api.js";
import { Batch } from "./batch.js";
import { Importing } from "./importing.js";
import { notice, showProblem } from "./notices.js";
import { find, findAll } from "./page.js";
import { hidePreview, showPreview } from "./preview.js";
import { fill, gettext, ngettext } from "./words.js";

const WRITING_MS = 300;

export class Bring {
  #waiting = 0;
  #job = null; // what would be added: a Batch or an Importing

  /** `onOpen()` before the panel is shown, `onDone()` after entries were added. */
  constructor(queue, { onOpen, onDone }) {
    Object.assign(this, { queue, onOpen, onDone });
    this.root = find("#bring");
    this.text = find("#bring-text");
    this.button = find("[data-commit]", this.root);
    this.text.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.#job = null;
      this.button.disabled = true; // what is shown is not what stands there
      this.#waiting = setTimeout(() => this.#read(), WRITING_MS);
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.button.click();
    });
    this.button.addEventListener("click", () => this.#commit());
    find("[data-other]", this.root).addEventListener("click", () => this.choose());
    find("#file").addEventListener("change", ({ target }) => {
      if (target.files.length) this.import(target.files[0]);
      target.value = ""; // so that the same file can be chosen again
    });
  }

  choose() {
    find("#file").click();
  }

  paste(text = "") {
    this.#open("paste");
    if (text) this.text.value = text;
    this.text.focus();
    this.#read();
  }

  import(file) {
    this.#open("import");
    find("[data-file]", this.root).textContent = file.name;
    find("[data-size]", this.root).textContent = fill(gettext("%(n)s kB"), { n: Math.ceil(file.size / 1024).toLocaleString() });
    this.#try(new Importing(this.queue, file, { onProgress: (share) => this.#progress(share) }));
  }

  #open(mode) {
    this.onOpen();
    this.root.hidden = false;
    findAll("[data-when]", this.root).forEach((part) => (part.hidden = part.dataset.when !== mode));
  }

  #read() {
    this.#try(new Batch(this.queue, this.text.value));
  }

  async #try(job) {
    this.#job = job;
    this.#allow(0);
    showProblem(find("[data-problem]", this.root), []);
    const box = find("[data-preview]", this.root);
    if (job.isEmpty) return hidePreview(box);
    const result = await job.preview();
    if (job !== this.#job) return undefined; // something else was written meanwhile
    if (result.code !== 200) {
      hidePreview(box);
      return showProblem(find("[data-problem]", this.root), problems(result));
    }
    const { added_count: added, items, warning_count: doubts = 0 } = result.data;
    const { wrong, doubtful } = result;
    showPreview(box, { added, items, wrong, doubts, doubtful });
    return this.#allow(added);
  }

  async #commit() {
    const job = this.#job;
    this.button.disabled = true;
    const result = await job.commit();
    if (result.code !== 200) {
      showProblem(find("[data-problem]", this.root), problems(result));
      this.button.disabled = job !== this.#job;
      return;
    }
    const n = result.data.added_count;
    notice(fill(ngettext("%(n)s preset added.", "%(n)s presets added.", n), { n: n.toLocaleString() }));
    this.onDone();
    if (job !== this.#job) return; // something else was written meanwhile
    if (job instanceof Batch) this.text.value = "";
    this.#allow(0);
    hidePreview(find("[data-preview]", this.root));
  }

  #allow(n) {
    this.button.disabled = !n;
    const text = ngettext("Add %(n)s preset", "Add %(n)s presets", n);
    this.button.textContent = n ? fill(text, { n: n.toLocaleString() }) : gettext("Nothing to add yet");
  }

  /** `share` from 0 to 1; from then on the server is at work; null: it has answered. */
  #progress(share) {
    const bar = find("[data-progress]", this.root);
    bar.hidden = share === null;
    if (share === null || share >= 1) bar.removeAttribute("value");
    else bar.value = 100 * share;
  }
}
