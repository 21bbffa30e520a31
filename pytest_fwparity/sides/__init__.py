"""Where cases run: the host half (pool, process, probe) and the worker half (worker, on_keras, on_torch)."""
