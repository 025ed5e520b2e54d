"""Commands of a mediator: talks, terms, what terms would come to."""
