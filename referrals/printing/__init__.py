"""What is printed: fonts, lines that fit, outlines of letters, designs, sheets."""
