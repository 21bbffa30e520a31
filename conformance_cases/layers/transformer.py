"""torch's Transformer and its parts against the same blocks made of Keras' layers."""

from typing import Any

import numpy as np

from conformance_cases.layers import _transformer as blocks
from pytest_fwparity import LayerCase, named

#: what every torch block of these cases is made with
OPTIONS = {"dim_feedforward": blocks.WIDE, "dropout": 0.0, "activation": "gelu", "batch_first": True}


class TransformerEncoderLayer(LayerCase):
    """Attention and two dense layers, each around a residual; what a mask leaves out is true in torch, false in Keras."""

    norm_first: bool = False
    causal: bool = False
    padded: bool = False
    variants = named(
        plain={}, norm_first={"norm_first": True}, causal={"causal": True}, padded={"padded": True, "norm_first": True}
    )
    quick = ("plain",)
    vanishing = ("grad self_key_bias",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(2, 5, blocks.SIZE))
        return {"x": x, "kept": np.arange(5) < [[5], [3]]} if self.padded else {"x": x}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return blocks.drawn(rng, False)

    def keras(self, keras: Any) -> Any:
        return blocks.keras_block(keras, False, self.norm_first)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        return blocks.keras_names(layer)

    def keras_call(self, keras: Any, layer: Any, x: Any, kept: Any = None) -> Any:
        return layer(x, mask=None if kept is None else kept[:, None], causal=self.causal)

    def torch(self, torch: Any) -> Any:
        return torch.nn.TransformerEncoderLayer(blocks.SIZE, blocks.HEADS, norm_first=self.norm_first, **OPTIONS)

    def torch_call(self, torch: Any, module: Any, x: Any, kept: Any = None) -> Any:
        blocked = torch.ones(5, 5, dtype=torch.bool, device=x.device).triu(1) if self.causal else None
        padding = None if kept is None else ~kept
        return module(x, src_mask=blocked, src_key_padding_mask=padding, is_causal=self.causal)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return blocks.torch_names(torch, weights)

    def reference(self, x: Any, kept: Any = None, **weights: Any) -> Any:
        mask = np.tri(5, dtype=bool)[None] if self.causal else None if kept is None else kept[:, None]
        return blocks.block(x, weights, mask=mask, norm_first=self.norm_first)


class TransformerDecoderLayer(LayerCase):
    """Causal attention, attention to a memory of another length, two dense layers."""

    norm_first: bool = False
    padded: bool = False
    variants = named(plain={}, norm_first={"norm_first": True}, padded={"padded": True})
    level = "standard"
    vanishing = ("grad self_key_bias", "grad cross_key_bias")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        given = {"x": rng.normal(size=(2, 4, blocks.SIZE)), "memory": rng.normal(size=(2, 5, blocks.SIZE))}
        return {**given, "kept": np.arange(5) < [[5], [3]]} if self.padded else given

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return blocks.drawn(rng, True)

    def keras(self, keras: Any) -> Any:
        return blocks.keras_block(keras, True, self.norm_first)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        return blocks.keras_names(layer)

    def keras_call(self, keras: Any, layer: Any, x: Any, memory: Any, kept: Any = None) -> Any:
        return layer(x, memory, memory_mask=None if kept is None else kept[:, None], causal=True)

    def torch(self, torch: Any) -> Any:
        return torch.nn.TransformerDecoderLayer(blocks.SIZE, blocks.HEADS, norm_first=self.norm_first, **OPTIONS)

    def torch_call(self, torch: Any, module: Any, x: Any, memory: Any, kept: Any = None) -> Any:
        blocked = torch.ones(4, 4, dtype=torch.bool, device=x.device).triu(1)
        return module(x, memory, tgt_mask=blocked, memory_key_padding_mask=None if kept is None else ~kept)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return blocks.torch_names(torch, weights)

    def reference(self, x: Any, memory: Any, kept: Any = None, **weights: Any) -> Any:
        masks = {"mask": np.tri(4, dtype=bool)[None], "memory_mask": None if kept is None else kept[:, None]}
        return blocks.block(x, weights, memory, norm_first=self.norm_first, **masks)


#: why blocks in a row are not judged in half precision
SHALLOW = "64 roundings of bfloat16 are a quarter of any result, and two blocks in a row move the gradients of queries by more"


class TransformerEncoder(LayerCase):
    """Two blocks and a norm; every block has weights of its own, although torch copies one."""

    level = "standard"
    without = {"*-bfloat16": SHALLOW}
    vanishing = ("grad one_self_key_bias", "grad two_self_key_bias")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 4, blocks.SIZE)), "kept": np.arange(4) < [[4], [3]]}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {**blocks.drawn(rng, False, "one_"), **blocks.drawn(rng, False, "two_")}
        return {**made, **blocks.norm_drawn(rng, "last_")}

    def keras(self, keras: Any) -> Any:
        class Encoder(keras.Model):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.blocks = [blocks.keras_block(keras, False) for _ in range(2)]
                self.last = blocks.keras_norm(keras)

            def call(self, x: Any, mask: Any) -> Any:
                for block in self.blocks:
                    x = block(x, mask=mask)
                return self.last(x)

        return Encoder()

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        one, two = (
            blocks.keras_names(block, prefix) for prefix, block in zip(("one_", "two_"), layer.blocks, strict=True)
        )
        return {**one, **two, "last_gamma": layer.last.gamma, "last_beta": layer.last.beta}

    def keras_call(self, keras: Any, layer: Any, x: Any, kept: Any) -> Any:
        return layer(x, mask=kept[:, None])

    def torch(self, torch: Any) -> Any:
        nn = torch.nn
        layer = nn.TransformerEncoderLayer(blocks.SIZE, blocks.HEADS, **OPTIONS)
        return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(blocks.SIZE), enable_nested_tensor=False)

    def torch_call(self, torch: Any, module: Any, x: Any, kept: Any) -> Any:
        return module(x, src_key_padding_mask=~kept)

    def torch_weights(self, torch: Any, last_gamma: Any, last_beta: Any, **weights: Any) -> dict[str, Any]:
        one, two = (
            blocks.torch_names(torch, blocks.under(weights, prefix), f"layers.{at}.")
            for at, prefix in enumerate(("one_", "two_"))
        )
        return {**one, **two, "norm.weight": last_gamma, "norm.bias": last_beta}

    def reference(self, x: Any, kept: Any, last_gamma: Any, last_beta: Any, **weights: Any) -> Any:
        for prefix in ("one_", "two_"):
            x = blocks.block(x, blocks.under(weights, prefix), mask=kept[:, None])
        return blocks.norm(x, last_gamma, last_beta)


class TransformerDecoder(LayerCase):
    """Two blocks that attend to the same memory, without a norm behind them."""

    level = "standard"
    without = {
        "*-bfloat16": SHALLOW,
        "*-float16": "in two blocks with four attentions a tenth of the signal is reached",
    }
    vanishing = tuple(f"grad {at}_{way}_key_bias" for at in ("one", "two") for way in ("self", "cross"))

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 3, blocks.SIZE)), "memory": rng.normal(size=(2, 4, blocks.SIZE))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {**blocks.drawn(rng, True, "one_"), **blocks.drawn(rng, True, "two_")}

    def keras(self, keras: Any) -> Any:
        class Decoder(keras.Model):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.blocks = [blocks.keras_block(keras, True) for _ in range(2)]

            def call(self, x: Any, memory: Any) -> Any:
                for block in self.blocks:
                    x = block(x, memory, causal=True)
                return x

        return Decoder()

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        one, two = layer.blocks
        return {**blocks.keras_names(one, "one_"), **blocks.keras_names(two, "two_")}

    def keras_call(self, keras: Any, layer: Any, x: Any, memory: Any) -> Any:
        return layer(x, memory)

    def torch(self, torch: Any) -> Any:
        layer = torch.nn.TransformerDecoderLayer(blocks.SIZE, blocks.HEADS, **OPTIONS)
        return torch.nn.TransformerDecoder(layer, 2)

    def torch_call(self, torch: Any, module: Any, x: Any, memory: Any) -> Any:
        return module(
            x, memory, tgt_mask=torch.ones(3, 3, dtype=torch.bool, device=x.device).triu(1), tgt_is_causal=True
        )

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for at, prefix in enumerate(("one_", "two_")):
            made |= blocks.torch_names(torch, blocks.under(weights, prefix), f"layers.{at}.")
        return made

    def reference(self, x: Any, memory: Any, **weights: Any) -> Any:
        for prefix in ("one_", "two_"):
            x = blocks.block(x, blocks.under(weights, prefix), memory, mask=np.tri(3, dtype=bool)[None])
        return x


class Transformer(LayerCase):
    """An encoder and a decoder of one block each, with a norm behind both."""

    level = "standard"
    without = {"*-bfloat16": SHALLOW}
    vanishing = tuple(f"grad {name}_key_bias" for name in ("encoder_self", "decoder_self", "decoder_cross"))

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"source": rng.normal(size=(2, 4, blocks.SIZE)), "target": rng.normal(size=(2, 3, blocks.SIZE))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {**blocks.drawn(rng, False, "encoder_"), **blocks.drawn(rng, True, "decoder_")}
        return {**made, **blocks.norm_drawn(rng, "encoded_"), **blocks.norm_drawn(rng, "decoded_")}

    def keras(self, keras: Any) -> Any:
        class Model(keras.Model):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.encoder, self.decoder = blocks.keras_block(keras, False), blocks.keras_block(keras, True)
                self.encoded, self.decoded = blocks.keras_norm(keras), blocks.keras_norm(keras)

            def call(self, source: Any, target: Any) -> Any:
                memory = self.encoded(self.encoder(source))
                return self.decoded(self.decoder(target, memory, causal=True))

        return Model()

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        found = {**blocks.keras_names(layer.encoder, "encoder_"), **blocks.keras_names(layer.decoder, "decoder_")}
        for name in ("encoded", "decoded"):
            norm = getattr(layer, name)
            found |= {f"{name}_gamma": norm.gamma, f"{name}_beta": norm.beta}
        return found

    def keras_call(self, keras: Any, layer: Any, source: Any, target: Any) -> Any:
        return layer(source, target)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Transformer(blocks.SIZE, blocks.HEADS, 1, 1, **OPTIONS)

    def torch_call(self, torch: Any, module: Any, source: Any, target: Any) -> Any:
        mask = module.generate_square_subsequent_mask(3, device=target.device, dtype=target.dtype)
        return module(source, target, tgt_mask=mask, tgt_is_causal=True)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, norm in (("encoder", "encoded"), ("decoder", "decoded")):
            made |= blocks.torch_names(torch, blocks.under(weights, f"{name}_"), f"{name}.layers.0.")
            made |= {f"{name}.norm.weight": weights[f"{norm}_gamma"], f"{name}.norm.bias": weights[f"{norm}_beta"]}
        return made

    def reference(self, source: Any, target: Any, **w: Any) -> Any:
        memory = blocks.norm(blocks.block(source, blocks.under(w, "encoder_")), w["encoded_gamma"], w["encoded_beta"])
        mask = np.tri(3, dtype=bool)[None]
        y = blocks.block(target, blocks.under(w, "decoder_"), memory, mask=mask)
        return blocks.norm(y, w["decoded_gamma"], w["decoded_beta"])
