"""What scenes are made of; everything here that a scene needs is imported from `scenes`."""
