"""Videos as the real SDK asks for them, polls and downloads."""

from collections.abc import Callable

import openai
import pytest

from tests.conftest import wait_for

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def test_a_video_is_made_while_somebody_waits(client: openai.OpenAI) -> None:
    video = client.videos.create(prompt="A calico cat", model="sora-2", seconds="8", size="1280x720")
    assert (video.object, video.status, video.progress, video.seconds) == ("video", "queued", 0, "8")
    with pytest.raises(openai.NotFoundError, match="Video is not ready yet"):
        client.videos.download_content(video.id)
    seen = set()

    def look() -> bool:
        now = client.videos.retrieve(video.id)
        seen.add(now.status)
        return now.status == "completed"

    wait_for(look, pause_s=0.1)
    assert seen >= {"in_progress", "completed"}
    done = client.videos.retrieve(video.id)
    assert done.progress == 100 and done.completed_at and done.expires_at
    answer = client.videos.download_content(video.id)
    data = answer.read()
    assert answer.response.headers["content-type"] == "video/mp4"
    assert data[4:8] == b"ftyp" and b"avc1" in data
    remix = client.videos.remix(video.id, prompt="The same at night")
    assert (remix.remixed_from_video_id, remix.size, remix.prompt) == (
        video.id,
        "1280x720",
        "The same at night",
    )
    assert [one.id for one in client.videos.list(limit=1)] == [remix.id, video.id]
    assert client.videos.delete(video.id).deleted
    with pytest.raises(openai.NotFoundError, match="No such Video object"):
        client.videos.retrieve(video.id)
