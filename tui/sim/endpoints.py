"""Every HTTP endpoint there is, of all books."""

from __future__ import annotations

from tui.sim import http_api
from tui.sim.coin_m import http_api as coin_m
from tui.sim.http_api import Endpoints
from tui.sim.portfolio_margin import http_api as portfolio_margin

ENDPOINTS: Endpoints = http_api.ENDPOINTS | coin_m.ENDPOINTS | portfolio_margin.ENDPOINTS
