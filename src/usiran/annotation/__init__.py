"""How labels come to be: submissions, sheets, agreement, adjudication, the server."""
