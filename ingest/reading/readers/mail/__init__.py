"""Messages: EML, MBOX and Outlook's MSG, with their attachments."""
