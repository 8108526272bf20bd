"""The models endpoints: which models there are, and one of them."""

from collections.abc import Iterable
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import WireError, model_not_found
from apps.wire.fine_tuning.tuned import DELETED, tuned
from apps.wire.kept_object import is_sampled
from apps.wire.row import row
from apps.wire.shelf import Shelf

# id and created (unix seconds) as the service listed them at the start of 2026.
_SYSTEM = """
gpt-4o 1715367049, gpt-4o-2024-05-13 1715368132, gpt-4o-2024-08-06 1722814719, gpt-4o-2024-11-20 1739331543,
gpt-4o-mini 1721172741, gpt-4o-mini-2024-07-18 1721172717, chatgpt-4o-latest 1723515131,
gpt-4o-audio-preview 1727460443, gpt-4o-mini-audio-preview 1734387424,
gpt-4o-realtime-preview 1727659998, gpt-4o-mini-realtime-preview 1734387380,
gpt-4o-search-preview 1741388720, gpt-4o-mini-search-preview 1741391161,
gpt-4o-transcribe 1742068463, gpt-4o-mini-transcribe 1742068596, gpt-4o-transcribe-diarize 1750798887,
gpt-4o-mini-tts 1742403959, tts-1-hd 1699046015,
gpt-4.1 1744316542, gpt-4.1-2025-04-14 1744315746, gpt-4.1-mini 1744318173,
gpt-4.1-mini-2025-04-14 1744317547, gpt-4.1-nano 1744321707, gpt-4.1-nano-2025-04-14 1744321025,
gpt-4-turbo 1712361441, gpt-4-turbo-2024-04-09 1712601677, gpt-4-turbo-preview 1706037777,
gpt-4-0125-preview 1706037612, gpt-4-1106-preview 1698957206,
gpt-3.5-turbo-0125 1706048358, gpt-3.5-turbo-1106 1698959748, gpt-3.5-turbo-instruct 1692901427,
o1 1734375816, o1-2024-12-17 1734326976, o1-pro 1742251791, o1-pro-2025-03-19 1742251504,
o3 1744225308, o3-2025-04-16 1744133301, o3-mini 1737146383, o3-mini-2025-01-31 1738010200,
o3-pro 1748475349, o3-pro-2025-06-10 1749166761, o3-deep-research 1749840121, o4-mini 1744225351,
o4-mini-2025-04-16 1744133506, o4-mini-deep-research 1749685485, codex-mini-latest 1746673257,
gpt-5 1754425777, gpt-5-2025-08-07 1754075360, gpt-5-mini 1754425928, gpt-5-mini-2025-08-07 1754425867,
gpt-5-nano 1754426384, gpt-5-nano-2025-08-07 1754426303, gpt-5-chat-latest 1754073306, gpt-5-codex 1757527818,
gpt-5-pro 1759469822, gpt-5-pro-2025-10-06 1759469707, gpt-5-search-api 1759514629,
gpt-5.1 1762800673, gpt-5.1-2025-11-13 1762800353, gpt-5.1-chat-latest 1762547951, gpt-5.1-codex 1762988221,
gpt-5.1-codex-mini 1763007109, gpt-5.1-codex-max 1763671532,
gpt-5.2 1765313051, gpt-5.2-2025-12-11 1765313028, gpt-5.2-chat-latest 1765344352, gpt-5.2-codex 1766164985,
gpt-5.2-pro 1765343983, gpt-5.2-pro-2025-12-11 1765343959,
gpt-audio 1756339249, gpt-audio-mini 1759512027, gpt-realtime 1756271701, gpt-realtime-mini 1759517133,
text-embedding-3-small 1705948997, text-embedding-3-large 1705953180,
omni-moderation-latest 1731689265, omni-moderation-2024-09-26 1732734466,
dall-e-2 1698798177, dall-e-3 1698785189, gpt-image-1 1745517030, gpt-image-1-mini 1758845821,
gpt-image-1.5 1764030620, chatgpt-image-latest 1765925279, sora-2 1759708615, sora-2-pro 1759708663,
davinci-002 1692634301, babbage-002 1692634615,
gpt-4o-mini-tts-2025-12-15 1765610837, gpt-realtime-mini-2025-12-15 1765612007, gpt-audio-mini-2025-12-15
1765760008, gpt-3.5-turbo-instruct-0914 1694122472, tts-1-1106 1699053241, tts-1-hd-1106 1699053533,
gpt-4o-realtime-preview-2024-12-17 1733945430, gpt-4o-audio-preview-2024-12-17 1734034239,
gpt-4o-mini-realtime-preview-2024-12-17 1734112601, gpt-4o-mini-audio-preview-2024-12-17 1734115920,
gpt-4o-search-preview-2025-03-11 1741388170, gpt-4o-mini-search-preview-2025-03-11 1741390858,
gpt-4o-realtime-preview-2025-06-03 1748907838, gpt-4o-audio-preview-2025-06-03 1748908498,
o3-deep-research-2025-06-26 1750865219, o4-mini-deep-research-2025-06-26 1750866121, gpt-audio-2025-08-28
1756256146, gpt-realtime-2025-08-28 1756271773, gpt-audio-mini-2025-10-06 1759512137,
gpt-realtime-mini-2025-10-06 1759517175, gpt-5-search-api-2025-10-14 1760043960,
gpt-4o-mini-transcribe-2025-12-15 1765610407, gpt-4o-mini-transcribe-2025-03-20 1765610545,
gpt-4o-mini-tts-2025-03-20 1765610731
"""
_OPENAI = "gpt-4 1687882411, gpt-4-0613 1686588896, gpt-3.5-turbo 1677610602"
_INTERNAL = """
gpt-3.5-turbo-16k 1683758102, tts-1 1681940951, whisper-1 1677532384, text-embedding-ada-002 1671217299
"""
_EXTRA_CREATED = 1735689600  # models of one's own: the first second of 2025


def _model(name: str, created: int, owner: str) -> Body:
    return {"id": name, "object": "model", "created": created, "owned_by": owner}


def _listed(text: str, owner: str) -> list[Body]:
    pairs = [entry.split() for entry in text.split(",")]
    return [_model(name, int(created), owner) for name, created in pairs]


_BUILT_IN = _listed(_OPENAI, "openai") + _listed(_SYSTEM, "system") + _listed(_INTERNAL, "openai-internal")
_models: dict[str, Body] = {model["id"]: model for model in _BUILT_IN}


def configure(extra: Iterable[str]) -> None:
    """Offer these models beside the built-in ones (setting MOCKOPENAI_MODELS); replaces earlier ones."""
    _models.clear()
    _models.update({model["id"]: model for model in _BUILT_IN})
    _models.update(
        {name: _model(name, _EXTRA_CREATED, "mockopenai") for name in extra if name not in _models}
    )


def is_known(name: str) -> bool:
    return name in _models


def _is_model(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and value.get("object") == "model"
        and isinstance(value.get("created"), int)
        and isinstance(value.get("owned_by"), str)
    )


def _fill_model(draft: Body, call: Call) -> Body:
    known = _models.get(call.model) or _model(call.model, _EXTRA_CREATED, "mockopenai")
    return known | draft


def _is_list(body: Body) -> bool:
    data = body.get("data")
    return body.get("object") == "list" and isinstance(data, list) and all(map(_is_model, data))


def _fill_list(draft: Body, call: Call) -> Body:
    """A list of names or of partial models is enough: {"data": ["gpt-4o", {"id": "my-model"}]}."""
    data = draft.get("data", draft.get("models"))
    if not isinstance(data, list):
        return {"object": "list", "data": list(_models.values())} | draft
    named = [item if isinstance(item, dict) else {"id": str(item)} for item in data]
    whole = [
        _models.get(str(item.get("id")), _model("", _EXTRA_CREATED, "mockopenai")) | item for item in named
    ]
    rest = {key: value for key, value in draft.items() if key not in ("object", "data", "models")}
    return {"object": draft.get("object", "list"), "data": whole, **rest}


def _list(call: Call, shelf: Shelf) -> Body:
    made = tuned(shelf, call.received_at)
    return {"data": [*_models.values(), *made]} if made else {}


def _retrieve(call: Call, shelf: Shelf) -> Body:
    if is_known(call.model) or is_sampled():
        return {}
    found = [model for model in tuned(shelf, call.received_at) if model["id"] == call.model]
    if not found:
        raise model_not_found(call.model)
    return found[0]


def _delete(call: Call, shelf: Shelf) -> Body:
    if is_known(call.model):
        message = (
            "You have insufficient permissions for this operation. Only models of your own can be deleted."
        )
        raise WireError(403, message)
    return {"id": _retrieve(call, shelf).get("id", call.model)}


def _deleted(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.put(DELETED, call.model, body)


DELETE = row(
    "models.delete",
    "DELETE",
    "/models/{model}",
    fill=lambda draft, call: {"id": call.model, "object": "model", "deleted": True} | draft,
    auto=_delete,
    keep=_deleted,
    bodiless=True,
)
LIST = Endpoint(
    name="models.list",
    method="GET",
    path="/models",
    family="models",
    check=lambda call: None,
    fill=_fill_list,
    is_whole=_is_list,
    auto=_list,
    summary=lambda call: "list models",
)
RETRIEVE = Endpoint(
    name="models.retrieve",
    method="GET",
    path="/models/{model}",
    family="models",
    check=lambda call: None,
    fill=_fill_model,
    is_whole=_is_model,
    auto=_retrieve,
    summary=lambda call: f"model {call.model}"[:200],
)
