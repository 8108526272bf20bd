// The menu of templates in an editor: one fills the fields with what it says to the call, or is named as it is.

import { ask, problems } from "./api.js";
import { notice } from "./notices.js";
import { find, make, on } from "./page.js";
import { gettext } from "./words.js";

let known = null;

async function fetched() {
  const { code, data } = await ask("GET", "/api/templates");
  if (code === 200) known = data.templates;
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

class Templates {
  constructor(menu, editor) {
    Object.assign(this, { list: find("ul", menu), filter: find("input", menu), editor });
    this.filter.addEventListener("input", (event) => {
      event.stopPropagation(); // it is no part of the draft
      this.#show();
    });
    on(this.list, "click", "[data-named]", (_, { dataset }) => editor.take(naming(dataset.named)));
    on(this.list, "click", "[data-fill]", (_, { dataset }) => this.#fill(dataset.fill));
    menu.addEventListener("shown.bs.dropdown", () => this.filter.focus());
    this.filter.focus(); // it is shown by now
  }

  async fetch() {
    await fetched();
    this.#show();
  }

  #show() {
    const sought = this.filter.value.trim().toLowerCase();
    const found = (known ?? []).filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(sought));
    this.list.replaceChildren(...(found.length ? found.map(row) : [make("li", { className: "menu-title" }, gettext("No template has such a name."))]));
  }

  async #fill(name) {
    const { call } = this.editor;
    const result = await ask("POST", `/api/templates/${encodeURIComponent(name)}/render`, { body: JSON.stringify(call ? { call: call.id } : {}) });
    if (call?.id !== this.editor.call?.id) return; // it was said to another call
    if (result.code === 200) this.editor.take(result.data.draft);
    else notice(problems(result).join(" "), { level: "warn" });
  }
}

const menus = new WeakMap();

/** Each time that the menu opens; `editor.take(draft)` hears what was chosen for its `call`. */
export function offerTemplates(menu, editor) {
  if (!menus.has(menu)) menus.set(menu, new Templates(menu, editor));
  return menus.get(menu).fetch();
}
