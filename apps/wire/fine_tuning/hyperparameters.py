"""The hyperparameters of a fine-tuning job: what its request chooses, and the rest."""

from typing import Any

from apps.wire.endpoint import Body

_AUTO: Body = {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.8}
_EPOCHS_MAX = 50


def chosen(data: Body) -> Body:
    """The hyperparameters: the method's, or those beside it, as older requests have them."""
    _, about = _way(data)
    asked = {**_dict(data.get("hyperparameters")), **_dict(about.get("hyperparameters"))}
    return _AUTO | {
        name: value for name, value in asked.items() if name in _AUTO and value not in ("auto", None)
    }


def method(data: Body) -> Body:
    """The method with its hyperparameters, as the job tells it."""
    kind, about = _way(data)
    whole = {**_dict(about.get("hyperparameters")), **chosen(data)}
    return {**_dict(data.get("method")), "type": kind, kind: {**about, "hyperparameters": whole}}


def epochs_of(job: Body) -> int:
    """How often a job goes through its file, whatever its author wrote."""
    epochs = _dict(job.get("hyperparameters")).get("n_epochs")
    return epochs if type(epochs) is int and 1 <= epochs <= _EPOCHS_MAX else _AUTO["n_epochs"]


def _way(data: Body) -> tuple[str, Body]:
    """(the kind of the method, what the request says of it)."""
    given = _dict(data.get("method"))
    kind = str(given.get("type") or "supervised")
    return kind, _dict(given.get(kind))


def _dict(given: Any) -> Body:
    return given if isinstance(given, dict) else {}
