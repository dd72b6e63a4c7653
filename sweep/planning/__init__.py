"""What a run would do on this machine and in this folder, and what it would cost."""
