// Typing over a selection in CodeMirror. Left to itself the browser writes styled elements then, which the page's policy forbids.

/** An extension for an editor that is written in; `cm` is CodeMirror. */
export function typeOver(cm) {
  const beforeinput = (event, view) => {
    const { data, inputType, isComposing } = event;
    const { from, to, empty } = view.state.selection.main;
    if (empty || inputType !== "insertText" || isComposing || data === null) return false;
    const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const isHandled = view.state.facet(cm.EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
    if (!isHandled) view.dispatch(insert());
    event.preventDefault();
    return true;
  };
  return cm.EditorView.domEventHandlers({ beforeinput });
}
