"""The shipped suite ``core``: what Keras and PyTorch both implement, one sub-package per area."""
