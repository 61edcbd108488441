"""Messages: EML and Outlook's MSG, with their attachments."""
