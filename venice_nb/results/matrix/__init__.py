"""The matrix of embedded rows: what it holds, what can be asked of it, how it is drawn, kept and moved."""
