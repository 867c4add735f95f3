"""The words of the product: frozen values that everything else speaks in."""
