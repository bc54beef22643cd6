"""What people see when it is done: tables on stdout."""
