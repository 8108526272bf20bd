"""The automatic answer to a request for a text completion: every prompt is echoed, as the request asks."""

from apps.wire import automatic
from apps.wire.asked import Asked, digest_of, one_line
from apps.wire.call import Call
from apps.wire.completion_request import Prompt, copies, prompt_tokens, prompts, text_of
from apps.wire.context import check_context
from apps.wire.endpoint import Body
from apps.wire.impossible import COMPLETIONS, refuse_impossible
from apps.wire.shelf import Shelf

LIMIT = 16  # tokens, when the request does not say: the service's own default


def auto(call: Call, shelf: Shelf) -> Body:
    """A generated draft; the same request gives the same one."""
    data = call.data
    refuse_impossible(data, COMPLETIONS)
    given = data.get("max_tokens")
    limit = LIMIT if given is None else given  # 0: only what is said back
    check_context(call, given or 0, lambda data: prompt_tokens(data, call.model), param="prompt")
    choices: list[Body] = []
    for prompt in prompts(data):
        choice = _choice(prompt, limit, call)
        choices += [{**choice, "index": len(choices) + copy} for copy in range(copies(data))]
    return {"id": f"cmpl-{digest_of(call)[:29]}", "object": "text_completion", "choices": choices}


def _choice(prompt: Prompt, limit: int, call: Call) -> Body:
    said = text_of(prompt)
    asked = Asked(one_line(said), limit=limit, stop=call.data.get("stop"), model=call.model)
    draft = automatic.answer(asked)
    echoed = ""
    if call.data.get("echo") is True:
        echoed = f"{said} " if draft["content"] else said
    return {"text": echoed + draft["content"], "finish_reason": draft.get("finish_reason", "stop")}
