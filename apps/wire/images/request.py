"""Reading a request for pictures: what is asked for, and what makes it unusable."""

import re
from hashlib import blake2s
from typing import Any

from apps.wire.bounds import beyond_length, check_integer
from apps.wire.call import Call
from apps.wire.errors import WireError, invalid_type, invalid_value, missing_parameter, out_of_range
from apps.wire.first_line import first_line
from apps.wire.form_fields import check_file
from apps.wire.images.png import Size
from apps.wire.jsongate import kind

N_MAX = 10
PARTIAL_MAX = 3
EDGE_MAX = 3840
_STANDARD = Size(1024, 1024)
_SIZE = re.compile(r"([1-9]\d{0,3})x([1-9]\d{0,3})")
# By how a model's name begins: the sizes that it draws, and how long a prompt may be. Others draw any size.
_MODELS: dict[str, tuple[tuple[str, ...], int]] = {
    "dall-e-2": (("256x256", "512x512", "1024x1024"), 1000),
    "dall-e-3": (("1024x1024", "1792x1024", "1024x1792"), 4000),
    "gpt-image-1": (("1024x1024", "1024x1536", "1536x1024", "auto"), 32_000),
    "chatgpt-image": (("1024x1024", "1024x1536", "1536x1024", "auto"), 32_000),
}
_PROMPT_MAX = 32_000
_CHOICES: dict[str, tuple[str, ...]] = {
    "response_format": ("url", "b64_json"),
    "output_format": ("png", "webp", "jpeg", "gif", "svg"),
    "background": ("transparent", "opaque", "auto"),
    "quality": ("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"),
}
_WORD = re.compile(r"[A-Za-z0-9]+")
_WORDS_MAX = 38  # characters that are written into a picture


def check_generate(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    _check_prompt(call)
    _check_rest(call)


def check_edit(call: Call) -> None:
    _check_image(call)
    check_file(call.data, "mask")
    check_generate(call)


def check_variation(call: Call) -> None:
    _check_image(call)
    _check_rest(call)


def _check_image(call: Call) -> None:
    if not call.data.get("image"):
        raise missing_parameter("image")
    check_file(call.data, "image")


def _check_prompt(call: Call) -> None:
    prompt = call.data.get("prompt")
    if prompt is None:
        raise missing_parameter("prompt")
    if not isinstance(prompt, str):
        raise invalid_type("prompt", expected="a string", got=kind(prompt))
    if not prompt:
        problem = "empty string. Expected a string with minimum length 1, but got an empty string instead."
        raise out_of_range("prompt", problem, code="empty_string")
    if error := beyond_length("prompt", prompt, _of_model(call.model)[1]):
        raise error


def _check_rest(call: Call) -> None:
    data = call.data
    model = data.get("model")
    if model is not None and not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    check_integer("n", data.get("n"), 1, N_MAX)
    check_integer("partial_images", data.get("partial_images"), 0, PARTIAL_MAX)
    check_integer("output_compression", data.get("output_compression"), 0, 100)
    if call.model.startswith("dall-e-3") and count(call) > 1:
        raise WireError(400, "You must provide n=1 for this model.", param="n")
    for name, choices in _CHOICES.items():
        value = data.get(name)
        if value is not None and value not in choices:
            raise invalid_value(name, str(value), choices)
    _check_size(call.model, data.get("size"))


def _check_size(model: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise invalid_type("size", expected="a string", got=kind(value))
    supported = _of_model(model)[0]
    if (supported and value not in supported) or (value != "auto" and read_size(value) is None):
        raise invalid_value("size", value, supported or ("1024x1024", "1536x1024", "1024x1536", "auto"))


def _of_model(model: str) -> tuple[tuple[str, ...], int]:
    return next((of for name, of in _MODELS.items() if model.startswith(name)), ((), _PROMPT_MAX))


def read_size(text: Any) -> Size | None:
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    size = Size(int(found[1]), int(found[2])) if found else None
    return size if size and max(size) <= EDGE_MAX else None


def size_of(call: Call) -> Size:
    return read_size(call.data.get("size")) or _STANDARD


def count(call: Call) -> int:
    """How many pictures are asked for."""
    n = call.data.get("n")
    return min(max(n, 1), N_MAX) if type(n) is int else 1


def partial_count(call: Call) -> int:
    """How many unfinished pictures come before the finished one of a stream."""
    partial = call.data.get("partial_images")
    return min(max(partial, 0), PARTIAL_MAX) if type(partial) is int else 0


def is_retired(call: Call) -> bool:
    """Whether this is a model of old: with prompts of its own making, and links to its pictures."""
    return call.model.startswith("dall-e")


def wants_url(call: Call) -> bool:
    asked = call.data.get("response_format")
    return asked == "url" or (asked is None and is_retired(call))


def is_transparent(call: Call) -> bool:
    return call.data.get("background") == "transparent"


def prompt_of(call: Call) -> str:
    prompt = call.data.get("prompt")
    return prompt if isinstance(prompt, str) else ""


def words_of(call: Call) -> str:
    """The prompt's first words, as they are written into the picture."""
    words, room = [], _WORDS_MAX
    for word in _WORD.findall(prompt_of(call)[: 4 * _WORDS_MAX]):
        room -= len(word) + 1
        if room < 0:
            break
        words.append(word)
    return " ".join(words)


def seed_of(call: Call, index: int) -> str:
    """What a picture is drawn from: the prompt, the pictures that came along, and its place among n."""
    data = call.data
    told = repr((prompt_of(call), data.get("image"), data.get("mask"), index))
    return blake2s(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def images_given(call: Call) -> list[Any]:
    """The pictures that came along: {"filename", "content_type", "bytes", "sha256"} each."""
    given = call.data.get("image")
    return given if isinstance(given, list) else [given] if given else []


def summary(call: Call) -> str:
    """The prompt; of a variation the name of the picture."""
    names = [str(one.get("filename", "")) for one in images_given(call) if isinstance(one, dict)]
    attached = f" [{', '.join(names)}]" if names else ""
    return first_line(f"{prompt_of(call)[:600]}{attached[:100]}")
