"""``fwparity selftest``: does the verdict notice what it must, and leave alone what is healthy?"""
