"""Settlement (调解协议与履行): instalments, signatures, confirmation, performance."""
