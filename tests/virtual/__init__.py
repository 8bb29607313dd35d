"""Virtual time: days of the worker's life in minutes, against the simulated exchange, without a socket or a clock."""
