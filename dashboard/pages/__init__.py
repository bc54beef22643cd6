"""One module a page: its title, the parameters of an address that it knows, and `render(view)`: its content."""
