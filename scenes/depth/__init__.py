"""Deep networks: gradients from layer to layer, and ways around a layer."""
