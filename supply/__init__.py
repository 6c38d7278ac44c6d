"""What the project takes from others: versions, licences, and the commands that list them."""
