"""Ways out: a report as text, tree, table, graph, annotations and files."""
