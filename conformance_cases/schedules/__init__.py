"""Learning-rate schedules: the rate that each step uses."""
