"""What is owed and by when: calls for reports, limits of states, the registration window, meetings and visits ahead."""
