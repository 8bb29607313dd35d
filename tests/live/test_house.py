"""What the workers of one IP address share."""

from pathlib import Path

from tui.feed.real_world import RealWorld
from tui.live.house import House
from tui.protocol.requests import ACCOUNT, POSITIONS


def test_books_with_one_limit_spend_from_one_budget(tmp_path: Path) -> None:
    """USD-M and COIN-M share a limit, and so what they may spend; Portfolio Margin has a larger one of its own."""
    house = House(RealWorld(), tmp_path)

    assert house.budget("usdm") is house.budget("coinm")
    assert (house.budget("coinm").most, house.budget("pm").most) == (120, 300)


def test_what_one_book_spends_another_cannot(tmp_path: Path) -> None:
    """The plan of COIN-M waits for what USD-M has spent; Portfolio Margin's does not."""
    house = House(RealWorld(), tmp_path)
    house.budget("usdm").spend(110, 0.0)

    assert house.schedule("coinm").due(1.0) == []
    assert house.schedule("pm").due(1.0) == [POSITIONS, ACCOUNT]
