"""The pages, one module per family. A view does three things: parse, call, render."""
