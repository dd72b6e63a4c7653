"""The one engine for SRResNet pretraining and for the adversarial phase."""
