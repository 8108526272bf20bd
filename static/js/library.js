// The page Templates: finds one, tries it on a call while it is written, keeps it.

import { ask, problems } from "./api.js";
import { startFrame } from "./frame.js";
import { Renewing } from "./libraryrenew.js";
import { notice, sure } from "./notices.js";
import { coalesce, find, findAll, single } from "./page.js";
import { visibleText } from "./visible.js";
import { fill, gettext, ngettext } from "./words.js";

const root = find("#template");
const form = find("#template-form");

/** Narrows the list while somebody types; Enter asks the server for the same. */
function narrow() {
  const sought = find("#filter").value.trim().toLowerCase();
  for (const row of findAll("[data-find]")) row.hidden = !row.dataset.find.toLowerCase().includes(sought);
  for (const group of findAll("[data-group]")) group.hidden = !find("[data-find]:not([hidden])", group);
  find("#none").hidden = Boolean(find("[data-find]:not([hidden])"));
}

const number = (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : text);

/** What stands in the fields, as REST takes it: {fields}, or {problem}. */
function written() {
  const { elements } = form;
  const fields = {};
  for (const name of ["name", "category", "description"]) if (elements[name]) fields[name] = elements[name].value.trim();
  for (const name of ["status_code", "delay_ms"]) if (elements[name].value.trim()) fields[name] = number(elements[name].value);
  let place = gettext("Response");
  try {
    fields.response = JSON.parse(elements.response.value);
    place = gettext("Variables");
    fields.variables = JSON.parse(elements.variables.value || "{}");
    place = gettext("Headers, pace, retry");
    Object.assign(fields, JSON.parse(elements.more.value || "{}"));
  } catch (error) {
    return { problem: `${place}: ${error.message}` };
  }
  return { fields };
}

function showProblem(lines) {
  const place = find("#template-problem");
  place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  place.hidden = !lines.length;
}

function showTried(line, body, level = "") {
  find("#try-line").textContent = line;
  find("#try-line").dataset.level = level;
  find("#try-body").textContent = body;
}

/** Shows what would go out. */
const preview = coalesce(async () => {
  const { fields, problem } = written();
  if (problem) return showTried(problem, "", "bad");
  const asked = { template: { ...fields, name: fields.name || "new" } };
  if (find("#try-call").value) asked.call = find("#try-call").value;
  try {
    asked.vars = JSON.parse(find("#try-vars").value || "{}");
  } catch (error) {
    return showTried(`${gettext("Variables")}: ${error.message}`, "", "bad");
  }
  const result = await ask("POST", "/api/templates/preview", { body: JSON.stringify(asked) });
  if (result.code !== 200) return showTried(problems(result).map(visibleText).join(" "), "", "bad");
  const { status_code: status, headers, delay_ms: delay, body } = result.data;
  const parts = [status, delay ? `${delay.toLocaleString()} ms` : "", ...headers.map(([name, value]) => `${name}: ${value}`)];
  return showTried(visibleText(parts.filter(Boolean).join(" · ")), body === null ? "" : visibleText(JSON.stringify(body, null, 2)));
});

const save = single(async () => {
  const { fields, problem } = written();
  if (problem) return showProblem([problem]);
  const { name: known } = root.dataset;
  const sent = renewing.written;
  const path = known ? `/api/templates/${encodeURIComponent(known)}` : "/api/templates";
  const missing = known ? { status_code: null, delay_ms: null, headers: null, pace: null, x_should_retry: null } : {};
  const result = await ask(known ? "PATCH" : "POST", path, { body: JSON.stringify({ ...missing, ...fields }) });
  if (result.code !== 200) return showProblem(problems(result).map(visibleText));
  showProblem([]);
  if (known) renewing.keep(result.data.template.changed_at, sent);
  const told = (result.data.warnings ?? []).map(({ field, error }) => visibleText(`${field} ${error}`));
  if (known) return notice([gettext("Saved."), ...told].join(" "), { name: "written", level: told.length ? "warn" : undefined });
  location.href = `/templates/${encodeURIComponent(fields.name)}`;
  return undefined;
});

async function remove() {
  const { name } = root.dataset;
  const title = fill(gettext("Delete the template %(name)s?"), { name });
  const text = gettext("Presets that name it then answer with an error.");
  if (!(await sure({ title, text, yes: gettext("Delete") }))) return;
  const result = await ask("DELETE", `/api/templates/${encodeURIComponent(name)}`);
  if (result.code === 200) location.href = "/templates";
  else notice(problems(result).join(" "), { level: "bad" });
}

async function bring({ target }) {
  const body = new FormData();
  body.append("file", target.files[0]);
  const result = await ask("POST", "/api/templates/import", { body });
  target.value = "";
  if (result.code !== 200) return notice(problems(result).join(" "), { level: "bad" });
  const { added_count: added, changed_count: changed, failed_count: failed, errors } = result.data;
  const n = added + changed;
  const word = fill(ngettext("%(n)s template imported.", "%(n)s templates imported.", n), { n });
  const wrong = errors.slice(0, 3).map(({ index, error }) => visibleText(`#${index + 1} ${error}`));
  if (failed) return notice([word, ...wrong].join(" "), { level: "warn" });
  location.reload();
  return undefined;
}

find("#filter").addEventListener("input", narrow);
find("#import-templates input").addEventListener("change", bring);
find("#delete-template")?.addEventListener("click", remove);
if (root) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    if (!("ready" in root.dataset)) save();
  });
  root.addEventListener("input", () => preview());
  if (root.dataset.name) find("#try-use").textContent = `{"template": "${root.dataset.name}"}`;
  preview();
}
const renewing = new Renewing(root, form, { onList: narrow, onForm: preview });
startFrame({
  onEvent: (kind) => kind === "templates_updated" && renewing.renew(),
  refetch: () => renewing.renew(),
  keys: [{ key: "n", label: gettext("new template"), act: () => find("#new-template").click() }],
});
