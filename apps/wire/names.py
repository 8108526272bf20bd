"""What endpoints are called: their names by the catalogue's operations, and their families."""

from apps.wire.catalogue import OPERATIONS

# The operations that give a resource its name.
_MAIN = {
    f"{name}.create": name
    for name in (
        *("chat.completions", "responses", "completions", "embeddings", "moderations"),
        *("audio.speech", "audio.transcriptions", "audio.translations"),
    )
} | {"images.create_variation": "images.variation"}
_OPERATION = {name: operation for operation, name in _MAIN.items()}
_ADMIN = "admin.organization."  # all of the package's `admin`; with it names would be too long for a column

# What a text answers. A run is answered by the call that creates it, or gives it its tools' outputs.
TEXT = frozenset(
    {"chat.completions", "responses", "completions"}
    | {"beta.threads.runs.create", "beta.threads.create_and_run", "beta.threads.runs.submit_tool_outputs"}
)
_FAMILIES = {
    "uploads": "files",
    "chat": "stored",
    "beta": "assistants",
    "responses": "responses",
    "live": "realtime",
    **{
        name: name
        for name in (
            *("embeddings", "images", "audio", "moderations", "models", "files", "batches", "vector_stores"),
            *("conversations", "fine_tuning", "evals", "containers", "videos", "realtime"),
        )
    },
}


# In the order in which pages show them.
FAMILIES: tuple[str, ...] = (
    *(
        "text",
        "responses",
        "stored",
        "conversations",
        "embeddings",
        "moderations",
        "images",
        "audio",
        "videos",
    ),
    *("models", "files", "batches", "vector_stores", "assistants", "fine_tuning", "evals", "containers"),
    *("realtime", "other"),
)


def endpoint_name(operation: str) -> str:
    """The endpoint of a catalogue's operation: a resource's main one is called as the resource itself."""
    if operation.startswith(_ADMIN):
        return f"admin.{operation.removeprefix(_ADMIN)}"
    return _MAIN.get(operation, operation)


def operation_name(endpoint: str) -> str:
    """The catalogue's operation of an endpoint; "" when it has none."""
    operation = _OPERATION.get(endpoint, endpoint)
    if operation.startswith("admin."):
        operation = operation.replace("admin.", _ADMIN, 1)
    return operation if operation in OPERATIONS else ""


def family_of(endpoint: str) -> str:
    """The family of an endpoint: what a fallback is switched by."""
    if endpoint in TEXT:
        return "text"
    if endpoint.startswith("beta.") and endpoint.split(".")[1] not in ("assistants", "threads"):
        return "realtime" if endpoint.startswith("beta.realtime.") else "other"
    return _FAMILIES.get(endpoint.split(".")[0], "other")


def label_of(kind: str) -> str:
    """What a 404 calls an object of that resource: "VectorStore" of "vector_stores"."""
    return kind.rpartition(".")[2].removesuffix("s").replace("_", " ").title().replace(" ", "")
