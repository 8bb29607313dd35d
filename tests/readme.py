"""The parts of README.md that tests and benches write and read."""

from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def _parted(name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    part, mark, after = rest.partition(end)
    if not mark:
        raise LookupError(f"README.md has no part {name!r}")
    return before + begin, part, end + after


def read_part(name: str) -> str:
    """Return what stands between the marks of that name."""
    return _parted(name)[1]


def write_part(name: str, text: str) -> None:
    """Put a text between the marks of that name."""
    before, _, after = _parted(name)
    README.write_text(f"{before}{text.strip()}\n{after}", encoding="utf-8")
