"""Faults of the losses and distances that torch alone has."""

from typing import Any

from conformance_cases.faults._gradients import torch_first_element, torch_rounded, torch_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, rescaled
from pytest_fwparity import fault


def _forced(patch: Any, torch: Any, name: str, **forced: Any) -> None:
    stock = getattr(torch.nn.functional, name)
    patch(torch.nn.functional, name, lambda *args, **options: stock(*args, **{**options, **forced}))


@fault(case="core:losses/HingeEmbeddingLoss", side="torch")
def hinge_embedding_margin_off(torch: Any, patch: Any) -> None:
    """The margin is 1e-6 too large."""
    _forced(patch, torch, "hinge_embedding_loss", margin=1 + 1e-6)


@fault(case="core:losses/MultiMarginLoss", side="torch", variant="weighted")
def multi_margin_weight_ignored(torch: Any, patch: Any) -> None:
    """The weights of classes are not used."""
    _forced(patch, torch, "multi_margin_loss", weight=None)


@fault(case="core:losses/MultiMarginLoss", side="torch", variant="square")
def multi_margin_power_ignored(torch: Any, patch: Any) -> None:
    """p is 1, whatever was asked for."""
    _forced(patch, torch, "multi_margin_loss", p=1)


@fault(case="core:losses/TripletMarginLoss", side="torch", variant="swapped")
def triplet_swap_ignored(torch: Any, patch: Any) -> None:
    """The smaller distance is not taken."""
    _forced(patch, torch, "triplet_margin_loss", swap=False)


@fault(case="core:losses/TripletMarginLoss", side="torch")
def triplet_epsilon_1e_5(torch: Any, patch: Any) -> None:
    """1e-5 is added to each difference, not 1e-6."""
    _forced(patch, torch, "triplet_margin_loss", eps=1e-5)


@fault(case="core:losses/CosineEmbeddingLoss", side="torch", variant="margin")
def cosine_embedding_margin_ignored(torch: Any, patch: Any) -> None:
    """The margin is 0, whatever was asked for."""
    _forced(patch, torch, "cosine_embedding_loss", margin=0.0)


@fault(case="core:losses/SoftMarginLoss", side="torch", tier="float32")
def soft_margin_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone each loss is rounded to tf32."""
    changed_result(patch, torch.nn.functional, "soft_margin_loss", lambda y: torch_rounded(torch, y, 13))


@fault(case="core:losses/MarginRankingLoss", side="torch", tier="gradient")
def ranking_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the first score is 1e-4 too large."""
    stock, scaled = torch.nn.functional.margin_ranking_loss, torch_scaled_gradient(torch, 1 + 1e-4)
    patch(
        torch.nn.functional,
        "margin_ranking_loss",
        lambda x1, *args, **options: stock(scaled(x1), *args, **options),
    )


@fault(case="core:losses/GaussianNLLLoss", side="torch", variant="full")
def gaussian_constant_ignored(torch: Any, patch: Any) -> None:
    """The constant is left out."""
    _forced(patch, torch, "gaussian_nll_loss", full=False)


@fault(case="core:losses/PoissonNLLLoss", side="torch", variant="rates")
def poisson_of_rates_epsilon(torch: Any, patch: Any) -> None:
    """1e-6 is added to rates, not 1e-8."""
    _forced(patch, torch, "poisson_nll_loss", eps=1e-6)


@fault(case="core:losses/CrossEntropyLoss", side="torch", variant="weighted")
def cross_entropy_divided_by_samples(torch: Any, patch: Any) -> None:
    """A weighed mean is divided by the number of samples."""
    stock = torch.nn.functional.cross_entropy

    def cost(x: Any, y: Any, weight: Any = None, **options: Any) -> Any:
        return stock(x, y, weight, **{**options, "reduction": "none"}).mean()

    patch(torch.nn.functional, "cross_entropy", cost)


@fault(case="core:losses/CrossEntropyLoss", side="torch", variant="ignoring")
def cross_entropy_ignores_nothing(torch: Any, patch: Any) -> None:
    """The ignored class counts like any other."""
    _forced(patch, torch, "cross_entropy", ignore_index=-100)


@fault(case="core:losses/BCEWithLogitsLoss", side="torch", variant="weighted")
def positive_weights_ignored(torch: Any, patch: Any) -> None:
    """The weights of positive labels are not used."""
    _forced(patch, torch, "binary_cross_entropy_with_logits", pos_weight=None)


@fault(case="core:losses/KLDivLoss", side="torch", variant="batchmean")
def divergence_mean_over_elements(torch: Any, patch: Any) -> None:
    """The mean over the batch is one over all elements."""
    _forced(patch, torch, "kl_div", reduction="mean")


@fault(case="core:losses/SmoothL1Loss", side="torch", variant="mean")
def smooth_l1_beta_is_one(torch: Any, patch: Any) -> None:
    """beta is 1, whatever was asked for."""
    _forced(patch, torch, "smooth_l1_loss", beta=1.0)


@fault(case="core:losses/PairwiseDistance", side="torch", variant="default")
def distance_epsilon_1e_5(torch: Any, patch: Any) -> None:
    """1e-5 is added to each difference, not 1e-6."""
    stock = torch.nn.functional.pairwise_distance
    patch(torch.nn.functional, "pairwise_distance", lambda x, y, p, eps, keepdim: stock(x, y, p, 1e-5, keepdim))


@fault(case="core:losses/Pdist", side="torch", variant="cubic")
def first_pair_one_millionth(torch: Any, patch: Any) -> None:
    """The distance of the first pair is 1e-6 too large."""
    changed_result(patch, torch.nn.functional, "pdist", lambda y: torch_first_element(torch, y, 1e-6))


@fault(case="core:losses/CosineOfRows", side="torch", variant="last")
def cosine_of_rows_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every cosine is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "cosine_similarity")


@fault(case="core:losses/AdaptiveLogSoftmaxWithLoss", side="torch", variant="bias")
def adaptive_loss_summed(torch: Any, patch: Any) -> None:
    """The loss is 1e-6 too large."""
    stock = torch.nn.AdaptiveLogSoftmaxWithLoss.forward

    def forward(self: Any, x: Any, target: Any) -> Any:
        made = stock(self, x, target)
        return made._replace(loss=made.loss * (1 + 1e-6))

    patch(torch.nn.AdaptiveLogSoftmaxWithLoss, "forward", forward)


@fault(case="core:losses/LinearCrossEntropyLoss", side="torch", variant="sum")
def linear_cross_entropy_smoothing_ignored(torch: Any, patch: Any) -> None:
    """Labels are not smoothed."""
    _forced(patch, torch, "linear_cross_entropy", label_smoothing=0.0)


@fault(case="core:losses/LinearCrossEntropyLoss", side="torch", variant="chunked", tier="gradient")
def bias_gradient_of_one_chunk(torch: Any, patch: Any) -> None:
    """The gradient by the bias is half of what it should be, as if one of two chunks gave it alone."""
    stock, scaled = torch.nn.functional.linear_cross_entropy, torch_scaled_gradient(torch, 1 / 2)
    patch(
        torch.nn.functional,
        "linear_cross_entropy",
        lambda *args, linear_bias, **options: stock(*args, linear_bias=scaled(linear_bias), **options),
    )
