"""torch's own reductions and names, for losses that Keras lacks."""

from typing import Any, ClassVar

from pytest_fwparity import FunctionCase, named


class TorchLoss(FunctionCase, abstract=True):
    """A loss of ``torch.nn`` (the module) or ``torch.nn.functional`` (the function) against a composition of Keras' operations.

    ``_values`` is that composition: what reduction ``none`` gives; ``mean`` and ``sum`` are over all of it.
    """

    reduction: str = "none"
    function: bool = False
    variants = named(default={}, sum={"reduction": "sum", "function": True}, mean={"reduction": "mean"})
    level = "standard"
    speed = None
    module: ClassVar[str]
    called: ClassVar[str]

    def _options(self, torch: Any) -> dict[str, Any]:
        return {}

    def _values(self, ops: Any, *_: Any, **inputs: Any) -> Any:
        raise AssertionError("required hook")

    def keras(self, keras: Any, *_: Any, **inputs: Any) -> Any:
        values = self._values(keras.ops, **inputs)
        return {"none": lambda x: x, "sum": keras.ops.sum, "mean": keras.ops.mean}[self.reduction](values)

    def torch(self, torch: Any, *_: Any, **inputs: Any) -> Any:
        options = {**self._options(torch), "reduction": self.reduction}
        if self.function:
            return getattr(torch.nn.functional, self.called)(*inputs.values(), **options)
        return getattr(torch.nn, self.module)(**options)(*inputs.values())

    def reference(self, *_: Any, **inputs: Any) -> Any:
        values = self._reference(**inputs)
        return {"none": lambda x: x, "sum": lambda x: x.sum(), "mean": lambda x: x.mean()}[self.reduction](values)

    def _reference(self, *_: Any, **inputs: Any) -> Any:
        raise AssertionError("required hook")
