"""What a driver, a library of kernels or a failing card gets wrong first: exact sums, odd sizes, attention, far elements."""
