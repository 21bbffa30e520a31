"""What layers over space have in common."""

from typing import Any

from pytest_fwparity import LayerCase


class SpatialCase(LayerCase, abstract=True):
    """The arrays of a case are channels last, as Keras keeps them; torch takes channels first."""

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}
