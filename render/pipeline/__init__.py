"""From a scene's name to a film: the stages in their order, and the function that knows them all."""
