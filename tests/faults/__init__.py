"""The catalogue of faults, each over real sockets against the simulated exchange, measured."""
