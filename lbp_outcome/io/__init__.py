"""Reading and writing: images, tables, and files that appear whole or not at all."""
