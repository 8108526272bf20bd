// The journal: a filter line, the list below it, one exchange beside it.

import { FilterLine, problemsIn } from "./filterline.js";
import { startFrame } from "./frame.js";
import { startActions } from "./journal_actions.js";
import { showExport, startAll } from "./journal_all.js";
import { ExchangeList } from "./journal_list.js";
import { Marks } from "./journal_marks.js";
import { OpenExchange } from "./journal_open.js";
import { address, where } from "./journal_url.js";
import { openMenu, press } from "./press.js";
import { find } from "./page.js";
import { gettext } from "./words.js";

const CALLS = ["new_request", "completed_request", "settled", "typing"];

let opened = null;
const line = new FilterLine({ onSubmit: filter });
const marks = new Marks();
const list = new ExchangeList(where().query, { onProblem, onChange });
opened = new OpenExchange(list, { onChange });

/** The list may be fetched while another line is being written: what is wrong with that one stays in sight. */
function onProblem(wrong) {
  if (line.line.trim() === list.query) line.problems(wrong);
}

function onChange() {
  opened?.mark();
  marks.show();
}

async function filter(query) {
  history.pushState({}, "", address({ query }));
  await apply(query);
  const [wrong] = problemsIn(list.place);
  if (wrong && line.line === query) line.select(wrong.position);
}

async function apply(query) {
  showExport(query);
  await list.show(query);
  if (opened.wanted && !where().id) await opened.show("");
}

/** Back and forward: the address says what is to be seen. */
async function follow() {
  const { id, query } = where();
  if (query !== list.query) {
    line.write(query);
    await apply(query);
    await list.restore(history.state ?? {});
  }
  if (id !== opened.wanted) await opened.show(id);
}

/** The exchange that a key means: the line that has the focus, else the open one. */
function meant() {
  return document.activeElement.closest(".row[data-call]")?.dataset.call ?? opened.id;
}

/** Escape leaves the field first, then closes what is open. */
function leave() {
  if (!document.activeElement.matches("input, textarea, select")) return opened.close();
  document.activeElement.blur();
  return (find('.line[aria-current="true"]') ?? find("a.line"))?.focus();
}

const keys = [
  { key: "d", label: gettext("mark for diff"), act: () => marks.toggle(meant()) },
  { key: "Shift+D", label: gettext("compare the two that are marked"), act: () => marks.compare() },
  { key: "a", label: gettext("answer it on the desk, while it waits"), act: () => press("[data-answer]") },
  { key: "q", label: gettext("queue this reply"), act: () => press("[data-queue]") },
  { key: "s", label: gettext("send the call again"), act: () => press("[data-resend]") },
  { key: "y", label: gettext("copy the call or its reply"), act: () => openMenu("#copy-as") },
  { key: "e", label: gettext("export or delete what the filter shows"), act: () => openMenu("#list-menu") },
  { key: "n", label: gettext("show what is newer"), act: () => !find("#newer").hidden && list.renew() },
  { key: "Escape", label: gettext("leave the field; close the exchange"), act: leave },
];

history.scrollRestoration = "manual"; // the list has to be there first
addEventListener("popstate", follow);
addEventListener("pagehide", () => history.replaceState({ ...history.state, ...list.memory }, ""));
startActions(opened);
startAll(list);
onChange();
if (history.state?.shown) list.restore(history.state);
startFrame({
  keys,
  onEvent(kind, data) {
    if (CALLS.includes(kind)) list.catchUp();
    if (data.id && data.id === opened.id) opened.refresh();
    if (data.ip && data.ip === opened.caller) opened.followUp();
  },
  refetch() {
    list.catchUp();
    opened.refresh();
    opened.followUp();
  },
});
