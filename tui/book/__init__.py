"""What we know: positions, accounts, the merge of snapshot and event, health, risk figures. No I/O, no clock.

All times here are the exchange's own, in Unix milliseconds (`time_ms`): the caller passes them in.
"""
