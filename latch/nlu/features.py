"""The meaning of a training example, as MeaningFeaturizer left it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


def meaning(example: Message) -> npt.NDArray[np.float32]:
    """Return the vector of an example, shape (1, dimensions).

    Raises:
        InvalidConfigException: when no featurizer of meaning stands before the component that asks.
    """
    _, sentence = example.get_dense_features(TEXT, [])
    if sentence is None:
        raise InvalidConfigException("A featurizer of meaning must stand before this component (MeaningFeaturizer).")
    return np.asarray(sentence.features, dtype=np.float32)
