"""Quantization of keras.quantizers."""
