"""What Binance says: bytes in, values out; no socket, no clock."""
