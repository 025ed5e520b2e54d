"""The data that is held of people (个人信息)."""
