// CodeMirror for JSON, loaded when it is first needed: an editor that checks while one writes, and a diff.

import { find } from "./page.js";
import { typeOver } from "./typeover.js";
import { gettext } from "./words.js";

let loading = null;

function load() {
  loading ??= import("../vendor/codemirror/codemirror.js");
  return loading;
}

/** Its style elements carry the page's nonce; see docs/dashboard.md. */
const nonce = () => find("meta[name=csp-nonce]")?.content ?? "";

const RULES = {
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "var(--text-tiny)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "18px" },
  ".cm-content": { caretColor: "var(--ink)", padding: "var(--space-2) 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-faint)", borderColor: "var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--sunken)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--mark)",
  },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-changedLine": { backgroundColor: "var(--accent-soft)" },
  ".cm-deletedChunk": { backgroundColor: "var(--bad-soft)" },
};

function look(cm) {
  const { tags } = cm;
  const style = cm.HighlightStyle.define([
    { tag: tags.propertyName, color: "var(--code-key)" },
    { tag: tags.string, color: "var(--code-string)" },
    { tag: tags.number, color: "var(--code-number)" },
    { tag: [tags.bool, tags.null], color: "var(--code-word)" },
  ]);
  const own = nonce();
  return [
    own ? cm.EditorView.cspNonce.of(own) : [],
    cm.EditorView.theme(RULES),
    cm.syntaxHighlighting(style),
    cm.EditorView.lineWrapping,
    cm.EditorState.phrases.of({ Diagnostics: gettext("Problems") }),
    cm.json(),
  ];
}

function writing(cm, { label, lint, onChange }) {
  return [
    cm.lineNumbers(),
    cm.foldGutter(),
    cm.history(),
    cm.drawSelection(),
    cm.indentOnInput(),
    typeOver(cm),
    cm.bracketMatching(),
    cm.closeBrackets(),
    cm.lintGutter(),
    cm.linter(lint ? (view) => lint(view.state.doc.toString()) : cm.jsonParseLinter()),
    // Tab stays the way out of the field for those who use no mouse.
    cm.keymap.of([
      ...cm.closeBracketsKeymap,
      ...cm.defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
      ...cm.searchKeymap,
      ...cm.historyKeymap,
      ...cm.foldKeymap,
      ...cm.lintKeymap,
    ]),
    cm.EditorView.contentAttributes.of({ "aria-label": label }),
    cm.EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("write"))) onChange(update.state.doc.toString());
    }),
  ];
}

/**
 * An editor inside `parent`. `onChange(text)` hears what a person writes; `lint(text)` may return, or promise, CodeMirror's
 * diagnostics [{from, to, severity, message}], instead of "is it JSON". Returns {view, read(), write(text), focus()}.
 */
export async function codeEditor(parent, { text = "", label, onChange = () => {}, lint = null }) {
  const cm = await load();
  const view = new cm.EditorView({
    parent,
    doc: text,
    extensions: [writing(cm, { label, lint, onChange }), look(cm)],
  });
  return {
    view,
    read: () => view.state.doc.toString(),
    write: (content) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: content }, userEvent: "write" }),
    focus: () => view.focus(),
  };
}

/** A text to read, below its page's scroll bar; what hides in it or turns it around is shown. */
export async function codeView(parent, { text, label }) {
  const cm = await load();
  const extensions = [
    look(cm),
    cm.lineNumbers(),
    cm.foldGutter(),
    cm.highlightSpecialChars({ addSpecialChars: /[\u202a-\u202e\u2060-\u206f\u{e0000}-\u{e007f}]/gu }),
    cm.keymap.of([...cm.searchKeymap, ...cm.foldKeymap, ...cm.defaultKeymap]),
    cm.EditorState.readOnly.of(true),
    cm.EditorView.editable.of(false), // the page's letter keys go on working
    cm.EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  ];
  return new cm.EditorView({ parent, doc: text, extensions });
}

/** Two texts side by side, read-only, their differences marked; long equal stretches are folded. */
export async function codeDiff(parent, { before, after, labels }) {
  const cm = await load();
  const side = (doc, label) => ({
    doc,
    extensions: [
      look(cm),
      cm.lineNumbers(),
      cm.EditorState.readOnly.of(true),
      cm.EditorView.contentAttributes.of({ "aria-label": label }),
    ],
  });
  return new cm.MergeView({
    parent,
    a: side(before, labels[0]),
    b: side(after, labels[1]),
    gutter: true,
    collapseUnchanged: { margin: 3, minSize: 6 },
  });
}

/** The same below one another, for a narrow page: each stretch as it was, then as it became. */
export async function codeDiffBelow(parent, { before, after, label }) {
  const cm = await load();
  const extensions = [
    look(cm),
    cm.lineNumbers(),
    cm.EditorState.readOnly.of(true),
    cm.EditorView.editable.of(false),
    cm.EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    cm.unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
  ];
  return new cm.EditorView({ parent, doc: after, extensions });
}
