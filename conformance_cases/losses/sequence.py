"""Losses of sequences."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, named


class CTC(LossCase):
    """-log of the probability of all alignments; class 0 is the blank and pads labels; every step counts.

    Keras takes logits with the batch first; torch logarithms of probabilities with time first, and the lengths.
    """

    repeated: bool = False
    full: bool = False
    variants = named(default={}, repeated={"repeated": True}, full={"full": True})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = np.stack([rng.permutation(4)[:3] + 1 for _ in range(4)])
        if self.repeated:
            y_true[:, 1] = y_true[:, 0]
        if not self.full:
            y_true[0, 2], y_true[1, 1:] = 0, 0
        return {"y_true": y_true, "y_pred": rng.normal(size=(4, 7, 5))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CTC(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        steps = torch.full((len(y_pred),), y_pred.shape[1])
        logs = y_pred.log_softmax(-1).transpose(0, 1)
        return torch.nn.CTCLoss(reduction="none")(logs, y_true, steps, (y_true != 0).sum(-1))

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        logs = y_pred - y_pred.max(-1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(-1, keepdims=True))
        return np.array([self._forward(row[row != 0], log) for row, log in zip(y_true, logs, strict=True)])

    @staticmethod
    def _forward(labels: Any, logs: Any) -> float:
        """The forward recursion over blanks and labels (Graves et al. 2006)."""
        states = np.zeros(2 * len(labels) + 1, int)
        states[1::2] = labels
        alpha = np.full(len(states), -np.inf)
        alpha[:2] = logs[0, states[:2]]
        for step in logs[1:]:
            before = alpha.copy()
            for s in range(len(states)):
                reach = [before[s], *before[max(s - 1, 0) : s]]
                if s > 1 and states[s] and states[s] != states[s - 2]:
                    reach.append(before[s - 2])
                alpha[s] = np.logaddexp.reduce(reach) + step[states[s]]
        return -float(np.logaddexp(alpha[-1], alpha[-2]))
