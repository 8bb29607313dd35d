"""How faults spoil a good answer or event."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    "thousands-separators": lambda text: "".join(
        format(int(part), ",") if not at else f".{part}" for at, part in enumerate(text.split("."))
    ),
    "bare-numbers": lambda text: float(text) if "." in text else int(text),
}
KEPT = {"symbol", "positionSide", "positionAmt", "marginAsset", "asset"}


def dumps(value: object) -> str:
    """JSON as Binance sends it: no blanks, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spoil_rows(rows: list[dict[str, Any]], faults: Faults, template: str) -> list[dict[str, Any]]:
    """Spoil the numbers and names of rows while such a fault is on.

    Args:
        rows: rows of positions or assets; they are not changed.
        faults: what is on.
        template: name of the field that a hostile row says its text in.
    """
    if not faults.on:
        return rows
    for fault, spell in NUMBER_SPELLINGS.items():
        if faults.is_on(fault):
            rows = [{name: respelled(name, value, spell) for name, value in row.items()} for row in rows]
    if faults.is_on("hostile-strings") and rows:
        rows = [*rows, rows[0] | {template: HOSTILE}]
    if faults.is_on("unknown-fields"):
        rows = [row | {"newField": "1", "newObject": {"deep": [1, None]}} for row in rows]
    return rows


def respelled(name: str, value: object, spell: Callable[[str], object]) -> object:
    """A number of a row spelled otherwise; names, the amount and times stay."""
    return spell(value) if isinstance(value, str) and name not in KEPT else value


def spoil_answer(answer: dict[str, Any], faults: Faults) -> list[Outgoing]:
    """The frames that carry an answer of the WebSocket API, spoilt by what is on."""
    if not faults.on:
        return [Text(dumps(answer))]
    if faults.take("200-with-error", "api"):
        answer = {
            "id": answer["id"],
            "status": 200,
            "error": {"code": -1000, "msg": "An unknown error occurred."},
        }
    if faults.take("wrong-id", "api"):
        answer = answer | {"id": f"{answer['id']}-of-another"}
    if faults.take("wrong-types", "api"):
        answer = answer | {"result": wrong_types(answer.get("result"))}
    if faults.take("big-frame", "api"):
        answer = answer | {"padding": "x" * 1_000_000}
    frames = [spoil_text(dumps(answer), faults)]
    return frames * 2 if faults.take("duplicate-answer", "api") else frames


def spoil_text(text: str, faults: Faults) -> Outgoing:
    """The frame of an answer, no longer what it should be."""
    if faults.take("html", "api"):
        return Text(HTML)
    if faults.take("binary", "api"):
        return Binary(bytes(range(256)))
    if faults.take("deep-json", "api"):
        return Text("[" * 100_000 + "]" * 100_000)
    if faults.take("truncated-json", "api"):
        return Text(text[: len(text) // 2])
    if faults.take("malformed-json", "api"):
        return Text(text.replace(",", " ", 1))
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
