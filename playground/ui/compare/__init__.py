"""The Compare page: one question, two to six models, their answers beside each other."""
