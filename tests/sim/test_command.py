"""`perptop simulate`: the exchange as a program of its own."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tui.sim.command import planned_fault, simulate

RUN = "from tui.sim.command import simulate; simulate(scenario='docs', seed=4, faults=['reset@0.1'])"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_program_introduces_itself_serves_and_ends(stop: signal.Signals) -> None:
    """One line of JSON tells endpoint and keys; a signal ends it cleanly and takes the key files away."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        introduction = json.loads(program.stdout.readline())
        files = [Path(introduction[kind]["private_key_file"]) for kind in ("ed25519", "rsa")]
        assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
        assert set(introduction["hmac"]) == {"api_key", "api_secret"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(introduction["endpoint"] + "/fapi/v1/ping", timeout=5) as answer:
            assert answer.read() == b"{}"
        program.send_signal(stop)
        rest, errors = program.communicate(timeout=5)
    assert (program.returncode, rest, errors) == (0, b"", b"")
    assert not any(file.parent.exists() for file in files)


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("reset@3", ("reset", 3000, None)),
        ("silence:market@20+30", ("silence:market", 20_000, 30_000)),
        ("clock+40s@5", ("clock+40s", 5000, None)),
        ("no-marks-币安人生USDT@0.5+1.5", ("no-marks-币安人生USDT", 500, 1500)),
    ],
)
def test_faults_are_planned(text: str, planned: tuple[str, int, int | None]) -> None:
    """A fault comes after so many seconds, for so many seconds."""
    assert planned_fault(text) == planned


@pytest.mark.parametrize("text", ["reset", "reset@", "reset@x", "nope@3", "reset@3+", "@3"])
def test_bad_plans_are_refused(text: str) -> None:
    """What is no plan is refused before anything starts."""
    with pytest.raises(ValueError, match="fault"):
        simulate(faults=[text])


def test_demo_key_needs_no_cryptography() -> None:
    """An exchange whose clients sign with HMAC starts without loading cryptography."""
    code = (
        "import sys; from tui.sim.exchange import Exchange; from tui.sim.scenarios import scenario; import tui.sim.server;"
        "Exchange(scenario('demo'), wall_ms=0).keys.hmac; sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
