"""The keys as the settings have them: other keys for actions, and what does not go together."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NoReturn

from textual.binding import Binding, BindingType
from textual.keys import Keys as Known
from textual.keys import _character_to_key, format_key

from tui.errors import SettingsError
from tui.view.keys import (
    COLUMNS_KEYS,
    DETAIL_KEYS,
    HELP_KEYS,
    POSITIONS_KEYS,
    PROGRAM_KEYS,
    SCROLL_KEYS,
    SEARCH_KEYS,
    SHEET_KEYS,
    TABLE_KEYS,
    bindings_of,
)

EVERYWHERE = (*HELP_KEYS, *PROGRAM_KEYS)
SHEETS = (*SHEET_KEYS, *SCROLL_KEYS, *EVERYWHERE)
TOGETHER: tuple[tuple[BindingType, ...], ...] = (
    (*TABLE_KEYS, *POSITIONS_KEYS, *EVERYWHERE),
    (*DETAIL_KEYS, *SHEETS),
    (*SEARCH_KEYS, *SHEETS),
    (*COLUMNS_KEYS, *SHEET_KEYS, *EVERYWHERE),
)
"""What listens at the same time: within one of these a key may do one thing only."""
ACTIONS = tuple(dict.fromkeys(one.id for one in bindings_of(*TOGETHER) if one.id is not None))
"""The names of everything that may have another key."""
MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
KNOWN = frozenset(key.value for key in Known)
NAMES = {
    "escape": "Esc", "enter": "Enter", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
    "space": "Space", "tab": "Tab", "insert": "Ins", "delete": "Del", "backspace": "Backspace",
}  # fmt: skip
"""Keys that are called otherwise than Textual calls them."""


class Keys:
    """Which key does what: the bindings, with those of the settings in their places.

    Args:
        rebound: action name to keys, parted by commas; checked.
    """

    def __init__(self, rebound: Mapping[str, str] | None = None) -> None:
        self.rebound = {action: ",".join(keys_of(text)) for action, text in (rebound or {}).items()}
        self._names = {one.id: first_name(one) for one in reversed(self.of(*TOGETHER))}

    def of(self, *tables: Iterable[BindingType]) -> list[Binding]:
        """The tables as one list of bindings, with the keys that hold."""
        return [self._rebound(binding) for binding in bindings_of(*tables)]

    def name(self, action: str) -> str:
        """What the first key of an action is called in a sentence."""
        return self._names[action]

    def _rebound(self, binding: Binding) -> Binding:
        keys = self.rebound.get(binding.id or "")
        if keys is None:
            return binding
        return binding.with_key(keys, " ".join(map(key_name, keys.split(","))))


def first_name(binding: Binding) -> str:
    """What the first key of a binding is called."""
    return (binding.key_display or key_name(binding.key)).split(" ")[0]


def key_of(character: str) -> str:
    """The key that types a character, as Textual calls it."""
    return _character_to_key(character)


def keys_of(text: str) -> list[str]:
    """The keys that a setting names, as Textual spells them: `F,f5` or `ctrl+r` or `?`."""
    keys = [key.strip() for key in text.split(",")]
    return [key_of(key) if len(key) == 1 else _named(key) for key in keys]


def _named(key: str) -> str:
    *modifiers, last = key.split("+")
    return "+".join((*map(str.lower, modifiers), last if len(last) == 1 else last.lower()))


def key_name(key: str) -> str:
    """What a key is called on the screen: `Esc`, `^p`, `F5`, `/`."""
    *modifiers, last = key.split("+")
    name = NAMES.get(last) or (last.upper() if is_function_key(last) else format_key(last))
    if modifiers == ["ctrl"]:
        return f"^{name}"
    return "+".join((*modifiers, name))


def is_function_key(key: str) -> bool:
    """Whether it is F1 or one of its neighbours."""
    return len(key) > 1 and key[0] == "f" and key[1:].isdigit()


def is_key(key: str) -> bool:
    """Whether a terminal can send it, as far as its name tells."""
    *modifiers, last = key.split("+")
    if not MODIFIERS.issuperset(modifiers):
        return False
    if len(last) == 1:
        return last.isprintable()
    try:
        return last in KNOWN or bool(unicodedata.lookup(last.replace("_", " ")))
    except KeyError:
        return format_key(last) != last and len(format_key(last)) == 1


def check_keys(rebound: Mapping[str, str], file: str) -> None:
    """Refuse actions that there are not, keys that no terminal sends, and keys that would do two things.

    Args:
        rebound: the table `[keys]` of the settings file.
        file: the name of that file.

    Raises:
        SettingsError: with a sentence that names the file and the key.
    """
    for action, text in rebound.items():
        where = f"{file}: keys.{action}"
        if action not in ACTIONS:
            _refuse_action(where, action)
        for key in keys_of(text):
            if not is_key(key):
                raise SettingsError(
                    f"{where}: there is no key {key!r}; write a character, or a name such as f5, ctrl+r, comma"
                )
    keys = Keys(rebound)
    for group in TOGETHER:
        _check_group(keys, bindings_of(group), file)


def _refuse_action(where: str, action: str) -> NoReturn:
    near = difflib.get_close_matches(action, ACTIONS, 1)
    advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(ACTIONS)}"
    raise SettingsError(f"{where}: there is no such action; {advice}")


def _check_group(keys: Keys, group: list[Binding], file: str) -> None:
    owners: dict[str, list[Binding]] = {}
    for binding in keys.of(group):
        for key in keys_of(binding.key):
            owners.setdefault(key, []).append(binding)
    usual = {(binding.id, key) for binding in group for key in keys_of(binding.key)}
    for key, bindings in owners.items():
        changed = [one for one in bindings if one.id in keys.rebound and (one.id, key) not in usual]
        others = [one for one in bindings if changed and one.id != changed[0].id]
        if others:
            other = others[0].id or others[0].action
            raise SettingsError(
                f"{file}: keys.{changed[0].id}: the key {key_name(key)} is taken by {other}; "
                "one key can do one thing only"
            )
