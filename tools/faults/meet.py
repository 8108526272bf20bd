"""Has the Python SDK meet each fault: `meet.py BASE_URL NAME…`; prints {name: [whole, streamed]} as JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai


def meet(base_url: str, name: str, streamed: bool) -> str:
    """What the SDK makes of it, in words."""
    key = f"sk-mock-{name}-{'streamed' if streamed else 'whole'}-py{openai.__version__.split('.')[0]}"
    client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=1, timeout=2)
    more: Any = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
    try:
        answer: Any = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hello?"}], **more
        )
        text, finish, usage, chunks, calls = "", None, None, 0, ""
        for one in answer if streamed else [answer]:
            usage = one.usage or usage
            for choice in one.choices:
                chunks += 1
                said = choice.delta if streamed else choice.message
                text += said.content or ""
                for tool in said.tool_calls or ():
                    calls += (tool.function.name or "") + (tool.function.arguments or "")
                finish = choice.finish_reason or finish
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the table tells
        return f"raises {type(error).__name__}"
    if not chunks:
        return "no choices, no error"
    told = [f"calls `{calls}`" if calls else f"{len(text)} characters", f"finish {finish}"]
    return ", ".join([*told, *([] if usage else ["no usage"])])


def main() -> None:
    base_url, *names = sys.argv[1:]
    jobs = [(base_url, name, streamed) for name in names for streamed in (False, True)]
    with ThreadPoolExecutor(len(jobs)) as pool:
        told = list(pool.map(lambda job: meet(*job), jobs))
    found = {name: told[2 * index : 2 * index + 2] for index, name in enumerate(names)}
    sys.stdout.write(json.dumps({"version": openai.__version__, "met": found}))


main()
