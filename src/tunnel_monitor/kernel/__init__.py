"""The kernel part's owner: load the object, attach its programs, drain its tables."""
