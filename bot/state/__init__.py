"""What newsbot keeps beside the index: the last turns of each conversation, and the tokens that the model used."""
