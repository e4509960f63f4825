"""Understanding: Rasa pipeline components, in the order in which config.yml names them."""
