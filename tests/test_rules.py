"""The rules of the house are tests, so that `pytest` is the only command to know."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "tui").rglob("*.py"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
    ],
    ids=" ".join,
)
def test_tool_has_nothing_to_say(command: tuple[str, ...]) -> None:
    """ruff, its formatter and mypy --strict pass on everything."""
    result = run(*command)

    assert result.returncode == 0, result.stdout + result.stderr


def test_imports_point_one_way() -> None:
    """The import contracts hold."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("folder", ["protocol", "book"])
def test_core_reads_no_clock_and_rolls_no_dice(folder: str) -> None:
    """`protocol` and `book` are given the time: they import no clock, no chance, and read no datetime.now."""
    for path in (ROOT / "tui" / folder).rglob("*.py"):
        names = {name for name in ast.walk(ast.parse(path.read_text())) if isinstance(name, ast.Attribute)}
        assert not {"now", "utcnow", "today"} & {
            name.attr
            for name in names
            if isinstance(name.value, ast.Name) and name.value.id in ("datetime", "date")
        }, path


@pytest.mark.parametrize("module", ["tui.live", "tui.report", "tui.cli"])
def test_module_loads_without_the_screen(module: str) -> None:
    """What a script uses never imports Textual, nor the libraries that only some keys need."""
    code = f"import sys, {module}; print([n for n in ('textual', 'rich', 'cryptography', 'httpx2') if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"


def test_source_holds_nothing_that_trades_or_closes() -> None:
    """No order method, no listen key's end, no DELETE stands in the client's source."""
    forbidden = re.compile(r"order\.(place|modify|cancel)|userDataStream\.stop|\bDELETE\b")
    client = [path for path in SOURCES if "sim" not in path.relative_to(ROOT / "tui").parts]

    assert [path for path in client if forbidden.search(path.read_text())] == []


def test_lock_names_no_host() -> None:
    """The lock file holds names, versions and hashes only."""
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert not re.search(r"https?:|--index|--find-links|--trusted", lock)
