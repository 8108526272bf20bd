"""What ours is measured against: a FastAPI hello-world, or a bare server to find the driver's ceiling."""

import argparse
import asyncio
import json
from typing import Any, cast

import uvicorn
import uvloop
from fastapi import FastAPI

from benchmarks import traffic

PATH = "/hello"
REPLY = traffic.reply_body(0)


def hello_world() -> FastAPI:
    """A FastAPI application that answers POST /hello with a constant of 800 bytes."""
    app = FastAPI()
    constant: dict[str, Any] = json.loads(REPLY)

    @app.post(PATH)
    async def hello() -> dict[str, Any]:
        return constant

    @app.get("/ready")
    async def ready() -> dict[str, Any]:
        return {}

    return app


class Bare(asyncio.Protocol):
    """Answers every request with a constant and reads of it no more than where it ends."""

    ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(REPLY), REPLY)

    def __init__(self) -> None:
        self.partial = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not inherit from it

    def data_received(self, data: bytes) -> None:
        data = self.partial + data
        whole = traffic.is_whole(data) or data.startswith(b"GET ")
        self.partial = b"" if whole else data
        if whole:
            self.transport.write(self.ANSWER)


async def serve_bare(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.yardstick", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bare", action="store_true", help="the bare server instead of FastAPI")
    options = parser.parse_args()
    if options.bare:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve_bare(options.port))
    else:
        uvicorn.run(
            hello_world(),
            host="127.0.0.1",
            port=options.port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_level="warning",
        )


if __name__ == "__main__":
    main()
