"""The parts of the Bot API server of the tests, which `tests.telegram_api` puts together."""
