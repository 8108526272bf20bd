// The menu of templates in an editor: one fills the fields with what it says to the call, or is named as it is.

import { ask, problems } from "./api.js";
import { notice } from "./notices.js";
import { find, make, on } from "./page.js";
import { gettext } from "./words.js";

let known = null;

async function fetched() {
  const { code, data } = await ask("GET", "/api/templates");
  if (code === 200) known = data.templates;
  return known ?? [];
}

function row({ name, description }) {
  const about = make("span", {}, make("b", {}, name), " ", description);
  const whole = make("button", { type: "button", className: "dropdown-item", title: gettext("Fill in what it says") }, about);
  whole.dataset.fill = name;
  const named = make("button", { type: "button", className: "link", title: gettext("Keep the template itself: it is rendered when a call gets it") }, gettext("by name"));
  named.dataset.named = name;
  return make("li", { className: "template-item" }, whole, named);
}

/** The draft that names a template, with its variables as they are without a word. */
function naming(name) {
  const { variables } = known.find((one) => one.name === name);
  const vars = Object.fromEntries(Object.entries(variables).map(([key, about]) => [key, about.default ?? null]));
  const said = Object.keys(vars).length ? { template: name, vars } : { template: name };
  return { body: JSON.stringify(said, null, 2), view: "json" };
}

/** `callId()` says which call it is for, `onChosen(draft)` hears what was chosen. */
export function startTemplates(root, { callId, onChosen }) {
  const menu = find("[data-templates]", root);
  if (!menu) return;
  const [list, filter] = [find("ul", menu), find("input", menu)];
  const show = () => {
    const sought = filter.value.trim().toLowerCase();
    const found = (known ?? []).filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(sought));
    list.replaceChildren(...(found.length ? found.map(row) : [make("li", { className: "menu-title" }, gettext("No template has such a name."))]));
  };
  menu.addEventListener("show.bs.dropdown", () => fetched().then(show));
  menu.addEventListener("shown.bs.dropdown", () => filter.focus());
  filter.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no part of the draft
    show();
  });
  on(list, "click", "[data-named]", (_, { dataset }) => onChosen(naming(dataset.named)));
  on(list, "click", "[data-fill]", async (_, { dataset }) => {
    const body = JSON.stringify(callId() ? { call: callId() } : {});
    const result = await ask("POST", `/api/templates/${encodeURIComponent(dataset.fill)}/render`, { body });
    if (result.code === 200) onChosen(result.data.draft);
    else notice(problems(result).join(" "), { level: "warn" });
  });
}
