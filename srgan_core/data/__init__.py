"""Where training patches come from, and how images are read, resized and stored."""
