"""The videos endpoints: jobs that are done after two seconds, and the grey videos that come of them."""

from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import WireError
from apps.wire.ids import object_id
from apps.wire.kept_resource import Resource
from apps.wire.raw import as_base64, binary, is_binary
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf
from apps.wire.videos.mp4 import grey

QUEUED_S, DONE_S = 0.5, 2.0  # seconds from its creation
_KEPT_S = 86_400
_ONE = "/videos/{video_id}"


def _fill(draft: Body, call: Call) -> Body:
    data = call.data
    seconds = data.get("seconds")
    return {
        "id": call.params.get("video_id") or object_id("video_", 32),
        "object": "video",
        "created_at": int(call.received_at),
        "status": "queued",
        "completed_at": None,
        "error": None,
        "expires_at": None,
        "model": data.get("model") or "sora-2",
        "progress": 0,
        "prompt": data.get("prompt"),
        "remixed_from_video_id": None,
        "seconds": str(seconds) if isinstance(seconds, str | int) else "4",
        "size": data.get("size") or "720x1280",
    } | draft


def _see(kept: Body, call: Call, shelf: Shelf) -> Body:
    """Its state is a matter of time, unless its author has said how it ended."""
    began = kept.get("_began")
    if began is None:
        return kept
    passed = call.received_at - began
    if passed < DONE_S:
        status = "queued" if passed < QUEUED_S else "in_progress"
        return kept | {"status": status, "progress": max(0, int(100 * passed / DONE_S))}
    done = int(began + DONE_S)
    return kept | {
        "status": "completed",
        "progress": 100,
        "completed_at": done,
        "expires_at": done + _KEPT_S,
    }


VIDEOS = Resource(name="videos", label="Video", path="/videos", param="video_id", fill=_fill, seen=_see)


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    is_made = body.get("status") in ("queued", "in_progress")
    made = call._replace(params={})
    VIDEOS.put(made, body | ({"_began": call.received_at} if is_made else {}), shelf)


def _copy(kept: Body) -> Body:
    return {name: kept[name] for name in ("model", "seconds", "size") if kept.get(name)}


def _remix(call: Call, shelf: Shelf) -> Body:
    kept = VIDEOS.now(call, shelf)
    return {**_copy(kept), "id": object_id("video_", 32), "remixed_from_video_id": kept["id"]}


def _after(call: Call, shelf: Shelf) -> Body:
    """An edit, or an extension, of the video that the request names, or uploads."""
    given: Any = call.data.get("video")
    named = given.get("id") if isinstance(given, dict) else given
    if not isinstance(named, str):
        return {}
    return _copy(VIDEOS.kept(call, shelf, named)) | {
        name: str(call.data[name]) for name in ("seconds",) if call.data.get(name)
    }


def _content(call: Call, shelf: Shelf) -> Body:
    video = VIDEOS.now(call, shelf)
    if video["status"] != "completed" and shelf.get(VIDEOS.name, video["id"]):
        message = f"Video is not ready yet, use GET /v1/videos/{video['id']} to check status."
        raise WireError(404, message)
    if call.asked("variant", "video") != "video":
        raise WireError(404, "This mock makes no thumbnails and spritesheets. Queue one as a preset.")
    width, _, height = str(video["size"]).partition("x")
    seconds = video["seconds"]
    length = int(seconds) if str(seconds).isdecimal() else 4
    return as_base64(grey(_number(width), _number(height), min(length, 600)), "video/mp4")


def _number(text: str) -> int:
    return min(max(int(text), 16), 4096) // 2 * 2 if text.isdecimal() else 720


def _creating(operation: str, path: str, **more: Any) -> Endpoint:
    return row(operation, "POST", path, fill=_fill, keep=_keep, summary=_summary, **more)


def _summary(call: Call) -> str:
    return str(call.data.get("prompt") or "video")


def _fill_remix(draft: Body, call: Call) -> Body:
    new = call._replace(params={})
    return _fill({"remixed_from_video_id": call.params["video_id"]} | draft, new)


ENDPOINTS = (
    _creating(
        "videos.create",
        "/videos",
        check=essential("videos.create", "prompt|seconds|size"),
        auto=lambda call, shelf: {},
    ),
    _creating("videos.edit", "/videos/edits", auto=_after),
    _creating("videos.extend", "/videos/extensions", auto=_after),
    row(
        "videos.remix",
        "POST",
        f"{_ONE}/remix",
        fill=_fill_remix,
        auto=_remix,
        keep=_keep,
        summary=_summary,
        check=essential("videos.remix", "prompt"),
    ),
    VIDEOS.list(),
    VIDEOS.retrieve(),
    VIDEOS.delete("video.deleted"),
    row(
        "videos.download_content",
        "GET",
        f"{_ONE}/content",
        fill=lambda draft, call: {"content_type": "video/mp4"} | draft,
        auto=_content,
        is_whole=is_binary,
        raw=binary,
    ),
)
