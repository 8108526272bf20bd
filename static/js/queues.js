// The queues: who has one, what lies in it, and everything that is done with it.

import { ask, problems } from "./api.js";
import { loadDraft, saveDraft } from "./drafts.js";
import { Editor } from "./editor.js";
import { startFrame } from "./frame.js";
import { switchTo } from "./hold.js";
import { notice, showProblem, sure } from "./notices.js";
import { coalesce, find, findAll, on } from "./page.js";
import { fetchTexts, startTexts } from "./texts.js";
import { refresh } from "./swap.js";
import { fill, gettext, ngettext } from "./words.js";

const DRAFT = "queue";
const callers = find("#callers");
const entries = find("#entries");
const queue = find("#queue");
const chosen = queue?.dataset.caller ?? "";
const path = (caller) => `/api/preset-queue/${encodeURIComponent(caller)}`;

async function fetchEntries() {
  const open = new Set(findAll("details[open]", entries).map((one) => one.dataset.entry));
  await refresh(entries);
  for (const one of findAll("details", entries).filter(({ dataset }) => open.has(dataset.entry))) {
    one.open = true;
    fetchTexts(one);
  }
  showActions();
}

function showActions() {
  const empty = find("[data-count]", entries).dataset.count === "0";
  find("[data-export]", queue).hidden = empty;
  find("#clear").hidden = empty;
}

const refetchCallers = coalesce(() => refresh(callers));
const refetchEntries = queue ? coalesce(fetchEntries) : () => {};

function refetch() {
  refetchCallers();
  refetchEntries();
}

function onEvent(kind, data) {
  if (kind === "all_queues_updated") refetch();
  else if (kind === "queue_updated") {
    refetchCallers();
    if (data.ip === chosen) refetchEntries();
  }
}

async function add(form, editor) {
  const caller = form.elements.caller.value.trim();
  if (!form.elements.caller.reportValidity()) return;
  const body = editor.payload();
  if (!body) return;
  const result = await ask("POST", path(caller), { body });
  if (result.code !== 200) {
    editor.problem(problems(result));
    return;
  }
  saveDraft(DRAFT, null);
  editor.write(null);
  if (caller !== chosen) {
    location.assign(`/queues?caller=${encodeURIComponent(caller)}`);
    return;
  }
  const n = result.data.queue_length;
  notice(fill(ngettext("Added; the queue has %(n)s entry.", "Added; the queue has %(n)s entries.", n), { n }));
  refetch();
  editor.focus();
}

function startAdding() {
  const form = find("#add");
  const editor = new Editor(form, { onChange: () => saveDraft(DRAFT, editor.read()) });
  editor.write(loadDraft(DRAFT));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(form, editor);
  });
  return editor;
}

async function importFile(input) {
  const body = new FormData();
  body.append("file", input.files[0]);
  const result = await ask("POST", `${path(chosen)}/import`, { body });
  input.value = "";
  const { total, added_count: added } = result.data;
  const failed = result.code === 200 ? (result.data.errors.length ? problems(result) : []) : problems(result);
  showProblem(find("#import-problem"), failed);
  if (result.code === 200) notice(fill(gettext("Imported %(added)s of %(total)s entries."), { added, total }));
  refetch();
}

async function clear() {
  const yes = await sure({
    title: fill(gettext("Clear the queue of %(caller)s?"), { caller: chosen }),
    text: gettext("All its entries are deleted. Export them first if they may be needed again."),
    yes: gettext("Clear it"),
  });
  if (!yes) return;
  const result = await ask("DELETE", path(chosen));
  if (result.code !== 200) notice(problems(result).join(" "), { level: "warn" });
  refetch();
}

async function remove(id) {
  const result = await ask("DELETE", `${path(chosen)}/${id}`);
  if (result.code !== 200) notice(problems(result).join(" "), { level: "warn" });
  refetch();
}

function startQueue() {
  showActions();
  find("#import").addEventListener("change", (event) => importFile(event.target));
  find("#clear").addEventListener("click", clear);
  on(entries, "click", "[data-delete]", (_, button) => remove(button.dataset.delete));
}

const editor = startAdding();
if (queue) startQueue();
on(find("#fallback"), "change", "[name=mode]", (_, input) => switchTo(input.value));
startTexts(document.body);
startFrame({ keys: [{ key: "r", label: gettext("write a new entry"), act: () => editor.focus() }], onEvent, refetch });
