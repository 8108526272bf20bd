"""What a value is likely to be by its name: ids with their prefixes, times, texts, how things end."""

from datetime import UTC, datetime
from hashlib import blake2b

# By the `object` of what the id is of.
_PREFIXES = {
    "assistant": "asst_",
    "batch": "batch_",
    "chat.completion": "chatcmpl-",
    "chat.completion.chunk": "chatcmpl-",
    "text_completion": "cmpl-",
    "chatkit.session": "cksess_",
    "chatkit.thread": "cthr_",
    "chatkit.thread_item": "cthi_",
    "container": "cntr_",
    "container.file": "cfile_",
    "conversation": "conv_",
    "eval.run": "evalrun_",
    "eval.run.output_item": "outputitem_",
    "file": "file-",
    "fine_tuning.job": "ftjob-",
    "fine_tuning.job.checkpoint": "ftckpt_",
    "fine_tuning.job.event": "ftevent-",
    "checkpoint.permission": "cp_",
    "moderation": "modr-",
    "organization.project": "proj_",
    "organization.project.service_account": "svc_acct_",
    "organization.project.api_key": "key_",
    "organization.admin_api_key": "key_",
    "organization.invite": "invite-",
    "realtime.session": "sess_",
    "response": "resp_",
    "response.compaction": "resp_",
    "thread": "thread_",
    "thread.message": "msg_",
    "thread.run": "run_",
    "thread.run.step": "step_",
    "upload.part": "part_",
    "vector_store": "vs_",
    "vector_store.file": "file-",
    "vector_store.files_batch": "vsfb_",
    "video": "video_",
    "webhook_endpoint": "we_",
}
# By the `type` of an item, or by a name that ends in _id, where it is not the name itself.
_OTHERS = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "call": "call_",
    "tool_call": "call_",
    "item": "msg_",
    "thread": "thread_",
    "project": "proj_",
    "organization": "org-",
    "response": "resp_",
    "previous_response": "resp_",
    "run": "run_",
    "event": "event_",
    "session": "sess_",
    "character": "char_",
    "container": "cntr_",
    "request": "req_",
    "fine_tuning_job": "ftjob-",
    "conversation": "conv_",
    "vector_store": "vs_",
    "assistant": "asst_",
}
# Things are done, unless somebody looks at how they get there.
STATES = (
    *("completed", "processed", "succeeded", "active", "ready", "connected", "validated", "uploaded", "idle"),
    *("pass", "accepted", "queued", "pending"),
)
TRUE = ("deleted", "success", "valid", "enabled", "parallel_tool_calls", "has_access")
TEXTS = {
    "url": "https://example.com/mock",
    "email": "alice@example.com",
    "filename": "mock.jsonl",
    "file_name": "mock.jsonl",
    "path": "/mnt/data/mock.txt",
    "mime_type": "text/plain",
    "endpoint": "/v1/chat/completions",
    "completion_window": "24h",
    "model": "gpt-4o-mini",
    "model_name": "gpt-4o-mini",
    "arguments": "{}",
    "currency": "usd",
    "language": "english",
    "owned_by": "mockopenai",
    "role": "assistant",
    "b64_json": "bW9jaw==",
    "data": "bW9jaw==",
    "delta": "This is a mock answer.",
    "content": "This is a mock answer.",
    "text": "This is a mock answer.",
    "refusal": "I cannot help with that.",
    "timezone": "UTC",
    "country": "US",
    "ip": "127.0.0.1",
    "version": "1",
    "status": "running",
    "seconds": "4",
    "training_file": "file-mock",
    "size": "1024x1024",
}


def digest(seed: bytes, path: str, length: int) -> str:
    """That many hex digits: the same for the same place in the answer to the same request."""
    return blake2b(seed + path.encode(), digest_size=(length + 1) // 2).hexdigest()[:length]


def whole_number(seed: bytes, path: str, name: str) -> int:
    if "index" in name or "count" in path or "details" in path or name.endswith(("_ms", "_number", "offset")):
        return 0
    if name == "progress":
        return 100
    return 1 + int(digest(seed, path, 4), 16) % 50


def prefix_of(kind: str) -> str:
    """Of an `object`, of an item's `type`, or of the name of a thing: "file" → "file-"."""
    plain = kind.removesuffix(".deleted").removesuffix(".delta")
    known = _PREFIXES.get(plain) or _OTHERS.get(plain)
    if known:
        return known
    last = plain.split(".")[-1]
    if last.endswith("_file"):
        return "file-"
    return f"{_SHORT.get(last, last)}_" if last else ""


_SHORT = {"function_call_output": "fco", "web_search_call": "ws", "file_search_call": "fs", "mcp_call": "mcp"}


def identifier(seed: bytes, path: str, prefix: str) -> str:
    """OpenAI's newer ids are long and hexadecimal, its older ones 24 characters."""
    length = 48 if prefix in ("resp_", "msg_", "rs_", "fc_", "conv_") else 24
    return prefix + digest(seed, path, length)


def moment(name: str, now: int) -> int | None:
    """Unix seconds of a time's name; None for what is no time, or has not come."""
    if name in ("expires_at", "end_time", "expires_after", "valid_until"):
        return now + 86_400
    if name in ("created", "start_time", "timestamp", "date") or (name.endswith("_at") and name != "at"):
        return now
    return None


def iso(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat().replace("+00:00", "Z")
