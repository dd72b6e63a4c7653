"""Tables as text: for the terminal, in Markdown and LaTeX."""
