"""Gates and memory: LSTM, GRU and what they keep."""
