"""What goes on after closure (后续跟踪): referrals until they come back, the visit."""
