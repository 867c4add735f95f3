from tests.training.conftest import small_intents, small_mind, small_trained

__all__ = ["small_intents", "small_mind", "small_trained"]
