// The page Templates: finds one, tries it on a call while it is written, keeps it.

import { ask, problems } from "./api.js";
import { startFrame } from "./frame.js";
import { TemplateDraft } from "./librarydraft.js";
import { exampleOf, FieldProblems, readJson, textsOf, tried, written } from "./libraryfields.js";
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

function showTried(line, body, level = "") {
  find("#try-line").textContent = line;
  find("#try-line").dataset.level = level;
  find("#try-body").textContent = body;
}

/** What is wrong stands at its fields; of what has no field, or only happens with this call, the line says it. */
function showUntried(errors, line = gettext("Nothing goes out like this: what is wrong stands at its field.")) {
  problemsOf.show(errors);
  showTried(line, "", "bad");
}

/** Shows what would go out. */
const preview = coalesce(async () => {
  const { fields, errors } = written(textsOf(form));
  if (fields.variables) find("#try-vars").placeholder = exampleOf(fields.variables);
  const vars = readJson(find("#try-vars").value || "{}");
  if (vars.error) errors.push({ field: "vars", error: vars.error });
  if (errors.length) return showUntried(errors);
  const asked = { template: tried(fields), vars: vars.value };
  if (find("#try-call").value) asked.call = find("#try-call").value;
  const result = await ask("POST", "/api/templates/preview", { body: JSON.stringify(asked) });
  if (result.code !== 200 && result.data.errors?.length) return showUntried(result.data.errors);
  if (result.code !== 200) return showUntried([], visibleText(problems(result).join(" ")));
  problemsOf.show([]);
  const { status_code: status, headers, delay_ms: delay, body } = result.data;
  const parts = [status, delay ? `${delay.toLocaleString()} ms` : "", ...headers.map(([name, value]) => `${name}: ${value}`)];
  return showTried(visibleText(parts.filter(Boolean).join(" · ")), body === null ? "" : visibleText(JSON.stringify(body, null, 2)));
});

/** What was refused, each thing with its field; a name that is taken has no other. */
function refusedBy(result, isNew) {
  if (result.data.errors?.length) return result.data.errors;
  return isNew && result.code === 409 ? [{ field: "name", error: result.data.detail }] : problems(result);
}

const save = single(async () => {
  const { name: known } = root.dataset;
  if (known && !renewing.isChanged) return notice(gettext("Nothing was changed."), { name: "written" });
  if (known && (await renewing.isClash())) return undefined;
  const sent = renewing.written;
  const { fields, errors } = written(known ? renewing.mine : sent);
  if (errors.length) return problemsOf.refuse(errors);
  const path = known ? `/api/templates/${encodeURIComponent(known)}` : "/api/templates";
  const result = await ask(known ? "PATCH" : "POST", path, { body: JSON.stringify(fields) });
  if (result.code !== 200) return problemsOf.refuse(refusedBy(result, !known));
  problemsOf.refuse([]);
  if (!known) {
    draft.added(fields.name);
    location.href = `/templates/${encodeURIComponent(fields.name)}`;
    return undefined;
  }
  renewing.keep(result.data.template.changed_at, sent);
  draft.keep();
  const told = (result.data.warnings ?? []).map(({ field, error }) => visibleText(`${field} ${error}`));
  return notice([gettext("Saved."), ...told].join("\n"), { name: "written", level: told.length ? "warn" : undefined });
});

async function remove() {
  const { name } = root.dataset;
  const title = fill(gettext("Delete the template %(name)s?"), { name });
  const text = gettext("Presets that name it then answer with an error.");
  if (!(await sure({ title, text, yes: gettext("Delete") }))) return;
  const result = await ask("DELETE", `/api/templates/${encodeURIComponent(name)}`);
  if (result.code !== 200) return notice(problems(result).join("\n"), { level: "bad" });
  draft.forget();
  location.href = "/templates";
  return undefined;
}

async function bring({ target }) {
  const body = new FormData();
  body.append("file", target.files[0]);
  const result = await ask("POST", "/api/templates/import", { body });
  target.value = "";
  if (result.code !== 200) return notice(problems(result).join("\n"), { level: "bad" });
  const { added_count: added, changed_count: changed, failed_count: failed, errors } = result.data;
  const n = added + changed;
  const word = fill(ngettext("%(n)s template imported.", "%(n)s templates imported.", n), { n });
  const wrong = errors.slice(0, 3).map(({ index, error }) => visibleText(`#${index + 1} ${error}`));
  if (failed) return notice([word, ...wrong].join("\n"), { level: "warn" });
  location.reload();
  return undefined;
}

find("#filter").addEventListener("input", narrow);
find("#import-templates input").addEventListener("change", bring);
find("#delete-template")?.addEventListener("click", remove);
const problemsOf = new FieldProblems(root, form);
const renewing = new Renewing(root, form, {
  save,
  onList: narrow,
  onForm: () => {
    draft.keep();
    preview();
  },
});
const draft = root && new TemplateDraft(root, renewing, { onForm: preview });
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
  form.addEventListener("input", () => draft.keep());
  root.addEventListener("input", () => preview());
  if (root.dataset.name) find("#try-use").textContent = `{"template": "${root.dataset.name}"}`;
  preview();
}
find("#library [aria-current]")?.scrollIntoView({ block: "nearest" });
startFrame({
  onEvent: (kind) => kind === "templates_updated" && renewing.renew(),
  refetch: () => renewing.renew(),
  keys: [{ key: "n", label: gettext("new template"), act: () => find("#new-template").click() }],
});
