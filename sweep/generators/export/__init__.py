"""Generators for other programs: ONNX, torch.export, and the card that goes with them."""
