"""Speaking with the centre, by whatever door one comes.

Connecting, who acts, sending a message once, reading a case, lists of people and of payments.
"""
