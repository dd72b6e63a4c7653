"""What the files of a results folder hold: one frozen type each, validated once when it is read."""
