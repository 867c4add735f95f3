"""Other people's programs: REST in Chatwoot's words, tokens, and webhooks that tell them news."""
