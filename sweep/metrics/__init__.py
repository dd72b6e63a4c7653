"""What each score column means and how it is computed."""
