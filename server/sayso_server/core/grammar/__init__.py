"""The grammar of reported speech over dependency trees, shared by the rules."""
