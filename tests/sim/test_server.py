"""The socket shell, over real sockets on loopback."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.error import HTTPError

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tui.sim.exchange import Exchange
from tui.sim.scenarios import scenario
from tui.sim.server import Server, serve, wall_clock
from tui.sim.visitor import signature


@asynccontextmanager
async def served(name: str = "quiet") -> AsyncIterator[Server]:
    """A listening exchange."""
    clock = wall_clock()
    async with serve(Exchange(scenario(name), seed=3, wall_ms=clock()), clock=clock) as server:
        yield server


@asynccontextmanager
async def connected(server: Server, target: str = "/ws-fapi/v1") -> AsyncIterator[ClientConnection]:
    """A WebSocket to the exchange."""
    url = server.endpoint.replace("http", "ws", 1) + target
    async with connect(url, proxy=None, ping_interval=None, close_timeout=0.1) as socket:
        yield socket


async def ask(socket: ClientConnection, method: str, **params: object) -> Any:
    """Send a request and return its answer."""
    await socket.send(json.dumps({"id": "a", "method": method, "params": params}))
    return json.loads(await socket.recv())


def fetch(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, Any]:
    """Send a plain HTTP request; status and JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(server.endpoint + path, method=method, headers=named)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


async def test_requests_and_streams_share_one_port() -> None:
    """WebSocket API, streams and plain HTTP are all under the one endpoint."""
    async with served() as server, connected(server) as api, connected(server, "/market/stream") as market:
        assert (await ask(api, "time"))["status"] == 200
        await market.send('{"method":"SUBSCRIBE","params":["币安人生usdt@markPrice@1s"],"id":1}')
        assert json.loads(await market.recv()) == {"result": None, "id": 1}
        assert json.loads(await market.recv())["data"]["s"] == "币安人生USDT"
        assert (await asyncio.to_thread(fetch, server, "/fapi/v1/time"))[0] == 200


async def test_post_and_put_are_understood() -> None:
    """A listen key is made with POST and kept with PUT."""
    async with served() as server:
        key = server.keys.hmac.api_key
        made = await asyncio.to_thread(fetch, server, "/fapi/v1/listenKey", "POST", X_MBX_APIKEY=key)
        kept = await asyncio.to_thread(fetch, server, "/fapi/v1/listenKey", "PUT", X_MBX_APIKEY=key)
        assert made == kept
        assert (await asyncio.to_thread(fetch, server, "/nope"))[0] == 404


async def test_http_connections_are_kept_and_bodies_read() -> None:
    """Requests may follow each other on one connection, in pieces, with bodies."""
    async with served() as server:
        host, port = server.endpoint.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        whole = (
            b"POST /fapi/v1/ping HTTP/1.1\r\nContent-Length: 3\r\n\r\na=bGET /fapi/v1/ping HTTP/1.1\r\n\r\n"
        )
        for at in range(0, len(whole), 7):
            writer.write(whole[at : at + 7])
            await writer.drain()
        statuses = []
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            statuses.append(head.split()[1])
            length = int(head.lower().split(b"content-length: ")[1].split()[0])
            await reader.readexactly(length)
        writer.close()
        await writer.wait_closed()
        assert statuses == [b"404", b"200"]


async def test_message_in_fragments_is_put_together() -> None:
    """A request may come in several frames."""
    async with served() as server, connected(server) as api:
        await api.send(iter(['{"id":1,', '"method"', ':"time"}']))
        assert json.loads(await api.recv())["status"] == 200


async def test_pings_are_answered() -> None:
    """A client's ping gets its pong."""
    async with served() as server, connected(server) as api:
        assert await (await api.ping()) >= 0


async def test_silence_answers_nothing_and_keeps_the_socket() -> None:
    """While silent neither pings, nor requests, nor a close are answered; a handshake hangs."""
    async with served() as server, connected(server) as api:
        server.fault("silence", 60_000)
        pong = asyncio.ensure_future(await api.ping())
        await api.send('{"id":1,"method":"time"}')
        url = server.endpoint.replace("http", "ws", 1)
        with pytest.raises(TimeoutError):
            await connect(url + "/market/ws", proxy=None, open_timeout=0.2)
        assert not pong.done()
        pong.cancel()
        server.clear("silence")
        assert (await ask(api, "ping"))["status"] == 200


@pytest.mark.parametrize(("name", "code"), [("reset", 1006), ("close-1012", 1012), ("close-1008", 1008)])
async def test_cuts_reach_the_client(name: str, code: int) -> None:
    """A reset and a close frame arrive as such."""
    async with served() as server, connected(server) as api:
        server.fault(name)
        with pytest.raises(ConnectionClosed) as closed:
            await api.recv()
        assert (closed.value.rcvd.code if closed.value.rcvd else 1006) == code


@pytest.mark.parametrize(
    ("name", "status"), [("handshake-503", 503), ("handshake-520", 520), ("portal-200", 200)]
)
async def test_refused_handshakes_reach_the_client(name: str, status: int) -> None:
    """A refusal arrives as an HTTP answer."""
    async with served() as server:
        server.fault(name)
        with pytest.raises(InvalidStatus) as refused:
            async with connected(server):
                pass
        assert refused.value.response.status_code == status


async def test_refused_connections_are_dropped() -> None:
    """The connection ends before any answer."""
    async with served() as server:
        server.fault("refuse-connections")
        with pytest.raises((OSError, EOFError)):
            await asyncio.to_thread(fetch, server, "/fapi/v1/time")


async def test_unknown_websocket_path_is_404() -> None:
    """A path that serves nothing at all refuses the handshake."""
    async with served() as server:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(server, "/nope"):
                pass
        assert refused.value.response.status_code == 404


async def test_client_that_leaves_is_noted() -> None:
    """A close of the client stands in the ledger, and the session is gone."""
    async with served() as server:
        async with connected(server) as api:
            await ask(api, "ping")
        assert [entry.connection for entry in server.exchange.ledger.of("close")] == [1]


async def test_two_thousand_messages_a_second_get_through() -> None:
    """A second of flood arrives within two, and requests are still answered meanwhile."""
    async with served() as server, connected(server, "/market/ws/btcusdt@markPrice@1s") as market:
        server.fault("flood", 1_000)
        async with asyncio.timeout(2.5):
            for _ in range(2_000):
                await market.recv()
            async with connected(server) as api:
                assert (await ask(api, "time"))["status"] == 200


async def test_shutdown_is_quick_and_leaves_nothing() -> None:
    """With open connections the server ends within a second, and no task is left."""
    before = asyncio.all_tasks()
    async with asyncio.timeout(3):
        url = ""
        async with served() as server:
            url = server.endpoint.replace("http", "ws", 1)
            sockets = [await connect(url + "/market/ws", proxy=None) for _ in range(20)]
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < 1
        for socket in sockets:
            await socket.wait_closed()
            await socket.close()
    assert asyncio.all_tasks() == before


async def test_restarted_exchange_knows_its_clients() -> None:
    """An exchange started again with its seed accepts the same signatures on the same port."""
    async with served() as first:
        port, key = int(first.endpoint.rpartition(":")[2]), first.keys.hmac
    clock = wall_clock()
    async with (
        serve(Exchange(scenario("docs"), seed=3, wall_ms=clock()), port=port) as again,
        connected(again) as api,
    ):
        params = {"apiKey": key.api_key, "timestamp": clock()}
        payload = "&".join(f"{name}={value}" for name, value in params.items())
        answer = await ask(api, "v2/account.position", **params, signature=signature(key, payload))
        assert [row["symbol"] for row in answer["result"]] == ["ADAUSDT", "COMPUSDT"]
