"""What Binance says: structs, one decode, signing, the allow-list, the state of a conversation. No I/O, no clock."""
