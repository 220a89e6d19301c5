"""Initial weights: their variance, their spectra, the symmetries they break."""
