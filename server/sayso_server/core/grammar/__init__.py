"""What the rules share: the grammar of reported speech over dependency trees."""
