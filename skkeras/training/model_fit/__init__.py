"""The reference: `Model.fit`, with the order of rows that every engine uses."""
