"""How faults spoil a good answer or event."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tui.sim.faults import Faults
from tui.sim.outgoing import Binary, Outgoing, Text

HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J\u202e[red]/[/\x9b1m\r\n\u200bUSDT"
"""Writes the clipboard, clears the screen, turns the text round, opens and closes markup, breaks the line."""

NUMBER_SPELLINGS: dict[str, Callable[[str], object]] = {
    "empty-strings": lambda text: "",
    "null-numbers": lambda text: None,
    "nan-numbers": lambda text: "NaN",
    "thousands-separators": lambda text: f"{Decimal(text):,f}",
    "scientific-numbers": lambda text: f"{Decimal(text):E}",
    "bare-numbers": lambda text: float(text) if "." in text else int(text),
}
RENAMED = {"positionAmt": "positionQty", "unRealizedProfit": "openProfit", "walletBalance": "walletAmount"}
NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
KEPT = {"symbol", "positionSide", "positionAmt", "marginAsset", "asset"}


def dumps(value: object) -> str:
    """JSON as Binance sends it: no blanks, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spoil_rows(
    rows: list[dict[str, Any]], faults: Faults, template: str, feed: str = ""
) -> list[dict[str, Any]]:
    """Spoil the numbers and names of rows while such a fault is on.

    Args:
        rows: rows of positions or assets; they are not changed.
        faults: what is on.
        template: name of the field that a hostile row says its text in.
        feed: where they go; empty: only faults that are meant for all feeds count.
    """
    if not faults.on:
        return rows
    for fault, spell in NUMBER_SPELLINGS.items():
        if faults.is_on(fault, feed):
            rows = [{name: respelled(name, value, spell) for name, value in row.items()} for row in rows]
    if faults.is_on("renamed-fields", feed):
        rows = [{RENAMED.get(name, name): value for name, value in row.items()} for row in rows]
    if faults.is_on("hostile-strings", feed) and rows:
        rows = [*rows, rows[0] | {template: HOSTILE}]
    if faults.is_on("unknown-fields", feed):
        rows = [row | {"newField": "1", "newObject": {"deep": [1, None]}} for row in rows]
    return rows


def respelled(name: str, value: object, spell: Callable[[str], object]) -> object:
    """A number of a row spelled otherwise; names, the amount and times stay."""
    if not isinstance(value, str) or name in KEPT or not NUMBER.fullmatch(value):
        return value
    return spell(value)


def spoil_answer(answer: dict[str, Any], faults: Faults, feed: str = "api") -> list[Outgoing]:
    """The frames that carry an answer of the WebSocket API, spoilt by what is on."""
    if not faults.on:
        return [Text(dumps(answer))]
    if faults.take("200-with-error", feed):
        answer = {
            "id": answer["id"],
            "status": 200,
            "error": {"code": -1000, "msg": "An unknown error occurred."},
        }
    if faults.take("wrong-id", feed):
        answer = answer | {"id": f"{answer['id']}-of-another"}
    if faults.take("wrong-types", feed):
        answer = answer | {"result": wrong_types(answer.get("result"))}
    if faults.take("big-frame", feed):
        answer = answer | {"padding": "x" * 1_000_000}
    frames = [spoil_text(dumps(answer), faults, feed)]
    return frames * 2 if faults.take("duplicate-answer", feed) else frames


SPOILT: dict[str, Callable[[str], Outgoing]] = {
    "html": lambda text: Text(HTML),
    "binary": lambda text: Binary(bytes(range(256))),
    "empty-frame": lambda text: Text(""),
    "invalid-utf8": lambda text: Text(text[:-1] + "\ud800" + text[-1:]),
    "deep-json": lambda text: Text("[" * 100_000 + "]" * 100_000),
    "truncated-json": lambda text: Text(text[: len(text) // 2]),
    "malformed-json": lambda text: Text(text.replace(",", " ", 1)),
}
"""What becomes of the text of a frame, by fault. A lone surrogate goes out as bytes that are no UTF-8."""


def spoil_text(text: str, faults: Faults, feed: str, *, named: bool = False) -> Outgoing:
    """The frame of a text, no longer what it should be.

    Args:
        text: what should have been sent.
        faults: what is on.
        feed: where it is sent.
        named: only faults asked for this very feed count; so a fault for answers does not hit a price.
    """
    if faults.on:
        for name, spoil in SPOILT.items():
            if faults.take(name, feed, named=named):
                return spoil(text)
    return Text(text)


def spoil_event(event: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """An ACCOUNT_UPDATE with another reason than it should have."""
    if faults.is_on("hostile-strings"):
        return event | {"a": event["a"] | {"m": HOSTILE}}
    if faults.take("unknown-reason"):
        return event | {"a": event["a"] | {"m": "MOON_PHASE"}}
    return event


def wrong_types(value: object) -> object:
    """The same value with texts as lists, numbers as texts and lists as objects."""
    if isinstance(value, list):
        return {str(at): wrong_types(one) for at, one in enumerate(value)}
    if isinstance(value, dict):
        return {name: wrong_types(one) for name, one in value.items()}
    return [value] if isinstance(value, str) else str(value)
