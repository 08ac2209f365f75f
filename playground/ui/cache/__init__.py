"""The semantic cache on the screen: the receipt of an answer, the controls of a request, the Cache page in pieces."""
