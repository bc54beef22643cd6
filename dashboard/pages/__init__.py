"""One module a page, each with a title and a `render(view)` that gives its content."""
