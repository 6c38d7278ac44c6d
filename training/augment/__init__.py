"""Label-preserving augmentation of gold articles and their silver labels."""

from training.augment.augmenter import Augmenter, AugmentSettings

__all__ = ["AugmentSettings", "Augmenter"]
