// The parts of a schema's form that hold others: objects with their optional members, and lists.

import { find, make } from "./page.js";
import { firstValue } from "./schema.js";
import { makeShown, visibleText } from "./visible.js";
import { fill, gettext } from "./words.js";

const dropButton = (label) => make("button", { type: "button", className: "icon-button arg-drop", ariaLabel: label, title: label }, "×");
const pathOf = (path, name) => (path ? `${path}.${name}` : name);

function boxOf(context, ...parts) {
  const legend = makeShown("legend", { className: "arg-name" }, context.label);
  return make("fieldset", { className: context.label ? "arg-group" : "arg-top" }, ...(context.label ? [legend] : []), ...parts);
}

/** Members that must be are there; those that may be are added and taken away by buttons. */
export function objectField(schema, value, context, field) {
  const properties = schema.properties ?? {};
  const isNeeded = (name) => schema.required?.includes(name);
  const extra = Object.fromEntries(Object.entries(value).filter(([name]) => !Object.hasOwn(properties, name)));
  const members = new Map();
  const body = make("div", { className: "arg-members" });
  const more = make("div", { className: "arg-more" });
  const kept = Object.keys(extra).join(", ");
  const note = kept ? [makeShown("small", { className: "arg-kept" }, fill(gettext("Also kept, as JSON only: %(names)s"), { names: kept }))] : [];

  const join = (name, content) => {
    const made = field(properties[name], content, { ...context, label: name, path: pathOf(context.path, name) });
    const drop = dropButton(fill(gettext("Leave out %(name)s"), { name: visibleText(name) }));
    drop.addEventListener("click", () => {
      members.delete(name);
      show();
      find(`[data-name="${CSS.escape(name)}"]`, more).focus();
      context.changed();
    });
    members.set(name, { ...made, row: make("div", { className: "arg-row" }, made.element, ...(isNeeded(name) ? [] : [drop])) });
  };
  const offer = (name) => {
    const button = makeShown("button", { type: "button", className: "tag" }, `+ ${name}`);
    button.dataset.name = name;
    button.addEventListener("click", () => {
      join(name, firstValue(properties[name], context.root));
      show();
      members.get(name).row.querySelector("input, textarea, select")?.focus();
      context.changed();
    });
    return button;
  };
  const names = Object.keys(properties);
  const show = () => {
    body.replaceChildren(...names.filter((name) => members.has(name)).map((name) => members.get(name).row));
    more.replaceChildren(...names.filter((name) => !members.has(name)).map(offer));
  };
  names.filter((name) => Object.hasOwn(value, name)).forEach((name) => join(name, value[name]));
  show();
  const read = () => Object.fromEntries([...names.filter((name) => members.has(name)).map((name) => [name, members.get(name).read()]), ...Object.entries(extra)]);
  return { element: boxOf(context, body, more, ...note), read };
}

export function arrayField(schema, value, context, field) {
  const items = [];
  const body = make("div", { className: "arg-members" });
  const add = make("button", { type: "button", className: "tag" }, gettext("+ item"));

  const push = (content) => items.push(field(schema.items, content, { ...context, label: "", path: `${context.path}[${items.length}]` }));
  const show = () => {
    body.replaceChildren(...items.map((item, index) => {
      item.element.dataset.path = `${context.path}[${index}]`;
      const drop = dropButton(fill(gettext("Take out item %(n)s"), { n: index + 1 }));
      drop.addEventListener("click", () => {
        items.splice(index, 1);
        show();
        (items.length ? find(`:scope > :nth-child(${Math.min(index + 1, items.length)}) > .arg-drop`, body) : add).focus();
        context.changed();
      });
      return make("div", { className: "arg-row" }, item.element, drop);
    }));
  };
  add.addEventListener("click", () => {
    push(firstValue(schema.items, context.root));
    show();
    items.at(-1).element.querySelector("input, textarea, select")?.focus();
    context.changed();
  });
  value.forEach(push);
  show();
  return { element: boxOf(context, body, make("div", { className: "arg-more" }, add)), read: () => items.map((item) => item.read()) };
}
