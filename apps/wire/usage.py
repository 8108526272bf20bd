"""Token counts: exact for text, by OpenAI's published rules for what surrounds it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
import toktok

O200K = "o200k_base"
CL100K = "cl100k_base"
_SHORT_CHARS = 4096
_LONG_MAX = 512
_long: dict[tuple[int, int, str], list[int]] = {}  # a call's prompt is asked for by limits and by its usage
# What a picture costs gpt-4o: 85 at low detail, else 85 + 170 for each of four tiles.
IMAGE_LOW_TOKENS = 85
IMAGE_TOKENS = 765
# Sound costs ten tokens a second; so many characters of base64 are a tenth of a second of 24 kHz, 16 bits.
AUDIO_TOKEN_CHARS = 6_400
FILE_TOKENS = 250  # a page of text, roughly
FILE_TOKEN_CHARS = 8


def encoding(model: str) -> str:
    """The tokenizer of a model; a fine-tuned model (ft:gpt-4o:org::id) has that of its base."""
    base = model.removeprefix("ft:").split(":", 1)[0]
    old = base == "gpt-4" or base.startswith(("gpt-4-", "gpt-3.5", "text-embedding-"))
    return CL100K if old else O200K


def warm(name: str = O200K) -> None:
    """Load a tokenizer, a quarter of a second of work that no call should pay for."""
    toktok.batch_count(["warm"], name, 1)


def count(texts: Sequence[str], model: str) -> list[int]:
    """The number of tokens of each text."""
    if not texts:
        return []
    # The same prompts come again and again; long ones would only fill the memory, so their hashes are kept.
    name = encoding(model)
    if sum(map(len, texts)) <= _SHORT_CHARS:
        return list(_counted(tuple(texts), name))
    key = (hash(tuple(texts)), len(texts), name)
    counts = _long.get(key)
    if counts is None:
        if len(_long) >= _LONG_MAX:
            _long.clear()
        counts = _long[key] = _count(texts, name)
    return list(counts)


@lru_cache(maxsize=2048)
def _counted(texts: tuple[str, ...], name: str) -> list[int]:
    return _count(texts, name)


def _count(texts: Sequence[str], name: str) -> list[int]:
    counts: list[int] = toktok.batch_count(texts, name, 1)  # one thread: starting more costs 90 µs
    return counts


def tokens(text: str, model: str) -> list[bytes]:
    """The tokens of a text; one may be a part of a character."""
    spelled = text.encode()
    _, spans = toktok._encoding(encoding(model)).encode_with_offsets(text, unit="byte")
    return [spelled[start:end] for start, end in spans]


def chat_prompt_tokens(data: dict[str, Any]) -> int:
    """The prompt tokens of a chat request, by the rule of OpenAI's cookbook ("How to count tokens
    with tiktoken"): 3 a message, 1 a name, 3 for the start of the answer, plus all texts; tools by
    the same page's figures, pictures at a flat price."""
    messages = data.get("messages")
    texts: list[str] = []
    flat = 3
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            flat += 3 + _gather(message, texts)
    model = data.get("model")
    model = model if isinstance(model, str) else ""
    flat += _gather_tools(data.get("tools"), texts, model)
    return flat + sum(count(texts, model))


def _gather(message: dict[str, Any], texts: list[str]) -> int:
    """Collect the texts of a message; the tokens of what is not text."""
    flat = 0
    for key, value in message.items():
        if isinstance(value, str):
            texts.append(value)
            flat += key == "name"
        elif key == "content" and isinstance(value, list):
            flat += sum([_gather_part(part, texts) for part in value])
        elif key in ("tool_calls", "function_call") and value:
            texts.append(orjson.dumps(value).decode())
    return flat


def _gather_part(part: Any, texts: list[str]) -> int:
    if not isinstance(part, dict):
        return 0
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        texts.append(text)
        return 0
    kind = part.get("type")
    if kind in ("image_url", "input_image"):
        image = part.get("image_url")
        detail = image.get("detail") if isinstance(image, dict) else part.get("detail")
        return IMAGE_LOW_TOKENS if detail == "low" else IMAGE_TOKENS
    if kind == "input_audio":
        audio = part.get("input_audio")
        return _data_chars(audio, "data") // AUDIO_TOKEN_CHARS + 1
    if kind in ("file", "input_file"):
        return _data_chars(part.get("file", part), "file_data") // FILE_TOKEN_CHARS + FILE_TOKENS
    return 0


def _data_chars(holder: Any, key: str) -> int:
    data = holder.get(key) if isinstance(holder, dict) else None
    return len(data) if isinstance(data, str) else 0


def _gather_tools(tools: Any, texts: list[str], model: str) -> int:
    """The cookbook's figures for functions: 7 each (10 with cl100k), 3 for a parameter list, 3 a
    parameter, 3 an enum's value less 3 for the enum, 12 at the end."""
    functions = [tool.get("function") for tool in _dicts(tools)]
    flat = 0
    for function in _dicts(functions):
        flat += 10 if encoding(model) == CL100K else 7
        texts.append(f"{function.get('name', '')}:{str(function.get('description', '')).removesuffix('.')}")
        parameters = function.get("parameters")
        properties = parameters.get("properties") if isinstance(parameters, dict) else None
        if isinstance(properties, dict) and properties:
            flat += 3 + sum([_gather_property(key, value, texts) for key, value in properties.items()])
    return flat + 12 if flat else 0


def _gather_property(key: str, value: Any, texts: list[str]) -> int:
    value = value if isinstance(value, dict) else {}
    description = str(value.get("description", "")).removesuffix(".")
    texts.append(f"{key}:{value.get('type', '')}:{description}")
    choices = value.get("enum")
    if not isinstance(choices, list) or not choices:
        return 3
    texts.extend([str(choice) for choice in choices])
    return 3 + 3 * len(choices) - 3


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def chat_usage(prompt_tokens: int, completion_tokens: int) -> dict[str, Any]:
    """The `usage` of a chat completion, with all its details."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
