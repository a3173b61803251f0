"""Inference runtime for network files (ONNX, TorchScript, LiteRT): inputs, outputs, sessions, recurrence."""
