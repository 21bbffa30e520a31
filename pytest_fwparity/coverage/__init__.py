"""Which public symbols of the frameworks a suite calls: counted in the workers, not from names."""
