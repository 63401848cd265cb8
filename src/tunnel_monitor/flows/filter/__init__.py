"""The filter language: text -> tree -> which rows. A store compiles the same tree to SQL."""
