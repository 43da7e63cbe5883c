"""What a run found: as text, Markdown, JSON and a plot."""
