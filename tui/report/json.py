"""A picture as JSON: one object, or one object a line."""

import msgspec

from tui.report.picture import SCHEMA, Picture


def as_json(picture: Picture) -> str:
    """Return one object: schema, time, health, accounts, positions, and the totals when they are wanted."""
    whole: dict[str, object] = {
        "schema": SCHEMA,
        "time_ms": picture.time_ms,
        "health": _health(picture),
        "accounts": _accounts(picture),
        "positions": picture.positions,
    }
    if picture.wanted.show_total:
        whole["totals"] = picture.totals
    return msgspec.json.format(msgspec.json.encode(whole)).decode() + "\n"


def as_ndjson(picture: Picture) -> str:
    """Return one object a line; `record` says what it is: health, account, position or total."""
    time: dict[str, object] = {"schema": SCHEMA, "time_ms": picture.time_ms}
    health = _health(picture)
    lines: list[dict[str, object]] = [{"record": "health", **time, **health}]
    lines += [{"record": "account", **time, **account} for account in _accounts(picture)]
    lines += [{"record": "position", **time, **row} for row in picture.positions]
    lines += [{"record": "total", **time, **row} for row in picture.totals]
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)


def _health(picture: Picture) -> dict[str, object]:
    return {"word": picture.word, "books": picture.books, **picture.health, "feeds": picture.feeds}


def _accounts(picture: Picture) -> list[dict[str, object]]:
    pairs = zip(picture.accounts, picture.assets, strict=True)
    return [{**account, "assets": assets} for account, assets in pairs]
