"""The care of a listen key, and the address it becomes a part of."""

from tui.credentials import Secret
from tui.protocol.listen_key import KEEP_SECONDS, START_SECONDS, ListenKeyCare
from tui.protocol.private_stream import Form, private_target
from tui.protocol.requests import PING_STREAM, START_STREAM

KEY = Secret("Ab3dEf6hIj9lMn2pQr5tUv8x")


def listening(now: float) -> ListenKeyCare:
    """A key in use, pinged a moment ago."""
    care = ListenKeyCare()
    care.told(KEY, now)
    care.connected()
    assert care.due(now, True) == PING_STREAM
    care.kept(now)
    return care


def test_key_is_asked_for_first() -> None:
    """Without a key one is asked for at once, and again after five seconds without an answer."""
    care = ListenKeyCare()

    assert care.due(10.0, False) == START_STREAM
    assert care.due(10.1, False) is None
    assert care.due(10.0 + START_SECONDS, False) == START_STREAM


def test_failed_start_is_repeated() -> None:
    """After a failure the key is asked for again after five seconds, not before."""
    care = ListenKeyCare()
    care.due(0.0, False)
    care.failed(3.0)

    assert care.due(7.9, False) is None
    assert care.due(8.0, False) == START_STREAM


def test_missing_key_is_asked_for_on_a_new_connection() -> None:
    """When the connection on which a key was asked for is gone, it is asked for again at once; one that is there is not."""
    care = ListenKeyCare()
    care.due(0.0, False)
    care.ask_again()
    assert care.due(0.1, False) == START_STREAM

    kept = listening(0.0)
    kept.ask_again()
    assert kept.due(0.1, True) is None


def test_key_that_nobody_uses_is_not_pinged() -> None:
    """A key is kept for a stream that listens, and only for one."""
    care = ListenKeyCare()
    care.told(KEY, 0.0)

    assert care.listen_key == KEY
    assert care.due(KEEP_SECONDS, False) is None
    assert care.due(KEEP_SECONDS, True) == PING_STREAM


def test_key_is_pinged_on_every_connect() -> None:
    """A stream's opening shows at once whether its key is known."""
    care = listening(0.0)
    care.connected()

    assert care.due(1.0, True) == PING_STREAM


def test_key_is_kept_three_times_an_hour() -> None:
    """A ping that was accepted is followed by the next after twenty minutes."""
    care = listening(100.0)

    assert care.due(100.0 + KEEP_SECONDS - 1, True) is None
    assert care.due(100.0 + KEEP_SECONDS, True) == PING_STREAM


def test_failed_ping_is_repeated_soon() -> None:
    """A ping that failed is repeated after five seconds: there are many tries within the key's hour."""
    care = listening(0.0)
    assert care.due(KEEP_SECONDS, True) == PING_STREAM
    care.failed(KEEP_SECONDS + 5)

    assert care.due(KEEP_SECONDS + 10, True) == PING_STREAM


def test_lost_key_is_replaced_at_once() -> None:
    """A key that expired is forgotten, and another is asked for."""
    care = listening(0.0)
    care.lost()

    assert care.listen_key is None
    assert care.due(0.1, False) == START_STREAM


def test_silent_form_is_left_for_the_next() -> None:
    """An address that never spoke although something happened is tried in another form, in turn."""
    care = ListenKeyCare()
    forms = [care.form]
    for _ in range(3):
        care.connected()
        care.missed()
        forms.append(care.form)

    assert forms == [Form.QUERY, Form.PATH, Form.SUBSCRIBE, Form.QUERY]


def test_form_that_has_spoken_is_kept() -> None:
    """One missed event is no reason to leave an address that delivers; after a new connect it has to speak again."""
    care = listening(0.0)
    care.spoke()
    care.missed()
    forms = [care.form]
    care.connected()
    care.missed()

    assert [*forms, care.form] == [Form.QUERY, Form.PATH]


def test_addresses() -> None:
    """The key stands in the query with the events that are wanted, in the path, or nowhere."""
    query = private_target(KEY, Form.QUERY)

    assert query.startswith(
        "/ws?listenKey=Ab3dEf6hIj9lMn2pQr5tUv8x&events=ACCOUNT_UPDATE/ACCOUNT_CONFIG_UPDATE/"
    )
    assert query.endswith("/listenKeyExpired")
    assert private_target(KEY, Form.PATH) == "/ws/Ab3dEf6hIj9lMn2pQr5tUv8x"
    assert private_target(KEY, Form.SUBSCRIBE) == "/ws"


def test_stream_that_never_speaks_counts_as_mute() -> None:
    """Three missed events without a single one that came: no form of address delivers, until one does."""
    care = listening(0.0)
    mute = []
    for _ in range(3):
        care.missed()
        mute.append(care.is_mute)
    care.spoke()

    assert [*mute, care.is_mute] == [False, False, True, False]
