"""The table of the README and the code's allow-list say the same: what is asked, and what it costs."""

import re
import typing

from tests.readme import read_part
from tui.protocol.events import KnownEvent
from tui.protocol.requests import METHODS
from tui.protocol.venues import HTTP_REQUESTS, all_requests


def table() -> dict[str, tuple[int, str]]:
    """Weight and shown fields by what is asked, as the README has them."""
    rows = re.findall(r"^\| (event )?`([^`]+)` \| (\d+) \| (.+) \|$", read_part("endpoints"), re.MULTILINE)
    found = {event + name: (int(weight), shown) for event, name, weight, shown in rows}
    assert len(found) == len(rows)
    return found


def test_readme_lists_what_is_asked_and_nothing_else() -> None:
    """Each method, each request over HTTP and each event stands in the table once, with its weight."""
    wanted = {name: method.weight for name, method in METHODS.items()}
    wanted |= {f"{request.verb} {request.path}": request.weight for request in all_requests()}
    wanted |= {f"event {kind.__struct_config__.tag}": 0 for kind in typing.get_args(KnownEvent)}

    assert {name: weight for name, (weight, _) in table().items()} == wanted
    assert all(shown for _, shown in table().values())


def test_list_over_http_is_one_list() -> None:
    """What may be sent is what the venues name: no path is known to one place alone."""
    assert {(request.verb, request.path) for request in all_requests()} == HTTP_REQUESTS
    assert len(all_requests()) == len(HTTP_REQUESTS)
