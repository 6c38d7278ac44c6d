"""Ways in: files, standard input and addresses to articles."""
