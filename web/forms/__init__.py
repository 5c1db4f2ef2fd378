"""Forms: what a person types becomes a command of the domain; the domain checks it, the form keeps every character."""
