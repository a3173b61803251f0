"""The networks of the package as graphs, which ONNX Runtime computes on processors; without torch."""
