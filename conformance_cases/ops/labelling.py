"""Losses of labels and decoding of label sequences, under their names in keras.ops."""

import itertools
from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, named


class SparseCategoricalCrossentropyOp(FunctionCase):
    """-log of the share of each label; probabilities are divided by their sum first."""

    from_logits: bool = True
    shape: tuple[int, ...] = (5,)
    column: bool = False
    variants = named(
        logits={},
        probabilities={"from_logits": False},
        sequences={"shape": [2, 3]},
        sequences_of_probabilities={"shape": [2, 3], "from_logits": False},
        column={"column": True},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target = rng.integers(0, 4, size=self.shape).astype(np.int32)
        output = rng.normal(size=(*self.shape, 4)) if self.from_logits else rng.uniform(0.1, 0.9, (*self.shape, 4))
        return {"target": target[..., None] if self.column else target, "output": output}

    def keras(self, keras: Any, target: Any, output: Any) -> Any:
        return keras.ops.sparse_categorical_crossentropy(target, output, from_logits=self.from_logits)

    def torch(self, torch: Any, target: Any, output: Any) -> Any:
        target = (target[..., 0] if self.column else target).long()
        functional = torch.nn.functional
        if self.from_logits:
            return functional.cross_entropy(output.movedim(-1, 1), target, reduction="none")
        shares = torch.log(output / output.sum(-1, keepdim=True))
        return functional.nll_loss(shares.movedim(-1, 1), target, reduction="none")

    def reference(self, target: Any, output: Any) -> Any:
        target = target if self.column else target[..., None]
        weights = np.exp(output) if self.from_logits else output
        return -np.log(np.take_along_axis(weights / weights.sum(-1, keepdims=True), target, -1)[..., 0])


class CtcDecode(FunctionCase):
    """The best label sequence of each sample, the blank left out; the greedy score is minus the sum of the best logits."""

    merge_repeated: bool = True
    mask_index: int = 0
    variants = named(default={}, unmerged={"merge_repeated": False}, blank_last={"mask_index": 3})
    outputs = ("labels", "score")
    level = "standard"
    speed = None
    vanishing = ("grad x",)
    checks = ("agree", "repeat")
    without = {"*-*16": "Keras decodes in float32 at the least, and gives float32"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        best = np.array([[0, 1, 1, 0, 1, 2, 2, 3], [3, 3, 0, 0, 2, 1, 3, 1], [0, 0, 0, 3, 3, 3, 1, 2]])
        x = rng.normal(size=(3, 8, 4)) / 4
        np.put_along_axis(x, best[..., None], 3 + rng.uniform(size=(3, 8, 1)), -1)
        return {"x": x, "lengths": np.array([8, 5, 3], np.int32)}

    def keras(self, keras: Any, x: Any, lengths: Any) -> Any:
        labels, score = keras.ops.ctc_decode(x, lengths, merge_repeated=self.merge_repeated, mask_index=self.mask_index)
        return labels, keras.ops.stop_gradient(score)

    def torch(self, torch: Any, x: Any, lengths: Any) -> Any:
        labels = torch.full((1, *x.shape[:2]), -1, dtype=torch.int32, device=x.device)
        scores = []
        for row, (logits, length) in enumerate(zip(x.detach(), lengths.tolist(), strict=True)):
            best, path = logits[:length].max(-1)
            path = torch.unique_consecutive(path) if self.merge_repeated else path
            path = path[path != self.mask_index]
            labels[0, row, : len(path)] = path.int()
            scores.append(-best.sum())
        return labels, torch.stack(scores)[:, None]

    def reference(self, x: Any, lengths: Any) -> Any:
        labels, scores = np.full((1, *x.shape[:2]), -1, np.int32), []
        for row, (logits, length) in enumerate(zip(x, lengths, strict=True)):
            path = logits[:length].argmax(-1).tolist()
            path = [label for label, _ in itertools.groupby(path)] if self.merge_repeated else path
            path = [label for label in path if label != self.mask_index]
            labels[0, row, : len(path)] = path
            scores.append([-logits[:length].max(-1).sum()])
        return labels, np.array(scores)


class CtcDecodeByBeams(FunctionCase):
    """The likeliest label sequences, by a beam that is wide enough to hold every one; torch adds up every path."""

    outputs = ("labels", "score")
    level = "standard"
    speed = None
    vanishing = ("grad x",)
    checks = ("agree", "repeat")
    without = {
        "*-*16": "Keras decodes in float32 at the least, and gives float32",
        "keras-tensorflow:*-float64": "TensorFlow's beam search adds up in float32 whatever the dtype",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": 2 * rng.normal(size=(2, 4, 3)), "lengths": np.array([4, 4], np.int32)}

    def keras(self, keras: Any, x: Any, lengths: Any) -> Any:
        labels, score = keras.ops.ctc_decode(x, lengths, strategy="beam_search", beam_width=100, top_paths=2)
        return labels, keras.ops.stop_gradient(score)

    def torch(self, torch: Any, x: Any, lengths: Any) -> Any:
        paths = list(itertools.product(range(3), repeat=4))
        sequences = [tuple(label for label, _ in itertools.groupby(path) if label) for path in paths]
        names = sorted(set(sequences))
        owner = torch.tensor([names.index(sequence) for sequence in sequences], device=x.device)
        steps = torch.arange(4, device=x.device)
        of_paths = torch.log_softmax(x.detach(), -1)[:, steps, torch.tensor(paths, device=x.device)].sum(-1)
        sums = of_paths.new_zeros(len(x), len(names)).index_add(1, owner, of_paths.exp())
        score, best = sums.log().topk(2)
        labels = torch.full((2, len(x), 4), -1, dtype=torch.int32, device=x.device)
        for row, chosen in enumerate(best.tolist()):
            for place, index in enumerate(chosen):
                labels[place, row, : len(names[index])] = torch.tensor(names[index], dtype=torch.int32)
        return labels, score
