"""What a message is made of: headers, its reason, its signature."""
