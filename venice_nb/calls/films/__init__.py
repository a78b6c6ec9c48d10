"""Films on the wire: what a model takes, what a film is made from, what is said in one."""
