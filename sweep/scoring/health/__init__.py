"""Signs that a trial went wrong: in its log and in its images."""
