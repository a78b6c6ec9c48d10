"""What is drawn in the tests of the panel of pictures, and how long a loaded machine may take for it."""

PATIENCE = 60  # seconds
SMALL = {"width": 256, "height": 256, "seed": 7}  # drawn quickly, and the same each time
