"""Faults of data-parallel training."""

from typing import Any

from conformance_cases.faults._stand_ins import after_init
from pytest_fwparity import fault

_PARALLEL = "core:multi_device/DataParallel"


@fault(case=_PARALLEL, side="torch", tier="replicas")
def gradients_not_shared(torch: Any, patch: Any) -> None:
    """Each replica keeps its own gradients."""
    kind = torch.nn.parallel.DistributedDataParallel
    patch(kind, "forward", lambda self, *args, **options: self.module(*args, **options))


@fault(case=_PARALLEL, side="torch", tier="replicas")
def gradients_summed(torch: Any, patch: Any) -> None:
    """Gradients are the sum over replicas, not their mean."""

    def summed(state: Any, bucket: Any) -> Any:
        work = torch.distributed.all_reduce(bucket.buffer(), async_op=True)
        return work.get_future().then(lambda future: future.value()[0])

    summed.__annotations__.clear()  # torch wants its own types there, or none
    after_init(patch, torch.nn.parallel.DistributedDataParallel, lambda self: self.register_comm_hook(None, summed))


@fault(case=_PARALLEL, side="keras", tier="replicas")
def gradients_not_shared_in_keras(keras: Any, patch: Any) -> None:
    """Each replica keeps its own gradients."""
    patch(keras.optimizers.SGD, "_all_reduce_sum_gradients", lambda self, pairs: pairs)


@fault(case=_PARALLEL, side="keras", tier="replicas", variant="momentum=0.0")
def loss_not_shared_out(keras: Any, patch: Any) -> None:
    """The loss of a replica is not divided by their number, so that gradients add up to twice the mean."""
    from keras.src.losses import loss
    from keras.src.trainers import trainer

    for module in (loss, trainer):
        if hasattr(module, "scale_loss_for_distribution"):
            patch(module, "scale_loss_for_distribution", lambda value: value)
