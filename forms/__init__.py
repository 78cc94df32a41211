"""What is asked: questionnaires as data, and the forms made from them."""
